import { statSync } from 'node:fs';

import { findLogProblem } from './check-log-file.ts';
import { type Client, Database } from './driver.ts';
import { StoreRefused } from './refused.ts';

/** Throws `StoreRefused` for a file that is damaged or no database of ours, without changing a byte of it. */
export function checkFile(file: string): void {
  const problem = findLogProblem(file) ?? (statSync(file).size === 0 ? null : findProblem(file));
  if (problem !== null)
    throw new StoreRefused(
      `${file} is damaged or no Lamplighter database (${problem}); it was left untouched: restore a backup, or name another file`,
    );
}

/** Read-only, so that not even the write-ahead log of a crashed process is taken in before the file is known to be sound. */
function findProblem(file: string): string | null {
  try {
    const client = new Database(file, { readonly: true });
    try {
      return judge(client);
    } finally {
      client.close();
    }
  } catch (error) {
    if (error instanceof Database.SqliteError && isDamage(error)) return error.message;
    throw error;
  }
}

function isDamage({ code, message }: { code: string; message: string }): boolean {
  return /^SQLITE_(NOTADB|CORRUPT)/.test(code) || message === 'unsupported file format';
}

function judge(client: Client): string | null {
  const found = client.pragma('integrity_check(1)', { simple: true });
  if (found !== 'ok') return String(found).replaceAll(/\s+/g, ' ');
  const tables = client
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .pluck()
    .all();
  const ours = tables.length === 0 || tables.includes('__drizzle_migrations');
  return ours ? null : `it holds the tables ${tables.slice(0, 3).join(', ')} of another program`;
}
