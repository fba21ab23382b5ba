/** Whether one connection has the server for itself; statements of all others wait until it gives it back. */
export interface UserMode {
  /** Waits until a connection may execute; in the order in which they asked. Rejects where it gives up. */
  admit(connection: number, signal: AbortSignal): Promise<void>;
  /** A statement of a connection has ended. */
  finish(connection: number): void;
  /** Takes the server once no statement of another connection runs. Rejects where it gives up. */
  enter(connection: number, signal: AbortSignal): Promise<void>;
  /** Gives the server back; false where the connection did not have it. */
  exit(connection: number): boolean;
  /** The connection that has the server for itself; null: nobody. */
  owner(): number | null;
}

/** Builds the mode of a server. */
export function createUserMode(): UserMode {
  let owner: number | null = null;
  const running = new Map<number, number>();
  let changed: (() => void)[] = [];
  const change = (): void => {
    const waiting = changed;
    changed = [];
    for (const wake of waiting) wake();
  };
  const nextChange = async (): Promise<void> => await new Promise<void>((resolve) => changed.push(resolve));
  const isFree = (connection: number): boolean => owner === null || owner === connection;
  const begin = (connection: number): void => {
    running.set(connection, (running.get(connection) ?? 0) + 1);
  };
  const finish = (connection: number): void => {
    const left = (running.get(connection) ?? 1) - 1;
    if (left === 0) running.delete(connection);
    else running.set(connection, left);
    change();
  };
  const until = async (isTurn: () => boolean, signal: AbortSignal): Promise<void> => {
    signal.addEventListener('abort', change, { once: true });
    while (!isTurn()) {
      if (signal.aborted) throw new Error('the connection was closed');
      await nextChange();
    }
    signal.removeEventListener('abort', change);
  };
  return {
    finish,
    admit: async (connection, signal) => {
      await until(() => isFree(connection), signal);
      begin(connection);
    },
    enter: async (connection, signal) => {
      // Whoever waits for the server runs nothing: two that wait for it do not wait for each other.
      finish(connection);
      await until(
        () => isFree(connection) && [...running.keys()].every((other) => other === connection),
        signal,
      );
      owner = connection;
      begin(connection);
    },
    exit: (connection) => {
      if (owner !== connection) return false;
      owner = null;
      change();
      return true;
    },
    owner: () => owner,
  };
}
