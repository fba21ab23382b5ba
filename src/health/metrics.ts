import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import type { StoreGauges } from '../store/gauges.ts';

/** How a call to Slack came out. */
export type CallOutcome = 'ok' | 'limited' | 'refused' | 'failed';

/** What is counted as it happens. Labels are few and bounded: no server, no number, no person. */
export interface Metrics {
  /** One call of the Web API; `waitSeconds` is what Slack asked for where it was too much. */
  slackCalled: (call: { method: string; outcome: CallOutcome; waitSeconds: number }) => void;
  /** A person's act was answered. */
  answered: (act: { kind: string; seconds: number }) => void;
  /** A message shows what it should. */
  delivered: (message: { kind: string; lagSeconds: number }) => void;
  deploymentEnded: (end: { environment: string; result: string; seconds: number }) => void;
  /** One task came to an end: over which driver, or `script`, and `none` where nothing is run. */
  taskEnded: (end: { driver: string; type: string; result: string; seconds: number }) => void;
  serverEnded: (end: { environment: string; result: string; seconds: number }) => void;
  /** Everything as Prometheus reads it. */
  text: () => Promise<string>;
  contentType: string;
}

/** What is looked up when somebody asks. */
export interface MetricsNeeds {
  version: string;
  gauges: () => Promise<StoreGauges>;
  now: () => number;
}

const lagBuckets = [0.5, 1, 2, 5, 10, 15, 30, 60, 300];
const answerBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 3];
const taskBuckets = [0.1, 0.5, 1, 5, 15, 30, 60, 120, 300, 600, 1_800, 3_600];
const workBuckets = [1, 5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200];

/** Builds the numbers of one process, from nothing. */
export function createMetrics(needs: MetricsNeeds): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counted = countCalls(registry);
  const lag = histogram(
    registry,
    'told_lag_seconds',
    'From what happened to Slack showing it.',
    ['kind'],
    lagBuckets,
  );
  const answer = histogram(
    registry,
    'slack_answer_seconds',
    'From what a person did reaching us to its acknowledgement.',
    ['kind'],
    answerBuckets,
  );
  const work = measureWork(registry);
  const build = gauge(registry, 'build_info', 'Always 1; the label says which version runs.', ['version']);
  build.set({ version: needs.version }, 1);
  const stand = standGauges(registry);
  return {
    ...counted,
    ...work,
    answered: ({ kind, seconds }) => answer.observe({ kind }, seconds),
    delivered: ({ kind, lagSeconds }) => lag.observe({ kind }, lagSeconds),
    text: async () => {
      stand(await needs.gauges(), needs.now());
      return await registry.metrics();
    },
    contentType: registry.contentType,
  };
}

function countCalls(registry: Registry): Pick<Metrics, 'slackCalled'> {
  const calls = counter(registry, 'slack_calls_total', 'Calls of Slack’s Web API.', ['method', 'outcome']);
  const waits = counter(
    registry,
    'slack_limited_seconds_total',
    'Seconds that Slack asked to wait because of its limits.',
    ['method'],
  );
  return {
    slackCalled: ({ method, outcome, waitSeconds }) => {
      calls.inc({ method, outcome });
      if (waitSeconds > 0) waits.inc({ method }, waitSeconds);
    },
  };
}

function measureWork(registry: Registry): Pick<Metrics, 'deploymentEnded' | 'serverEnded' | 'taskEnded'> {
  const labels = ['environment', 'result'];
  const deployments = histogram(
    registry,
    'deployment_seconds',
    'How long attempts took.',
    labels,
    workBuckets,
  );
  const servers = histogram(
    registry,
    'server_seconds',
    'How long servers took, drained to put back or failed.',
    labels,
    workBuckets,
  );
  const tasks = histogram(
    registry,
    'task_seconds',
    'How long tasks took, from the row that says that they begin to the one that says how they ended.',
    ['driver', 'type', 'result'],
    taskBuckets,
  );
  return {
    taskEnded: ({ seconds, ...named }) => tasks.observe(named, seconds),
    deploymentEnded: ({ seconds, ...named }) => deployments.observe(named, seconds),
    serverEnded: ({ seconds, ...named }) => servers.observe(named, seconds),
  };
}

/** How things stand in the database; what is gone since the last look is not shown any more. */
function standGauges(registry: Registry): (gauges: StoreGauges, now: number) => void {
  const deployments = gauge(registry, 'deployments', 'Deployments that have not ended, by state.', ['state']);
  const outbox = gauge(registry, 'outbox_messages', 'Messages that Slack does not show as they should be.', [
    'kind',
    'state',
  ]);
  const oldest = gauge(
    registry,
    'outbox_oldest_seconds',
    'For how long the oldest of them has waited; 0 where none does.',
    [],
  );
  const due = gauge(registry, 'due', 'What becomes due, by kind.', ['kind']);
  const overdue = gauge(
    registry,
    'due_overdue_seconds',
    'For how long the oldest of it has been due; 0 where nothing is.',
    [],
  );
  const inspections = gauge(
    registry,
    'inspections_waiting',
    'Servers that were asked and have not answered.',
    [],
  );
  const beat = gauge(
    registry,
    'lease_age_seconds',
    'Since the holder of an environment gave its last sign.',
    ['environment'],
  );
  const held = gauge(registry, 'lease_held_seconds', 'Since the environment has been held.', ['environment']);
  const log = gauge(registry, 'log_events', 'Events in the log.', []);
  return (gauges, now) => {
    const since = (at: number | null): number => (at === null ? 0 : Math.max(0, (now - at) / 1_000));
    for (const each of [deployments, outbox, due, beat, held]) each.reset();
    for (const { state, count } of gauges.deployments) deployments.set({ state }, count);
    for (const { kind, state, count } of gauges.outbox) outbox.set({ kind, state }, count);
    for (const { kind, count } of gauges.due) due.set({ kind }, count);
    for (const { environment, heartbeatAt, since: from } of gauges.leases) {
      beat.set({ environment }, since(heartbeatAt));
      held.set({ environment }, since(from));
    }
    oldest.set(since(gauges.oldestUnsaidAt));
    overdue.set(since(gauges.oldestDueAt));
    inspections.set(gauges.inspections);
    log.set(gauges.logLength);
  };
}

const prefix = 'lamplighter_';

function counter(registry: Registry, name: string, help: string, labelNames: string[]): Counter {
  return new Counter({ name: prefix + name, help, labelNames, registers: [registry] });
}

function gauge(registry: Registry, name: string, help: string, labelNames: string[]): Gauge {
  return new Gauge({ name: prefix + name, help, labelNames, registers: [registry] });
}

function histogram(
  registry: Registry,
  name: string,
  help: string,
  labelNames: string[],
  buckets: number[],
): Histogram {
  return new Histogram({ name: prefix + name, help, labelNames, buckets, registers: [registry] });
}
