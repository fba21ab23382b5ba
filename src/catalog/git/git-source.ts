import { setTimeout as delay } from 'node:timers/promises';

import type { CatalogSource } from '../../domain/configured/configuration.ts';
import { harmless } from '../../domain/quote.ts';
import { safeWord } from '../../domain/revision.ts';
import { accept, refuse, type Refusal } from '../../domain/verdict.ts';
import { parseRevision } from '../revision-file.ts';
import type { ListedVersion, RevisionSource } from '../source.ts';
import { compareVersions } from '../versions.ts';
import { withoutPassword } from './git-program.ts';
import type { Mirror, Tag } from './mirror.ts';
import type { TreeStore } from './tree.ts';

/** What a git source is built with. */
export interface GitSourceNeeds {
  mirror: Mirror;
  trees: TreeStore;
  now: () => number;
}

type GitLocation = Extract<CatalogSource, { type: 'git' }>;

/** A version with the tag it stands at. */
interface TaggedVersion {
  version: string;
  tag: Tag;
}

/** How long somebody who asks for an unknown version waits for the repository. Slack waits 3 s for all of it. */
const patienceMs = 1_500;
const describedAtOnce = 8;

/** Versions as the tags of a repository, out of the copy on this machine. */
export function createGitSource(name: string, location: GitLocation, needs: GitSourceNeeds): RevisionSource {
  const descriptions = new Map<string, Omit<ListedVersion, 'version'>>();
  let problem: string | null = null;
  const path = location.path.replaceAll(/^\.\/|\/+$/g, '') || '.';

  const refresh = async (): Promise<string | null> => {
    try {
      await needs.mirror.fetch();
      problem = null;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      problem = harmless(`${withoutPassword(location.repository)} cannot be read: ${message}`);
    }
    return problem;
  };
  const readAgo = async (): Promise<string> => ` (${sayAge(await needs.mirror.fetchedAt(), needs.now())})`;
  /** Behind what is offered while the repository is silent. */
  const asOf = async (): Promise<string> => (problem === null ? '' : await readAgo());

  const describe = async ({ version, tag }: TaggedVersion): Promise<ListedVersion> => {
    if (isMoved(tag)) return { version, description: `its tag ${tag.name} was moved: it is refused` };
    const known = descriptions.get(tag.commit);
    if (known !== undefined) return { version, ...known };
    const file = path === '.' ? 'revision.yaml' : `${path}/revision.yaml`;
    const text = await needs.trees.readText(tag.commit, file);
    const read = text === null ? null : parseRevision(text, `${tag.name}:${file}`, { name, version });
    const described = read?.ok
      ? {
          description: read.value.description,
          about: { author: read.value.author, parts: Object.keys(read.value.parts) },
        }
      : { description: 'cannot be read: `lamplighter check` says why' };
    descriptions.set(tag.commit, described);
    return { version, ...described };
  };

  const find = async (version: string): Promise<TaggedVersion | null> =>
    versionsOf(location.tag, await needs.mirror.tags()).find((item) => item.version === version) ?? null;

  return {
    refresh,
    list: async () => {
      const offered = versionsOf(location.tag, await needs.mirror.tags()).filter(
        ({ tag }) => tag.upstream !== null,
      );
      const age = await asOf();
      const described = await inBatches(offered, describe);
      return described.map((entry) => ({ ...entry, description: `${entry.description}${age}` }));
    },
    open: async (version) => {
      let found = await find(version);
      if (!found && safeWord.test(version)) {
        const hasAnswered = await answersInTime(refresh());
        found = await find(version);
        if (!found && !hasAnswered) return refuse(silent(name, version, await readAgo()));
      }
      if (!found) return problem ? refuse(unreachable(name, version, problem, await asOf())) : null;
      if (isMoved(found.tag)) return refuse(moved(name, found));
      return await layOut(needs.trees, { name, path }, found);
    },
  };
}

async function layOut(
  trees: TreeStore,
  { name, path }: { name: string; path: string },
  { version, tag }: TaggedVersion,
): ReturnType<RevisionSource['open']> {
  try {
    return accept(await trees.layOut(tag.commit, path));
  } catch (error) {
    const reason = harmless(error instanceof Error ? error.message : String(error));
    return refuse({
      rule: 'unreadable-revision',
      message: `\`${name}@${version}\` cannot be used: ${path} at tag ${tag.name}: ${reason}.`,
      liftedBy: 'the author of the revision',
      wayOut: 'Correct it under a new version with a tag of its own, then ask again.',
    });
  }
}

/** The versions that tags of a pattern stand for, the newest first. */
function versionsOf(pattern: string, tags: Tag[]): TaggedVersion[] {
  const [before = '', after = ''] = pattern.split('{version}');
  return tags
    .flatMap((tag): TaggedVersion[] => {
      const fits = tag.name.startsWith(before) && tag.name.endsWith(after);
      const version = fits ? tag.name.slice(before.length, tag.name.length - after.length) : '';
      return safeWord.test(version) ? [{ version, tag }] : [];
    })
    .toSorted((left, right) => compareVersions(left.version, right.version));
}

/** A revision never changes: a tag that points elsewhere now is no version any more. */
function isMoved({ commit, upstream }: Tag): boolean {
  return upstream !== null && upstream !== commit;
}

function moved(name: string, { version, tag }: TaggedVersion): Refusal {
  return {
    rule: 'moved-tag',
    message: `Tag ${tag.name} of \`${name}@${version}\` was moved from ${tag.commit.slice(0, 12)} to ${tag.upstream?.slice(0, 12)}, and a revision never changes.`,
    liftedBy: 'the author of the revision',
    wayOut: `Move the tag back to ${tag.commit.slice(0, 12)}, or publish the change as a new version.`,
  };
}

async function answersInTime(answer: Promise<unknown>): Promise<boolean> {
  return await Promise.race([answer.then(() => true), delay(patienceMs, false, { ref: false })]);
}

/** Nobody knows yet whether there is one. */
function silent(name: string, version: string, age: string): Refusal {
  return {
    rule: 'unknown-revision',
    message: `There is no revision \`${name}@${version}\` in what is known of its repository${age}, and the repository has not answered within ${patienceMs / 1_000} s.`,
    liftedBy: 'whoever keeps the repository',
    wayOut: 'Ask again in a moment: it is still being asked.',
  };
}

function unreachable(name: string, version: string, problem: string, age: string): Refusal {
  return {
    rule: 'unknown-revision',
    message: `There is no revision \`${name}@${version}\` in what is known of its repository${age}; now ${problem}.`,
    liftedBy: 'whoever keeps the repository',
    wayOut: 'Ask again when it can be read; it is asked once a minute.',
  };
}

function sayAge(at: number | null, now: number): string {
  return at === null ? 'never read' : `last read ${sayDuration(now - at)} ago`;
}

/** Whole minutes or hours: nobody needs it closer. */
function sayDuration(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

async function inBatches<Item, Result>(
  items: Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += describedAtOnce)
    results.push(...(await Promise.all(items.slice(from, from + describedAtOnce).map(work))));
  return results;
}
