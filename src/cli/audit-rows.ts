import type { ExportedEntry, ExportedEvent } from '../store/sqlite/walk-log.ts';

const columns = [
  'deployment',
  'version',
  'at',
  'environment',
  'type',
  'by',
  'fence',
  'event',
  'hash',
  'seq',
  'previous',
] as const;

type AuditRow = Record<(typeof columns)[number], string | number | null>;

/** The first line of the CSV. */
export const csvHeader = csvLine([...columns]);

/** What is exported: an event of a deployment, or an entry of an environment's trail, which has no place in the log. */
export type Exported = ExportedEvent | ExportedEntry;

const noPlace = { deployment: null, version: null, fence: null, hash: null, seq: null, previous: null };

/** One event as a line of CSV (RFC 4180), with its line end. */
export function csvRow(event: Exported): string {
  const row: AuditRow = { ...facts(event), event: event.data };
  return csvLine(columns.map((column) => row[column]));
}

/** One event as a line of JSON, with its line end; `data` is the text that its hash was made over. */
export function jsonRow(event: Exported): string {
  return `${JSON.stringify({ ...facts(event), data: event.data, event: parse(event.data) })}\n`;
}

function facts(event: Exported) {
  const { deployment, version, at, environment, type, data, fence, hash, seq, previous } = {
    ...noPlace,
    ...event,
  };
  const { by = 'system' } = Object(parse(data)) as { by?: string };
  const instant = new Date(at).toISOString();
  return { deployment, version, at: instant, environment, type, by, fence, hash, seq, previous };
}

/** Data that somebody damaged is exported as the text it is: `audit verify` is what names it. */
function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}

function csvLine(fields: readonly (string | number | null)[]): string {
  return `${fields.map(csvField).join(',')}\r\n`;
}

/** Text that a spreadsheet would take for a formula is kept as text by the apostrophe before it. */
function csvField(field: string | number | null): string {
  if (field === null) return '';
  if (typeof field === 'number') return String(field);
  const text = /^[=+\-@\t\r]/.test(field) ? `'${field}` : field;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
