import type { Value } from './connection.ts';

/** One ordered argument of a balancer script: a variable of the server or cluster, or a literal. */
export type ScriptArgument = { variable: string } | { literal: Value };

/** A balancer script: an absolute path and its ordered arguments, run without a shell. */
export interface Script {
  run: string;
  args: ScriptArgument[];
  timeoutSeconds: number;
  idempotent: boolean;
}

/** The scripts that take members out of the load balancer and put them back; null where none is configured. */
export interface Scripts {
  disableServer: Script | null;
  enableServer: Script | null;
  statusServer: Script | null;
  disableCluster: Script | null;
  enableCluster: Script | null;
  statusCluster: Script | null;
}
