import type { FaultPoint } from '../../src/domain/fault-point.ts';
import { type Random, randomFrom, seedOf } from './random.ts';

/** How an environment is deployed to; all of it follows from the seed. */
export interface Shape {
  groups: 'one-by-one' | 'half-by-half' | 'clusters' | 'waves' | 'simple';
  /** Servers of each cluster. */
  clusters: number[];
  idempotent: boolean;
  onServerFailure: 'stop' | 'continue';
  maxFailures: number | null;
  minInService: number | null;
  approvals: number;
  onMissed: 'run' | 'ask' | 'skip';
  whenBusy: 'queue' | 'refuse';
  defaultAnswer: 'stop' | 'retry';
  pauseBetweenClusters: boolean;
  longestStepMs: number;
}

/** Buttons of a card. */
type Button = 'approve' | 'cancel' | 'stop' | 'retry' | 'answer' | 'pause' | 'resume';

/** Something a person does. Deployments are counted in the order of their requests, from 0. */
export type Action = { at: number; by: string; twice: boolean } & (
  | { do: 'request'; startsInMs: number | null; servers: number | null }
  | { do: 'press'; button: Button; on: number; stale: boolean }
  /** Presses Stop now and says why. */
  | { do: 'stop-now'; on: number }
  | { do: 'command'; text: string }
  | { do: 'leave'; who: string; forMs: number }
);

/** Something that goes wrong. What is counted is counted over the whole history, from 1. */
export type Fault =
  | { do: 'kill'; point: FaultPoint | 'any'; nth: number; forMs: number }
  | { do: 'pause'; point: FaultPoint; nth: number; forMs: number }
  | { do: 'kill-at'; at: number; forMs: number }
  | { do: 'second-process'; at: number }
  /** The nth write: the caller sees an error, and it was done, or it was not. */
  | { do: 'lost-write'; nth: number; done: boolean }
  | { do: 'lost-call'; nth: number }
  | { do: 'lost-answer'; nth: number }
  | { do: 'slow-call'; nth: number; forMs: number }
  | { do: 'outage'; server: number; at: number; forMs: number }
  /** The nth run on any server: fails, leaves no exit code, or takes longer than it may. */
  | { do: 'step'; nth: number; how: 'fails' | 'dies' | 'hangs' }
  | { do: 'slack'; nth: number; how: 'refuses' | 'lost-call' | 'lost-answer' };

/** One history before it happens. Kernel, fates and this list have streams of their own, so that leaving out a part leaves the rest. */
export interface Scenario {
  seed: number;
  shape: Shape;
  actions: Action[];
  faults: Fault[];
}

/** People: Ana asks, Ben and Cleo approve, the admin opens what is locked. */
export const people = { ana: 'U0ANA', ben: 'U0BEN', cleo: 'U0CLEO', admin: 'U0ADMIN' };

/** The scenario of a seed. */
export function scenarioOf(seed: number): Scenario {
  const random = randomFrom(seedOf(seed, 'scenario'));
  const shape = shapeOf(random);
  const requests = 1 + Number(random.chance(0.2));
  const later = randomFrom(seedOf(seed, 'interventions'));
  const choices = randomFrom(seedOf(seed, 'choices'));
  const actions = Array.from({ length: requests }, (_, on) => [
    ...actionsOf(random, shape, on),
    ...interventionsOn(later, on),
    ...choicesOn(choices, on),
  ]).flat();
  const faults = Array.from({ length: random.below(6) }, () => faultOf(random, shape));
  return { seed, shape, actions, faults };
}

function shapeOf(random: Random): Shape {
  const groups = random.pick(['one-by-one', 'half-by-half', 'clusters', 'waves', 'simple']);
  const clusters =
    groups === 'clusters' || groups === 'waves'
      ? [1 + Number(random.chance(0.25)), 1 + Number(random.chance(0.5))]
      : [random.pick([1, 2, 2, 2, 3])];
  return {
    groups,
    clusters,
    idempotent: random.chance(0.3),
    onServerFailure: random.chance(0.7) ? 'stop' : 'continue',
    maxFailures: random.chance(0.3) ? 1 + random.below(2) : null,
    minInService: random.chance(0.8) ? 0 : null,
    approvals: random.pick([0, 0, 0, 1, 1, 2]),
    onMissed: random.pick(['run', 'ask', 'skip']),
    whenBusy: random.chance(0.8) ? 'queue' : 'refuse',
    defaultAnswer: random.chance(0.7) ? 'stop' : 'retry',
    pauseBetweenClusters: random.chance(0.3),
    longestStepMs: random.pick([200, 2_000, 9_000]),
  };
}

