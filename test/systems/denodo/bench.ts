import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createRevisionReader } from '../../../src/catalog/revision-reader.ts';
import type { Environment } from '../../../src/domain/configured/environment.ts';
import type { CacheChoice } from '../../../src/domain/events/happening.ts';
import { makePlan } from '../../../src/domain/plan/make-plan.ts';
import type { Plan, PlannedTask, TaskAction, TaskType } from '../../../src/domain/plan/plan.ts';
import type { Revision } from '../../../src/domain/revision.ts';
import { createPostgresDriver } from '../../../src/drivers/postgres/postgres-driver.ts';
import { createDenodoSystem } from '../../../src/systems/denodo/denodo-system.ts';
import type { System, TaskContext, TaskOutcome } from '../../../src/systems/system.ts';
import { load } from '../../config/sample.ts';
import { ended } from '../../helpers/world.ts';

/** Everything that a test of the Denodo system needs besides a server. */
export interface Bench {
  plan: Plan;
  system: System;
  dataDirectory: string;
  /** What was told in the thread. */
  told: string[];
  /** A task of the plan, or one of the tasks that undo it, with everything that goes with it. */
  context: (type: TaskType, more?: Partial<TaskContext>, action?: TaskAction) => TaskContext;
}

/** How a bench is set up. */
export interface BenchOptions {
  port: number;
  /** The script of the revision. */
  vql: string;
  /** Lines of YAML below the environment's `properties:`. */
  properties?: string[];
  secrets?: Record<string, string>;
  password?: string;
  database?: string;
  /** Seconds that a command may take. */
  timeoutSeconds?: number;
  /** Its revision holds a task that loads a cache. */
  loadsCache?: boolean;
  /** What happens between two attempts to connect. */
  betweenAttempts?: () => Promise<void>;
  /** Why the files of the revision are not those that were signed. */
  changed?: string;
  ca?: string;
  host?: string;
}

export const primary = 'jdbc:postgresql://cache:5432/cache_a';
export const secondary = 'jdbc:postgresql://cache:5432/cache_b';

/** A plan for one VDP server that listens on this machine, and the system that deploys to it. */
export async function openBench(options: BenchOptions): Promise<Bench> {
  const root = mkdtempSync(join(tmpdir(), 'lamplighter-denodo-'));
  const plan = makePlan({
    environment: environmentOf(options),
    revisions: [await writeRevision(root, options)],
    package: null,
    scriptDigests: {},
    serverFilter: null,
    undoes: null,
  });
  const told: string[] = [];
  const dataDirectory = join(root, 'data');
  return {
    plan,
    dataDirectory,
    told,
    system: createSystem(dataDirectory, options),
    context: (type, more = {}, action) => ({
      plan,
      task: taskOf(plan, type, action),
      deployment: 7,
      attempt: 1,
      run: 1,
      fence: { installation: 'test', environment: plan.environment.name, token: 1 },
      startedAt: 0,
      intendedAt: 0,
      backupPath: null,
      undoing: null,
      cache: { before: primary, next: secondary } satisfies CacheChoice,
      tell: async (_key, message) => void told.push(message),
      isStillOurs: async () => true,
      ...more,
    }),
  };
}

/** The system over a real driver; what is no VQL is done as soon as it is asked for. */
export function createSystem(
  dataDirectory: string,
  {
    secrets = {},
    password = 'deploy',
    changed,
    betweenAttempts,
  }: Pick<BenchOptions, 'secrets' | 'password' | 'changed' | 'betweenAttempts'>,
): System {
  const readSecret = (reference: { env: string } | { file: string }): string => {
    const known: Record<string, string> = { VDP: password, ...secrets };
    const value = 'env' in reference ? known[reference.env] : undefined;
    if (value === undefined) throw new Error(`the secret ${JSON.stringify(reference)} is missing`);
    return value;
  };
  const done = async (): Promise<TaskOutcome> => ended('ok');
  const elsewhere = { perform: done, probe: done, end: done };
  return createDenodoSystem({
    postgres: createPostgresDriver({ readSecret }),
    readSecret,
    findRevisionChange: async () => changed ?? null,
    dataDirectory,
    sleep: async () => await betweenAttempts?.(),
    schedulerTasks: elsewhere,
    catalogSync: elsewhere,
  });
}

function taskOf({ tasks, rollbackTasks }: Plan, type: TaskType, action?: TaskAction): PlannedTask {
  const task = [...tasks, ...rollbackTasks].find(
    (candidate) => candidate.type === type && (action === undefined || candidate.action === action),
  );
  if (!task) throw new Error(`the plan has no task ${type}`);
  return task;
}

async function writeRevision(root: string, { vql, loadsCache }: BenchOptions): Promise<Revision> {
  const directory = join(root, '2');
  mkdirSync(directory);
  writeFileSync(join(directory, 'customer360.vql'), vql);
  writeFileSync(join(directory, 'load.json'), '{}');
  const task = '{ project: crm, name: load, type: VDPCache, file: load.json }';
  const scheduler = loadsCache ? `  scheduler: { tasks: [${task}] }\n` : '';
  writeFileSync(
    join(directory, 'revision.yaml'),
    `name: customer360\nversion: "2"\nparts:\n  vql: { file: customer360.vql }\n${scheduler}`,
  );
  const read = await createRevisionReader()(directory, { name: 'customer360', version: '2' });
  if (!read.ok) throw new Error(read.faults.join('\n'));
  return { ...read.value, directory, digest: 'digest' };
}

function environmentOf(options: BenchOptions): Environment {
  const { port, properties = [], ca, host = '127.0.0.1', database = 'admin' } = options;
  const tls = ca === undefined ? '' : `, tls: verify, ca: ${ca}`;
  const connection = `{ driver: postgres, host: ${host}, port: ${port}, database: ${database}, user: deploy, password: { env: VDP }${tls} }`;
  const loaded = load(`version: 1
timezone: Europe/Madrid
roles: { global_admin: { users: [U0ADMIN] } }
catalog: { revisions: [{ name: customer360, source: { type: directory, path: ./revisions } }] }
environments:
  denodo-staging:
    kind: staging
    system: denodo
    channel: C0DENODOSTG
    deployments:
      enabled: true
      paradigm: simple
      topology: single-cluster
      sharedCache: { primaryUrl: "${primary}", secondaryUrl: "${secondary}" }
      rollback: { onFirstServerFailure: true }
      backup: { when: after, onFailure: warn }
    properties: {${properties.join(', ')}}
    payloads:
      vql: { role: vdp, placement: every-server }
      scheduler: { role: scheduler, placement: first-in-cluster, after: { payload: vql, server: first-in-cluster }, run: always }
    clusters:
      - name: main
        servers:
          - { name: vdp-1, role: vdp, connection: ${connection} }
          - { name: vdp-2, role: vdp, connection: ${connection} }
          - { name: sched, role: scheduler, connection: { driver: http, baseUrl: "http://sched:9090/x", user: deploy, password: { env: VDP } } }
`);
  if (!loaded.ok) throw new Error(loaded.faults.join('\n'));
  const [environment] = loaded.configuration.environments;
  if (!environment) throw new Error('no environment');
  return { ...environment, stepTimeoutSeconds: options.timeoutSeconds ?? 30 };
}
