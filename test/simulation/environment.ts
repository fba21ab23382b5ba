import type { Configuration } from '../../src/domain/configured/configuration.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import type { Freeze, Window } from '../../src/domain/configured/hours.ts';
import type { RollbackRule, Step } from '../../src/domain/configured/runbook.ts';
import type { Revision } from '../../src/domain/revision.ts';
import {
  buildCluster,
  buildConfiguration,
  buildEnvironment,
  buildRevision,
  buildStep,
} from '../helpers/build.ts';
import { people } from './scenario.ts';
import type { Shape } from './shape.ts';

/** What can be deployed: `shop@2`, `shop@3`. */
export function revisionOf(version: string): Revision {
  return buildRevision({ author: people.ana, version });
}

const script = (run: string) => ({
  run,
  args: [{ variable: 'name' }],
  timeoutSeconds: 20,
  idempotent: false,
});

/** The environment that a shape describes. */
export function environmentOf(shape: Shape): Environment {
  let count = 0;
  const clusters = shape.clusters.map((size, at) =>
    buildCluster(
      `c${at + 1}`,
      Array.from({ length: size }, () => `web-${(count += 1)}`),
    ),
  );
  return buildEnvironment({
    clusters,
    paradigm: shape.groups === 'simple' ? 'simple' : 'online',
    topology: shape.clusters.length > 1 ? 'several-clusters' : 'single-cluster',
    serverStrategy: shape.groups === 'half-by-half' ? 'half-by-half' : 'one-by-one',
    clusterStrategy: shape.groups === 'clusters' ? 'half-by-half' : null,
    parallel:
      shape.groups === 'waves'
        ? { perCluster: 2, clustersInFlight: 1, pauseBetweenClusters: shape.pauseBetweenClusters }
        : null,
    minInService: shape.minInService,
    onServerFailure: shape.onServerFailure,
    maxFailures: shape.maxFailures === null ? null : { count: shape.maxFailures },
    whenBusy: shape.whenBusy,
    questions: { deadlineMinutes: 1, defaultAnswer: shape.defaultAnswer },
    approval:
      shape.approvals === 0
        ? null
        : {
            rules: [{ roles: ['promotion_admin'], required: shape.approvals }],
            excludeRequester: true,
            expiresHours: 1,
            remindMinutes: [],
            ...(shape.breakGlass && { breakGlass: { persons: 2, minutes: 1 } }),
          },
    schedule: { graceMinutes: 1, onMissed: shape.onMissed, remindMinutes: [] },
    runbooks: {
      release: { steps: stepsOf(shape), needsNoBackup: true },
      undo: { steps: undoStepsOf(shape), needsNoBackup: true },
    },
    rollback: rollbackOf(shape),
    drift: shape.drift,
    windows: windowsOf(shape),
    freezes: freezesOf(shape),
    readBack: { run: 'cat version', timeoutSeconds: 5 },
    scripts: {
      disableServer: script('/lb/drain'),
      enableServer: script('/lb/enable'),
      statusServer: null,
      disableCluster: script('/lb/drain'),
      enableCluster: script('/lb/enable'),
      statusCluster: null,
    },
  });
}

function stepsOf({ idempotent, asks, manual, stepDefault }: Shape): Step[] {
  const question = { deadlineMinutes: 1, defaultAnswer: stepDefault };
  const step = {
    idempotent,
    timeoutSeconds: 20,
    onError: asks ? ('ask' as const) : ('stop' as const),
    question,
  };
  const install = buildStep('install', step);
  const byHand = buildStep('by-hand', { manual: 'Look at it.', question });
  const verify = buildStep('verify', { ...step, kind: 'verify' });
  if (manual === null) return [install, verify];
  return manual === 'first' ? [byHand, install, verify] : [install, byHand, verify];
}

function undoStepsOf({ idempotent }: Shape): Step[] {
  const step = { idempotent, timeoutSeconds: 20, kind: 'rollback' as const };
  return [buildStep('halt', step), buildStep(restoring, step)];
}

/** The step after which a server has again what it had before. */
export const restoring = 'restore';

function rollbackOf({ rollback }: Shape): RollbackRule | null {
  if (!rollback) return null;
  const { first: onFirstServerFailure, countdownSeconds, lockAfter } = rollback;
  return { runbook: 'undo', onFirstServerFailure, countdownSeconds, lockAfter };
}

/** An instant of the day on which histories take place, which has one offset. */
export function inEnvironmentsZone(local: string): number {
  return Date.parse(`${local}:00+01:00`);
}

/** The first closes on what runs in it; the next one opens two minutes later. */
function windowsOf({ windowMinutes }: Shape): Window[] {
  if (windowMinutes === null) return [];
  return [
    {
      from: '2026-11-21T08:00',
      to: `2026-11-21T09:0${windowMinutes}`,
      name: 'early',
      atEnd: 'no-new-server',
    },
    { from: `2026-11-21T09:0${windowMinutes + 2}`, to: '2026-11-21T12:00', name: 'late' },
  ];
}

function freezesOf({ freeze }: Shape): Freeze[] {
  if (freeze === null) return [];
  const override = { override: { from: ['global_admin'], persons: 1 } };
  return [
    {
      from: '2026-11-21T09:01',
      to: '2026-11-21T09:03',
      reason: 'stocktaking',
      ...(freeze === 'override' && override),
    },
  ];
}

/** The configuration around it: Ana may deploy what is hers, Ben and Cleo may approve. */
export function configurationOf(environment: Environment): Configuration {
  const role = (...users: string[]) => ({ users, usergroups: [], environmentKinds: null });
  return buildConfiguration([environment], {
    roles: {
      promotion: role(people.ana),
      promotion_admin: role(people.ben, people.cleo),
      global_admin: role(people.admin),
    },
  });
}
