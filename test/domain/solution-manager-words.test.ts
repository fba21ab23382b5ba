import { expect, test } from 'vitest';

import { sayPlan } from '../../src/wording/plan.ts';
import { buildRevision } from '../helpers/build.ts';
import { buildManagerPlan } from '../helpers/manager-plan.ts';

test('a plan that is left to a Solution Manager says who deploys what where, and speaks of no server of ours', () => {
  const revisions = [buildRevision({ name: 'customer360' }), buildRevision({ name: 'sales', version: '7' })];
  const words = sayPlan(buildManagerPlan('https://manager.example.com', revisions));
  expect(words).toContain('The Solution Manager deploys customer360@2, sales@7 to its environment 3');
  expect(words).not.toContain('On each server');
  expect(words).not.toContain('1 server');
});
