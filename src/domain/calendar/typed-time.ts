import { quote } from '../quote.ts';
import { accept, refuse, type Refusal, type Verdict } from '../verdict.ts';
import { localTime, resolveLocalTime, sayOffset, sayTime } from './calendar.ts';

const dayMs = 86_400_000;
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/**
 * What a person typed for the start, in their zone: `now` (null), `tomorrow 21:00`, `today 21:00`, `21:00`,
 * `fri 21:00`, `2026-11-20 21:00`, `in 2 hours`. A local time that does not exist is refused with the two nearest,
 * one that exists twice asks which (law 9).
 */
export function parseTypedTime(typed: string, now: number, zone: string): Verdict<number | null> {
  const text = typed.trim().toLowerCase();
  if (text === '' || text === 'now') return accept(null);
  const relative = /^in (\d{1,3}) ?(m|min|minutes?|h|hours?)$/.exec(text);
  if (relative)
    return accept(now + Number(relative[1]) * (relative[2]?.startsWith('h') ? 3_600_000 : 60_000));
  const exact = /^(\d{4}-\d{2}-\d{2})[t ](\d{2}:\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(z|[+-]\d{2}:\d{2})$/.exec(
    text,
  );
  if (exact)
    return exactInstant(typed, `${exact[1]}T${exact[2]}:${exact[3] ?? '00'}${exact[4]?.toUpperCase()}`);
  const local = asLocalTime(text, now, zone);
  return local === null ? refuse(notUnderstood(typed)) : resolve(local, zone);
}

/** Both instants of a typed local time that comes twice, for a form that lets people choose; null for any other. */
export function bothOfTyped(typed: string, now: number, zone: string): number[] | null {
  const local = asLocalTime(typed.trim().toLowerCase(), now, zone);
  const instants = local === null ? [] : resolveLocalTime(local, zone).instants;
  return instants.length > 1 ? instants : null;
}

function exactInstant(typed: string, iso: string): Verdict<number> {
  const instant = Date.parse(iso);
  return Number.isNaN(instant) ? refuse(notUnderstood(typed)) : accept(instant);
}

function asLocalTime(text: string, now: number, zone: string): string | null {
  const match =
    /^(?:(today|tomorrow|sun|mon|tue|wed|thu|fri|sat)[a-z]* |(\d{4}-\d{2}-\d{2})[t ])?(\d{1,2}):(\d{2})(?::00)?$/.exec(
      text,
    );
  if (!match) return null;
  const [, day, date, hours = '', minutes = ''] = match;
  const time = `${hours.padStart(2, '0')}:${minutes}`;
  if (date !== undefined) return `${date}T${time}`;
  const today = localTime(now, zone);
  if (day === undefined)
    return `${dateOf(today > `${today.slice(0, 10)}T${time}` ? 1 : 0, now, zone)}T${time}`;
  return `${dateOf(daysUntil(day, now, zone), now, zone)}T${time}`;
}

function dateOf(days: number, now: number, zone: string): string {
  const noon = Date.parse(`${localTime(now, zone).slice(0, 10)}T12:00:00Z`);
  return new Date(noon + days * dayMs).toISOString().slice(0, 10);
}

function daysUntil(day: string, now: number, zone: string): number {
  if (day === 'today') return 0;
  if (day === 'tomorrow') return 1;
  const today = new Date(Date.parse(`${localTime(now, zone).slice(0, 10)}T12:00:00Z`)).getUTCDay();
  return (weekdays.indexOf(day) - today + 7) % 7 || 7;
}

function resolve(local: string, zone: string): Verdict<number> {
  const { instants, nearest } = resolveLocalTime(local, zone);
  const [first, second] = instants;
  if (first !== undefined && second === undefined) return accept(first);
  const base = { rule: 'law-9', liftedBy: 'the requester' };
  if (first !== undefined && second !== undefined) {
    const both = [first, second].map((instant) => `${local}${sayOffset(instant, zone)}`);
    return refuse({
      ...base,
      message: `${local} comes twice in ${zone}, because the clocks go back.`,
      wayOut: `Write ${both.join(' or ')}.`,
    });
  }
  if (nearest === null) return refuse(notUnderstood(local));
  const both = nearest.map((instant) => sayTime(instant, zone)).join(' or ');
  return refuse({
    ...base,
    message: `${local} does not exist in ${zone}: the clocks jump over it.`,
    wayOut: `Choose ${both}.`,
  });
}

function notUnderstood(typed: string): Refusal {
  return {
    rule: 'time',
    message: `${quote(typed)} is no time I understand.`,
    liftedBy: 'the requester',
    wayOut: 'Write now, 21:00, tomorrow 21:00, fri 21:00, 2026-11-20 21:00 or in 2 hours.',
  };
}
