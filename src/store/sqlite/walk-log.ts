import type Database from 'better-sqlite3';

import { type ChainedRow, chainHash, chainStart } from './chain.ts';

/** How the log stands: whole, or where it was altered first. */
export type ChainState =
  | { unbroken: true; events: number; lastHash: string; lastAt: number | null }
  | { unbroken: false; deployment: number; version: number; why: string };

interface LoggedRow extends ChainedRow {
  seq: number;
  hash: string;
}

const loggedRows = 'SELECT seq, deployment, version, at, type, data, fence, hash FROM events ORDER BY seq';

/** Walks the whole log, a row in memory at a time, and names the first place where row and hash do not fit. */
export function walkLog(client: Database.Database): ChainState {
  const versions = new Map<number, number>();
  let lastHash = chainStart;
  let lastAt: number | null = null;
  let events = 0;
  for (const row of client.prepare<[], LoggedRow>(loggedRows).iterate()) {
    const { deployment, version } = row;
    const why = findBreak(row, { lastHash, seq: events, version: versions.get(deployment) ?? 0 });
    if (why !== null) return { unbroken: false, deployment, version, why };
    versions.set(deployment, version);
    ({ hash: lastHash, at: lastAt } = row);
    events += 1;
  }
  return findMissingEnd(client, versions) ?? { unbroken: true, events, lastHash, lastAt };
}

function findBreak(
  row: LoggedRow,
  before: { lastHash: string; seq: number; version: number },
): string | null {
  if (row.seq !== before.seq + 1) return `${row.seq - before.seq - 1} rows are missing before it`;
  if (row.version !== before.version + 1) return `it does not follow version ${before.version}`;
  return chainHash(before.lastHash, row) === row.hash ? null : 'it, or what stood before it, was altered';
}

/** Rows cut off at the end break no hash; the deployments they belonged to still count them. */
function findMissingEnd(client: Database.Database, versions: Map<number, number>): ChainState | null {
  const counted = client.prepare<[], { number: number; version: number }>(
    'SELECT number, version FROM deployments ORDER BY number',
  );
  for (const { number: deployment, version } of counted.iterate()) {
    const found = versions.get(deployment) ?? 0;
    if (found === version) continue;
    const why = `#${deployment} counts ${version} events, and the log holds ${found}`;
    return { unbroken: false, deployment, version: Math.min(found, version) + 1, why };
  }
  return null;
}

/** One event as it is exported. */
export interface ExportedEvent extends ChainedRow {
  environment: string;
  seq: number;
  /** The hash that this one continues. */
  previous: string;
  hash: string;
}

/** The log in its order, events of `from` and before `to` (epoch milliseconds), a row in memory at a time. */
export function exportLog(
  client: Database.Database,
  { from = 0, to = Number.MAX_SAFE_INTEGER }: { from?: number | undefined; to?: number | undefined },
): IterableIterator<ExportedEvent> {
  return client
    .prepare<[number, number], ExportedEvent>(
      `SELECT deployment, events.version AS version, environment, at, type, data, fence, hash, seq,
         coalesce((SELECT hash FROM events AS earlier WHERE earlier.seq = events.seq - 1), '${chainStart}') AS previous
       FROM events JOIN deployments ON number = deployment WHERE at >= ? AND at < ? ORDER BY seq`,
    )
    .iterate(from, to);
}

/** One entry of the trails of environments: locks, reloads, properties that were filled in. No chain holds it. */
export interface ExportedEntry {
  environment: string;
  at: number;
  type: string;
  data: string;
}

/** The trails of all environments in their order, entries of `from` and before `to`, a row in memory at a time. */
export function exportTrails(
  client: Database.Database,
  { from = 0, to = Number.MAX_SAFE_INTEGER }: { from?: number | undefined; to?: number | undefined },
): IterableIterator<ExportedEntry> {
  return client
    .prepare<[number, number], ExportedEntry>(
      'SELECT environment, at, type, data FROM environment_events WHERE at >= ? AND at < ? ORDER BY id',
    )
    .iterate(from, to);
}
