import type { Environment } from '../configured/environment.ts';
import { approvalRuleFor } from './approval.ts';
import type { Deployment } from './deployment.ts';

/** A reminder that is to be said now. */
export interface Reminder {
  about: 'start' | 'approval';
  /** What is left until the start, or until it expires. */
  minutesBefore: number;
}

const minuteMs = 60_000;

/**
 * What a due row reminds of. Null where nothing comes any more, where its like was said already, and where a nearer one
 * is due as well: whoever slept over several is told once, what is true now.
 */
export function reminderFor(
  deployment: Deployment,
  environment: Environment,
  { dueAt, now }: { dueAt: number; now: number },
): Reminder | null {
  const coming = whatComes(deployment, environment);
  if (!coming || coming.at <= now || dueAt <= (deployment.remindedFor ?? 0)) return null;
  const due = coming.minutes.map((minutes) => coming.at - minutes * minuteMs).filter((at) => at <= now);
  if (dueAt !== Math.max(...due)) return null;
  return { about: coming.about, minutesBefore: Math.max(1, Math.round((coming.at - now) / minuteMs)) };
}

/** What people are reminded of in this state; a start that nobody approved yet reminds as an approval. */
function whatComes(
  deployment: Deployment,
  environment: Environment,
): { about: Reminder['about']; at: number; minutes: number[] } | null {
  const { state, startsAt, expiresAt } = deployment;
  if (state === 'scheduled' && startsAt !== null)
    return { about: 'start', at: startsAt, minutes: environment.schedule.remindMinutes };
  if (state !== 'awaiting_approval' || expiresAt === null) return null;
  const minutes = approvalRuleFor(environment, deployment)?.remindMinutes ?? [];
  return { about: 'approval', at: expiresAt, minutes };
}
