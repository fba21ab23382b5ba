import { describe, expect, test } from 'vitest';

import {
  judgeNotice,
  type JudgedNotice,
  type PersonSettings,
  type QuietHours,
  quietUntil,
  refuseSettings,
  usualSettings,
} from '../../src/domain/person-settings.ts';

const at = (text: string): number => Date.parse(text);
const nights = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '22:00', to: '07:00' } as const;
const quiet: QuietHours = { ...nights, days: [...nights.days] };
const zone = 'Europe/Madrid';
const ends = (instant: string, hours = quiet): string | null => {
  const end = quietUntil(hours, zone, at(instant));
  return end === null ? null : new Date(end).toISOString();
};

describe('quiet hours over midnight', () => {
  test.each([
    // Madrid is an hour ahead of UTC in November; the 17th is a Tuesday.
    ['2026-11-17T20:59Z', null],
    ['2026-11-17T21:00Z', '2026-11-18T06:00:00.000Z'],
    ['2026-11-18T05:59Z', '2026-11-18T06:00:00.000Z'],
    ['2026-11-18T06:00Z', null],
  ])('at %s hold until %s, by the clock of the person', (instant, end) => {
    expect(ends(instant)).toBe(end);
  });

  test('begin on chosen days only: the night of Friday reaches into Saturday, Saturday has none', () => {
    expect(ends('2026-11-21T03:00Z')).toBe('2026-11-21T06:00:00.000Z');
    expect(ends('2026-11-21T23:00Z')).toBeNull();
    expect(ends('2026-11-22T03:00Z')).toBeNull();
  });

  test('end on the clock, also in the night in which it is set forward or back', () => {
    const always = { ...quiet, days: [...quiet.days, 'sat' as const, 'sun' as const] };
    expect(ends('2026-03-28T23:00Z', always)).toBe('2026-03-29T05:00:00.000Z');
    expect(ends('2026-10-24T22:00Z', always)).toBe('2026-10-25T06:00:00.000Z');
    expect(ends('2026-03-28T23:00Z', { ...always, to: '02:30' })).toBe('2026-03-29T01:00:00.000Z');
  });

  test('of a day are over on the same day', () => {
    const lunch = { ...quiet, from: '13:00', to: '14:00' };
    expect(ends('2026-11-17T12:30Z', lunch)).toBe('2026-11-17T13:00:00.000Z');
    expect(ends('2026-11-17T13:30Z', lunch)).toBeNull();
  });
});

const night = at('2026-11-17T23:00Z');
const morning = at('2026-11-18T06:00Z');
const notice: JudgedNotice = { about: 'approval', environment: 'shop', onlyNews: false, actBy: null };
const judge = (settings: Partial<PersonSettings>, more: Partial<JudgedNotice> = {}, now = night) =>
  judgeNotice({ ...usualSettings, ...settings }, { ...notice, ...more }, { now, zone });

describe('a direct message', () => {
  test.each([
    ['that asks nothing waits until they end', null, morning],
    ['about something that begins after they end waits', morning + 1, morning],
    ['about something that begins just when they end waits', morning, morning],
    ['about something that begins before they end comes at once', morning - 1, null],
    ['about something that waits for them now comes at once', 0, null],
  ])('in quiet hours %s', (_, actBy, waitsUntil) => {
    expect(judge({ quiet }, { actBy })).toEqual({ comes: true, waitsUntil });
  });

  test('outside quiet hours waits for nothing', () => {
    expect(judge({ quiet }, {}, morning)).toEqual({ comes: true, waitsUntil: null });
  });

  test('of a kind that is off, or about a muted environment, does not come, whatever it asks', () => {
    expect(judge({ off: ['approval'] }, { actBy: 0 }).comes).toBe(false);
    expect(judge({ off: ['own'] }).comes).toBe(true);
    expect(judge({ muted: ['shop'] }, { actBy: 0 }).comes).toBe(false);
    expect(judge({ muted: ['bank'] }).comes).toBe(true);
  });

  test('of a start or a good end comes only to who wants every one', () => {
    const news = { about: 'own', onlyNews: true } as const;
    expect(judge({}, news).comes).toBe(false);
    expect(judge({ own: 'all' }, news).comes).toBe(true);
    expect(judge({}, { about: 'own' }).comes).toBe(true);
  });
});

test('quiet hours without an end, without a length or without a day are refused in a sentence', () => {
  const refused = (more: Partial<typeof quiet>) =>
    refuseSettings({ ...usualSettings, quiet: { ...quiet, ...more } })?.message;
  expect(refused({})).toBeUndefined();
  expect(refused({ to: '' })).toMatch(/both a beginning and an end/);
  expect(refused({ to: '22:00' })).toMatch(/cannot end when they begin/);
  expect(refused({ days: [] })).toMatch(/a day on which they begin/);
});
