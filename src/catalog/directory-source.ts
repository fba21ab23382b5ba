import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { safeWord } from '../domain/revision.ts';
import { accept } from '../domain/verdict.ts';
import type { RevisionReader } from './revision-reader.ts';
import type { ListedVersion, RevisionSource } from './source.ts';
import { compareVersions } from './versions.ts';

/** Versions as the directories below a path; asked anew each time: one that was just published is there. */
export function createDirectorySource(name: string, path: string, read: RevisionReader): RevisionSource {
  return {
    list: async () => await Promise.all((await versionsIn(path)).map(describe)),
    open: async (version) =>
      (await versionsIn(path)).includes(version) ? accept(join(path, version)) : null,
    refresh: async () => null,
  };

  async function describe(version: string): Promise<ListedVersion> {
    const found = await read(join(path, version), { name, version });
    if (!found.ok) return { version, description: 'cannot be read: `lamplighter check` says why' };
    const { description, author, parts } = found.value;
    return { version, description, about: { author, parts: Object.keys(parts) } };
  }
}

/** None where the directory cannot be read. */
async function versionsIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && safeWord.test(entry.name))
    .map((entry) => entry.name)
    .toSorted(compareVersions);
}
