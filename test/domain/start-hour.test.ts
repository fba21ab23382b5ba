import { describe, expect, test } from 'vitest';

import { closingAfter, freezesNear } from '../../src/domain/calendar/windows.ts';
import { sayWindow } from '../../src/domain/calendar/windows.ts';
import type { Window } from '../../src/domain/configured/hours.ts';
import { sayExpectedEnd, sayForecast } from '../../src/wording/forecast.ts';
import { sayFreezesNear, sayInBothZones, sayWindowsAround } from '../../src/wording/start-hour.ts';
import { buildEnvironment } from '../helpers/build.ts';

const night: Window = {
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  from: '22:00',
  to: '06:00',
  name: 'night',
};
const freeze = { from: '2026-11-20T00:00', to: '2026-11-23T00:00', reason: 'black friday' };
const london = (more = {}) =>
  buildEnvironment({ timezone: 'Europe/London', windows: [night], freezes: [freeze], ...more });
const at = (iso: string): number => Date.parse(iso);
const open = at('2026-11-17T23:00Z');
const closed = at('2026-11-17T12:00Z');

describe('the hour in the form', () => {
  test('stands in both zones, once where they show the same, with both days where they differ', () => {
    expect(sayInBothZones(closed, 'Europe/Madrid', london())).toBe(
      '17 Nov 2026 13:00 Europe/Madrid for you, 12:00 Europe/London for `shop`',
    );
    expect(sayInBothZones(open, 'Europe/Madrid', london())).toBe(
      '18 Nov 2026 00:00 Europe/Madrid for you, 17 Nov 2026 23:00 Europe/London for `shop`',
    );
    expect(sayInBothZones(closed, 'Europe/Lisbon', london())).toBe(
      '17 Nov 2026 12:00 Europe/Lisbon, for you and for `shop`',
    );
  });

  test('inside a window says until when it is open', () => {
    expect(sayWindowsAround(london(), open, 'UTC')).toBe(
      'Windows: night mon, tue, wed, thu, fri 22:00–06:00. Open until 18 Nov 2026 06:00 UTC, for you and for `shop`.',
    );
  });

  test('outside of every window says when the next one opens', () => {
    expect(sayWindowsAround(london(), closed, 'UTC')).toBe(
      'The next window opens 17 Nov 2026 22:00 UTC, for you and for `shop`.',
    );
  });

  test('says nothing of windows where there are none', () => {
    expect(sayWindowsAround(london({ windows: [] }), open, 'UTC')).toBe('');
  });

  test('names a freeze within a week, and not the one that it lies in, nor one that is far', () => {
    const sentence = 'Frozen from 2026-11-20 00:00 to 2026-11-23 00:00: black friday.';
    expect(sayFreezesNear(london(), open)).toBe(sentence);
    expect(sayFreezesNear(london(), at('2026-11-29T00:00Z'))).toBe(sentence);
    expect(sayFreezesNear(london(), at('2026-11-21T00:00Z'))).toBe('');
    expect(sayFreezesNear(london(), at('2026-11-12T00:00Z'))).toBe('');
    expect(freezesNear(london(), at('2026-11-21T00:00Z'), 0)).toEqual([freeze]);
  });

  test('ends with the last of windows that follow one another', () => {
    const morning: Window = { days: ['wed'], from: '06:00', to: '09:00', name: null, atEnd: 'stop' };
    expect(closingAfter(london({ windows: [night, morning] }), open)).toEqual({
      at: at('2026-11-18T09:00Z'),
      atEnd: 'stop',
    });
    expect(closingAfter(london(), open)).toEqual({ at: at('2026-11-18T06:00Z'), atEnd: null });
    expect(closingAfter(london(), closed)).toBeNull();
  });
});

describe('the forecast in words', () => {
  const twelve = { totalMs: 11.2 * 60_000, servers: 6, eachMs: 110_000, runs: 5 };
  const start = { startsAt: open, waits: false };

  test('says how it was reckoned, or that nothing was', () => {
    expect(sayForecast(twelve)).toBe(
      '*Forecast*: about 12 min: 6 servers, 1 min 50 s each in the last 5 runs',
    );
    expect(sayForecast({ totalMs: 12_000, servers: 1, eachMs: 12_000, runs: 1 })).toBe(
      '*Forecast*: about 12 s: 1 server, 12 s in the last run',
    );
    const own = { servers: 6, shortestMs: 60_000, longestMs: 240_000 };
    expect(sayForecast({ ...twelve, own })).toBe(
      '*Forecast*: about 12 min: 6 servers, each as it took itself (1 min to 4 min) in the last 5 runs',
    );
    expect(sayForecast({ ...twelve, own: { ...own, servers: 4, longestMs: 60_000 } })).toBe(
      '*Forecast*: about 12 min: 6 servers: 4 as they took themselves (1 min), 2 as the middle one of all (1 min 50 s), in the last 5 runs',
    );
    expect(sayForecast({ ...twelve, servers: 1, own: { ...own, servers: 1, longestMs: 60_000 } })).toBe(
      '*Forecast*: about 12 min: 1 server, as it took itself (1 min) in the last 5 runs',
    );
    expect(sayForecast(null)).toBe('*Forecast*: no earlier run here to reckon from');
  });

  test('has its end beside that of the window', () => {
    expect(sayExpectedEnd(twelve, london(), start)).toEqual({
      text: 'Likely to end about 17 Nov 2026 23:11 Europe/London; the window closes 18 Nov 2026 06:00 Europe/London.',
      fits: true,
    });
    expect(sayExpectedEnd(twelve, london({ windows: [] }), start).text).toBe(
      'Likely to end about 17 Nov 2026 23:11 Europe/London.',
    );
  });

  test('promises no end to what waits for an approval or its turn', () => {
    expect(sayExpectedEnd(twelve, london({ windows: [] }), { ...start, waits: true }).text).toBe(
      'Begun now it would end about 17 Nov 2026 23:11 Europe/London.',
    );
  });

  test.each([
    [undefined, 'It runs on after that.'],
    ['no-new-server' as const, 'Then no further server is begun.'],
    ['stop' as const, 'Then what runs on servers is ended.'],
  ])('that does not fit the window says what becomes of it (atEnd: %s)', (atEnd, sentence) => {
    const windows = [{ ...night, ...(atEnd && { atEnd }) }];
    const long = { ...twelve, totalMs: 8 * 3_600_000 };
    const { text, fits } = sayExpectedEnd(long, london({ windows }), start);
    expect(fits).toBe(false);
    expect(text).toContain('and the window closes before that, 18 Nov 2026 06:00 Europe/London.');
    expect(text).toContain(sentence);
  });
});

test('a window of all seven days is said as every day, and one with dates as people write them', () => {
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
  expect(sayWindow({ days: [...days], from: '20:00', to: '23:59', name: null })).toBe(
    'every day 20:00–23:59',
  );
  expect(sayWindow({ days: days.slice(1), from: '20:00', to: '23:59', name: 'late' })).toBe(
    'late tue, wed, thu, fri, sat, sun 20:00–23:59',
  );
  expect(sayWindow({ from: '2026-12-18T18:00', to: '2027-01-04T08:00', name: null })).toBe(
    '2026-12-18 18:00 to 2027-01-04 08:00',
  );
});
