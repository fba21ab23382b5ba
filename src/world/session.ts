import {
  type CommandSession,
  type Fence,
  type Followed,
  type Marker,
  type Seen,
  Unreachable,
  type Work,
} from '../drivers/command.ts';
import { highestFence, killRun, look, type Machine, raiseFence, startRun } from './machine.ts';
import type { WorldState } from './state.ts';

/** A session on one machine of a world. Every call goes there and back over the wire; between the two, it happens. */
export function openSession(world: WorldState, machine: Machine): CommandSession {
  const { wire, now, ailmentOf } = world.needs;
  let revision: string | null = null;
  const call = async <T>(happen: () => T): Promise<T> => {
    await wire.to(machine.name);
    world.settle();
    const answer = happen();
    await wire.back(machine.name);
    return answer;
  };
  return {
    check: async () =>
      await call(() => {
        const reason = ailmentOf(machine.name);
        return reason === null ? { ok: true } : { ok: false, reason };
      }),
    push: async ({ name, version }) =>
      await call(() => {
        revision = `${name}@${version}`;
        return `/revisions/${revision}`;
      }),
    start: async (marker, fence, work, _onOutput, signal) => {
      const begin = async (): Promise<Followed> =>
        await call(() => start(world, machine, { marker, fence, work, revision }));
      return await followAfter(world, machine, { marker, signal, begin });
    },
    follow: async (marker, _offset, _onOutput, signal) => {
      const begin = async (): Promise<Followed> =>
        await call(() => ({ state: 'disconnected', reason: 'it runs' }));
      return await followAfter(world, machine, { marker, signal, begin });
    },
    seal: async (fence, marker) => await call(() => seal(world, machine, fence, marker)),
    end: async (marker) =>
      await call(() => {
        killRun(machine, keyOf(marker), now());
        world.settle();
        return look(machine, keyOf(marker), now());
      }),
    ask: async () =>
      await call(() => ({
        exitCode: 0,
        stdout: world.installedOn(machine.name) ?? '',
        stderr: '',
        timedOut: false,
      })),
    lookWith: async (_files, _work, onOutput) =>
      await call(() => {
        const reason = ailmentOf(machine.name);
        if (reason !== null) onOutput(Buffer.from(`${reason}\n`), 0);
        return { exitCode: reason === null ? 0 : 1, timedOut: false, reason: '' };
      }),
    close: async () => undefined,
  };
}

/** What names a run on a machine. */
function keyOf({ installation, deployment, attempt, task, run }: Marker): string {
  return `${installation}/${deployment}/${attempt}/${task}.${run}`;
}

function environmentOf({ installation, environment }: Fence): string {
  return `${installation}/${environment}`;
}

/** The fence first and the marker after it, as the runner does. `disconnected` here means: it runs, go on and follow. */
function start(
  world: WorldState,
  machine: Machine,
  order: { marker: Marker; fence: Fence; work: Work; revision: string | null },
): Followed {
  const { marker, fence, work, revision } = order;
  const { now, fateOf } = world.needs;
  if (!raiseFence(machine, environmentOf(fence), fence.token)) {
    world.tell('refused', machine, marker, fence.token);
    return { state: 'fenced', highest: highestFence(machine, environmentOf(fence)) };
  }
  const named = { marker: keyOf(marker), fence: fence.token };
  if (look(machine, named.marker, now()).state !== 'never-started') return { state: 'already-started' };
  const run = startRun(machine, named, fateOf(machine.name, marker, work), now());
  if (!run) return { state: 'already-started' };
  world.begin(machine, run, { marker, work, revision });
  world.tell('started', machine, marker, fence.token);
  return { state: 'disconnected', reason: 'it runs' };
}

function seal(world: WorldState, machine: Machine, fence: Fence, marker: Marker): Seen {
  if (!raiseFence(machine, environmentOf(fence), fence.token)) {
    world.tell('refused', machine, marker, fence.token);
    const highest = highestFence(machine, environmentOf(fence));
    throw new Unreachable(`${machine.name}: seal failed: fenced ${highest}`);
  }
  world.tell('sealed', machine, marker, fence.token);
  return look(machine, keyOf(marker), world.needs.now());
}

/** Begins, and waits for the end: the run goes on whatever becomes of whoever waits. */
async function followAfter(
  world: WorldState,
  machine: Machine,
  { marker, signal, begin }: { marker: Marker; signal: AbortSignal; begin: () => Promise<Followed> },
): Promise<Followed> {
  const { now, sleep, wire } = world.needs;
  try {
    const begun = await begin();
    if (begun.state !== 'disconnected') return begun;
    for (;;) {
      const seen = look(machine, keyOf(marker), now());
      if (seen.state !== 'running') {
        await wire.back(machine.name);
        world.settle();
        return asFollowed(seen);
      }
      if (signal.aborted) return { state: 'disconnected', reason: 'nobody follows any more' };
      await sleep(Math.max(1, leftMs(machine, marker, now())), signal);
    }
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return { state: 'disconnected', reason: error.message };
  }
}

function leftMs(machine: Machine, marker: Marker, now: number): number {
  return (machine.runs.get(keyOf(marker))?.endsAt ?? now) - now;
}

function asFollowed(seen: Exclude<Seen, { state: 'running' }>): Followed {
  switch (seen.state) {
    case 'ended':
      return { state: 'ended', exitCode: seen.exitCode, outputBytes: 0 };
    case 'lost':
      return { state: 'lost', reason: seen.reason };
    case 'never-started':
      return { state: 'lost', reason: 'nothing was ever started here' };
  }
}
