import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';

/** What a Unix socket's address holds on Linux, in bytes. */
const longestPathBytes = 107;

/** Where the bot of a database hears the command line: beside it, whatever name the file was called by. */
export function socketFileOf(databaseFile: string): string {
  return `${realPath(databaseFile)}.sock`;
}

/** Says in a sentence that a socket's path is too long for the system; null when it fits. */
export function refuseLongPath(socketFile: string): string | null {
  const bytes = Buffer.byteLength(socketFile);
  if (bytes <= longestPathBytes) return null;
  return `the path of the control socket ${socketFile} has ${bytes} bytes, and ${longestPathBytes} fit: put the database (DATABASE_URL) into a directory with a shorter path`;
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return resolve(file);
  }
}
