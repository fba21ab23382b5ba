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
  /** A step that fails asks a person what becomes of it. */
  asks: boolean;
  /** Where a person has a step to do on each server. */
  manual: 'first' | 'between' | null;
  /** What becomes of a step about which nobody answers in time. */
  stepDefault: 'stop' | 'skip' | 'retry';
  /** How what failed is undone; null where no runbook restores a server. */
  rollback: { first: boolean; countdownSeconds: number | null; lockAfter: boolean } | null;
  /** After how many minutes the first window closes on what runs; null where there are no windows. */
  windowMinutes: number | null;
  /** Whether the freeze in the second minute can be overridden; null where there is none. */
  freeze: 'override' | 'absolute' | null;
  drift: 'ask' | 'stop' | 'warn' | null;
  /** Whether two people may go on without the approvals. */
  breakGlass: boolean;
}

/** Nothing of what streams of their own add to a shape. */
export const withoutDecisions = {
  asks: false,
  manual: null,
  stepDefault: 'stop',
  rollback: null,
  windowMinutes: null,
  freeze: null,
  drift: null,
  breakGlass: false,
} as const;

/** The shape of a seed. What came later has a stream of its own, so that all else of a seed is what it was. */
export function shapeOf(seed: number, random: Random): Shape {
  const hours = hoursOf(randomFrom(seedOf(seed, 'shape of hours')));
  return {
    ...oldestShapeOf(random),
    ...decisionsOf(randomFrom(seedOf(seed, 'shape of decisions'))),
    rollback: rollbackOf(randomFrom(seedOf(seed, 'shape of rollback'))),
    ...hours,
    breakGlass: hours.freeze === null && randomFrom(seedOf(seed, 'shape of glass')).chance(0.7),
  };
}

function decisionsOf(random: Random): Pick<Shape, 'asks' | 'manual' | 'stepDefault'> {
  return {
    asks: random.chance(0.35),
    manual: random.chance(0.15) ? random.pick(['first', 'between']) : null,
    stepDefault: random.pick(['stop', 'skip', 'retry']),
  };
}

function rollbackOf(random: Random): Shape['rollback'] {
  if (random.chance(0.6)) return null;
  return {
    first: random.chance(0.6),
    countdownSeconds: random.chance(0.6) ? 10 + random.below(60) : null,
    lockAfter: random.chance(0.25),
  };
}

function hoursOf(random: Random): Pick<Shape, 'windowMinutes' | 'freeze' | 'drift'> {
  const which = random.below(10);
  return {
    windowMinutes: which <= 1 ? 1 + random.below(2) : null,
    freeze: which === 2 ? random.pick(['override', 'override', 'absolute']) : null,
    drift: which >= 3 && which <= 6 ? random.pick(['ask', 'ask', 'ask', 'stop', 'warn']) : null,
  };
}

function oldestShapeOf(random: Random): Omit<Shape, keyof typeof withoutDecisions> {
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
