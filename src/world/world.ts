import type { MemberStatus } from '../domain/attempt/judge-group.ts';
import type { CommandDriver, CommandSession } from '../drivers/command.ts';
import { type Machine, newMachine } from './machine.ts';
import { openSession } from './session.ts';
import { createState, type WorldNeeds } from './state.ts';

/** Servers behind a balancer on which commands run, reached over the drivers' contract as real ones are. */
export interface World {
  driver: CommandDriver;
  /** This machine, on which balancer scripts run. */
  openLocalSession: (signal: AbortSignal) => Promise<CommandSession>;
  /** What the balancer says of a member now. */
  statusOf(member: string): MemberStatus;
  /** Members that take no requests now. */
  membersOut(): Set<string>;
  /** `name@version` of what runs on a server now; null where nothing was ever deployed. */
  installedOn(server: string): string | null;
  /** Somebody else changes what runs on a server. */
  tamper(server: string, what: string): void;
  /** Lets everything happen that has come to its end by now. */
  settle(): void;
}

/** The name of the machine on which balancer scripts run. */
export const thisMachine = 'this machine';

/** Makes a world in which every member is in service and nothing was ever deployed. */
export function createWorld(needs: WorldNeeds): World {
  const machines = new Map<string, Machine>();
  const members = new Map<string, MemberStatus>();
  const installed = new Map<string, string>();
  const state = createState(needs, { members, installed });
  const connect = async (name: string, signal: AbortSignal): Promise<CommandSession> => {
    const machine = machines.get(name) ?? newMachine(name);
    machines.set(name, machine);
    await needs.wire.to(name);
    signal.throwIfAborted();
    return openSession(state, machine);
  };
  return {
    driver: {
      connect: async (name, _connection, signal) => await connect(name, signal),
      look: async () => ({ missing: [], isWritable: true, freeBytes: null }),
    },
    openLocalSession: async (signal) => await connect(thisMachine, signal),
    statusOf: (member) => {
      state.settle();
      return members.get(member) ?? 'up';
    },
    membersOut: () => {
      state.settle();
      return new Set([...members].filter(([, status]) => status === 'drain').map(([member]) => member));
    },
    installedOn: (server) => state.installedOn(server),
    tamper: (server, what) => {
      state.settle();
      installed.set(server, what);
    },
    settle: () => state.settle(),
  };
}
