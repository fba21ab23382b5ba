import type { Environment } from '../configured/environment.ts';
import { localTime } from './calendar.ts';
import { firstInstant, lastInstant, spansOf } from './windows.ts';

/** A stretch of time, from its first instant until just before its last, epoch milliseconds. */
export interface Stretch {
  from: number;
  to: number;
}

/** An opening of a window by its name, or a freeze by its reason; '' where it has none. */
export interface Named extends Stretch {
  words: string;
}

const dayMs = 86_400_000;

/** The openings of an environment's windows that touch a stretch, the earliest first. */
export function openingsIn({ windows, timezone }: Environment, stretch: Stretch): Named[] {
  const length = Math.ceil((stretch.to - stretch.from) / dayMs);
  const days = Array.from({ length: length + 3 }, (_, index) => index - 1);
  return windows
    .flatMap((window) =>
      spansOf(window, { around: stretch.from, days }, timezone)
        .filter((span) => touches(span, stretch))
        .map((span) => ({ ...span, words: window.name ?? '' })),
    )
    .toSorted((one, other) => one.from - other.from);
}

/** The freezes of an environment that touch a stretch, the earliest first. */
export function freezesIn({ freezes, timezone }: Environment, stretch: Stretch): Named[] {
  return freezes
    .map(({ from, to, reason }) => ({
      from: firstInstant(from, timezone),
      to: lastInstant(to, timezone),
      words: reason,
    }))
    .filter((span) => touches(span, stretch))
    .toSorted((one, other) => one.from - other.from);
}

function touches(span: Stretch, { from, to }: Stretch): boolean {
  return span.from < to && span.to > from;
}

/** The day on which an instant lies in a zone, as `2026-11-20`: days sort as they follow. */
export function dayOf(instant: number, zone: string): string {
  return localTime(instant, zone).slice(0, 10);
}

/** A day for people: `Today, Friday 20 November`. */
export function sayDay(day: string, { now, zone }: { now: number; zone: string }): string {
  const noon = new Date(`${day}T12:00:00Z`);
  const words = noon.toLocaleDateString('en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  });
  const today = dayOf(now, zone);
  if (day === today) return `Today, ${words}`;
  return day === nextDay(today) ? `Tomorrow, ${words}` : words;
}

/** `30 November 08:00` in a zone, for whoever knows the year. */
export function sayMoment(instant: number, zone: string): string {
  const day = new Date(`${dayOf(instant, zone)}T12:00:00Z`);
  const words = day.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' });
  return `${words} ${localTime(instant, zone).slice(11)}`;
}

function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + dayMs).toISOString().slice(0, 10);
}
