import type { Seen } from '../drivers/command.ts';

/** How one run comes out, decided when it begins. */
export interface Fate {
  durationMs: number;
  /** Null: it dies and leaves no exit code. */
  exitCode: number | null;
}

/** One run of a step or script, as its marker directory stands on the machine. */
export interface MarkedRun {
  marker: string;
  fence: number;
  startedAt: number;
  endsAt: number;
  exitCode: number | null;
  /** Null while nobody cut it short. */
  killedAt: number | null;
}

/** A machine as the runner sees it: the highest token of each environment, and the runs that were started. */
export interface Machine {
  name: string;
  fences: Map<string, number>;
  runs: Map<string, MarkedRun>;
}

/** A machine on which nothing was ever started. */
export function newMachine(name: string): Machine {
  return { name, fences: new Map(), runs: new Map() };
}

/** Raises the fence of an environment; false, and nothing changes, where it stands higher. */
export function raiseFence(machine: Machine, environment: string, token: number): boolean {
  if (token < highestFence(machine, environment)) return false;
  machine.fences.set(environment, token);
  return true;
}

/** The highest token that a machine has seen; 0 before the first. */
export function highestFence({ fences }: Machine, environment: string): number {
  return fences.get(environment) ?? 0;
}

/** Starts a run under its marker, once: null where the marker is there already. */
export function startRun(
  { runs }: Machine,
  { marker, fence }: Pick<MarkedRun, 'marker' | 'fence'>,
  { durationMs, exitCode }: Fate,
  now: number,
): MarkedRun | null {
  if (runs.has(marker)) return null;
  const run = { marker, fence, startedAt: now, endsAt: now + durationMs, exitCode, killedAt: null };
  runs.set(marker, run);
  return run;
}

/** What the machine knows of a run at an instant. */
export function look({ runs }: Machine, marker: string, now: number): Seen {
  const run = runs.get(marker);
  if (!run) return { state: 'never-started' };
  if (run.killedAt !== null) return { state: 'lost', reason: 'it was ended from outside' };
  if (now < run.endsAt) return { state: 'running', ageMs: now - run.startedAt };
  if (run.exitCode === null) return { state: 'lost', reason: 'its process is gone and left no exit code' };
  return { state: 'ended', exitCode: run.exitCode };
}

/** Ends a run that still goes on; one that has ended stays as it ended. */
export function killRun({ runs }: Machine, marker: string, now: number): void {
  const run = runs.get(marker);
  if (run && run.killedAt === null && now < run.endsAt) run.killedAt = now;
}
