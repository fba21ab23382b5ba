import dayjs, { type Dayjs } from 'dayjs';
import timezone from 'dayjs/plugin/timezone.js';
import utc from 'dayjs/plugin/utc.js';

import type { Environment, Freeze, Weekday, Window } from './environment.ts';
import type { Refusal } from './verdict.ts';

dayjs.extend(utc);
dayjs.extend(timezone);

/** A local time in a zone: one instant, none (the clocks jump over it), or two (the clocks go back). */
export type LocalTime = { instants: number[]; nearest: number[] };

/** Every instant at which the clocks of a zone show this local time (`2026-11-20T21:00`), by round trip. */
export function resolveLocalTime(local: string, zone: string): LocalTime {
  const naive = dayjs.utc(local);
  if (!naive.isValid() || naive.format('YYYY-MM-DDTHH:mm') !== local) return { instants: [], nearest: [] };
  const offsets = [
    ...new Set([-24, 24].map((hours) => zoneOffsetMs(naive.valueOf() + hours * 3_600_000, zone))),
  ];
  const candidates = offsets
    .map((offset) => naive.valueOf() - offset)
    .toSorted((left, right) => left - right);
  const instants = candidates.filter((instant) => localTime(instant, zone) === local);
  return { instants, nearest: instants.length > 0 ? [] : candidates };
}

/** What the clocks of a zone show at an instant, `2026-11-20T21:00`. */
export function localTime(instant: number, zone: string): string {
  return zoned(instant, zone).format('YYYY-MM-DDTHH:mm');
}

/** For people: `20 Nov 2026 21:00 Europe/London`. */
export function sayTime(instant: number, zone: string): string {
  return `${zoned(instant, zone).format('D MMM YYYY HH:mm')} ${zone}`;
}

function zoned(instant: number, zone: string): Dayjs {
  return dayjs.utc(instant).tz(zone);
}

function zoneOffsetMs(instant: number, zone: string): number {
  return zoned(instant, zone).utcOffset() * 60_000;
}

/** Refuses a start outside every window, or inside a freeze; an environment without windows is always open. */
export function refuseStart(environment: Environment, instant: number): Refusal[] {
  const freeze = environment.freezes.find((candidate) => isFrozen(candidate, instant, environment.timezone));
  const when = sayTime(instant, environment.timezone);
  if (freeze)
    return [
      {
        rule: 'freezes',
        message: `\`${environment.name}\` is frozen on ${when}: ${freeze.reason} (${freeze.from} to ${freeze.to}).`,
        liftedBy: 'global_admin, by changing the configuration',
        wayOut: `Choose a time after ${freeze.to}.`,
      },
    ];
  if (environment.windows.length === 0) return [];
  if (environment.windows.some((window) => isOpen(window, instant, environment.timezone))) return [];
  return [
    {
      rule: 'windows',
      message: `${when} lies outside every window of \`${environment.name}\`: ${environment.windows.map(sayWindow).join('; ')}.`,
      liftedBy: 'global_admin, by changing the configuration',
      wayOut: 'Choose a time inside a window.',
    },
  ];
}

function isFrozen(freeze: Freeze, instant: number, zone: string): boolean {
  const local = localTime(instant, zone);
  return local >= freeze.from && local < freeze.to;
}

const weekdays: Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** A window whose end is before its start goes past midnight and belongs to the day on which it begins. */
function isOpen(window: Window, instant: number, zone: string): boolean {
  const local = localTime(instant, zone);
  if (!('days' in window)) return local >= window.from && local < window.to;
  const time = local.slice(11);
  const day = (offset: number): Weekday | undefined =>
    weekdays[(zoned(instant, zone).day() + 7 + offset) % 7];
  const on = (name: Weekday | undefined): boolean => name !== undefined && window.days.includes(name);
  if (window.from <= window.to) return on(day(0)) && time >= window.from && time < window.to;
  return (on(day(0)) && time >= window.from) || (on(day(-1)) && time < window.to);
}

function sayWindow(window: Window): string {
  const name = window.name ? `${window.name} ` : '';
  return 'days' in window
    ? `${name}${window.days.join(', ')} ${window.from}–${window.to}`
    : `${name}${window.from} to ${window.to}`;
}
