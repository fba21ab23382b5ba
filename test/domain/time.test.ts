import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { localTime, resolveLocalTime, sameOnTheClock, sayTime } from '../../src/domain/calendar/calendar.ts';
import { parseTypedStart } from '../../src/domain/calendar/typed-start.ts';
import { bothOfTyped, parseTypedTime } from '../../src/domain/calendar/typed-time.ts';
import type { Window } from '../../src/domain/configured/hours.ts';
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
    ['in an hour', '2026-11-17T14:00:00.000Z'],
    ['in 90 minutes', '2026-11-17T14:30:00.000Z'],
    ['tonight 21:00', '2026-11-17T20:00:00.000Z'],
    ['tonight at 9pm', '2026-11-17T20:00:00.000Z'],
    ['9 pm tomorrow', '2026-11-18T20:00:00.000Z'],
    ['tomorrow at 9:30pm', '2026-11-18T20:30:00.000Z'],
    ['tomorrow noon', '2026-11-18T11:00:00.000Z'],
    ['Friday, 12am', '2026-11-19T23:00:00.000Z'],
    ['next friday 21:00', '2026-11-20T20:00:00.000Z'],
    ['24 dec 20:00', '2026-12-24T19:00:00.000Z'],
    ['Dec 24th, 8pm', '2026-12-24T19:00:00.000Z'],
    ['3 january 20:00', '2027-01-03T19:00:00.000Z'],
    ['17 nov 09:00', '2027-11-17T08:00:00.000Z'],
    ['24 dec 2027 20:00', '2027-12-24T19:00:00.000Z'],
    ['2026-12-24 20:00 UTC', '2026-12-24T20:00:00.000Z'],
    ['21:00 america/new_york', '2026-11-18T02:00:00.000Z'],
    ['20 Nov 2026 21:00 Europe/London', '2026-11-20T21:00:00.000Z'],
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
    ['tomorrow', /says no hour/, 'Write it too, as in tomorrow 09:00 or tomorrow 21:00.'],
    ['tomorrow 9', /does not say which hour/, 'Write tomorrow 09:00 or tomorrow 21:00.'],
    ['fri at 12', /does not say which hour/, 'Write fri 12:00.'],
    ['21pm', /no clock shows/, 'Did you mean 21:00?'],
    ['tonight 01:00', /is not tonight/, 'Write today 01:00 or tomorrow 01:00.'],
    [
      'today 09:00',
      /17 Nov 2026 09:00 Europe\/Madrid has passed/,
      'Write 09:00 for the next time it is 09:00, or now.',
    ],
    ['2020-01-01T09:00Z', /has passed/, 'Write 10:00 for the next time it is 10:00, or now.'],
    ['tomorrow 21:00 madrid', /no time I understand/, 'Write the zone as Europe/Madrid.'],
    ['29 feb 2027 10:00', /no time I understand/, expect.stringContaining('24 dec 20:00')],
    ['soonish', /no time I understand/, expect.stringContaining('2026-11-18 21:00')],
    ['24/12 20:00', /no time I understand/, expect.stringContaining('24 dec 20:00')],
  ])('%j is refused, and the nearest readings are named', (typed, message, wayOut) => {
    const verdict = parseTypedTime(typed, now, 'Europe/Madrid');
    expect(verdict.ok ? [] : verdict.refusals).toEqual([
      expect.objectContaining({ message: expect.stringMatching(message), wayOut }),
    ]);
  });

  test('that comes twice and was once already means the time that is still to come', () => {
    const between = Date.parse('2027-10-31T00:45:00Z');
    expect(parseTypedTime('02:30', between, 'Europe/Madrid')).toEqual({
      ok: true,
      value: Date.parse('2027-10-31T01:30:00Z'),
    });
    expect(bothOfTyped('02:30', between, 'Europe/Madrid')).toBeNull();
  });

  test('that comes twice in a zone of its own is asked with its offsets, never in the form of another zone', () => {
    const typed = '2027-10-31 02:30 Europe/Madrid';
    expect(bothOfTyped(typed, now, 'America/New_York')).toBeNull();
    const verdict = parseTypedTime(typed, now, 'America/New_York');
    expect(verdict.ok ? '' : verdict.refusals[0]?.wayOut).toBe(
      'Write 2027-10-31T02:30+02:00 or 2027-10-31T02:30+01:00.',
    );
  });

  test.each([
    ['Europe/London', '2027-03-28 01:30', '28 Mar 2027 00:59', '28 Mar 2027 02:00'],
    ['Europe/Madrid', '2027-03-28 02:30', '28 Mar 2027 01:59', '28 Mar 2027 03:00'],
    ['America/New_York', '2027-03-14 02:00', '14 Mar 2027 01:59', '14 Mar 2027 03:00'],
    ['Australia/Lord_Howe', '2027-10-03 02:15', '3 Oct 2027 01:59', '3 Oct 2027 02:30'],
    ['Pacific/Apia', '2011-12-30 12:00', '29 Dec 2011 23:59', '31 Dec 2011 00:00'],
  ])('law 9: in %s %s does not exist, and the two nearest that do are named', (zone, typed, ...nearest) => {
    const verdict = parseTypedTime(typed, now, zone);
    const [before, after] = nearest.map((time) => `${time} ${zone}`);
    expect(verdict.ok ? '' : verdict.refusals[0]?.message).toMatch(/does not exist/);
    expect(verdict.ok ? '' : verdict.refusals[0]?.wayOut).toBe(`Choose ${before} or ${after}.`);
  });

  test.each([
    ['Europe/London', '2027-10-31 01:30', '+01:00', '+00:00'],
    ['Europe/Madrid', '2027-10-31 02:00', '+02:00', '+01:00'],
    ['America/New_York', '2027-11-07 01:59', '-04:00', '-05:00'],
    ['Australia/Lord_Howe', '2027-04-04 01:45', '+11:00', '+10:30'],
  ])('law 9: in %s %s comes twice, and it asks which, with the offsets', (zone, typed, first, second) => {
    const local = typed.replace(' ', 'T');
    const verdict = parseTypedTime(typed, now, zone);
    expect(verdict.ok ? '' : verdict.refusals[0]?.wayOut).toBe(
      `Write ${local}${first} or ${local}${second}.`,
    );
    const answers = [first, second].map((offset) => parseTypedTime(`${typed}${offset}`, now, zone));
    expect(answers.map((answer) => (answer.ok ? answer.value : answer))).toEqual(
      bothOfTyped(typed, now, zone),
    );
  });

  test.each(['2027-10-31 03:00', '2027-03-28 02:30', 'now', 'soon', '2027-02-31 10:00'])(
    '%j is not asked about: it does not come twice in Madrid',
    (typed) => {
      expect(bothOfTyped(typed, now, 'Europe/Madrid')).toBeNull();
    },
  );

  test('that is written as the answer to that question is taken', () => {
    expect(parseTypedTime('2027-10-31T01:30Z', now, 'Europe/Madrid')).toEqual({
      ok: true,
      value: Date.parse('2027-10-31T01:30:00Z'),
    });
  });
});

