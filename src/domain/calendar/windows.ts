import type { Environment } from '../configured/environment.ts';
import type { Freeze, FreezeOverride, Weekday, Window } from '../configured/hours.ts';
import type { Refusal } from '../verdict.ts';
import { localTime, resolveLocalTime, sayTime } from './calendar.ts';

/** One opening of a window, or one freeze: from the first instant in it until just before the last, epoch milliseconds. */
interface Span {
  from: number;
  to: number;
}

const dayMs = 86_400_000;
const weekdays: Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Refuses a start outside every window, or inside a freeze that nobody may override; without windows it is always open. */
export function refuseStart(environment: Environment, instant: number): Refusal[] {
  const when = sayTime(instant, environment.timezone);
  const frozen = freezesAt(environment, instant).filter(({ override }) => override === undefined);
  if (frozen.length > 0) return frozen.map((freeze) => refuseFrozen(environment, freeze, when));
  if (environment.windows.length === 0 || isOpen(environment, instant)) return [];
  const next = nextOpening(environment, instant);
  const { timezone } = environment;
  return [
    {
      rule: 'windows',
      message: `${when} lies outside every window of \`${environment.name}\`: ${sayWindows(environment)}.`,
      liftedBy: 'global_admin, by changing the configuration',
      wayOut:
        next === null
          ? 'No window opens any more; ask for one.'
          : `Choose a time inside a window; the next one opens ${sayTime(next, timezone)}.`,
    },
  ];
}

function refuseFrozen({ name }: Environment, { reason, from, to }: Freeze, when: string): Refusal {
  return {
    rule: 'freezes',
    message: `\`${name}\` is frozen on ${when}: ${reason} (${from} to ${to}).`,
    liftedBy: 'global_admin, by changing the configuration',
    wayOut: `Choose a time after ${to}.`,
  };
}

/** The freezes in which an instant lies. Where the clocks go back over their end, they last until it has passed twice. */
export function freezesAt({ freezes, timezone }: Environment, instant: number): Freeze[] {
  return freezes.filter(
    ({ from, to }) => instant >= firstInstant(from, timezone) && instant < lastInstant(to, timezone),
  );
}

/** The freezes that are still to begin, the next one first. */
export function freezesAhead({ freezes, timezone }: Environment, instant: number): Freeze[] {
  const begins = ({ from }: Freeze): number => firstInstant(from, timezone);
  return freezes
    .filter((freeze) => begins(freeze) > instant)
    .toSorted((left, right) => begins(left) - begins(right));
}

/** What a freeze needs to be overridden, for everybody who reads it: `2 of global_admin to override the freeze (year end)`. */
export function sayOverrideNeed({ reason, persons, from }: FreezeOverride): string {
  return `${persons} of ${from.join(' or ')} to override the freeze (${reason})`;
}

/** The approvals that a start at this instant needs beside the usual ones. */
export function overridesAt(environment: Environment, instant: number): FreezeOverride[] {
  return freezesAt(environment, instant).flatMap(({ reason, override }) =>
    override ? [{ reason, ...override }] : [],
  );
}

/** True while a window is open, and always where there are none. */
export function isOpen(environment: Environment, instant: number): boolean {
  return environment.windows.length === 0 || lastOpen(environment, instant) !== null;
}

/** When the windows that are open now close, epoch milliseconds; null where none is. */
export function openUntil(environment: Environment, instant: number): number | null {
  return lastOpen(environment, instant)?.to ?? null;
}

/** When a window opens next, epoch milliseconds; null where none ever does. */
export function nextOpening(environment: Environment, after: number): number | null {
  const openings = environment.windows
    .flatMap((window) => spansOf(window, { around: after, days: thisWeek }, environment.timezone))
    .filter(({ from }) => from > after)
    .map(({ from }) => from);
  return openings.length === 0 ? null : Math.min(...openings);
}

/** The end of the time in which an attempt may begin servers. */
export interface WindowEnd {
  /** Epoch milliseconds. */
  at: number;
  /** How people call the window. */
  window: string;
  /** What runs on servers is ended as well. */
  stops: boolean;
}

/** More windows than this in a row are no end that anybody waits for. */
const mostInARow = 50;

/**
 * When the windows that are open now have all closed, if the one that closes last has an `atEnd`; null where an attempt that began now may go on as long as it takes.
 */
export function windowEnd(environment: Environment, instant: number): WindowEnd | null {
  if (environment.windows.every(({ atEnd }) => atEnd === undefined)) return null;
  const last = lastInARow(environment, instant);
  return last && endOf(last);
}

