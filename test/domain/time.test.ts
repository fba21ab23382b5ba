import { describe, expect, test } from 'vitest';

import { refuseStart, resolveLocalTime, sayTime } from '../../src/domain/calendar.ts';
import type { Window } from '../../src/domain/environment.ts';
import { parseTypedTime } from '../../src/domain/typed-time.ts';
import { buildEnvironment } from '../helpers/build.ts';

/** Tuesday 17 November 2026, 14:00 in Madrid. */
const now = Date.parse('2026-11-17T13:00:00Z');

describe('a typed time', () => {
  test.each([
    ['now', null],
    ['', null],
    ['21:00', '2026-11-17T20:00:00.000Z'],
    ['9:00', '2026-11-18T08:00:00.000Z'],
    ['today 21:00', '2026-11-17T20:00:00.000Z'],
    ['Tomorrow 21:00', '2026-11-18T20:00:00.000Z'],
    ['fri 21:00', '2026-11-20T20:00:00.000Z'],
    ['tuesday 09:00', '2026-11-24T08:00:00.000Z'],
    ['2026-12-24 06:30', '2026-12-24T05:30:00.000Z'],
    ['2026-12-24T06:30+00:00', '2026-12-24T06:30:00.000Z'],
    ['in 2 hours', '2026-11-17T15:00:00.000Z'],
    ['in 45 min', '2026-11-17T13:45:00.000Z'],
  ])('%j is understood in the zone of the person', (typed, instant) => {
    const verdict = parseTypedTime(typed, now, 'Europe/Madrid');
    expect(verdict).toEqual({ ok: true, value: instant === null ? null : Date.parse(instant) });
  });

  test.each(['soon', '25:00', '2026-02-31 10:00', 'tomorrow', '`<!channel>`'])(
    '%j is refused with examples of what would be right',
    (typed) => {
      const verdict = parseTypedTime(typed, now, 'Europe/Madrid');
      expect(verdict.ok ? [] : verdict.refusals).toMatchObject([
        { rule: 'time', wayOut: expect.stringContaining('tomorrow 21:00') },
      ]);
    },
  );

  test.each([
    [
      'Europe/Madrid',
      '2027-03-28 02:30',
      '28 Mar 2027 01:30 Europe/Madrid or 28 Mar 2027 03:30 Europe/Madrid',
    ],
    [
      'America/Chicago',
      '2027-03-14 02:15',
      '14 Mar 2027 01:15 America/Chicago or 14 Mar 2027 03:15 America/Chicago',
    ],
    ['Australia/Lord_Howe', '2027-10-03 02:15', 'Australia/Lord_Howe'],
  ])('law 9: in %s %s does not exist, and the two nearest that do are named', (zone, typed, both) => {
    const verdict = parseTypedTime(typed, now, zone);
    expect(verdict.ok ? '' : verdict.refusals[0]?.message).toMatch(/does not exist/);
    expect(verdict.ok ? '' : verdict.refusals[0]?.wayOut).toContain(both);
  });

  test.each(['Europe/Madrid', 'Europe/London'])(
    'law 9: in %s an hour that comes twice asks which',
    (zone) => {
      const verdict = parseTypedTime(
        zone === 'Europe/London' ? '2027-10-31 01:30' : '2027-10-31 02:30',
        now,
        zone,
      );
      expect(verdict.ok ? '' : verdict.refusals[0]?.wayOut).toBe(
        'Write 2027-10-31T00:30Z or 2027-10-31T01:30Z.',
      );
    },
  );

  test('that is written as the answer to that question is taken', () => {
    expect(parseTypedTime('2027-10-31T01:30Z', now, 'Europe/Madrid')).toEqual({
      ok: true,
      value: Date.parse('2027-10-31T01:30:00Z'),
    });
  });
});

describe('a local time', () => {
  test('is found by round trip in every zone, also where the offset is odd', () => {
    for (const zone of ['Asia/Kathmandu', 'America/St_Johns', 'UTC', 'Pacific/Apia']) {
      const { instants } = resolveLocalTime('2026-11-20T21:00', zone);
      expect(instants).toHaveLength(1);
      expect(sayTime(instants[0] ?? 0, zone)).toBe(`20 Nov 2026 21:00 ${zone}`);
    }
  });
});

describe('a window', () => {
  const at = (windows: Window[], instant: string) =>
    refuseStart(buildEnvironment({ windows }), Date.parse(instant)).map(({ rule }) => rule);
  const evening: Window = { days: ['tue'], from: '20:00', to: '23:30', name: null };
  const night: Window = { days: ['fri'], from: '22:00', to: '02:00', name: null };

  test('is open from its first minute until just before its last, in the zone of the environment', () => {
    expect(at([evening], '2026-11-17T19:00:00Z')).toEqual([]);
    expect(at([evening], '2026-11-17T22:29:00Z')).toEqual([]);
    expect(at([evening], '2026-11-17T22:30:00Z')).toEqual(['windows']);
    expect(at([evening], '2026-11-18T19:00:00Z')).toEqual(['windows']);
  });

  test('that goes past midnight belongs to the day on which it begins', () => {
    expect(at([night], '2026-11-20T23:30:00Z')).toEqual([]);
    expect(at([night], '2026-11-21T01:00:00Z')).toEqual(['windows']);
    expect(at([night], '2026-11-19T23:30:00Z')).toEqual(['windows']);
  });

  test('may be one absolute span', () => {
    const shutdown: Window = { from: '2026-12-18T18:00', to: '2027-01-04T08:00', name: 'winter shutdown' };
    expect(at([shutdown], '2026-12-24T12:00:00Z')).toEqual([]);
    expect(at([shutdown], '2026-12-18T16:59:00Z')).toEqual(['windows']);
  });
});
