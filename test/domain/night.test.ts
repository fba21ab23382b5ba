import { describe, expect, test } from 'vitest';

import { needsWatcher } from '../../src/domain/calendar/night.ts';
import { buildEnvironment } from '../helpers/build.ts';

const watcher = { from: ['promotion'], confirmMinutes: 15, ifAbsent: 'pause' as const };

describe('which starts are watched', () => {
  test.each([
    ['2026-11-17T06:59:00Z', ['08:00', '18:00'], true],
    ['2026-11-17T07:00:00Z', ['08:00', '18:00'], false],
    ['2026-11-17T16:59:00Z', ['08:00', '18:00'], false],
    ['2026-11-17T17:00:00Z', ['08:00', '18:00'], true],
    // In summer the clocks of Madrid are two hours ahead.
    ['2026-07-14T06:00:00Z', ['08:00', '18:00'], false],
    ['2026-11-17T23:30:00Z', ['22:00', '06:00'], false],
    ['2026-11-17T12:00:00Z', ['22:00', '06:00'], true],
  ] as const)('at %s, with nobody needed in %j: %s', (instant, [from, to], isWatched) => {
    const environment = buildEnvironment({ watcher: { ...watcher, outside: [from, to] } });
    expect(needsWatcher(environment, Date.parse(instant))).toBe(isWatched);
    expect(needsWatcher(buildEnvironment(), Date.parse(instant))).toBe(false);
  });
});
