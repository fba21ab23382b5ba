import { sayTime } from '../domain/calendar/calendar.ts';
import type { Environment } from '../domain/configured/environment.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import { askInstead, skipStart, type InsteadOfStart } from './instead-of-start.ts';

/** What kept a start where nobody can know more: the process was not there, or its clock said something else. */
export const wasNotThere = 'Lamplighter was stopped or asleep, or its clock was set';

/** A start that comes too late. */
export interface MissedStart {
  /** When it was to start, epoch milliseconds. */
  startsAt: number;
  now: number;
  /** What kept it: `wasNotThere`, or that the environment was locked. */
  because: string;
}

/** Law 9: what becomes of a start that is later than the grace: a question, or its end; null where it starts all the same. */
export function decideMissed(
  deployment: Deployment,
  environment: Environment,
  missed: MissedStart,
): InsteadOfStart | null {
  const { onMissed } = environment.schedule;
  if (!isLate(environment, missed) || onMissed === 'run') return null;
  // The rest of one that ran already has its button: it is not asked about, but offered again.
  const asks = onMissed === 'ask' && deployment.attempt === 0;
  return asks ? askMissed(deployment, environment, missed) : skipMissed(deployment, missed);
}

function isLate({ schedule }: Environment, { startsAt, now }: MissedStart): boolean {
  return now - startsAt > schedule.graceMinutes * 60_000;
}

/** `was to start at …, and …; it is 61 minutes late`. */
function sayLate({ zone }: Deployment, { startsAt, now, because }: MissedStart): string {
  const late = Math.round((now - startsAt) / 60_000);
  return `was to start at ${sayTime(startsAt, zone)}, and ${because}; it is ${late} minutes late`;
}

/** Why a start that is not missed comes later than the grace; null where it is in time. */
export function lateStart(
  deployment: Deployment,
  environment: Environment,
  missed: MissedStart,
): string | null {
  return isLate(environment, missed) ? `It ${sayLate(deployment, missed)}` : null;
}

function skipMissed(deployment: Deployment, missed: MissedStart): InsteadOfStart {
  const rest =
    deployment.attempt > 0 ? 'Deploy the remaining offers the rest again' : 'a missed start is skipped here';
  return skipStart(`it ${sayLate(deployment, missed)}, and ${rest}`);
}

function askMissed(deployment: Deployment, environment: Environment, missed: MissedStart): InsteadOfStart {
  const text = `#${deployment.number} ${sayLate(deployment, missed)}.`;
  return askInstead(environment.questions, { kind: 'missed-start', text, now: missed.now });
}
