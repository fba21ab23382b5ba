import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { type Anchor, checkAnchors, readAnchor } from '../store/sqlite/check-anchors.ts';
import { openReadOnly } from '../store/sqlite/open-read-only.ts';
import { type ChainState, exportLog, exportTrails, walkLog } from '../store/sqlite/walk-log.ts';
import { csvHeader, csvRow, type Exported, jsonRow } from './audit-rows.ts';
import type { CommonOptions } from './common-options.ts';
import { migrationsFolder } from './migrations-folder.ts';
import { readSettings } from './read-settings.ts';

/**
 * `audit verify`: walks the chain over all events, and looks for each anchor in it. Exit code 1 names the first place
 * where it is broken, and every anchor that it does not hold.
 */
export function runAuditVerify({ format, anchor: texts }: CommonOptions & { anchor: string[] }): number {
  const settings = readSettings();
  const anchors = readAnchors(texts);
  if (!settings || !anchors) return 2;
  const client = openReadOnly(settings.databaseFile, migrationsFolder);
  try {
    const state = walkLog(client);
    const problems = state.unbroken ? checkAnchors(client, anchors) : [sayBreak(state)];
    if (format === 'json') process.stdout.write(`${JSON.stringify({ ...state, problems })}\n`);
    else if (state.unbroken && problems.length === 0)
      process.stdout.write(
        `${state.events} events, last hash ${state.lastHash || 'none'}, unbroken${sayHeld(anchors)}\n`,
      );
    for (const problem of problems) process.stderr.write(`${startOfSentence(problem)}.\n`);
    return problems.length === 0 ? 0 : 1;
  } finally {
    client.close();
  }
}

function readAnchors(texts: string[]): Anchor[] | null {
  const anchors = texts.map((text) => ({ text, anchor: readAnchor(text) }));
  for (const { text, anchor } of anchors)
    if (!anchor)
      process.stderr.write(
        `--anchor ${text} is no anchor: write PLACE:HASH as Slack shows it, with at least 16 digits of the hash\n`,
      );
  return anchors.some(({ anchor }) => !anchor) ? null : anchors.flatMap(({ anchor }) => anchor ?? []);
}

function sayBreak({ deployment, version, why }: Extract<ChainState, { unbroken: false }>): string {
  return `the log is broken at event ${version} of #${deployment}: ${why}`;
}

function sayHeld({ length }: Anchor[]): string {
  return length === 0 ? '' : `; ${length === 1 ? 'the anchor holds' : `all ${length} anchors hold`}`;
}

function startOfSentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** What `audit export` may be told. */
export interface ExportOptions {
  /** `text` is CSV. */
  format: 'text' | 'csv' | 'json';
  from?: string;
  to?: string;
}

/** `audit export`: every event in its order, then the trails of environments, as CSV or as JSON lines. */
export async function runAuditExport({ format, from, to }: ExportOptions): Promise<number> {
  const settings = readSettings();
  const span = { from: readInstant('--from', from), to: readInstant('--to', to) };
  if (!settings || span.from === null || span.to === null) return 2;
  const client = openReadOnly(settings.databaseFile, migrationsFolder);
  try {
    const rows = everything(client, { from: span.from, to: span.to });
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

function* csvLines(rows: Iterable<Exported>): Iterable<string> {
  yield csvHeader;
  for (const row of rows) yield csvRow(row);
}

function* everything(
  client: Parameters<typeof exportLog>[0],
  span: Parameters<typeof exportLog>[1],
): Iterable<Exported> {
  yield* exportLog(client, span);
  yield* exportTrails(client, span);
}

function* jsonLines(rows: Iterable<Exported>): Iterable<string> {
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
