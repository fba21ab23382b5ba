import { describe, expect, test } from 'vitest';

import { failureLimit } from '../../src/domain/attempt/halt.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import { buildPlan, buildSingleCluster } from '../helpers/build.ts';
import { nameOf, play } from '../helpers/play-attempt.ts';

const plan = (more: Partial<Environment> = {}) => buildPlan(buildSingleCluster(['web-1', 'web-2'], more));
const [step = ''] = plan()
  .tasks.filter(({ type }) => type === 'STEP')
  .map(nameOf);

describe('law 1: of what nobody knows how it ended', () => {
  test.each([
    ['a script that takes a member out', 'disable web-1', /whether it takes requests is not known/],
    ['a step', step, /web-1 did not finish/],
    ['a script that puts a member back', 'enable web-1', /could not be put back/],
  ])('%s: its server is unknown, and held', (_, task, reason) => {
    const attempt = play(plan());
    attempt.toTheEnd({ [task]: 'unknown' });
    expect(attempt.run.servers.get('web-1')?.state).toBe('unknown');
    expect(attempt.run.service.get('web-1')).toBe('held');
    expect(attempt.heldBecause.get('web-1')).toMatch(reason);
  });

  test.each(['disable web-1', step, 'enable web-1'])(
    'law 6: %s counts as a failure: no other server begins',
    (task) => {
      const attempt = play(plan());
      attempt.toTheEnd({ [task]: 'unknown' });
      expect(attempt.run.servers.get('web-2')?.state).toBe('skipped');
      expect(attempt.run.ended).toMatchObject({ state: 'error', endedBy: 'onServerFailure: stop' });
    },
  );
});

describe('law 6: a budget in percent', () => {
  test.each([
    [50, 2, 1],
    [34, 3, 2],
    [33, 3, 1],
    [1, 3, 1],
    [100, 3, 3],
  ])('of %i of %i servers is used up by %i', (percent, servers, limit) => {
    const names = Array.from({ length: servers }, (_, index) => `web-${index + 1}`);
    expect(failureLimit(buildPlan(buildSingleCluster(names, { maxFailures: { percent } })))).toBe(limit);
  });
});
