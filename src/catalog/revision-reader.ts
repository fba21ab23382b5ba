import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { parseRevision, type RevisionText } from './revision-file.ts';

/** What `revision.yaml` says, or why it cannot be read. */
export type ReadRevision = { ok: true; value: RevisionText } | { ok: false; faults: string[] };

/** Reads `revision.yaml` of a directory; remembers what it said as long as the file does not change. Never rejects. */
export type RevisionReader = (
  directory: string,
  expected: { name: string; version: string },
) => Promise<ReadRevision>;

const largestBytes = 1024 ** 2;

/** Builds a reader with a memory of its own. */
export function createRevisionReader(): RevisionReader {
  const remembered = new Map<string, { mark: string; read: ReadRevision }>();
  return async (directory, expected) => {
    const file = join(directory, 'revision.yaml');
    try {
      const stats = await lstat(file);
      // A pipe would be waited for without end, and a link could lead anywhere.
      if (!stats.isFile()) return { ok: false, faults: [`${file}: is no file`] };
      if (stats.size > largestBytes)
        return { ok: false, faults: [`${file}: is larger than ${largestBytes} bytes`] };
      const mark = [stats.mtimeMs, stats.ctimeMs, stats.size, stats.ino, expected.name].join(':');
      const known = remembered.get(file);
      if (known?.mark === mark) return known.read;
      const read = parseRevision(await readFile(file, 'utf8'), file, expected);
      remembered.set(file, { mark, read });
      return read;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      return { ok: false, faults: [`${file}: cannot be read (${code})`] };
    }
  };
}
