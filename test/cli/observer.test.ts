import { describe, expect, test } from 'vitest';

import { observeFacts, observeSaid } from '../../src/cli/bot-observer.ts';
import type { DeploymentEvent, StoredEvent } from '../../src/domain/events/deployment-event.ts';
import { createMetrics } from '../../src/health/metrics.ts';
import { buildCluster, buildEnvironment, buildPlan, buildServer, buildStep } from '../helpers/build.ts';

const metricsOf = () =>
  createMetrics({
    version: '0',
    now: () => 0,
    gauges: async () => ({
      deployments: [],
      outbox: [],
      oldestUnsaidAt: null,
      due: [],
      oldestDueAt: null,
      leases: [],
      inspections: 0,
      logLength: 0,
    }),
  });
/** The lines of one number, without its name. */
const linesOf = async (text: Promise<string>, name: string): Promise<string[]> =>
  (await text).split('\n').flatMap((line) => (line.startsWith(`${name}{`) ? line.slice(name.length) : []));
const log = { info: () => undefined, warn: () => undefined };

describe('how long tasks take', () => {
  const http = {
    driver: 'http' as const,
    baseUrl: 'http://x',
    user: null,
    password: null,
    tls: { verify: false, ca: null },
    options: {},
  };
  const runbooks = {
    release: {
      steps: [
        buildStep('look', { manual: 'look at it' }),
        buildStep('tell', { notify: 'owner' }),
        buildStep('install'),
      ],
      needsNoBackup: true,
    },
  };
  const clusters = [
    buildCluster('north', ['web-1']),
    buildCluster('south', [buildServer('web-2', { connection: http })]),
  ];
  const plan = buildPlan(buildEnvironment({ runbooks, clusters }));
  const taskAt = (type: string, place: string): number =>
    plan.tasks.find((task) => task.type === type && (task.server ?? task.cluster) === place)?.id ?? 0;
  const taskEnded = (task: number, durationMs: number, state: 'ok' | 'error' = 'ok'): DeploymentEvent => ({
    type: 'task_ended',
    task,
    run: 1,
    state,
    exitCode: null,
    message: '',
    lastLines: [],
    readBack: null,
    durationMs,
  });
  const told = async (...events: DeploymentEvent[]): Promise<string[]> => {
    const metrics = metricsOf();
    const stored = events.map((event, index): StoredEvent => ({
      deployment: 1,
      version: index + 1,
      at: 1,
      event,
    }));
    observeFacts({ metrics, log })(plan, 1, { facts: [], events: stored });
    return await linesOf(metrics.text(), 'lamplighter_task_seconds_sum');
  };

  test('is counted by what is done, over which driver, and how it ended', async () => {
    expect(
      await told(
        taskEnded(taskAt('STEP', 'web-1'), 1_500),
        taskEnded(taskAt('STEP', 'web-2'), 2_000, 'error'),
        taskEnded(taskAt('SCRIPT_CLUSTER', 'north'), 250),
        taskEnded(taskAt('MANUAL', 'web-1'), 60_000),
        taskEnded(taskAt('NOTIFY', 'web-1'), 0),
      ),
    ).toEqual([
      '{driver="local",type="STEP",result="ok"} 1.5',
      '{driver="http",type="STEP",result="error"} 2',
      '{driver="script",type="SCRIPT_CLUSTER",result="ok"} 0.25',
      '{driver="none",type="MANUAL",result="ok"} 60',
      '{driver="none",type="NOTIFY",result="ok"} 0',
    ]);
  });

  test('is added up, and a clock that was set back takes nothing away', async () => {
    const step = taskAt('STEP', 'web-1');
    expect(await told(taskEnded(step, 4_000), taskEnded(step, -9_000))).toEqual([
      '{driver="local",type="STEP",result="ok"} 4',
    ]);
  });
});

describe('how long Slack takes to show what happened', () => {
  test('is the time since it was first wanted, in seconds, and never less than none', async () => {
    const metrics = metricsOf();
    const said = observeSaid(metrics, () => 10_000);
    said({ kind: 'card', wantedAt: 7_500 });
    said({ kind: 'card', wantedAt: 9_000 });
    said({ kind: 'thread', wantedAt: 60_000 });
    expect(await linesOf(metrics.text(), 'lamplighter_told_lag_seconds_sum')).toEqual([
      '{kind="card"} 3.5',
      '{kind="thread"} 0',
    ]);
  });
});
