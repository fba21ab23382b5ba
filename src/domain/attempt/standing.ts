import type { ServerState } from '../events/states.ts';
import type { Run, ServerRun } from './run.ts';

/**
 * How a server stands over all attempts: as the last one left it that came to it. An attempt that ended before it
 * began there changes nothing of an earlier failure. Null where no attempt has planned it.
 */
export function standingOf(run: Run, server: string): ServerRun | null {
  const [now, before] = [run.servers.get(server), run.before.get(server)];
  return now && before && isUntouched(now) ? before : (now ?? before ?? null);
}

/** How all servers stand when an attempt is over: what the next one begins with. */
export function standingsOf(run: Run): Map<string, ServerRun> {
  const names = new Set([...run.before.keys(), ...run.servers.keys()]);
  return new Map(
    [...names].flatMap((name) => {
      const standing = standingOf(run, name);
      return standing ? [[name, standing] as const] : [];
    }),
  );
}

/** Whether nothing was done to a server by the attempt that this is of. */
export function isUntouched({ state, startedAt }: ServerRun): boolean {
  const neverBegun: ServerState[] = ['pending', 'skipped', 'preflight_failed'];
  return neverBegun.includes(state) || (state === 'cancelled' && startedAt === null);
}

/**
 * Planned servers that an attempt leaves alone, though no earlier one ended well there: somebody chose others. What a
 * named person excluded from the deployment is none of them (law 13).
 */
export function leftOut(run: Run, planned: string[]): string[] {
  const excluded = new Set(run.excluded.map(({ server }) => server));
  return planned.filter(
    (name) => !run.servers.has(name) && !excluded.has(name) && run.before.get(name)?.state !== 'ok',
  );
}
