import { describe, expect, test } from 'vitest';

import type { DeploymentState } from '../../src/domain/deployment/deployment.ts';
import { sayBeside, sayQueuePlace } from '../../src/wording/beside.ts';
import { sayScripts, sayWorstMoment } from '../../src/wording/capacity.ts';
import { sayPlan } from '../../src/wording/plan.ts';
import { buildCluster, buildEnvironment, buildPlan, buildSingleCluster } from '../helpers/build.ts';

describe('the worst moment of a plan', () => {
  test('is that of its largest group', () => {
    expect(sayWorstMoment(buildPlan(buildEnvironment()))).toBe(
      '*At the worst moment* 1 of 2 clusters is in service; the floor is 1',
    );
    const halves = buildSingleCluster(['a', 'b', 'c', 'd', 'e'], {
      serverStrategy: 'half-by-half',
      minInService: 2,
    });
    expect(sayWorstMoment(buildPlan(halves))).toBe(
      '*At the worst moment* 2 of 5 servers are in service; the floor is 2',
    );
  });

  test('in waves is that of the clusters in flight together, and never below the floor', () => {
    const clusters = ['n', 's'].map((name) =>
      buildCluster(
        name,
        [1, 2, 3].map((index) => `${name}${index}`),
      ),
    );
    const inWaves = (clustersInFlight: number, minInService: number) =>
      sayWorstMoment(
        buildPlan(
          buildEnvironment({
            clusters,
            minInService,
            parallel: { perCluster: 2, clustersInFlight, pauseBetweenClusters: false },
          }),
        ),
      );
    expect(inWaves(1, 1)).toContain('4 of 6 servers');
    expect(inWaves(2, 1)).toContain('2 of 6 servers');
    expect(inWaves(2, 5)).toContain('5 of 6 servers');
  });

  test('is none where the load balancer is left alone, and neither are scripts', () => {
    const plan = buildPlan(buildEnvironment({ paradigm: 'simple' }));
    expect(sayWorstMoment(plan)).toBeNull();
    expect(sayScripts(plan)).toBeNull();
  });

  test('comes with the scripts of its level, and no others', () => {
    expect(sayScripts(buildPlan(buildEnvironment()))).toBe(
      '*Load balancer*: disable-cluster, enable-cluster',
    );
    expect(sayScripts(buildPlan(buildSingleCluster(['a', 'b'])))).toBe(
      '*Load balancer*: disable-server, enable-server',
    );
  });
});

describe('the lines of a plan', () => {
  const simple = { paradigm: 'simple', minInService: 0 } as const;

  test('say stays of one member and stay of several', () => {
    expect(sayPlan(buildPlan(buildEnvironment()))).toContain('1 of 2 clusters stays in service');
    const three = buildPlan(buildSingleCluster(['a', 'b', 'c']));
    expect(sayPlan(three)).toContain('2 of 3 servers stay in service');
  });

  test('speak of an order only where there is one', () => {
    expect(sayPlan(buildPlan(buildSingleCluster(['a'], simple)))).toContain(
      '1 server, without the load balancer',
    );
    expect(sayPlan(buildPlan(buildSingleCluster(['a', 'b'], simple)))).toContain(
      '2 servers, one after another, without the load balancer',
    );
  });

  test('count one failed server as one', () => {
    const waves = (maxFailures: { count: number }) =>
      sayPlan(
        buildPlan(
          buildSingleCluster(['a', 'b', 'c', 'd'], {
            maxFailures,
            parallel: { perCluster: 2, clustersInFlight: 1, pauseBetweenClusters: false },
          }),
        ),
      );
    expect(waves({ count: 1 })).toContain('nothing more begins after 1 failed server');
    expect(waves({ count: 1 })).not.toContain('failed servers');
    expect(waves({ count: 2 })).toContain('after 2 failed servers');
  });
});

describe('what else is planned there', () => {
  const listed = (number: number, state: DeploymentState, startsAt: number | null = null) => ({
    number,
    state,
    startsAt,
    title: 'shop@2',
    environment: 'shop',
    requestedBy: 'U0ANA',
  });

  test('stands with number, who and when: what runs, the queue, then by hour', () => {
    const beside = [
      listed(1, 'scheduled', 900),
      listed(2, 'queued', 920),
      listed(3, 'scheduled', 800),
      listed(4, 'running', 950),
    ];
    expect(sayBeside(beside, String)).toEqual([
      '*#4* shop@2: running, <@U0ANA>',
      '*#2* shop@2: waiting for the environment, <@U0ANA>',
      '*#3* shop@2: scheduled, 800, <@U0ANA>',
      '*#1* shop@2: scheduled, 900, <@U0ANA>',
    ]);
  });

  test('is bounded, and says how many more there are', () => {
    const many = Array.from({ length: 30 }, (_, index) => listed(index + 1, 'queued'));
    expect(sayBeside(many, String)).toHaveLength(9);
    expect(sayBeside(many, String).at(-1)).toBe('… and 22 more');
  });

  test('gives the place in the queue behind what runs and waits, and behind nothing that comes later', () => {
    const beside = [listed(1, 'running'), listed(2, 'queued'), listed(3, 'scheduled', 800)];
    expect(sayQueuePlace(beside)).toBe('To begin now it waits for #1, #2, as number 3 in line.');
    expect(sayQueuePlace([listed(3, 'scheduled', 800), listed(4, 'awaiting_approval')])).toBe('');
  });
});