const zones = [
  'Europe/London',
  'Europe/Madrid',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'UTC',
];

/** Any minute from 2000 to 2099; half of them within two days of a change of the clocks in one of the zones. */
const anyMinute = fc
  .oneof(
    fc.integer({ min: Date.parse('2000-01-03T00:00Z'), max: Date.parse('2099-12-30T00:00Z') }),
    fc
      .record({
        change: fc.constantFrom(
          '2027-03-28T01:00Z',
          '2027-10-31T01:00Z',
          '2027-03-14T07:00Z',
          '2027-11-07T06:00Z',
          '2027-10-02T15:30Z',
          '2027-04-03T15:00Z',
          '2011-12-30T10:00Z',
          '2021-04-03T14:00Z',
        ),
        minutes: fc.integer({ min: -2_880, max: 2_880 }),
      })
      .map(({ change, minutes }) => Date.parse(change) + minutes * 60_000),
  )
  .map((instant) => Math.floor(instant / 60_000) * 60_000);

describe('a local time', () => {
  test('of every instant in every zone leads back to that instant, which is one of at most two', () => {
    fc.assert(
      fc.property(anyMinute, fc.constantFrom(...zones), (instant, zone) => {
        const both = sameOnTheClock(instant, zone);
        expect(both).toContain(instant);
        expect(both.length).toBeLessThanOrEqual(2);
        expect(both.map((one) => localTime(one, zone))).toEqual(both.map(() => localTime(instant, zone)));
      }),
      { numRuns: 300 },
    );
  });

  test('is never shifted: what is typed is taken as it stands, asked about, or refused', () => {
    fc.assert(
      fc.property(anyMinute, fc.constantFrom(...zones), (instant, zone) => {
        const typed = new Date(instant).toISOString().slice(0, 16);
        const verdict = parseTypedTime(typed, now, zone);
        const { instants, nearest } = resolveLocalTime(typed, zone);
        if (verdict.ok) expect(localTime(verdict.value ?? 0, zone)).toBe(typed);
        else expect(instants.filter((one) => one > now)).not.toHaveLength(1);
        if (nearest === null) return;
        const [before, after] = nearest;
        expect(localTime(before, zone) < typed && typed < localTime(after, zone)).toBe(true);
        expect(after - before).toBe(60_000);
      }),
      { numRuns: 300 },
    );
  });

  const days = [
    '',
    'today',
    'tomorrow',
    'fri',
    'next monday',
    '28 mar',
    'oct 31',
    '2027-10-31',
    '7 nov 2027',
  ];

  test('however it is typed is to come, and what is said back is read as the very same minute', () => {
    fc.assert(
      fc.property(
        anyMinute,
        fc.constantFrom(...zones),
        fc.record({ day: fc.constantFrom(...days), hour: fc.nat(23), minute: fc.nat(59) }),
        (nowThen, zone, { day, hour, minute }) => {
          const clock = `${hour}:${String(minute).padStart(2, '0')}`;
          const verdict = parseTypedTime(`${day} ${clock}`, nowThen, zone);
          if (!verdict.ok) {
            expect(verdict.refusals[0]?.rule).toMatch(/^(law-9|O-01|time)$/);
            return;
          }
          const instant = verdict.value ?? 0;
          expect(instant).toBeGreaterThan(nowThen);
          expect(Number(localTime(instant, zone).slice(11, 13))).toBe(hour);
          if (sameOnTheClock(instant, zone).length > 1) return;
          expect(parseTypedTime(sayTime(instant, zone), nowThen, 'Asia/Tokyo')).toEqual(verdict);
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each(['2027-02-31T10:00', '2027-13-01T10:00', '2026-02-29T10:00', '2027-04-31T10:00', 'soon'])(
    '%s is in no calendar, and nothing near it is offered',
    (local) => {
      expect(resolveLocalTime(local, 'Europe/Madrid')).toEqual({ instants: [], nearest: null });
    },
  );

  test('is found where the offset is odd', () => {
    for (const zone of ['Asia/Kathmandu', 'America/St_Johns', 'UTC', 'Pacific/Apia']) {
      const { instants } = resolveLocalTime('2026-11-20T21:00', zone);
      expect(instants).toHaveLength(1);
      expect(sayTime(instants[0] ?? 0, zone)).toBe(`20 Nov 2026 21:00 ${zone}`);
    }
  });
});

describe('next window', () => {
  const nights: Window = { days: ['tue', 'fri'], from: '21:00', to: '23:00', name: null };
  const place = (...windows: Window[]) => ({
    zone: 'America/New_York',
    environment: buildEnvironment({ windows }),
  });

  test.each(['next window', 'In the next window', 'next opening'])('%j is when it opens next', (typed) => {
    expect(parseTypedStart(typed, now, place(nights))).toEqual({
      ok: true,
      value: Date.parse('2026-11-17T20:00:00Z'),
    });
  });

  test('is refused where no environment is named, where it has no windows, and where none opens any more', () => {
    const past: Window = { from: '2026-01-01T10:00', to: '2026-01-01T12:00', name: null };
    const said = [{ zone: 'UTC', environment: null }, place(), place(past)].map((where) => {
      const verdict = parseTypedStart('next window', now, where);
      return verdict.ok ? '' : verdict.refusals[0]?.message;
    });
    expect(said).toEqual([
      'Which window is meant is not said.',
      '`shop` has no windows: it may start at any hour.',
      'No window of `shop` opens any more.',
    ]);
  });

  test('leaves any other time to be read in the zone of the person', () => {
    expect(parseTypedStart('21:00', now, place(nights))).toEqual(
      parseTypedTime('21:00', now, 'America/New_York'),
    );
  });
});
