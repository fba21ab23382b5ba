import dayjs, { type Dayjs } from 'dayjs';
import timezone from 'dayjs/plugin/timezone.js';
import utc from 'dayjs/plugin/utc.js';

dayjs.extend(utc);
dayjs.extend(timezone);

/**
 * A local time in a zone: one instant, two (the clocks go back), or none. Where the clocks jump over it, `nearest` are
 * the last minute before and the first one after; a day that is in no calendar has neither.
 */
export type LocalTime = { instants: number[]; nearest: [number, number] | null };

const minuteMs = 60_000;

/** Every instant at which the clocks of a zone show this local time (`2026-11-20T21:00`), earliest first, by round trip. */
export function resolveLocalTime(local: string, zone: string): LocalTime {
  const naive = dayjs.utc(local);
  if (!naive.isValid() || naive.format('YYYY-MM-DDTHH:mm') !== local) return { instants: [], nearest: null };
  const around = [-24, 24].map((hours) => zoneOffsetMs(naive.valueOf() + hours * 3_600_000, zone));
  const candidates = [...new Set(around)]
    .map((offset) => naive.valueOf() - offset)
    .toSorted((left, right) => left - right);
  const instants = candidates.filter((instant) => localTime(instant, zone) === local);
  const [before, after] = candidates;
  if (instants.length > 0 || before === undefined || after === undefined) return { instants, nearest: null };
  const jump = findJump(before, after, zone);
  return { instants, nearest: [jump - minuteMs, jump] };
}

/** The first minute between two instants from which on the clocks of a zone are set as at the later one. */
function findJump(before: number, after: number, zone: string): number {
  const offset = zoneOffsetMs(after, zone);
  let [low, high] = [Math.floor(before / minuteMs), Math.ceil(after / minuteMs)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (zoneOffsetMs(middle * minuteMs, zone) === offset) high = middle;
    else low = middle;
  }
  return high * minuteMs;
}

/** All instants, this one among them, at which the clocks of a zone show the same: two where they go back, else one. */
export function sameOnTheClock(instant: number, zone: string): number[] {
  return resolveLocalTime(localTime(instant, zone), zone).instants;
}

/** What the clocks of a zone show at an instant, `2026-11-20T21:00`. */
export function localTime(instant: number, zone: string): string {
  return clockOf(zone).format(instant).replace(' ', 'T');
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Made once for each zone: making one takes forty times as long as asking it, and dayjs makes one for each question. */
function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known) return known;
  const twoDigits = { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
  // Swedes write the year first.
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, year: 'numeric', ...twoDigits });
  clocks.set(zone, clock);
  return clock;
}

/** For people: `20 Nov 2026 21:00 Europe/London`. */
export function sayTime(instant: number, zone: string): string {
  return `${dayjs.utc(localTime(instant, zone)).format('D MMM YYYY HH:mm')} ${zone}`;
}

/** `+02:00`: what the clocks of a zone are ahead of UTC at an instant. */
export function sayOffset(instant: number, zone: string): string {
  return zoned(instant, zone).format('Z');
}

function zoned(instant: number, zone: string): Dayjs {
  return dayjs.utc(instant).tz(zone);
}

function zoneOffsetMs(instant: number, zone: string): number {
  const minute = Math.floor(instant / minuteMs) * minuteMs;
  return dayjs.utc(localTime(minute, zone)).valueOf() - minute;
}
