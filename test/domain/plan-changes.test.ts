import { describe, expect, test } from 'vitest';

import type { Environment } from '../../src/domain/configured/environment.ts';
import { planChanges } from '../../src/domain/plan/plan-changes.ts';
import { sayPlanChange } from '../../src/wording/plan-change.ts';
import { buildCluster, buildEnvironment, buildPlan, buildServer } from '../helpers/build.ts';

const before = buildPlan(buildEnvironment());
const changed = (more: Partial<Environment>) => planChanges(before, buildPlan(buildEnvironment(more)));

describe('what changed between two plans', () => {
  test('is said from what it was to what it is, a line each, and entries of lists by their names', () => {
    const south = before.environment.clusters[1] ?? buildCluster('south', []);
    expect(
      changed({
        minInService: 2,
        onServerFailure: 'continue',
        clusters: [
          buildCluster('north', [buildServer('web-1', { owner: 'U0SCI' }), 'web-2', 'web-9']),
          south,
        ],
      }),
    ).toEqual([
      '`shop`: minInService none → 2',
      '`shop`: onServerFailure `stop` → `continue`',
      '`shop`: clusters.north.servers.web-1.owner none → `U0SCI`',
      '`shop`: clusters.north.servers.web-9 was added',
    ]);
  });

  test('names files and scripts with both digests', () => {
    const [revision] = before.revisions;
    if (!revision) throw new Error('no revision');
    const after = {
      ...before,
      revisions: [{ ...revision, digest: 'e'.repeat(64) }],
      scriptDigests: { '/lb/a': 'b'.repeat(64) },
    };
    expect(planChanges({ ...before, scriptDigests: { '/lb/a': 'a'.repeat(64) } }, after)).toEqual([
      'the files of shop@2: `dddddddd` → `eeeeeeee`',
      'the script /lb/a: `aaaaaaaa` → `bbbbbbbb`',
    ]);
  });

  test('never says the words of properties, variables and command lines, only that they changed', () => {
    const secretive = (word: string) =>
      buildPlan(
        buildEnvironment({
          properties: { greeting: word },
          readBack: { run: `echo ${word}`, timeoutSeconds: 10 },
        }),
      );
    const lines = planChanges(secretive('hunter1'), secretive('hunter2'));
    expect(lines).toEqual(['`shop`: properties.greeting changed', '`shop`: readBack.run changed']);
  });

  test('stays short where a whole configuration changed', () => {
    const servers = Array.from({ length: 40 }, (_, index) => `web-${index + 10}`);
    const lines = changed({
      clusters: [...before.environment.clusters, buildCluster('east', [])],
      properties: Object.fromEntries(servers.map((name) => [name, 'x'])),
    });
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('and 21 more settings of `shop`');
  });
});

test('the thread counts several changes, puts each in a line, and asks exactly those who may look again', () => {
  const event = {
    type: 'plan_changed' as const,
    planHash: 'h',
    changes: ['a: 1 → 2', 'b was added'],
    expiresAt: 5,
    approvedBy: [
      { by: 'U0DAN', for: 'U0BEN', at: 1 },
      { by: 'U0CAT', at: 2 },
    ],
    ask: ['U0CAT'],
  };
  expect(sayPlanChange(event, (at) => `T${at}`)).toBe(
    'The plan changed in 2 places:\n• a: 1 → 2\n• b was added\nEarlier approvals are void; it expires T5 unless the new plan is approved. Approved before by <@U0DAN> for <@U0BEN> (T1) and <@U0CAT> (T2). <@U0CAT>: please look at what changed.',
  );
  const { approvedBy: _, ask: __, ...plain } = { ...event, changes: ['a: 1 → 2'] };
  expect(sayPlanChange(plain, (at) => `T${at}`)).toBe(
    'The plan changed: a: 1 → 2. Earlier approvals are void; it expires T5 unless the new plan is approved.',
  );
});
