import { describe, expect, test } from 'vitest';

import { dayOf, freezesIn, openingsIn, sayDay } from '../../src/domain/calendar/ahead.ts';
import { buildEnvironment } from '../helpers/build.ts';

const at = (local: string) => Date.parse(`${local}Z`);
/** Madrid is an hour ahead of these. */
const tuesday = { from: at('2026-11-17T00:00'), to: at('2026-11-18T00:00') };

describe('what lies ahead', () => {
  test('are the openings of windows that touch it, also one that began the evening before', () => {
    const environment = buildEnvironment({
      windows: [
        { days: ['mon', 'tue'], from: '23:00', to: '02:00', name: 'night' },
        { days: ['wed'], from: '09:00', to: '10:00', name: null },
        { from: '2026-11-17T12:00', to: '2026-11-17T13:00', name: null },
      ],
    });
    expect(openingsIn(environment, tuesday)).toEqual([
      { from: at('2026-11-16T22:00'), to: at('2026-11-17T01:00'), words: 'night' },
      { from: at('2026-11-17T11:00'), to: at('2026-11-17T12:00'), words: '' },
      { from: at('2026-11-17T22:00'), to: at('2026-11-18T01:00'), words: 'night' },
    ]);
    const fortnight = { from: tuesday.from, to: tuesday.from + 14 * 86_400_000 };
    expect(openingsIn(environment, fortnight)).toHaveLength(8);
  });

  test('are its freezes, in the order in which they begin', () => {
    const environment = buildEnvironment({
      freezes: [
        { from: '2026-11-17T20:00', to: '2026-11-20T00:00', reason: 'sale' },
        { from: '2026-11-10T00:00', to: '2026-11-17T12:00', reason: 'audit' },
        { from: '2026-11-01T00:00', to: '2026-11-17T01:00', reason: 'over' },
        { from: '2026-12-24T00:00', to: '2027-01-02T00:00', reason: 'year end' },
      ],
    });
    expect(freezesIn(environment, tuesday).map(({ words }) => words)).toEqual(['audit', 'sale']);
  });
});

test('a day is the one of the person’s zone, and is said with how near it is', () => {
  const lateInLondon = at('2026-11-17T23:30');
  expect(dayOf(lateInLondon, 'Europe/Madrid')).toBe('2026-11-18');
  expect(dayOf(lateInLondon, 'Europe/London')).toBe('2026-11-17');
  const from = (zone: string) => ({ now: lateInLondon, zone });
  expect(sayDay('2026-11-18', from('Europe/Madrid'))).toBe('Today, Wednesday 18 November');
  expect(sayDay('2026-11-18', from('Europe/London'))).toBe('Tomorrow, Wednesday 18 November');
  expect(sayDay('2026-11-19', from('Europe/London'))).toBe('Thursday 19 November');
});
