import type { Plan } from '../../domain/plan/plan.ts';
import { findServer } from '../../domain/plan/plan.ts';
import type { CommandDriver, CommandSession } from '../../drivers/command.ts';

/** Open ways to servers, one each, opened ahead where asked. */
export interface Sessions {
  /** The open session of a server, or a new one. Rejects with `Unreachable`. */
  get(plan: Plan, server: string, signal: AbortSignal): Promise<CommandSession>;
  /** Forgets a session that broke, so that the next call connects anew. */
  drop(plan: Plan, server: string): Promise<void>;
  releaseAll(plan: Plan): Promise<void>;
}

/** Keeps one session per server of an environment; the driver is chosen by the server's connection. */
export function openSessions(drivers: { ssh: CommandDriver; local: CommandDriver }): Sessions {
  const open = new Map<string, Promise<CommandSession>>();
  const keyOf = (plan: Plan, server: string): string => `${plan.environment.name}/${server}`;

  const drop = async (key: string): Promise<void> => {
    const session = open.get(key);
    open.delete(key);
    await session?.then((opened) => opened.close()).catch(() => undefined);
  };

  return {
    get: async (plan, server, signal) => {
      const key = keyOf(plan, server);
      const existing = open.get(key);
      if (existing) return await existing;
      const connecting = connect(drivers, plan, server, signal);
      open.set(key, connecting);
      connecting.catch(() => {
        if (open.get(key) === connecting) open.delete(key);
      });
      return await connecting;
    },
    drop: async (plan, server) => await drop(keyOf(plan, server)),
    releaseAll: async (plan) => {
      const prefix = `${plan.environment.name}/`;
      await Promise.all([...open.keys()].filter((key) => key.startsWith(prefix)).map(drop));
    },
  };
}

async function connect(
  drivers: { ssh: CommandDriver; local: CommandDriver },
  plan: Plan,
  name: string,
  signal: AbortSignal,
): Promise<CommandSession> {
  const found = findServer(plan.environment, name);
  if (!found) throw new Error(`the plan names server ${name}, which its environment does not hold`);
  const { connection } = found.server;
  switch (connection.driver) {
    case 'ssh':
      return await drivers.ssh.connect(name, connection, signal);
    case 'local':
      return await drivers.local.connect(name, connection, signal);
    case 'http':
    case 'postgres':
      throw new Error(`server ${name} has a ${connection.driver} connection, which runs no commands`);
  }
}
