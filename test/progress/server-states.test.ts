import { expect, test } from 'vitest';

import type { DeploymentEvent, StoredEvent } from '../../src/domain/events/deployment-event.ts';
import { serverStandings } from '../../src/progress/server-states.ts';
import type { MemberService } from '../../src/store/facts.ts';
import { buildEnvironment, buildPlan } from '../helpers/build.ts';

const plan = buildPlan(buildEnvironment(), { servers: ['web-1', 'web-2', 'web-3'] });
const log = (events: DeploymentEvent[]): StoredEvent[] =>
  events.map((event, index) => ({ deployment: 1, version: index + 1, at: index, event }));
const checked = (from: Record<string, string | null>): DeploymentEvent => ({
  type: 'group_checked',
  group: 0,
  problems: [],
  refused: null,
  inService: 2,
  from,
});
const started = (attempt: number, servers: string[]): DeploymentEvent => ({
  type: 'attempt_started',
  attempt,
  servers,
  fence: attempt,
});
const ended = (server: string, state: 'ok' | 'error', to: string | null): DeploymentEvent => ({
  type: 'server_ended',
  server,
  state,
  message: null,
  to,
});
const firstAttempt = [
  started(1, ['web-1', 'web-2', 'web-3']),
  checked({ 'web-1': 'shop@1', 'web-2': 'shop@1' }),
  ended('web-1', 'ok', 'shop@2'),
  ended('web-2', 'error', 'shop@2'),
];

test('every planned server stands in order, before anything ran', () => {
  expect(serverStandings(plan, [], [])).toEqual(
    ['web-1', 'web-2', 'web-3'].map((name) => ({
      name,
      state: 'pending',
      inService: 'yes',
      from: null,
      to: null,
    })),
  );
});

test('a retry changes only the servers it deploys to, and what ran before the deployment stays what it was', () => {
  const events = log([
    ...firstAttempt,
    started(2, ['web-2', 'web-3']),
    checked({ 'web-2': 'shop@2' }),
    { type: 'server_started', server: 'web-2' },
  ]);
  expect(serverStandings(plan, events, [])).toMatchObject([
    { name: 'web-1', state: 'ok', from: 'shop@1', to: 'shop@2' },
    { name: 'web-2', state: 'deploying', from: 'shop@1', to: null },
    { name: 'web-3', state: 'pending', from: null, to: null },
  ]);
});

test('a server is in service as its cluster is, where clusters leave the balancer', () => {
  const held: MemberService = {
    environment: 'shop',
    member: 'north',
    inService: 'held',
    reason: 'web-2 failed',
    deployment: 1,
    since: 1,
  };
  expect(serverStandings(plan, log(firstAttempt), [held]).map(({ inService }) => inService)).toEqual([
    'held',
    'held',
    'yes',
  ]);
});