/** The last of the windows that follow one another from an instant on; null where none is open, or no end is in sight. */
function lastInARow(environment: Environment, instant: number): (Span & { window: Window }) | null {
  let open = lastOpen(environment, instant);
  for (let count = 0; open !== null && count < mostInARow; count += 1) {
    const next = lastOpen(environment, open.to);
    if (next === null) return open;
    open = next;
  }
  return null;
}

/** What closes on a deployment that begins at an instant. */
export interface Closing {
  /** Epoch milliseconds. */
  at: number;
  /** What happens to a deployment that is not done by then; null: it runs to its end. */
  atEnd: 'no-new-server' | 'stop' | null;
}

/** When the windows that are open at an instant have all closed; null where none is open, and where they never close. */
export function closingAfter(environment: Environment, instant: number): Closing | null {
  const last = lastInARow(environment, instant);
  return last && { at: last.to, atEnd: last.window.atEnd ?? null };
}

/** The freezes that an instant lies in, or that begin or end less than this many milliseconds from it. */
export function freezesNear({ freezes, timezone }: Environment, instant: number, nearMs: number): Freeze[] {
  return freezes.filter(
    ({ from, to }) =>
      instant + nearMs > firstInstant(from, timezone) && instant - nearMs < lastInstant(to, timezone),
  );
}

/** The windows in words: `night mon, tue 22:00–06:00; sat 00:00–24:00`. */
export function sayWindows({ windows }: Environment): string {
  return windows.map(sayWindow).join('; ');
}

function endOf({ window, to }: Span & { window: Window }): WindowEnd | null {
  const { atEnd } = window;
  return atEnd === undefined ? null : { at: to, window: sayWindow(window), stops: atEnd === 'stop' };
}

/** Of the windows that are open at an instant the one that closes last. */
function lastOpen({ windows, timezone }: Environment, instant: number): (Span & { window: Window }) | null {
  const open = windows.flatMap((window) =>
    spansOf(window, { around: instant, days: sinceYesterday }, timezone)
      .filter(({ from, to }) => instant >= from && instant < to)
      .map((span) => ({ ...span, window })),
  );
  return open.toSorted((left, right) => right.to - left.to)[0] ?? null;
}

/** Whatever is open now began today or yesterday. */
const sinceYesterday = [-1, 0];
const thisWeek = [0, 1, 2, 3, 4, 5, 6, 7, 8];

/** The openings of a window that begin on these days, counted from the one on which an instant lies. */
export function spansOf(
  window: Window,
  { around, days }: { around: number; days: number[] },
  zone: string,
): Span[] {
  if (!('days' in window)) return [spanOf(window.from, window.to, zone)];
  const { from, to } = window;
  const noon = Date.parse(`${localTime(around, zone).slice(0, 10)}T12:00:00Z`);
  return days
    .map((offset) => new Date(noon + offset * dayMs))
    .filter((day) => window.days.some((name) => name === weekdays[day.getUTCDay()]))
    .map((day) => {
      const date = dateOf(day);
      const lastDate = to <= from || to === '24:00' ? dateOf(new Date(day.getTime() + dayMs)) : date;
      return spanOf(`${date}T${from}`, `${lastDate}T${to === '24:00' ? '00:00' : to}`, zone);
    });
}

function dateOf(day: Date): string {
  return day.toISOString().slice(0, 10);
}

function spanOf(from: string, to: string, zone: string): Span {
  return { from: firstInstant(from, zone), to: firstInstant(to, zone) };
}

/** When the clocks of a zone first show a local time; where they jump over it, the minute to which they jump. */
export function firstInstant(local: string, zone: string): number {
  const { instants, nearest } = resolveLocalTime(local, zone);
  return instants[0] ?? nearest?.[1] ?? Number.NaN;
}

/** The same, for a time that comes twice the second one. */
export function lastInstant(local: string, zone: string): number {
  return resolveLocalTime(local, zone).instants.at(-1) ?? firstInstant(local, zone);
}

/** A window in words: `nights mon, tue 21:00–05:00`. */
export function sayWindow(window: Window): string {
  const name = window.name ? `${window.name} ` : '';
  return 'days' in window
    ? `${name}${window.days.length === 7 ? 'every day' : window.days.join(', ')} ${window.from}–${window.to}`
    : `${name}${window.from.replace('T', ' ')} to ${window.to.replace('T', ' ')}`;
}