function actionsOf(random: Random, { approvals, groups }: Shape, on: number): Action[] {
  const start = on * random.below(20_000);
  const startsInMs = random.chance(0.25) ? 5_000 + random.below(60_000) : null;
  const twice = (): boolean => random.chance(0.12);
  const press = (button: Button, by: string, at: number): Action => ({
    do: 'press',
    button,
    on,
    by,
    at,
    twice: twice(),
    stale: random.chance(0.1),
  });
  const later = (from: number, within: number): number => start + from + random.below(within);
  const servers = random.chance(0.15) ? 1 : null;
  const filter = groups === 'clusters' ? null : servers;
  return [
    { do: 'request', at: start, by: people.ana, twice: twice(), startsInMs, servers: filter },
    ...(approvals > 0 ? [press('approve', people.ben, later(2_000, 6_000))] : []),
    ...(approvals > 1 || random.chance(0.1) ? [press('approve', people.cleo, later(2_000, 9_000))] : []),
    ...(random.chance(0.1) ? [press('approve', people.ana, later(1_000, 9_000))] : []),
    ...(random.chance(0.12) ? [press('stop', people.ana, later(3_000, 40_000))] : []),
    ...(random.chance(0.06) ? [press('cancel', people.ana, later(1_000, 20_000))] : []),
    ...(random.chance(0.4) ? [press('retry', people.ana, later(15_000, 60_000))] : []),
    ...Array.from({ length: random.below(3) }, () => press('answer', people.ana, later(8_000, 60_000))),
    ...(random.chance(0.08) ? lockFor(random, later(0, 20_000)) : []),
    ...(random.chance(0.06) ? [leave(random, later(1_000, 10_000))] : []),
  ];
}

/** In a stream of its own, so that everything else of a seed is what it was before there were any. */
function interventionsOn(random: Random, on: number): Action[] {
  const by = people.ana;
  const at = (): number => random.below(40_000);
  const press = (button: Button): Action => ({
    do: 'press',
    button,
    on,
    by,
    at: at(),
    twice: random.chance(0.2),
    stale: random.chance(0.1),
  });
  return [
    ...(random.chance(0.15) ? [press('pause'), press('resume')] : []),
    ...(random.chance(0.1) ? [{ do: 'stop-now' as const, on, by, at: at(), twice: random.chance(0.2) }] : []),
  ];
}

/** Somebody deploys a part of what remains; in a stream of its own as well. */
function choicesOn(random: Random, on: number): Action[] {
  const choose = (part: string): Action => ({
    do: 'command',
    text: `retry ${on + 1} ${part}`,
    by: people.ana,
    at: 15_000 + random.below(80_000),
    twice: random.chance(0.2),
  });
  const server = `web-${1 + random.below(4)}`;
  return random.chance(0.3) ? [choose('only failed'), choose(server), choose(server)] : [];
}

function lockFor(random: Random, at: number): Action[] {
  return [
    { do: 'command', text: 'lock shop closed', by: people.admin, at, twice: random.chance(0.2) },
    {
      do: 'command',
      text: 'unlock shop',
      by: people.admin,
      at: at + random.below(90_000),
      twice: random.chance(0.2),
    },
  ];
}

function leave(random: Random, at: number): Action {
  const who = random.pick([people.ana, people.ben]);
  return { do: 'leave', who, forMs: 1_000 + 4 * random.below(60_000), at, by: people.admin, twice: false };
}

const points: [FaultPoint, ...FaultPoint[]] = [
  'after:intent-commit',
  'before:effect',
  'after:effect',
  'before:result-commit',
  'after:result-commit',
  'before:ack',
  'after:ack',
  'outbox:before-send',
  'outbox:after-send',
];

function faultOf(random: Random, { clusters }: Shape): Fault {
  const forMs = random.pick([100, 3_000, 16_000, 40_000]);
  const kind = random.below(12);
  const point = random.pick(points);
  const nth = 1 + random.below(point.endsWith('ack') ? 3 : 10);
  if (kind <= 2) return { do: 'kill', point, nth, forMs: downFor(random) };
  if (kind <= 4) return { do: 'pause', point, nth, forMs };
  if (kind === 5) return { do: 'kill-at', at: random.below(40_000), forMs: downFor(random) };
  if (kind === 6) return { do: 'second-process', at: random.below(20_000) };
  if (kind === 7) return { do: 'lost-write', nth: 1 + random.below(60), done: random.chance(0.5) };
  if (kind === 8) return wireFault(random);
  if (kind === 9) {
    const server = random.below(clusters.reduce((sum, count) => sum + count, 0));
    return { do: 'outage', server, at: random.below(30_000), forMs };
  }
  if (kind === 10)
    return { do: 'step', nth: 1 + random.below(8), how: random.pick(['fails', 'dies', 'hangs']) };
  const how = random.pick(['refuses', 'lost-call', 'lost-answer']);
  return { do: 'slack', nth: 1 + random.below(20), how };
}

/** A restart takes seconds; one in ten takes so long that a start is missed. */
function downFor(random: Random): number {
  const forMs = random.below(10_000);
  return forMs > 9_000 ? forMs * 10 : forMs;
}

function wireFault(random: Random): Fault {
  const nth = 1 + random.below(40);
  const which = random.pick(['lost-call', 'lost-answer', 'slow-call']);
  return which === 'slow-call' ? { do: which, nth, forMs: random.below(20_000) } : { do: which, nth };
}
