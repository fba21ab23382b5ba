import { describe, expect, test } from 'vitest';

import { formatDate, sayAgo, sayDay } from '../../../src/sandbox/page/browser/text/dates.ts';
import { momentOf, wallClockAt } from '../../../src/sandbox/page/browser/text/wall-clock.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const seconds = Date.parse('2026-11-21T23:30:00Z') / 1_000;

describe('a date in a message', () => {
  // Versions of Node differ in the comma after a weekday.
  const say = (pattern: string, zone: string): string =>
    formatDate({ seconds, pattern, fallback: 'then' }, { zone, now }).replace(',', '');

  test.each([
    ['{time}', 'Europe/London', '23:30'],
    ['{time}', 'Europe/Madrid', '00:30'],
    ['{time_secs}', 'America/Toronto', '18:30:00'],
    ['{date_num}', 'Europe/Madrid', '2026-11-22'],
    ['{date_short} at {time}', 'Europe/Madrid', '22 Nov 2026 at 00:30'],
    ['{date_long}', 'Europe/London', 'Saturday 21 November 2026'],
    ['{date_short_pretty}', 'Europe/London', 'today'],
    ['{date_long_pretty}', 'Europe/Madrid', 'tomorrow'],
    ['{ago}', 'UTC', 'in 12 h'],
    ['{unheard_of}', 'UTC', '{unheard_of}'],
    ['', 'UTC', 'then'],
  ])('%j in %s reads %s', (pattern, zone, words) => expect(say(pattern, zone)).toBe(words));

  test('a moment beyond all calendars is its fallback', () => {
    expect(formatDate({ seconds: 1e15, pattern: '{time}', fallback: 'then' }, { zone: 'UTC', now })).toBe(
      'then',
    );
  });

  test('how long ago, and which day', () => {
    expect([0, 12, 90, 7_200].map((ago) => sayAgo(now - ago * 1_000, now))).toEqual([
      'just now',
      '12 s ago',
      '2 min ago',
      '2 h ago',
    ]);
    expect(sayDay(now, { zone: 'UTC', now })).toBe('Today');
    expect(sayDay(now - 86_400_000, { zone: 'UTC', now })).toBe('Yesterday');
    expect(sayDay(now - 3 * 86_400_000, { zone: 'UTC', now }).replace(',', '')).toBe('Wednesday 18 November');
  });
});

describe('the wall clock of a zone', () => {
  test.each([
    ['Europe/Madrid', '2026-11-21', '21:05'],
    ['America/Toronto', '2026-07-01', '00:00'],
    ['Asia/Kolkata', '2026-02-28', '23:59'],
    ['Pacific/Apia', '2026-12-31', '12:00'],
  ])('in %s, %s %s comes back as the same', (zone, date, time) => {
    const moment = momentOf({ date, time }, zone);
    expect(wallClockAt(moment ?? 0, zone)).toEqual({ date, time });
  });

  test('an hour that spring skips counts from before it, one that autumn repeats is the first', () => {
    const spring = momentOf({ date: '2026-03-29', time: '02:30' }, 'Europe/Madrid') ?? 0;
    expect(new Date(spring * 1_000).toISOString()).toBe('2026-03-29T01:30:00.000Z');
    const autumn = momentOf({ date: '2026-10-25', time: '02:30' }, 'Europe/Madrid') ?? 0;
    expect(new Date(autumn * 1_000).toISOString()).toBe('2026-10-25T00:30:00.000Z');
  });

  test('half a moment is none', () => {
    expect(momentOf({ date: '2026-10-25', time: '' }, 'UTC')).toBeNull();
    expect(momentOf({ date: '', time: '10:00' }, 'UTC')).toBeNull();
  });
});
