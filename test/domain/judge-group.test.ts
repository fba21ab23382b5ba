import { describe, expect, test } from 'vitest';

import { type GroupFindings, judgeGroup, type MemberStatus } from '../../src/domain/attempt/judge-group.ts';
import { buildPlan, buildSingleCluster } from '../helpers/build.ts';

const plan = buildPlan(buildSingleCluster(['web-1', 'web-2', 'web-3'], { minInService: 1 }));

function judged(more: Partial<GroupFindings>) {
  const nothing = { problems: [], from: {}, drift: [], out: new Set<string>(), underWay: new Set<string>() };
  return judgeGroup(plan, 0, ['web-1'], { ...nothing, statuses: new Map(), ...more });
}

const says = (status: MemberStatus): Partial<GroupFindings> => ({ statuses: new Map([['web-2', status]]) });

describe('law 5: counts as in service', () => {
  test.each<[string, Partial<GroupFindings>, number]>([
    ['what the balancer calls up', says('up'), 3],
    ['and not what it drains', says('drain'), 2],
    ['and not what it calls down', says('down'), 2],
    ['what it does not know, and nobody took out', says('unknown'), 3],
    ['and not what it does not know, and is held', { ...says('unknown'), out: new Set(['web-2']) }, 2],
    ['what it calls up, though our rows hold it', { ...says('up'), out: new Set(['web-2']) }, 3],
    ['and not what is about to leave', { ...says('up'), underWay: new Set(['web-2']) }, 2],
  ])('%s', (_, findings, inService) => {
    expect(judged(findings).inService).toBe(inService);
  });
});

describe('law 5: a group', () => {
  const alone = { out: new Set(['web-3']) };

  test('may leave while the floor holds', () => {
    expect(judged(alone).refused).toBeNull();
  });

  test('may not where one fewer than the floor would be left', () => {
    expect(judged({ ...alone, ...says('drain') }).refused).toBe(
      '1 servers are in service; taking 1 out would leave 0, and the floor is 1',
    );
  });

  test('costs nothing where it is out already', () => {
    expect(judged({ out: new Set(['web-1', 'web-2', 'web-3']) }).refused).toBeNull();
  });
});
