import type { Environment } from '../configured/environment.ts';
import type { AskedServer } from './inspection.ts';
import { liveClusters, liveServers } from './plan.ts';

/** What a server said of itself when a deployment was last done with it. */
interface Recorded {
  server: string;
  /** Null: it said nothing. */
  readBack: string | null;
  deployment: number;
  /** Epoch milliseconds. */
  at: number;
}

/** Servers that run the same, in deployment order. */
export interface RunningThere {
  /** What they say of themselves; null: nobody can say. */
  runs: string | null;
  servers: string[];
}

/** A server that says something else than a deployment left there. */
export interface Drifted {
  server: string;
  deployment: number;
  recorded: string;
  found: string;
  /** Since when it has been seen to say so, epoch milliseconds. */
  since: number;
}

/** What is known of the enabled servers of an environment, without asking any of them. */
export interface WhatRuns {
  /** The most servers first; those of which nobody can say anything last. */
  groups: RunningThere[];
  drifted: Drifted[];
  /** The oldest and the newest of what is known, epoch milliseconds; null where nothing is. */
  known: { oldest: number; newest: number } | null;
}

/** Puts together what servers said when they were asked and what deployments left: the later one counts. */
export function whatRuns(
  environment: Environment,
  { asked, records }: { asked: AskedServer[]; records: Recorded[] },
): WhatRuns {
  const recordOf = new Map(records.map((record) => [record.server, record]));
  const answerOf = new Map(asked.map(({ server, answered }) => [server, answered]));
  const servers = liveClusters(environment)
    .flatMap((cluster) => liveServers(environment, cluster))
    .map(({ name }) => lookAt(name, recordOf.get(name) ?? null, answerOf.get(name) ?? null));
  const times = servers.flatMap(({ at }) => at ?? []);
  return {
    groups: group(servers),
    drifted: servers.flatMap(({ drift }) => drift ?? []),
    known: times.length === 0 ? null : { oldest: Math.min(...times), newest: Math.max(...times) },
  };
}

interface Look {
  server: string;
  runs: string | null;
  at: number | null;
  drift: Drifted | null;
}

function lookAt(server: string, record: Recorded | null, answered: AskedServer['answered']): Look {
  const said = answered?.answer.readBack ?? null;
  if (answered === null || said === null || (record && record.at > answered.at)) {
    const runs = record?.readBack ?? null;
    return { server, runs, at: runs === null ? null : (record?.at ?? null), drift: null };
  }
  return { server, runs: said, at: answered.at, drift: driftOf(record, { ...answered, server, said }) };
}

function driftOf(
  record: Recorded | null,
  { server, said, at, saidSince = at }: { server: string; said: string; at: number; saidSince?: number },
): Drifted | null {
  if (!record || record.readBack === null || record.readBack === said) return null;
  const { deployment, readBack: recorded } = record;
  // What it said before that deployment is no drift from it.
  const since = saidSince > record.at ? saidSince : at;
  return { server, deployment, recorded, found: said, since };
}

function group(looks: Look[]): RunningThere[] {
  const groups = new Map<string | null, string[]>();
  for (const { runs, server } of looks) groups.set(runs, [...(groups.get(runs) ?? []), server]);
  const unknownLast = (runs: string | null): number => (runs === null ? 1 : 0);
  return [...groups]
    .map(([runs, servers]) => ({ runs, servers }))
    .toSorted(
      (one, other) =>
        unknownLast(one.runs) - unknownLast(other.runs) || other.servers.length - one.servers.length,
    );
}
