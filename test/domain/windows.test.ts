import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { freezesAt, isOpen, nextOpening, refuseStart, windowEnd } from '../../src/domain/calendar/windows.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import type { Freeze, Window } from '../../src/domain/configured/hours.ts';
import { buildEnvironment } from '../helpers/build.ts';

const minute = 60_000;
const evening: Window = { days: ['tue'], from: '20:00', to: '23:30', name: null };
const night: Window = { days: ['fri'], from: '22:00', to: '02:00', name: null };

function open(window: Window, instant: string, timezone = 'Europe/Madrid'): boolean {
  return isOpen(buildEnvironment({ windows: [window], timezone }), Date.parse(instant));
}

const step = 10 * minute;

/** How long a window is open within these days, in minutes, found by asking every ten of them. */
function openMinutes(window: Window, from: string, to: string, timezone = 'Europe/Madrid'): number {
  const environment = buildEnvironment({ windows: [window], timezone });
  let count = 0;
  for (let instant = Date.parse(from); instant < Date.parse(to); instant += step)
    if (isOpen(environment, instant)) count += 10;
  return count;
}

describe('a window', () => {
  test('is open from its first minute until just before its last, in the zone of the environment', () => {
    expect(open(evening, '2026-11-17T18:59:59Z')).toBe(false);
    expect(open(evening, '2026-11-17T19:00:00Z')).toBe(true);
    expect(open(evening, '2026-11-17T22:29:59Z')).toBe(true);
    expect(open(evening, '2026-11-17T22:30:00Z')).toBe(false);
    expect(open(evening, '2026-11-18T19:00:00Z')).toBe(false);
  });

  test('that goes past midnight belongs to the day on which it begins', () => {
    expect(open(night, '2026-11-20T23:30:00Z')).toBe(true);
    expect(open(night, '2026-11-21T00:59:00Z')).toBe(true);
    expect(open(night, '2026-11-21T01:00:00Z')).toBe(false);
    expect(open(night, '2026-11-19T23:30:00Z')).toBe(false);
  });

  test('may be one absolute span', () => {
    const shutdown: Window = { from: '2026-12-18T18:00', to: '2027-01-04T08:00', name: 'winter shutdown' };
    expect(open(shutdown, '2026-12-24T12:00:00Z')).toBe(true);
    expect(open(shutdown, '2026-12-18T16:59:00Z')).toBe(false);
    expect(open(shutdown, '2027-01-04T07:00:00Z')).toBe(false);
  });

  test('until 24:00 ends with its day', () => {
    const lastHour: Window = { days: ['tue'], from: '23:00', to: '24:00', name: null };
    expect(open(lastHour, '2026-11-17T22:59:00Z')).toBe(true);
    expect(open(lastHour, '2026-11-17T23:00:00Z')).toBe(false);
  });

  test('outside of which somebody wants to start is refused with the time at which the next one opens', () => {
    const environment = buildEnvironment({ windows: [evening, night] });
    expect(refuseStart(environment, Date.parse('2026-11-18T09:00:00Z'))).toMatchObject([
      { rule: 'windows', wayOut: expect.stringContaining('opens 20 Nov 2026 22:00 Europe/Madrid') },
    ]);
    const over: Window = { from: '2026-01-01T00:00', to: '2026-01-02T00:00', name: null };
    expect(
      refuseStart(buildEnvironment({ windows: [over] }), Date.parse('2026-11-18T09:00:00Z')),
    ).toMatchObject([{ wayOut: 'No window opens any more; ask for one.' }]);
  });
});

describe('a window over a change of the clocks', () => {
  const spring = ['2027-03-27T12:00Z', '2027-03-28T12:00Z'] as const;
  const autumn = ['2027-10-30T12:00Z', '2027-10-31T12:00Z'] as const;
  const sunday = (from: string, to: string): Window => ({ days: ['sun'], from, to, name: null });
  const saturday = (from: string, to: string): Window => ({ days: ['sat'], from, to, name: null });

  test.each([
    ['is an hour shorter in spring', sunday('00:00', '06:00'), spring, 300],
    [
      'that begins in the hour that is missing opens when that hour is over',
      sunday('02:30', '05:00'),
      spring,
      120,
    ],
    ['that lies in the missing hour alone does not open', sunday('02:10', '02:50'), spring, 0],
    ['that ends in the missing hour closes when it begins', sunday('00:00', '02:30'), spring, 120],
    ['past midnight loses the hour as well', saturday('22:00', '04:00'), spring, 300],
    ['is an hour longer in autumn', sunday('00:00', '06:00'), autumn, 420],
    ['that begins in the hour that comes twice opens the first time', sunday('02:30', '05:00'), autumn, 210],
    ['that ends in the hour that comes twice closes the first time', saturday('22:00', '02:30'), autumn, 270],
  ] as const)('%s', (_name, window, [from, to], minutes) => {
    expect(openMinutes(window, from, to)).toBe(minutes);
  });

  test('of half an hour, as on Lord Howe, moves by that half hour', () => {
    const window = sunday('01:00', '04:00');
    expect(openMinutes(window, '2027-10-02T10:00Z', '2027-10-03T10:00Z', 'Australia/Lord_Howe')).toBe(150);
    expect(openMinutes(window, '2027-04-03T10:00Z', '2027-04-04T10:00Z', 'Australia/Lord_Howe')).toBe(210);
  });

  test('is open in one piece: it does not close and open again while the hour is repeated', () => {
    const environment = buildEnvironment({ windows: [sunday('01:00', '02:30')] });
    const states = Array.from({ length: 24 * 6 }, (_, index) =>
      isOpen(environment, Date.parse(autumn[0]) + index * step),
    );
    expect(states.filter((state, index) => state !== states[index - 1])).toEqual([false, true, false]);
  });
});

