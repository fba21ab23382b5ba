import { quote } from '../quote.ts';
import { accept, refuse, type Refusal, type Verdict } from '../verdict.ts';
import { localTime, resolveLocalTime, sayOffset, sayTime } from './calendar.ts';
import { typedClock } from './typed-clock.ts';
import { typedDays } from './typed-day.ts';
import { typedZone, zonesLike } from './typed-zone.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** What was typed, ready to be read: words in lower case without filling ones, and the zone they are meant in. */
interface Typed {
  typed: string;
  words: string[];
  zone: string;
  now: number;
}

/**
 * What a person typed for the start, in their zone or the one it ends with: `now` (null), `tomorrow 9pm`, `tonight 21:00`,
 * `fri 21:00`, `24 dec 20:00`, `2026-11-20 21:00 UTC`, `in 2 hours`; the hour alone means the next time it is. What has
 * passed, and an hour that could be two, are refused with the nearest readings; a local time that does not exist is
 * refused with the two nearest, one that exists twice asks which (law 9).
 */
export function parseTypedTime(typed: string, now: number, zone: string): Verdict<number | null> {
  const text = typed.trim().toLowerCase();
  if (text === '' || text === 'now') return accept(null);
  const minutes = typedMinutes(text);
  if (minutes !== null) return accept(minutes === 0 ? null : now + minutes * minuteMs);
  const exact = exactInstant(text);
  if (exact !== null) return future(exact, { now, zone });
  const read = readTyped(typed, now, zone);
  const local = localOf(read);
  return local.ok ? resolve(local.value, read) : local;
}

/** Both instants of a typed local time that comes twice, for a form that lets people choose; null for any other. */
export function bothOfTyped(typed: string, now: number, zone: string): number[] | null {
  const read = readTyped(typed, now, zone);
  const local = read.zone === zone ? localOf(read) : null;
  const instants = local?.ok ? instantsToCome(local.value, read) : [];
  return instants.length > 1 ? instants : null;
}

const beginnings = new Set(['now', 'tonight', 'noon', 'next', 'this']);

/** Whether words behind a request begin as a time does rather than as a name: `tomorrow 21:00`, `in 2 hours`, `9pm`. */
export function startsLikeTime(text: string): boolean {
  const words = text.toLowerCase().split(/[\s,]+/);
  if (words[0] === 'in' && /^(\d|an?$|half$)/.test(words[1] ?? '')) return true;
  const [first = '', second = ''] = words.filter((word) => !filling.has(word));
  if (beginnings.has(first) || /^\d/.test(first)) return true;
  return [[first], [first, second]].some((day) => typedDays(day, 0, 'UTC').length > 0);
}

const eveningFrom = '17:00';
const filling = new Set(['at', 'on', 'the', 'of', 'in', "o'clock"]);

function readTyped(typed: string, now: number, zone: string): Typed {
  const plain = typed.toLowerCase().replace(/(\d{4}-\d{2}-\d{2})t(?=\d)/, '$1 ');
  const words = plain.split(/[\s,]+/).filter((word) => word !== '' && !filling.has(word));
  const own = typedZone(words.at(-1) ?? '');
  return { typed, words: own === null ? words : words.slice(0, -1), zone: own ?? zone, now };
}

/** `in 2 hours`, `in 90 minutes`, `in an hour`. */
function typedMinutes(text: string): number | null {
  const match = /^in (\d{1,4}|an?|half an) ?(m|mins?|minutes?|h|hrs?|hours?)$/.exec(text);
  if (!match) return null;
  const [, count = '', unit = ''] = match;
  const number = count.startsWith('a') ? 1 : Number(count.replace('half an', '0.5'));
  return unit.startsWith('h') ? number * 60 : number;
}

