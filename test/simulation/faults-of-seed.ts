import type { FaultPoint } from '../../src/domain/fault-point.ts';
import type { Random } from './random.ts';
import type { Fault } from './scenario.ts';
import type { Shape } from './shape.ts';

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

/** What goes wrong besides, in a stream of its own: a step that fails, so that there is something to decide about. */
export function failuresOf(random: Random, { asks, rollback }: Shape): Fault[] {
  return random.chance(asks || rollback ? 0.7 : 0.35)
    ? [{ do: 'step', nth: 2 + random.below(5), how: 'fails' }]
    : [];
}

/** Something that goes wrong. */
export function faultOf(random: Random, { clusters }: Shape): Fault {
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
