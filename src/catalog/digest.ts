import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** How much one revision may hold; what is pushed to every server stays small enough to be pushed. */
export interface DirectoryLimits {
  files: number;
  bytes: number;
}

/** One file of a revision, as it lies on disk. */
interface RevisionFile {
  /** Relative to the revision's directory, with `/`. */
  name: string;
  path: string;
  isExecutable: boolean;
  size: number;
  /** Changes whenever the file does: time, size and inode. */
  mark: string;
}

/** Digests of directories, remembered as long as no file in them changes. */
export interface DirectoryDigests {
  /** SHA-256 over sorted names, executable bits and contents. Throws one sentence for what may not be in a revision. */
  digest(directory: string): Promise<string>;
}

/** Builds the digests of revision directories. */
export function createDirectoryDigests(limits: DirectoryLimits): DirectoryDigests {
  const remembered = new Map<string, { marks: string; digest: string }>();
  return {
    digest: async (directory) => {
      const files = await listFiles(directory, limits);
      const marks = files.map(({ name, mark }) => `${name}\0${mark}`).join('\0');
      const known = remembered.get(directory);
      if (known?.marks === marks) return known.digest;
      const digest = await digestFiles(files);
      remembered.set(directory, { marks, digest });
      return digest;
    },
  };
}

async function digestFiles(files: RevisionFile[]): Promise<string> {
  const hash = createHash('sha256');
  for (const { name, path, isExecutable, size } of files) {
    // Lengths stand before what they measure, so that no two lists of files read the same.
    hash.update(`${Buffer.byteLength(name)}:${name}:${isExecutable ? 'x' : '-'}:${size}:`);
    await pipeline(createReadStream(path), async (chunks) => {
      for await (const chunk of chunks) hash.update(chunk);
    });
  }
  return hash.digest('hex');
}

async function listFiles(directory: string, limits: DirectoryLimits): Promise<RevisionFile[]> {
  const root = await realpath(directory);
  const files: RevisionFile[] = [];
  let bytes = 0;
  for await (const file of walk(root, root)) {
    files.push(file);
    bytes += file.size;
    if (files.length > limits.files)
      throw new Error(`${directory} holds more than ${limits.files} files; a revision may hold ${limits.files}`);
    if (bytes > limits.bytes)
      throw new Error(`${directory} holds more than ${limits.bytes} bytes; a revision may hold ${limits.bytes}`);
  }
  return files.toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

async function* walk(root: string, directory: string): AsyncGenerator<RevisionFile> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    const name = relative(root, path).split(sep).join('/');
    if (entry.isDirectory()) yield* walk(root, path);
    else if (entry.isFile()) yield describe(name, path, await lstat(path));
    else if (entry.isSymbolicLink()) yield await throughLink(root, name, path);
    else throw new Error(`${path} is no file: a revision holds files and directories only`);
  }
}

/** A link stands for the file it leads to, which must lie inside the revision. */
async function throughLink(root: string, name: string, path: string): Promise<RevisionFile> {
  const target = await realpath(path).catch(() => null);
  if (target === null) throw new Error(`${path} is a link that leads nowhere`);
  if (!target.startsWith(root + sep)) throw new Error(`${path} is a link that leaves the revision's directory`);
  const found = await lstat(target);
  if (!found.isFile()) throw new Error(`${path} is a link to a directory; link to files only`);
  return describe(name, target, found);
}

function describe(name: string, path: string, { size, mode, ino, mtimeMs, ctimeMs }: Stats): RevisionFile {
  return {
    name,
    path,
    size,
    isExecutable: (mode & 0o111) !== 0,
    mark: `${mtimeMs}:${ctimeMs}:${size}:${ino}:${mode}`,
  };
}
