import { describe, expect, test } from 'vitest';

import { chooseCache } from '../../src/domain/attempt/choose-cache.ts';
import { serverRun } from '../../src/domain/attempt/run.ts';
import { startRun } from '../../src/domain/attempt/start-run.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import { buildPlan } from '../helpers/build.ts';
import { buildDenodo, buildDenodoRevision, caches } from '../helpers/denodo-shapes.ts';
import { play, type Play } from '../helpers/play-attempt.ts';

const rollback = { runbook: null, onFirstServerFailure: true, countdownSeconds: null, lockAfter: false };

/** Two servers whose cache is swapped, of which the first may be restored. */
function swapping(more: Partial<Environment> = {}): Play {
  const revisions = [buildDenodoRevision('a', { tasks: ['VDPCache'] })];
  return play(buildPlan(buildDenodo({ sharedCache: caches, rollback, ...more }), { revisions }));
}

describe('a failed Denodo server', () => {
  test('is swapped back before it is restored, and what was to follow is left out', () => {
    const game = swapping();
    expect(game.toTheEnd({ 'VQL a@1 vdp-1': 'error' })).toEqual([
      'disable vdp-1',
      'CACHE swap vdp-1',
      'VQL a@1 vdp-1',
      'CACHE revert vdp-1',
      'ROLLBACK vdp-1',
    ]);
    expect(serverRun(game.run, 'vdp-1').state).toBe('rolled_back');
    expect(game.run.service.get('vdp-1')).toBe('held');
    expect(game.run.ended?.state).toBe('error');
  });

  test('is only swapped back where it is not the first, or nothing is restored by itself', () => {
    const later = swapping().toTheEnd({ 'VQL a@1 vdp-2': 'error' });
    expect(later.slice(-2)).toEqual(['VQL a@1 vdp-2', 'CACHE revert vdp-2']);
    const never = swapping({ rollback: null }).toTheEnd({ 'VQL a@1 vdp-1': 'error' });
    expect(never.slice(-2)).toEqual(['VQL a@1 vdp-1', 'CACHE revert vdp-1']);
  });

  test('whose cache was not swapped is not swapped back', () => {
    const done = swapping().toTheEnd({ 'CACHE swap vdp-1': 'error' });
    expect(done).toEqual(['disable vdp-1', 'CACHE swap vdp-1', 'ROLLBACK vdp-1']);
  });

  test('of whose swap nobody knows the end is swapped back', () => {
    const done = swapping().toTheEnd({ 'CACHE swap vdp-1': 'unknown' });
    expect(done).toContain('CACHE revert vdp-1');
  });

  test('says that it could not be swapped back', () => {
    const game = swapping();
    game.toTheEnd({ 'VQL a@1 vdp-2': 'error', 'CACHE revert vdp-2': 'error' });
    expect(serverRun(game.run, 'vdp-2')).toMatchObject({
      state: 'error',
      message: 'it is error; and its cache could not be swapped back: it is error',
    });
  });

  test('says so also where it was restored', () => {
    const game = swapping();
    game.toTheEnd({ 'VQL a@1 vdp-1': 'error', 'CACHE revert vdp-1': 'error' });
    expect(serverRun(game.run, 'vdp-1')).toMatchObject({
      state: 'rolled_back',
      message: 'it is error; and its cache could not be swapped back: it is error',
    });
  });

  test('that could not be restored says both', () => {
    const game = swapping();
    game.toTheEnd({ 'VQL a@1 vdp-1': 'error', 'ROLLBACK vdp-1': 'error' });
    expect(serverRun(game.run, 'vdp-1')).toMatchObject({
      state: 'error',
      message: 'it is error; and it could not be rolled back: it is error',
    });
  });

  test('is not restored without a backup', () => {
    const game = swapping();
    game.run.backup = null;
    expect(game.toTheEnd({ 'VQL a@1 vdp-1': 'error' }).at(-1)).toBe('CACHE revert vdp-1');
    expect(serverRun(game.run, 'vdp-1').state).toBe('error');
  });
});

describe('the cache of a deployment', () => {
  test('is the other one of the two, for every server', () => {
    const game = swapping();
    game.toTheEnd();
    expect(game.run.cache).toEqual({ before: 'jdbc:a', next: 'jdbc:b' });
  });

  test('stays the same when the rest is deployed by another attempt', () => {
    const game = swapping();
    game.toTheEnd({ 'VQL a@1 vdp-2': 'error' });
    const again = startRun({ type: 'attempt_started', attempt: 2, fence: 2, servers: ['vdp-2'] }, game.run);
    expect(again.cache).toEqual(game.run.cache);
    expect(chooseCache(game.index.plan, again, { server: 'vdp-2', inUse: 'jdbc:a' })).toBeNull();
  });

  test('is not chosen where the first server uses neither, or does not say which', () => {
    const { index, run } = swapping();
    const problems = ['jdbc:c', null].map((inUse) =>
      chooseCache(index.plan, run, { server: 'vdp-1', inUse }),
    );
    expect(problems).toEqual([
      { server: 'vdp-1', message: 'vdp-1 uses `jdbc:c`, which is neither of the two configured caches' },
      { server: 'vdp-1', message: 'vdp-1 does not say which cache it uses' },
    ]);
  });

  test('that failed when it was loaded fails the first server, which is swapped back', () => {
    const done = swapping({ rollback: null }).toTheEnd({ 'SCH run-cache sched': 'error' });
    expect(done.slice(-2)).toEqual(['SCH run-cache sched', 'CACHE revert vdp-1']);
  });
});
