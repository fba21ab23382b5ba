import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Git } from './git-program.ts';

/** A tag of the repository. */
export interface Tag {
  name: string;
  /** Where it pointed when it was first seen: this is what is deployed. */
  commit: string;
  /** Where it points now; null when it was deleted. */
  upstream: string | null;
}

/** A bare copy of one repository on this machine, which remembers where every tag first pointed. */
export interface Mirror {
  directory: string;
  /** Every tag that was ever seen, out of the copy. */
  tags(): Promise<Tag[]>;
  /** Asks the repository for its tags. Rejects with a sentence; the copy stays as it was. */
  fetch(): Promise<void>;
  /** When the repository last answered, epoch milliseconds; null for never. */
  fetchedAt(): Promise<number | null>;
}

/** An attribute line that makes files come out of the copy byte for byte, whatever `.gitattributes` say there. */
const plainFiles = '* -text -ident -filter -working-tree-encoding -export-ignore -export-subst\n';
/** A lock that old belongs to a git that was killed. */
const staleLockMs = 15 * 60_000;
const fetchedMark = 'lamplighter-fetched';
/** The first copy of a large repository takes its time. */
const fetchTimeoutMs = 10 * 60_000;

/** The copy of a repository below a directory; made when it is first used. */
export function createMirror(git: Git, parent: string, repository: string, now: () => number): Mirror {
  const key = createHash('sha256').update(repository).digest('hex').slice(0, 16);
  const directory = join(parent, `${key}.git`);
  const inMirror = ['--git-dir', directory];
  let [running, next]: (Promise<void> | null)[] = [null, null];

  const fetch = async (): Promise<void> => {
    if (!existsSync(directory)) await makeMirror(git, parent, directory);
    await removeStaleLocks(directory, now() - staleLockMs);
    const refspec = '+refs/tags/*:refs/upstream/*';
    const quietly =
      '--quiet --no-tags --prune --no-write-fetch-head --no-auto-maintenance --no-recurse-submodules';
    const words = ['fetch', ...quietly.split(' '), '--end-of-options', repository, refspec];
    await git.run([...inMirror, ...words], { timeoutMs: fetchTimeoutMs });
    await rememberNewTags(git, inMirror);
    await writeFile(join(directory, fetchedMark), '');
  };

  return {
    directory,
    tags: async () => (existsSync(directory) ? await readTags(git, inMirror) : []),
    fetch: async () => {
      // Who asks while one is on its way wants what came after it began.
      next ??= (running ?? Promise.resolve())
        .catch(() => undefined)
        .then(async () => {
          [running, next] = [next, null];
          await fetch();
        })
        .finally(() => {
          running = null;
        });
      await next;
    },
    fetchedAt: async () => (await stat(join(directory, fetchedMark)).catch(() => null))?.mtimeMs ?? null,
  };
}

/** Made beside and moved into place: a mirror is whole or not there. */
async function makeMirror(git: Git, parent: string, directory: string): Promise<void> {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const fresh = await mkdtemp(join(parent, '.new-'));
  await git.run(['init', '--quiet', '--bare', '--template=', fresh]);
  await mkdir(join(fresh, 'info'), { recursive: true });
  await writeFile(join(fresh, 'info', 'attributes'), plainFiles);
  try {
    await rename(fresh, directory);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    // Another process made it in the same moment.
    if (!existsSync(directory)) throw error;
  }
}

async function removeStaleLocks(directory: string, before: number): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const locks = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.lock'));
  for (const { parentPath, name } of locks) {
    const path = join(parentPath, name);
    const found = await stat(path).catch(() => null);
    if (found && found.mtimeMs < before) await rm(path, { force: true });
  }
}

async function rememberNewTags(git: Git, inMirror: string[]): Promise<void> {
  const tags = await readRefs(git, inMirror, 'upstream');
  const seen = await readSeen(git, inMirror);
  const fresh = [...tags].filter(([name]) => !seen.has(name));
  if (fresh.length === 0) return;
  const lines = fresh.map(([name, commit]) => `create refs/seen/${flat(name)} ${commit}\n`);
  await git.run([...inMirror, 'update-ref', '--stdin'], { input: lines.join('') });
}

async function readTags(git: Git, inMirror: string[]): Promise<Tag[]> {
  const upstream = await readRefs(git, inMirror, 'upstream');
  const seen = await readSeen(git, inMirror);
  return [...seen].map(([name, commit]) => ({ name, commit, upstream: upstream.get(name) ?? null }));
}

/** A name in one piece: git keeps no `rel` beside a `rel/1`, and one may be deleted before the other comes. */
function flat(name: string): string {
  return name.replaceAll('%', '%25').replaceAll('/', '%2F');
}

async function readSeen(git: Git, inMirror: string[]): Promise<Map<string, string>> {
  const seen = await readRefs(git, inMirror, 'seen');
  return new Map([...seen].map(([name, commit]) => [decodeURIComponent(name), commit]));
}

/** Tags by name with the commit they lead to, also through a signed or annotated one. */
async function readRefs(
  git: Git,
  inMirror: string[],
  kind: 'upstream' | 'seen',
): Promise<Map<string, string>> {
  const format = '%(refname:lstrip=2) %(objectname) %(*objectname)';
  const text = await git.run([...inMirror, 'for-each-ref', `--format=${format}`, `refs/${kind}/`]);
  const lines = text.toString('utf8').split('\n').filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [name = '', object = '', peeled = ''] = line.split(' ');
      return [name, peeled || object];
    }),
  );
}
