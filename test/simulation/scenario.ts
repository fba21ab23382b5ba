import type { FaultPoint } from '../../src/domain/fault-point.ts';
import { failuresOf, faultOf } from './faults-of-seed.ts';
import { type Random, randomFrom, seedOf } from './random.ts';
import { type Shape, shapeOf } from './shape.ts';

/** Buttons of a card. */
type Button =
  | 'approve'
  | 'cancel'
  | 'stop'
  | 'retry'
  | 'answer'
  | 'pause'
  | 'resume'
  | 'put-back'
  | 'keep-out'
  | 'roll-back'
  /** Answers a question with Roll back. */
  | 'undo'
  | 'keep'
  | 'snooze'
  | 'join-glass';

/** Something a person does. Deployments are counted in the order of their requests, from 0. */
export type Action = { at: number; by: string; twice: boolean } & (
  | { do: 'request'; startsInMs: number | null; servers: number | null }
  | { do: 'press'; button: Button; on: number; stale: boolean }
  /** Presses Stop now and says why. */
  | { do: 'stop-now'; on: number }
  /** Presses Break glass and says why. */
  | { do: 'break-glass'; on: number }
  | { do: 'command'; text: string }
  | { do: 'leave'; who: string; forMs: number }
  /** Somebody else changes what runs on a server. */
  | { do: 'tamper'; server: number }
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
  const shape = shapeOf(seed, random);
  const requests = 1 + Number(random.chance(0.2));
  const later = randomFrom(seedOf(seed, 'interventions'));
  const choices = randomFrom(seedOf(seed, 'choices'));
  const decisions = randomFrom(seedOf(seed, 'decisions'));
  const hours = randomFrom(seedOf(seed, 'hours'));
  const rollbacks = randomFrom(seedOf(seed, 'rollbacks'));
  const glass = randomFrom(seedOf(seed, 'glass'));
  const hands = randomFrom(seedOf(seed, 'hands'));
  const actions = Array.from({ length: requests }, (_, on) => [
    ...actionsOf(random, shape, on),
    ...interventionsOn(later, on),
    ...choicesOn(choices, on),
    ...decisionsOn(decisions, shape, on),
    ...rollbacksOn(rollbacks, shape, on),
    ...glassOn(glass, shape, on),
    ...handsOn(hands, shape, on),
  ]).flat();
  actions.push(...atItsHours(hours, shape));
  const faults = [
    ...Array.from({ length: random.below(6) }, () => faultOf(random, shape)),
    ...failuresOf(randomFrom(seedOf(seed, 'failures')), shape),
  ];
  return { seed, shape, actions, faults };
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

/** What people do about windows, freezes and servers that others change. */
function atItsHours(random: Random, { windowMinutes, freeze, drift, rollback }: Shape): Action[] {
  const request = (at: number, startsInMs: number | null): Action => ({
    do: 'request',
    at,
    by: people.ana,
    twice: false,
    startsInMs,
    servers: null,
  });
  const press = (button: Button, on: number, at: number, by: string): Action => {
    return { do: 'press', button, on, by, at, twice: random.chance(0.2), stale: random.chance(0.1) };
  };
  if (windowMinutes !== null) {
    const end = windowMinutes * 60_000;
    return [
      request(end - random.below(45_000), null),
      press('retry', 1, end + random.below(60_000), people.ana),
    ];
  }
  if (freeze !== null) {
    const approvals = [people.admin, people.ben, people.cleo].map((by) =>
      press('approve', 1, 10_000 + random.below(40_000), by),
    );
    return [request(8_000, 55_000 + random.below(60_000)), ...approvals];
  }
  // With a rollback nobody could say any more what was there before.
  if (drift === null || rollback) return [];
  const at = 25_000 + random.below(50_000);
  return [
    { do: 'tamper', server: Number(random.chance(0.25)), by: people.admin, at, twice: false },
    request(at + 1_000 + random.below(60_000), null),
    press('answer', 1, at + 20_000 + random.below(80_000), people.ana),
  ];
}

/** What people do about rollbacks, and about the deployments that they are. */
function rollbacksOn(random: Random, { rollback, approvals, asks }: Shape, on: number): Action[] {
  if (!rollback) return [];
  const press = (button: Button, by: string, at: number, number = on): Action => ({
    do: 'press',
    button,
    on: number,
    by,
    at,
    twice: random.chance(0.2),
    stale: random.chance(0.1),
  });
  const counts = rollback.countdownSeconds !== null;
  const at = 5_000 + random.below(60_000);
  const soon = (): number => at + random.below(30_000);
  const other = on + 1 + random.below(2);
  return [
    ...(random.chance(counts ? 0.25 : 0.6)
      ? [press('roll-back', random.pick([people.ana, people.ben]), at)]
      : []),
    ...(approvals > 0 ? [press('approve', people.ben, soon(), other)] : []),
    ...(approvals > 1 ? [press('approve', people.cleo, soon(), other)] : []),
    ...(asks ? [press('undo', people.ana, soon()), press('undo', people.ana, soon())] : []),
    ...(counts && random.chance(0.5) ? [press('snooze', people.ana, at)] : []),
    ...(counts && random.chance(0.6)
      ? [press('keep', people.ana, soon()), press('keep', people.ana, soon())]
      : []),
    ...(random.chance(0.2)
      ? [press(random.pick(['retry', 'stop', 'answer']), people.ana, soon(), other)]
      : []),
  ];
}

/** What people decide about failed and manual steps, and about members that are held. */
function decisionsOn(random: Random, { asks, manual }: Shape, on: number): Action[] {
  const press = (button: Button, by: string, at: number): Action => ({
    do: 'press',
    button,
    on,
    by,
    at,
    twice: random.chance(0.2),
    stale: random.chance(0.1),
  });
  const answers = (asks ? random.below(3) : 0) + (manual === null ? 0 : random.below(5));
  const held = random.below(3);
  return [
    ...Array.from({ length: answers }, () => press('answer', people.ana, 3_000 + random.below(80_000))),
    ...Array.from({ length: held }, () =>
      press(
        random.chance(0.7) ? 'put-back' : 'keep-out',
        random.pick([people.ana, people.admin]),
        10_000 + random.below(110_000),
      ),
    ),
  ];
}

/** Two people, or one and the same, go on without the approvals; some too late. */
function glassOn(random: Random, { approvals, breakGlass }: Shape, on: number): Action[] {
  if (approvals === 0 || !breakGlass) return [];
  const deployers = [people.ben, people.cleo, people.admin, people.admin, people.ana] as const;
  const at = random.below(1_500);
  const ask = (): Action => ({
    do: 'break-glass',
    on,
    by: random.pick(deployers),
    at: at + random.below(500),
    twice: random.chance(0.2),
  });
  const join = (): Action => ({
    do: 'press',
    button: 'join-glass',
    on,
    by: random.pick(deployers),
    at: at + 500 + random.below(random.pick([1_500, 4_000, 90_000])),
    twice: random.chance(0.2),
    stale: random.chance(0.1),
  });
  return [ask(), ask(), join(), join(), join()];
}

/** An approver hands their vote to the admin, who tries to give it, and takes it back again. */
function handsOn(random: Random, { approvals }: Shape, on: number): Action[] {
  if (approvals === 0 || random.chance(0.7)) return [];
  const by = random.pick([people.ben, people.cleo]);
  const words = random.pick([
    `delegate ${on + 1} <@${people.admin}>`,
    `delegate <@${people.admin}> shop until in 2 hours`,
  ]);
  const type = (text: string, at: number): Action => ({
    do: 'command',
    text,
    by,
    at,
    twice: random.chance(0.2),
  });
  const approve = (at: number): Action => ({
    do: 'press',
    button: 'approve',
    on,
    by: people.admin,
    at,
    twice: random.chance(0.2),
    stale: random.chance(0.1),
  });
  return [
    type(words, 300 + random.below(2_000)),
    approve(1_500 + random.below(4_000)),
    ...(random.chance(0.4) ? [type('delegate off', 1_000 + random.below(6_000))] : []),
  ];
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
