import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Revision } from '../domain/revision.ts';
import { markOf, readParts } from './part-files.ts';
import { parseRevision } from './revision-file.ts';

/** What a revision's files say, without their digest. */
export type RevisionText = Omit<Revision, 'digest' | 'directory'>;

/** What `revision.yaml` and the files it names say, or why they cannot be read. */
export type ReadRevision = { ok: true; value: RevisionText } | { ok: false; faults: string[] };

/** Reads `revision.yaml` of a directory and the files it names; remembers what they said as long as none changes. Never rejects. */
export type RevisionReader = (
  directory: string,
  expected: { name: string; version: string },
) => Promise<ReadRevision>;

interface Remembered {
  name: string;
  /** Of `revision.yaml` and of each file it names, relative to the directory. */
  marks: Map<string, string>;
  read: ReadRevision;
}

const largestBytes = 1024 ** 2;

/** Builds a reader with a memory of its own. */
export function createRevisionReader(): RevisionReader {
  const remembered = new Map<string, Remembered>();
  return async (directory, expected) => {
    const file = join(directory, 'revision.yaml');
    try {
      const stats = await lstat(file);
      // A pipe would be waited for without end, and a link could lead anywhere.
      if (!stats.isFile()) return { ok: false, faults: [`${file}: is no file`] };
      if (stats.size > largestBytes)
        return { ok: false, faults: [`${file}: is larger than ${largestBytes} bytes`] };
      const known = remembered.get(file);
      if (known?.name === expected.name && (await isUnchanged(directory, known.marks))) return known.read;
      // Looked at before it is read: what changes meanwhile is read again.
      const mark = await markOf(file);
      const { marks, read } = await readRevision(directory, file, expected);
      remembered.set(file, {
        name: expected.name,
        marks: new Map([...marks, ['revision.yaml', mark]]),
        read,
      });
      return read;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      return { ok: false, faults: [`${file}: cannot be read (${code})`] };
    }
  };
}

async function readRevision(
  directory: string,
  file: string,
  expected: { name: string; version: string },
): Promise<{ marks: Map<string, string>; read: ReadRevision }> {
  const parsed = parseRevision(await readFile(file), file, expected);
  if (!parsed.ok) return { marks: new Map(), read: parsed };
  const { parts, faults, marks } = await readParts(directory, parsed.value.parts);
  if (faults.length > 0) return { marks, read: { ok: false, faults: parsed.say(faults) } };
  return { marks, read: { ok: true, value: { ...parsed.value, parts } } };
}

async function isUnchanged(directory: string, marks: Map<string, string>): Promise<boolean> {
  const changed = await Promise.all(
    [...marks].map(async ([file, mark]) => (await markOf(join(directory, file))) !== mark),
  );
  return !changed.includes(true);
}