/** With its offset written; null for anything else. */
function exactInstant(text: string): number | null {
  const match = /^(\d{4}-\d{2}-\d{2})[t ](\d{2}:\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(z|[+-]\d{2}:\d{2})$/.exec(
    text,
  );
  if (!match) return null;
  const instant = Date.parse(`${match[1]}T${match[2]}:${match[3] ?? '00'}${match[4]?.toUpperCase()}`);
  return Number.isNaN(instant) ? null : instant;
}

/** What the clocks are to show, `2026-11-20T21:00`: of the days that can be meant the first that is still to come. */
function localOf(read: Typed): Verdict<string> {
  const clock = typedClock(read.words);
  if ('missing' in clock) return refuse(missingHour(read));
  if ('impossible' in clock) return refuse(impossibleHour(read, clock.impossible));
  if ('either' in clock) return refuse(unclearHour(read, clock.either, clock.rest));
  const isDaytime = clock.hour < eveningFrom && clock.rest.includes('tonight');
  if (isDaytime) return refuse(noNight(read, clock.hour));
  const locals = typedDays(clock.rest, read.now, read.zone).map((date) => `${date}T${clock.hour}`);
  const [first] = locals;
  if (first === undefined) return refuse(notUnderstood(read));
  return accept(locals.find((local) => isToCome(local, read)) ?? first);
}

/** A time that does not exist is to come as long as the minute after it is. */
function isToCome(local: string, read: Typed): boolean {
  const { nearest } = resolveLocalTime(local, read.zone);
  return instantsToCome(local, read).length > 0 || (nearest?.[1] ?? 0) > read.now;
}

function instantsToCome(local: string, { zone, now }: Typed): number[] {
  return resolveLocalTime(local, zone).instants.filter((instant) => instant > now);
}

function resolve(local: string, read: Typed): Verdict<number> {
  const { zone } = read;
  const { instants, nearest } = resolveLocalTime(local, zone);
  if (instants[0] === undefined) return refuse(notThere(local, read, nearest));
  const [first = instants[0], second] = instantsToCome(local, read);
  if (second === undefined) return future(first, read);
  const both = [first, second].map((instant) => `${local}${sayOffset(instant, zone)}`);
  return refuse({
    rule: 'law-9',
    message: `${local} comes twice in ${zone}, because the clocks go back.`,
    liftedBy: 'the requester',
    wayOut: `Write ${both.join(' or ')}.`,
  });
}

function notThere(local: string, read: Typed, nearest: [number, number] | null): Refusal {
  if (nearest === null) return notUnderstood(read);
  const { zone } = read;
  const both = nearest.map((instant) => sayTime(instant, zone)).join(' or ');
  return {
    rule: 'law-9',
    message: `${local} does not exist in ${zone}: the clocks jump over it.`,
    liftedBy: 'the requester',
    wayOut: `Choose ${both}.`,
  };
}

function future(instant: number, { now, zone }: Pick<Typed, 'now' | 'zone'>): Verdict<number> {
  if (instant > now) return accept(instant);
  const hour = localTime(instant, zone).slice(11);
  return refuse({
    rule: 'O-01',
    message: `${sayTime(instant, zone)} has passed.`,
    liftedBy: 'the requester',
    wayOut: `Write ${hour} for the next time it is ${hour}, or now.`,
  });
}

function unclearHour({ typed }: Typed, readings: string[], rest: string[]): Refusal {
  const written = readings.map((hour) => [...rest, hour].join(' '));
  return refuseTime(`${quote(typed)} does not say which hour.`, `Write ${written.join(' or ')}.`);
}

/** `tonight 01:00`: the night of which day, nobody can say. */
function noNight({ typed }: Typed, hour: string): Refusal {
  return refuseTime(`${quote(typed)} is not tonight.`, `Write today ${hour} or tomorrow ${hour}.`);
}

function missingHour(read: Typed): Refusal {
  const { typed, words, now, zone } = read;
  const isDay = words.length > 0 && typedDays(words, now, zone).length > 0;
  if (!isDay) return notUnderstood(read);
  return refuseTime(
    `${quote(typed)} says no hour.`,
    `Write it too, as in ${words.join(' ')} 09:00 or ${words.join(' ')} 21:00.`,
  );
}

function impossibleHour(read: Typed, near: string | null): Refusal {
  if (near === null) return notUnderstood(read);
  return refuseTime(`${quote(read.typed)} names an hour that no clock shows.`, `Did you mean ${near}?`);
}

function notUnderstood({ typed, now, zone }: Typed): Refusal {
  const zones = zonesLike(typed.trim().toLowerCase().split(/\s+/).at(-1) ?? '');
  const tomorrow = localTime(now + dayMs, zone).slice(0, 10);
  return refuseTime(
    `${quote(typed)} is no time I understand.`,
    zones.length > 0
      ? `Write the zone as ${zones.join(' or ')}.`
      : `Write now, 21:00, tomorrow 21:00, fri 9pm, 24 dec 20:00, ${tomorrow} 21:00, next window or in 2 hours.`,
  );
}

function refuseTime(message: string, wayOut: string): Refusal {
  return { rule: 'time', message, liftedBy: 'the requester', wayOut };
}
