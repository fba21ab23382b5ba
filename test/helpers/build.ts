import type { Configuration } from '../../src/domain/configured/configuration.ts';
import type { Cluster, Environment, Server } from '../../src/domain/configured/environment.ts';
import type { Step } from '../../src/domain/configured/runbook.ts';
import { makePlan } from '../../src/domain/plan/make-plan.ts';
import type { Plan } from '../../src/domain/plan/plan.ts';
import type { Revision, RevisionPart } from '../../src/domain/revision.ts';

/** A server of role web on this machine. */
export function buildServer(name: string, more: Partial<Server> = {}): Server {
  return {
    name,
    role: 'web',
    enabled: true,
    connection: { driver: 'local', workDirectory: '/tmp/lamplighter-unused' },
    variables: { name, host: '127.0.0.1', port: '' },
    properties: {},
    owner: null,
    standby: false,
    ...more,
  };
}

/** A cluster of servers by name. */
export function buildCluster(
  name: string,
  servers: (string | Server)[],
  more: Partial<Cluster> = {},
): Cluster {
  const built = servers.map((server) => (typeof server === 'string' ? buildServer(server) : server));
  return { name, enabled: true, variables: {}, properties: {}, servers: built, ...more };
}

/** A step that does nothing worth naming. */
export function buildStep(id: string, more: Partial<Step> = {}): Step {
  return {
    id,
    run: 'true',
    kind: 'apply',
    timeoutSeconds: 60,
    idempotent: false,
    unless: null,
    component: null,
    share: null,
    manual: null,
    notify: null,
    onError: 'stop',
    question: { deadlineMinutes: 30, defaultAnswer: 'stop' },
    notExecuted: [],
    ...more,
  };
}

const script = (run: string) => ({ run, args: [], timeoutSeconds: 10, idempotent: false });

/** An online environment of two clusters with two servers each, half by half over clusters, without approval. */
export function buildEnvironment(more: Partial<Environment> = {}): Environment {
  return {
    name: 'shop',
    kind: 'staging',
    system: 'command',
    timezone: 'Europe/Madrid',
    channel: 'C0SHOP',
    deploymentsEnabled: true,
    paradigm: 'online',
    topology: 'several-clusters',
    serverStrategy: null,
    clusterStrategy: 'half-by-half',
    parallel: null,
    minInService: null,
    onServerFailure: 'stop',
    maxFailures: null,
    whenBusy: 'queue',
    questions: { deadlineMinutes: 30, defaultAnswer: 'stop' },
    approval: null,
    schedule: { graceMinutes: 15, onMissed: 'run', remindMinutes: [] },
    rollback: null,
    drift: null,
    backupBefore: false,
    backupAfter: null,
    requireBackup: null,
    windows: [],
    freezes: [],
    properties: {},
    payloads: [{ part: 'release', role: 'web', placement: 'every-server', run: 'always' }],
    sync: [],
    manager: null,
    sharedCache: null,
    stepTimeoutSeconds: 900,
    runbooks: {
      release: {
        steps: [buildStep('install'), buildStep('verify', { kind: 'verify' })],
        needsNoBackup: true,
      },
    },
    scripts: {
      disableServer: script('/lb/disable-server'),
      enableServer: script('/lb/enable-server'),
      statusServer: null,
      disableCluster: script('/lb/disable-cluster'),
      enableCluster: script('/lb/enable-cluster'),
      statusCluster: null,
    },
    readBack: null,
    clusters: [buildCluster('north', ['web-1', 'web-2']), buildCluster('south', ['web-3', 'web-4'])],
    notExecuted: [],
    ...more,
  };
}

/** One cluster whose servers leave one by one or half by half. */
export function buildSingleCluster(servers: string[], more: Partial<Environment> = {}): Environment {
  const base = { topology: 'single-cluster', clusterStrategy: null, serverStrategy: 'one-by-one' } as const;
  return buildEnvironment({ ...base, clusters: [buildCluster('main', servers)], ...more });
}

/** The part of a revision that runs a runbook. */
export function buildPart(runbook: string): RevisionPart {
  return { runbook, vql: null, tasks: [] };
}

/** What a task says and asks while nobody listens. */
export const quiet = {
  intendedAt: 0,
  cache: null,
  tell: async () => undefined,
  isStillOurs: async () => true,
};

/** A revision of the catalogue. */
export function buildRevision(more: Partial<Revision> = {}): Revision {
  return {
    name: 'shop',
    version: '2',
    operation: 'create',
    author: null,
    description: 'a new page',
    parts: { release: buildPart('release') },
    digest: 'd'.repeat(64),
    directory: '/catalog/shop/2',
    ...more,
  };
}

/** A configuration with Ana (may deploy), Ben (may approve) and the environments given. */
export function buildConfiguration(
  environments: Environment[],
  more: Partial<Configuration> = {},
): Configuration {
  const role = (users: string[]) => ({ users, usergroups: [], environmentKinds: null });
  return {
    timezone: 'Europe/Madrid',
    roles: { promotion: role(['U0ANA']), promotion_admin: role(['U0BEN']), global_admin: role(['U0ADMIN']) },
    catalog: { revisions: [], packages: [] },
    environments,
    limits: { requestsPerHour: 30, outputMiB: 100 },
    adminChannel: null,
    notExecuted: [],
    ...more,
  };
}

/** The frozen plan of an environment. */
export function buildPlan(
  environment: Environment,
  more: { revisions?: Revision[]; servers?: string[]; undoes?: Plan['undoes'] } = {},
): Plan {
  return makePlan({
    environment,
    revisions: more.revisions ?? [buildRevision()],
    package: null,
    scriptDigests: {},
    serverFilter: more.servers ?? null,
    undoes: more.undoes ?? null,
  });
}
