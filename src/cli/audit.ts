import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { openReadOnly } from '../store/sqlite/open-read-only.ts';
import { exportLog, type ExportedEvent, walkLog } from '../store/sqlite/walk-log.ts';
import { csvHeader, csvRow, jsonRow } from './audit-rows.ts';
import type { CommonOptions } from './common-options.ts';
import { migrationsFolder } from './migrations-folder.ts';
import { readSettings } from './read-settings.ts';

/** `audit verify`: walks the chain over all events. Exit code 1 names the first place where it is broken. */
export function runAuditVerify({ format }: CommonOptions): number {
  const settings = readSettings();
  if (!settings) return 2;
  const client = openReadOnly(settings.databaseFile, migrationsFolder);
  try {
    const state = walkLog(client);
    if (format === 'json') process.stdout.write(`${JSON.stringify(state)}\n`);
    else if (state.unbroken)
      process.stdout.write(`${state.events} events, last hash ${state.lastHash || 'none'}, unbroken\n`);
    if (state.unbroken) return 0;
    const { deployment, version, why } = state;
    process.stderr.write(`The log is broken at event ${version} of #${deployment}: ${why}.\n`);
    return 1;
  } finally {
    client.close();
  }
}

/** What `audit export` may be told. */
export interface ExportOptions {
  /** `text` is CSV. */
  format: 'text' | 'csv' | 'json';
  from?: string;
  to?: string;
}

/** `audit export`: every event in its order on standard output, as CSV or as JSON lines. */
export async function runAuditExport({ format, from, to }: ExportOptions): Promise<number> {
  const settings = readSettings();
  const span = { from: readInstant('--from', from), to: readInstant('--to', to) };
  if (!settings || span.from === null || span.to === null) return 2;
  const client = openReadOnly(settings.databaseFile, migrationsFolder);
  try {
    const rows = exportLog(client, { from: span.from, to: span.to });
    await pipeline(Readable.from(format === 'json' ? jsonLines(rows) : csvLines(rows)), process.stdout, {
      end: false,
    });
    return 0;
  } catch (error) {
    // Whoever reads has enough, as `head` has.
    if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return 0;
    throw error;
  } finally {
    client.close();
  }
}

function* csvLines(rows: Iterable<ExportedEvent>): Iterable<string> {
  yield csvHeader;
  for (const row of rows) yield csvRow(row);
}

function* jsonLines(rows: Iterable<ExportedEvent>): Iterable<string> {
  for (const row of rows) yield jsonRow(row);
}

/** Epoch milliseconds; undefined where nothing was said, null for what is no instant. */
function readInstant(flag: string, text: string | undefined): number | undefined | null {
  if (text === undefined) return undefined;
  const instant = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isNaN(instant)) return instant;
  process.stderr.write(
    `${flag} ${text} is no instant: write 2026-11-21 (midnight UTC) or 2026-11-21T03:00:00+01:00\n`,
  );
  return null;
}
