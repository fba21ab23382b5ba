import { localTime, sayTime } from '../domain/calendar/calendar.ts';
import {
  closingAfter,
  freezesAt,
  freezesNear,
  isOpen,
  nextOpening,
  sayWindows,
} from '../domain/calendar/windows.ts';
import type { Environment } from '../domain/configured/environment.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import type { SayInstant } from './say-instant.ts';

/** When a deployment starts; of one that was to start at once, when it was begun last. */
export function sayStart(
  { startsAt, startedAt, attempt }: Pick<Deployment, 'startsAt' | 'startedAt' | 'attempt'>,
  sayInstant: SayInstant,
): string {
  if (startsAt !== null) return sayInstant(startsAt);
  if (startedAt === null) return 'now';
  return `${attempt > 1 ? `attempt ${attempt} ` : ''}began ${sayInstant(startedAt)}`;
}

const nearMs = 7 * 86_400_000;

/** An instant as the clocks of a person and of an environment show it. */
export function sayInBothZones(instant: number, zone: string, { name, timezone }: Environment): string {
  const [yours, theirs] = [localTime(instant, zone), localTime(instant, timezone)];
  if (yours === theirs) return `${sayTime(instant, zone)}, for you and for \`${name}\``;
  const isSameDay = yours.slice(0, 10) === theirs.slice(0, 10);
  const there = isSameDay ? `${theirs.slice(11)} ${timezone}` : sayTime(instant, timezone);
  return `${sayTime(instant, zone)} for you, ${there} for \`${name}\``;
}

/** What the windows of an environment mean for a start; empty where it has none. Outside of them a refusal names them. */
export function sayWindowsAround(environment: Environment, instant: number, zone: string): string {
  if (environment.windows.length === 0) return '';
  const windows = `Windows: ${sayWindows(environment)}.`;
  if (!isOpen(environment, instant)) {
    const next = nextOpening(environment, instant);
    return next === null ? '' : `The next window opens ${sayInBothZones(next, zone, environment)}.`;
  }
  const closing = closingAfter(environment, instant);
  return closing ? `${windows} Open until ${sayInBothZones(closing.at, zone, environment)}.` : windows;
}

/** The freezes within a week of a start that it does not lie in; those are said where they stand against it. */
export function sayFreezesNear(environment: Environment, instant: number): string {
  const inside = new Set(freezesAt(environment, instant));
  return freezesNear(environment, instant, nearMs)
    .filter((freeze) => !inside.has(freeze))
    .map(({ reason, from, to }) => `Frozen from ${sayLocal(from)} to ${sayLocal(to)}: ${reason}.`)
    .join(' ');
}

/** A local time of the configuration, as people write it. */
export function sayLocal(local: string): string {
  return local.replace('T', ' ');
}
