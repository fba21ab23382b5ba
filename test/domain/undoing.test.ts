import { describe, expect, test } from 'vitest';

import { undoableServers } from '../../src/domain/attempt/undoing.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import type { ServerState, TaskEnd } from '../../src/domain/events/states.ts';
import { indexPlan } from '../../src/domain/plan/plan-index.ts';
import { buildPlan, buildSingleCluster, buildStep } from '../helpers/build.ts';

const plan = buildPlan(
  buildSingleCluster(['web-1', 'web-2'], {
    runbooks: {
      release: {
        steps: [buildStep('look', { kind: 'verify' }), buildStep('install')],
        needsNoBackup: true,
      },
    },
  }),
);
const index = indexPlan(plan);

/** One server of an attempt: what it had, how its steps ended (absent: not begun), and how it did. */
interface Went {
  from: string;
  look?: TaskEnd;
  install?: TaskEnd | 'open';
  state: ServerState;
}

function attempt(number: number, servers: Record<string, Went>): DeploymentEvent[] {
  const rest = { run: 1, exitCode: null, message: '', lastLines: [], readBack: null, durationMs: 1 };
  const taskOf = (server: string, step: string): number =>
    plan.tasks.find((task) => task.server === server && task.step === step)?.id ?? 0;
  const from = Object.fromEntries(Object.entries(servers).map(([name, went]) => [name, went.from]));
  return [
    { type: 'attempt_started', attempt: number, servers: Object.keys(servers), fence: number },
    { type: 'group_checked', group: 0, problems: [], refused: null, inService: 2, from },
    ...Object.entries(servers).flatMap(([server, { look, install, state }]): DeploymentEvent[] => [
      ...(['look', 'install'] as const).flatMap((step): DeploymentEvent[] => {
        const end = { look, install }[step];
        if (end === undefined) return [];
        const task = taskOf(server, step);
        const intended = { type: 'task_intended' as const, task, run: 1, fence: number };
        return end === 'open' ? [intended] : [intended, { type: 'task_ended', task, state: end, ...rest }];
      }),
      { type: 'server_ended', server, state, message: null, to: null },
    ]),
    { type: 'attempt_ended', attempt: number, state: 'error', endedBy: 'completion' },
  ];
}

function undone(...attempts: DeploymentEvent[][]): Record<string, string | null> {
  const events = attempts.flat().map((event, at) => ({ deployment: 1, version: at + 1, at, event }));
  const { servers } = undoableServers(index, events);
  return Object.fromEntries(Object.entries(servers).map(([name, { before }]) => [name, before]));
}

const [old, both] = [{ from: 'shop@1' }, { look: 'ok', install: 'ok' } as const];

describe('law 12: a rollback restores', () => {
  test.each<[string, Record<string, Went>]>([
    ['what was changed and went well', { 'web-1': { ...old, ...both, state: 'ok' } }],
    ['what was changed and failed', { 'web-1': { ...old, look: 'ok', install: 'error', state: 'error' } }],
    ['what may have been changed', { 'web-1': { ...old, install: 'open', state: 'unknown' } }],
    ['what nobody knows', { 'web-1': { ...old, install: 'unknown', state: 'unknown' } }],
  ])('%s', (_, servers) => {
    expect(undone(attempt(1, servers))).toEqual({ 'web-1': 'shop@1' });
  });

  test.each<[string, Went]>([
    ['what was never begun', { ...old, state: 'skipped' }],
    ['what was only looked at', { ...old, look: 'error', state: 'error' }],
    ['where the step was left out', { ...old, look: 'ok', install: 'skipped', state: 'ok' }],
    ['what stands again as it was', { ...old, ...both, state: 'rolled_back' }],
  ])('not %s', (_, went) => {
    expect(undone(attempt(1, { 'web-1': went }))).toEqual({});
  });

  test('what was restored and then changed again, with what it had at first', () => {
    const restored = attempt(1, { 'web-1': { ...old, ...both, state: 'rolled_back' } });
    const again = attempt(2, { 'web-1': { from: 'shop@1+', ...both, state: 'error' } });
    expect(undone(restored, again)).toEqual({ 'web-1': 'shop@1' });
  });

  test('what was changed and then restored no more', () => {
    const failed = attempt(1, { 'web-1': { ...old, ...both, state: 'error' } });
    const restored = attempt(2, { 'web-1': { from: 'shop@2', ...both, state: 'rolled_back' } });
    expect(undone(failed, restored)).toEqual({});
  });

  test('what an earlier attempt changed, also where a later one did not come to it', () => {
    const first = attempt(1, { 'web-1': { ...old, ...both, state: 'ok' } });
    const second = attempt(2, { 'web-2': { from: 'shop@1', ...both, state: 'ok' } });
    expect(undone(first, second)).toEqual({ 'web-1': 'shop@1', 'web-2': 'shop@1' });
  });
});
