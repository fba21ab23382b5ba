import { createHash } from 'node:crypto';

import type Database from 'better-sqlite3';

/** A row of the log as the chain sees it: everything but its place and its own hash. */
export interface ChainedRow {
  deployment: number;
  version: number;
  at: number;
  type: string;
  /** The event's JSON, byte for byte as it is stored. */
  data: string;
  fence: number | null;
}

/** What the first row is chained to. */
export const chainStart = '';

/** The SHA-256, in hex, that holds a row to everything before it. */
export function chainHash(previous: string, row: ChainedRow): string {
  const { deployment, version, at, type, data, fence } = row;
  return createHash('sha256')
    .update(JSON.stringify([previous, deployment, version, at, type, data, fence]))
    .digest('hex');
}

/** Lets a migration chain the rows that are there already. */
export function offerChainHash(client: Database.Database): void {
  const hash = (previous: string, ...row: Parameters<typeof toRow>): string =>
    chainHash(previous, toRow(...row));
  client.function('chain_hash', { deterministic: true, varargs: true }, hash as () => string);
}

function toRow(...[deployment, version, at, type, data, fence]: RowValues): ChainedRow {
  return { deployment, version, at, type, data, fence };
}

type RowValues = [number, number, number, string, string, number | null];