describe('the next opening of a window', () => {
  test('is open, the minute before is not, and nothing opens in between', () => {
    const zones = ['Europe/Madrid', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
    const start = fc.integer({ min: Date.parse('2027-01-01T00:00Z'), max: Date.parse('2028-01-01T00:00Z') });
    fc.assert(
      fc.property(
        start,
        fc.constantFrom(...zones),
        fc.constantFrom(evening, night),
        (after, timezone, window) => {
          const environment = buildEnvironment({ windows: [window], timezone });
          const next = nextOpening(environment, after) ?? 0;
          expect(next).toBeGreaterThan(after);
          expect(isOpen(environment, next)).toBe(true);
          expect(isOpen(environment, next - 1)).toBe(false);
          expect(next - after).toBeLessThanOrEqual(7 * 86_400_000 + 3_600_000);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('the end of a window with atEnd: no-new-server', () => {
  const ends = (windows: Window[], instant: string): string | null => {
    const end = windowEnd(buildEnvironment({ windows }), Date.parse(instant));
    return end && `${new Date(end.at).toISOString().slice(0, 16)} ${end.window}`;
  };
  const strict = (window: Window): Window => ({ ...window, atEnd: 'no-new-server' });

  test('is the end of the opening at hand, also past midnight', () => {
    expect(ends([strict(evening)], '2026-11-17T19:00Z')).toBe('2026-11-17T22:30 tue 20:00–23:30');
    expect(ends([strict(night)], '2026-11-21T00:30Z')).toBe('2026-11-21T01:00 fri 22:00–02:00');
  });

  test('ends what runs only where the one that closes last says stop', () => {
    const stop: Window = { ...evening, atEnd: 'stop' };
    const later: Window = { days: ['tue'], from: '23:00', to: '02:00', name: 'late', atEnd: 'no-new-server' };
    const stops = (windows: Window[]) =>
      windowEnd(buildEnvironment({ windows }), Date.parse('2026-11-17T19:00Z'))?.stops;
    expect([stops([stop]), stops([strict(evening)]), stops([stop, later])]).toEqual([true, false, false]);
  });

  test('is none where the window does not say so, or none is open', () => {
    expect(ends([evening], '2026-11-17T19:00Z')).toBeNull();
    expect(ends([strict(evening)], '2026-11-17T12:00Z')).toBeNull();
    expect(ends([], '2026-11-17T12:00Z')).toBeNull();
  });

  test('comes only when no other window is open any more; the one that closes last decides', () => {
    const later: Window = { days: ['tue'], from: '23:00', to: '02:00', name: 'late' };
    expect(ends([strict(evening), strict(later)], '2026-11-17T19:00Z')).toBe(
      '2026-11-18T01:00 late tue 23:00–02:00',
    );
    expect(ends([strict(evening), later], '2026-11-17T19:00Z')).toBeNull();
  });

  test('is none for a window that is always open', () => {
    const always: Window = {
      days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
      from: '00:00',
      to: '24:00',
      name: null,
    };
    expect(ends([strict(always)], '2026-11-17T19:00Z')).toBeNull();
  });
});

describe('a freeze', () => {
  const yearEnd: Freeze = { from: '2026-12-24T00:00', to: '2027-01-02T00:00', reason: 'year end' };
  const at = (freezes: Freeze[], instant: string, more: Partial<Environment> = {}) =>
    freezesAt(buildEnvironment({ freezes, ...more }), Date.parse(instant)).map(({ reason }) => reason);

  test('begins and ends in the zone of the environment', () => {
    expect(at([yearEnd], '2026-12-23T22:59:59Z')).toEqual([]);
    expect(at([yearEnd], '2026-12-23T23:00:00Z')).toEqual(['year end']);
    expect(at([yearEnd], '2027-01-01T22:59:59Z')).toEqual(['year end']);
    expect(at([yearEnd], '2027-01-01T23:00:00Z')).toEqual([]);
  });

  test('that ends in the hour that comes twice lasts until it has passed twice', () => {
    const autumn: Freeze = { from: '2027-10-30T00:00', to: '2027-10-31T02:30', reason: 'count' };
    expect(at([autumn], '2027-10-31T00:45Z')).toEqual(['count']);
    expect(at([autumn], '2027-10-31T01:29Z')).toEqual(['count']);
    expect(at([autumn], '2027-10-31T01:30Z')).toEqual([]);
  });

  test('without an override refuses, also where another one at the same time has one', () => {
    const lifted: Freeze = { ...yearEnd, reason: 'party', override: { from: ['global_admin'], persons: 2 } };
    const during = Date.parse('2026-12-25T12:00Z');
    const rules = (freezes: Freeze[]) =>
      refuseStart(buildEnvironment({ freezes }), during).map(({ message }) => message);
    expect(rules([lifted])).toEqual([]);
    expect(rules([lifted, yearEnd])).toEqual([expect.stringContaining('year end')]);
  });
});
