import type { MemberStatus } from '../domain/attempt/judge-group.ts';
import type { Fence, Marker, Work } from '../drivers/command.ts';
import { type Fate, look, type Machine, type MarkedRun } from './machine.ts';

/** What an outside witness of the servers writes down, in order. */
export interface WorldEvent {
  type: 'started' | 'ended' | 'sealed' | 'refused';
  /** Epoch milliseconds. */
  at: number;
  machine: string;
  marker: Marker;
  fence: number;
  /** How it ended: an exit code, or null for a run that left none; null for all other events. */
  exitCode: number | null;
}

/** What a balancer script does when it succeeds. */
export interface BalancerMove {
  to: Extract<MemberStatus, 'up' | 'drain'>;
  member: string;
}

/** What a world is made of besides itself: time, chance, and the way to its machines. */
export interface WorldNeeds {
  now: () => number;
  /** Resolves after this time, or as soon as the signal aborts. */
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** How a run comes out; asked once, when it begins. */
  fateOf: (machine: string, marker: Marker, work: Work) => Fate;
  /** What a script does to the balancer; null for work that is none of the balancer's. */
  moveOf: (work: Work) => BalancerMove | null;
  /** What a server has once a step has ended well: `revision` is what lay beside the step, null where nothing did. */
  installedAfter: (machine: string, marker: Marker, revision: string | null) => string | null;
  /** The way there and the way back. A rejected way there leaves all as it was; a rejected way back loses only the answer. */
  wire: { to: (machine: string) => Promise<void>; back: (machine: string) => Promise<void> };
  /** Why a machine is not ready, in one sentence; null where it is. */
  ailmentOf: (machine: string) => string | null;
  witness: (event: WorldEvent) => void;
}

/** A run that goes on, with what its end will do. */
interface OpenRun {
  machine: Machine;
  marker: Marker;
  run: MarkedRun;
  work: Work;
  revision: string | null;
}

/** What the sessions of one world share. */
export interface WorldState {
  needs: WorldNeeds;
  open: Set<OpenRun>;
  settle(): void;
  begin(
    machine: Machine,
    run: MarkedRun,
    begun: { marker: Marker; work: Work; revision: string | null },
  ): void;
  tell(type: WorldEvent['type'], machine: Machine, marker: Marker, fence: Fence['token']): void;
  installedOn(server: string): string | null;
}

/** The memory of a world: `members` and `installed` are changed in place. */
export function createState(
  needs: WorldNeeds,
  { members, installed }: { members: Map<string, MemberStatus>; installed: Map<string, string> },
): WorldState {
  const open = new Set<OpenRun>();
  const finish = (ending: OpenRun): void => {
    open.delete(ending);
    const { machine, marker, run, work, revision } = ending;
    const at = run.killedAt ?? run.endsAt;
    const exitCode = run.killedAt === null ? run.exitCode : null;
    needs.witness({ type: 'ended', at, machine: machine.name, marker, fence: run.fence, exitCode });
    if (exitCode !== 0) return;
    const move = needs.moveOf(work);
    if (move) members.set(move.member, move.to);
    if (move) return;
    const left = needs.installedAfter(machine.name, marker, revision);
    if (left === null) installed.delete(machine.name);
    else installed.set(machine.name, left);
  };
  const settle = (): void => {
    const now = needs.now();
    const ended = [...open].filter(({ machine, run }) => look(machine, run.marker, now).state !== 'running');
    for (const ending of ended.toSorted((one, other) => endOf(one) - endOf(other))) finish(ending);
  };
  return {
    needs,
    open,
    settle,
    begin: (machine, run, begun) => {
      open.add({ machine, run, ...begun });
    },
    tell: (type, machine, marker, fence) =>
      needs.witness({ type, at: needs.now(), machine: machine.name, marker, fence, exitCode: null }),
    installedOn: (server) => {
      settle();
      return installed.get(server) ?? null;
    },
  };
}

function endOf({ run }: OpenRun): number {
  return run.killedAt ?? run.endsAt;
}
