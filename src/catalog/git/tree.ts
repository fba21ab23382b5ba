import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { buffer } from 'node:stream/consumers';

import { extract, type Header } from 'tar-stream';

import type { DirectoryDigests, DirectoryLimits } from '../digest.ts';
import type { Git } from './git-program.ts';

/** Where the files of commits are laid out, to be pushed as those of a directory. */
export interface TreeStore {
  /** The directory that holds exactly the files at a commit's path; absolute. Rejects with one sentence. */
  layOut(commit: string, path: string): Promise<string>;
  /** The text of a file at a commit; null where there is none. */
  readText(commit: string, file: string): Promise<string | null>;
}

interface Needs {
  git: Git;
  /** The bare copy. */
  mirror: string;
  /** Where trees are laid out, by their object name. */
  directory: string;
  digests: DirectoryDigests;
  limits: DirectoryLimits;
}

/** Lays trees out beside and moves them into place; one that was altered since is thrown away and laid out anew. */
export function createTreeStore(needs: Needs): TreeStore {
  const inMirror = ['--git-dir', needs.mirror];
  const beingLaidOut = new Map<string, Promise<string>>();
  const layOutTree = async (tree: string): Promise<string> => {
    const place = placeOf(needs.directory, tree);
    if (!(await isWhole(needs.digests, place))) {
      await refuseTree(needs, inMirror, tree);
      await layOutBeside(needs, inMirror, tree);
    }
    return place.files;
  };
  return {
    readText: async (commit, file) => {
      try {
        return (await needs.git.run([...inMirror, 'cat-file', 'blob', `${commit}:${file}`])).toString('utf8');
      } catch {
        return null;
      }
    },
    layOut: async (commit, path) => {
      const spec = path === '.' ? `${commit}^{tree}` : `${commit}:${path}`;
      const tree = (await needs.git.run([...inMirror, 'rev-parse', '--verify', '--end-of-options', spec]))
        .toString('utf8')
        .trim();
      const laying = beingLaidOut.get(tree) ?? layOutTree(tree).finally(() => void beingLaidOut.delete(tree));
      beingLaidOut.set(tree, laying);
      return await laying;
    },
  };
}

/** One tree: its files, and beside them the digest that they had when they were whole. */
interface Place {
  directory: string;
  files: string;
  digest: string;
}

function placeOf(parent: string, name: string): Place {
  const directory = join(parent, name);
  return { directory, files: join(directory, 'files'), digest: join(directory, 'digest') };
}

async function isWhole(digests: DirectoryDigests, { files, digest }: Place): Promise<boolean> {
  const written = await readFile(digest, 'utf8').catch(() => null);
  if (written === null) return false;
  return (await digests.digest(files).catch(() => null)) === written;
}

/** Before anything is written: no submodules, and not more than a revision may hold. */
async function refuseTree({ git, limits }: Needs, inMirror: string[], tree: string): Promise<void> {
  const listed = (await git.run([...inMirror, 'ls-tree', '-r', '-l', '-z', tree])).toString('utf8');
  const entries = listed.split('\0').filter(Boolean);
  let bytes = 0;
  for (const entry of entries) {
    const [facts = '', name = ''] = entry.split('\t');
    const [mode, , , size] = facts.split(/\s+/);
    if (mode === '160000') throw new Error(`${name} is a submodule, which a revision may not hold`);
    bytes += Number(size) || 0;
  }
  if (entries.length > limits.files)
    throw new Error(`it holds more than the ${limits.files} files that a revision may hold`);
  if (bytes > limits.bytes)
    throw new Error(`it holds more than the ${limits.bytes} bytes that a revision may hold`);
}

/** Files and digest are moved into place as one directory. */
async function layOutBeside(needs: Needs, inMirror: string[], tree: string): Promise<void> {
  await mkdir(needs.directory, { recursive: true, mode: 0o700 });
  const fresh = placeOf(needs.directory, basename(await mkdtemp(join(needs.directory, '.new-'))));
  try {
    await mkdir(fresh.files);
    const root = await realpath(fresh.files);
    await unpack(needs.git.stream([...inMirror, 'archive', '--format=tar', tree]), root);
    await writeFile(fresh.digest, await needs.digests.digest(fresh.files));
    await moveIntoPlace(needs.digests, fresh, placeOf(needs.directory, tree));
  } finally {
    await rm(fresh.directory, { recursive: true, force: true });
  }
}

async function moveIntoPlace(digests: DirectoryDigests, fresh: Place, place: Place): Promise<void> {
  // Moved away and not removed where it stands: another process may be putting a whole one there.
  if (existsSync(place.directory) && !(await isWhole(digests, place)))
    await throwAway(place.directory, `${fresh.directory}-old`);
  try {
    await rename(fresh.directory, place.directory);
  } catch (error) {
    // Another process laid it out in the same moment.
    if (!(await isWhole(digests, place))) throw error;
  }
}

async function throwAway(directory: string, name: string): Promise<void> {
  await rename(directory, name).catch(() => undefined);
  await rm(name, { recursive: true, force: true });
}

/** Reads from the first moment on: what nobody reads is thrown away when the program ends. */
async function unpack({ output, ended }: ReturnType<Git['stream']>, root: string): Promise<void> {
  const archive = extract();
  output.pipe(archive);
  const written = (async () => {
    for await (const entry of archive) await writeEntry(root, entry.header, await buffer(entry));
  })();
  await Promise.all([ended, written]);
}

function isLargeFilePointer(content: Buffer): boolean {
  return (
    content.length < 1_024 &&
    content.toString('latin1').startsWith('version https://git-lfs.github.com/spec/')
  );
}

/** Git refuses names that lead out of a tree; they are refused here as well. */
async function writeEntry(
  root: string,
  { name, type, mode, linkname }: Header,
  content: Buffer,
): Promise<void> {
  const parts = name.split('/').filter(Boolean);
  if (parts.includes('..') || name.startsWith('/')) throw new Error(`${name} leads out of the revision`);
  const path = join(root, ...parts);
  if (type === 'directory') {
    await mkdir(path, { recursive: true });
    return await chmod(path, 0o755);
  }
  await mkdir(dirname(path), { recursive: true });
  const home = await realpath(dirname(path));
  if (home !== root && !home.startsWith(root + sep)) throw new Error(`${name} leads out of the revision`);
  if (type === 'symlink') return await symlink(linkname ?? '', path);
  if (isLargeFilePointer(content))
    throw new Error(`${name} is a pointer of git LFS, whose file is not in the repository`);
  // A new file each time: nothing is ever written through a link.
  await writeFile(path, content, { flag: 'wx' });
  // By its own call: the mode of a process would take bits away.
  await chmod(path, (mode ?? 0) & 0o111 ? 0o755 : 0o644);
}
