import { describe, expect, test } from 'vitest';

import type { Environment } from '../../src/domain/configured/environment.ts';
import type { Deployment } from '../../src/domain/deployment/deployment.ts';
import { foldDeployment } from '../../src/domain/deployment/fold-deployment.ts';
import {
  chosenServers,
  failedServers,
  remainingServers,
  type RetryChoice,
} from '../../src/domain/deployment/retry-choice.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import type { ServerState } from '../../src/domain/events/states.ts';
import { buildCluster, buildEnvironment, buildPlan, buildSingleCluster } from '../helpers/build.ts';

/** Attempts by what became of their servers; whatever ended as a failure was begun. */
function after(...attempts: Record<string, ServerState>[]): Deployment {
  const events: DeploymentEvent[] = attempts.flatMap((servers, index) => {
    const attempt = index + 1;
    return [
      { type: 'attempt_started', attempt, servers: Object.keys(servers), fence: 1 },
      ...Object.entries(servers).flatMap(([server, state]): DeploymentEvent[] => [
        ...(['ok', 'error', 'unknown'].includes(state) ? [{ type: 'server_started' as const, server }] : []),
        { type: 'server_ended', server, state, message: null, to: null },
      ]),
      { type: 'attempt_ended', attempt, state: 'partial', endedBy: 'onServerFailure: stop' },
    ];
  });
  const requested: DeploymentEvent = {
    type: 'requested',
    by: 'U0ANA',
    reason: '',
    startsAt: null,
    expiresAt: null,
    typed: null,
    zone: 'UTC',
    planHash: 'h',
    acceptedWarnings: 0,
  };
  const log = [requested, ...events].map((event, index) => ({
    deployment: 7,
    version: index + 1,
    at: 1,
    event,
  }));
  return foldDeployment(log)!;
}

const names = ['web-1', 'web-2', 'web-3', 'web-4', 'web-5'];
const oneByOne = buildSingleCluster(names);
const stopped = after({
  'web-1': 'ok',
  'web-2': 'error',
  'web-3': 'unknown',
  'web-4': 'skipped',
  'web-5': 'preflight_failed',
});

const choose = (choice: RetryChoice, deployment = stopped, environment: Environment = oneByOne) => {
  const verdict = chosenServers(buildPlan(environment), deployment, choice);
  return verdict.ok ? verdict.value : verdict.refusals.map(({ message }) => message).join(' ');
};

describe('law 11: what is deployed again', () => {
  test.each<[string, RetryChoice, string[]]>([
    ['all that remains', 'remaining', ['web-2', 'web-3', 'web-4', 'web-5']],
    ['only the failed: neither what is done nor what was never begun', 'failed', ['web-2', 'web-3', 'web-5']],
    ['a choice, in the order of the plan', { servers: ['web-4', 'web-2'] }, ['web-2', 'web-4']],
    ['a choice with a name typed twice', { servers: ['web-4', 'web-4'] }, ['web-4']],
  ])('is %s', (_, choice, servers) => {
    expect(choose(choice)).toEqual(servers);
  });

  test.each<[string, RetryChoice, string]>([
    [
      'an unknown name, with the nearest and what remains',
      { servers: ['web-9', 'web-2'] },
      '`web-9` is no server of this plan (the nearest is web-1): what remain are web-2, web-3, web-4 and web-5.',
    ],
    [
      'one that is done already',
      { servers: ['web-1', 'web-2'] },
      'web-1 is done already: what remain are web-2, web-3, web-4 and web-5.',
    ],
    [
      'no server at all',
      { servers: [] },
      'No server is chosen: what remain are web-2, web-3, web-4 and web-5.',
    ],
    [
      'both faults in one sentence',
      { servers: ['<!channel>', 'web-1'] },
      '`‹!channel›` is no server of this plan, and web-1 is done already: what remain are web-2, web-3, web-4 and web-5.',
    ],
  ])('is refused for %s', (_, choice, sentence) => {
    expect(choose(choice)).toBe(sentence);
  });

  test('is refused for the failed where nothing failed', () => {
    const deployment = after({ 'web-1': 'ok', 'web-2': 'skipped' });
    expect(choose('failed', deployment, buildSingleCluster(['web-1', 'web-2']))).toBe(
      'Nothing of #7 failed: what remains is web-2.',
    );
  });

  test('names the first of very many that remain, and says how many more there are', () => {
    const many = Array.from({ length: 30 }, (_, index) => `s-${index}`);
    const deployment = after(Object.fromEntries(many.map((name) => [name, 'skipped'])));
    expect(choose({ servers: [] }, deployment, buildSingleCluster(many))).toMatch(
      /s-0, .*s-19 and 10 more\.$/,
    );
  });
});

describe('what remains is counted over all attempts', () => {
  const plan = buildPlan(oneByOne);

  test('what an attempt left alone still remains, in the order of the plan', () => {
    const deployment = after(
      { 'web-1': 'ok', 'web-2': 'error', 'web-3': 'skipped', 'web-4': 'skipped', 'web-5': 'skipped' },
      { 'web-4': 'error', 'web-5': 'ok' },
    );
    expect(remainingServers(plan, deployment)).toEqual(['web-2', 'web-3', 'web-4']);
    expect(failedServers(plan, deployment)).toEqual(['web-2', 'web-4']);
  });

  test('a failed server stays failed when a later attempt ends before it begins there', () => {
    const deployment = after(
      { 'web-1': 'error', 'web-2': 'skipped', 'web-3': 'ok', 'web-4': 'ok', 'web-5': 'ok' },
      { 'web-1': 'cancelled', 'web-2': 'cancelled' },
    );
    expect(failedServers(plan, deployment)).toEqual(['web-1']);
  });

  test('before the first attempt nothing does', () => {
    expect(remainingServers(plan, after())).toEqual([]);
  });
});

describe('D-43: a cluster', () => {
  const clusters = buildEnvironment({
    clusters: [buildCluster('north', ['web-1', 'web-2']), buildCluster('south', ['web-3', 'web-4'])],
  });
  const northFailed = after({ 'web-1': 'error', 'web-2': 'skipped', 'web-3': 'skipped', 'web-4': 'skipped' });

  test('that takes requests is deployed again as a whole or not at all', () => {
    expect(choose({ servers: ['web-3'] }, northFailed, clusters)).toBe(
      'web-3 and web-4 leave the load balancer together as south, which is put back only when all of them are done.',
    );
    expect(choose({ servers: ['web-4', 'web-3'] }, northFailed, clusters)).toEqual(['web-3', 'web-4']);
  });

  test('that is held already may be mended server by server', () => {
    expect(choose('failed', northFailed, clusters)).toEqual(['web-1']);
    expect(choose({ servers: ['web-2'] }, northFailed, clusters)).toEqual(['web-2']);
  });
});
