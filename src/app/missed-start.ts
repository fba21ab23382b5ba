import { sayTime } from '../domain/calendar.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Environment } from '../domain/environment.ts';
import type { DeploymentEvent } from '../domain/events.ts';
import type { DueChange } from '../store/store.ts';

/** A start that comes too late. */
export interface MissedStart {
  /** When it was to start, epoch milliseconds. */
  startsAt: number;
  now: number;
  /** What kept it: `Lamplighter was not running`. */
  because: string;
}

/** What is written instead of the start. */
export interface MissedDecision {
  events: [DeploymentEvent, ...DeploymentEvent[]];
  due: DueChange[];
}

/** Law 9: what becomes of a start that is later than the grace: a question, or its end; null where it starts all the same. */
export function decideMissed(
  deployment: Deployment,
  environment: Environment,
  missed: MissedStart,
): MissedDecision | null {
  const { graceMinutes, onMissed } = environment.schedule;
  if (missed.now - missed.startsAt <= graceMinutes * 60_000 || onMissed === 'run') return null;
  // The rest of one that ran already has its button: it is not asked about, but offered again.
  const asks = onMissed === 'ask' && deployment.attempt === 0;
  return asks ? askMissed(deployment, environment, missed) : skipMissed(deployment, missed);
}

function skipMissed({ zone }: Deployment, { startsAt, because }: MissedStart): MissedDecision {
  const reason = `${because} at ${sayTime(startsAt, zone)}, and a missed start is skipped here`;
  return { events: [{ type: 'missed', reason }], due: [] };
}

function askMissed(
  { number, zone }: Deployment,
  environment: Environment,
  { startsAt, now, because }: MissedStart,
): MissedDecision {
  const deadlineAt = now + environment.questions.deadlineMinutes * 60_000;
  const late = Math.round((now - startsAt) / 60_000);
  const question = {
    id: `missed-${now}`,
    kind: 'missed-start' as const,
    text: `#${number} was to start at ${sayTime(startsAt, zone)}, and ${because}. It is ${late} minutes late.`,
    task: null,
    group: null,
    choices: ['start' as const, 'skip' as const],
    defaultChoice: 'skip' as const,
    deadlineAt,
  };
  return { events: [{ type: 'question_asked', question }], due: [{ add: 'question', at: deadlineAt }] };
}
