import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

import { refuseLink } from '../domain/links.ts';

/** How much one revision may hold; what is pushed to every server stays small enough to be pushed. */
export interface DirectoryLimits {
  files: number;
  bytes: number;
}

/** Digests of directories, remembered as long as nothing in them changes. */
export interface DirectoryDigests {
  /** SHA-256 over sorted names, executable bits and contents. Rejects with one sentence for what may not be in a revision. */
  digest(directory: string): Promise<string>;
}

/** One thing in a revision's directory, as it lies on disk. */
interface Entry {
  /** Relative to the directory, with `/`. */
  name: string;
  path: string;
  kind: 'file' | 'executable' | 'link' | 'directory';
  size: number;
  /** Where a link leads, as it is written. */
  target: string;
  /** Changes whenever the entry does: time, size, inode and mode. */
  mark: string;
}

/** Builds the digests of revision directories. */
export function createDirectoryDigests(limits: DirectoryLimits): DirectoryDigests {
  const remembered = new Map<string, { marks: string; digest: string }>();
  return {
    digest: async (directory) => {
      const entries = await listEntries(directory, limits);
      const marks = entries.map(({ name, mark, target }) => `${name}\0${mark}\0${target}`).join('\0');
      const known = remembered.get(directory);
      if (known?.marks === marks) return known.digest;
      const digest = await digestEntries(entries);
      remembered.set(directory, { marks, digest });
      return digest;
    },
  };
}

async function digestEntries(entries: Entry[]): Promise<string> {
  const hash = createHash('sha256');
  for (const entry of entries) {
    // Lengths stand before what they measure, so that no two directories read the same.
    addText(hash, entry.kind);
    addText(hash, entry.name);
    addText(hash, entry.target);
    if (entry.kind === 'file' || entry.kind === 'executable') await addFile(hash, entry);
  }
  return hash.digest('hex');
}

function addText(hash: Hash, text: string): void {
  hash.update(`${Buffer.byteLength(text)}:${text}`);
}

async function addFile(hash: Hash, { path, size }: Entry): Promise<void> {
  hash.update(`${size}:`);
  for await (const chunk of createReadStream(path)) hash.update(chunk);
}

async function listEntries(directory: string, limits: DirectoryLimits): Promise<Entry[]> {
  const root = await realpath(directory);
  const entries: Entry[] = [];
  let bytes = 0;
  for await (const entry of walk(root, root)) {
    entries.push(entry);
    bytes += entry.size;
    if (entries.length > limits.files)
      throw new Error(`${directory} holds more than the ${limits.files} files that a revision may hold`);
    if (bytes > limits.bytes)
      throw new Error(`${directory} holds more than the ${limits.bytes} bytes that a revision may hold`);
  }
  return entries.toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

async function* walk(root: string, directory: string): AsyncGenerator<Entry> {
  for (const name of await readdir(directory)) {
    const entry = await look(root, join(directory, name));
    yield entry;
    if (entry.kind === 'directory') yield* walk(root, entry.path);
  }
}

async function look(root: string, path: string): Promise<Entry> {
  const stats = await lstat(path);
  const entry = {
    name: relative(root, path).split(sep).join('/'),
    path,
    target: '',
    size: stats.isFile() ? stats.size : 0,
    // A directory is marked by what is in it.
    mark: stats.isDirectory()
      ? ''
      : [stats.mtimeMs, stats.ctimeMs, stats.size, stats.ino, stats.mode].join(':'),
  };
  if (stats.isDirectory()) return { ...entry, kind: 'directory' };
  if (stats.isFile()) return { ...entry, kind: (stats.mode & 0o111) === 0 ? 'file' : 'executable' };
  if (!stats.isSymbolicLink())
    throw new Error(`${path} is neither a file, a directory nor a link, so it cannot be part of a revision`);
  const target = await readlink(path);
  const refused = refuseLink(entry.name, target);
  if (refused !== null) throw new Error(`the link ${path} ${refused}`);
  if ((await realpath(path).catch(() => null)) === null) throw new Error(`the link ${path} leads nowhere`);
  return { ...entry, kind: 'link', target };
}
