import type { BatchEvent } from './batch-event.ts';
import type { DelegationEvent } from './delegation-event.ts';
import type { GlassEvent } from './glass-event.ts';
import type { Happening } from './happening.ts';
import type { Intervention } from './intervention.ts';
import type { PreparationEvent } from './preparation-event.ts';
import type { QuestionAnswered } from './question.ts';
import type { RequestEvent } from './request-event.ts';

/** The database was put back to an older copy: whatever happened after `copiedAt` is not in this log. */
interface Restored {
  type: 'restored';
  copiedAt: number;
}

/** Everything that can happen to a deployment. The log of these is the single truth; all else is a fold of it. */
export type DeploymentEvent =
  | RequestEvent
  | GlassEvent
  | DelegationEvent
  | PreparationEvent
  | BatchEvent
  | Intervention
  | Happening
  | QuestionAnswered
  | Restored;

/** An event as it stands in the log: `version` counts within its deployment from 1. */
export interface StoredEvent {
  deployment: number;
  version: number;
  /** Epoch milliseconds. */
  at: number;
  event: DeploymentEvent;
}
