import { join } from 'node:path';

import type { CatalogSource, Configuration, Package } from '../domain/configured/configuration.ts';
import { nearest } from '../domain/nearest.ts';
import { harmless, quote } from '../domain/quote.ts';
import type { Revision } from '../domain/revision.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import { createDirectoryDigests, type DirectoryDigests, type DirectoryLimits } from './digest.ts';
import { createDirectorySource } from './directory-source.ts';
import { createGit } from './git/git-program.ts';
import { createGitSource } from './git/git-source.ts';
import { createMirror, type Mirror } from './git/mirror.ts';
import { createTreeStore } from './git/tree.ts';
import { createRevisionReader, type RevisionReader } from './revision-reader.ts';
import type { AboutRevision, RevisionSource } from './source.ts';
import { compareVersions } from './versions.ts';

/** A revision or a package, as the list shows it. */
export interface ListedEntry {
  /** `name@version`. */
  name: string;
  description: string;
  /** Absent for packages, and for revisions that cannot be read. */
  about?: AboutRevision;
  /** Of a package. */
  revisions?: string[];
}

/** Finds revisions and packages by name. Asked anew each time: a version that was just published is there. */
export interface Catalog {
  /** Every revision, the newest version first, then every package. A revision that cannot be read says so in its description. */
  list(): Promise<ListedEntry[]>;
  find(name: string, version: string): Promise<Verdict<Revision>>;
  findPackage(name: string, version: string): Package | null;
  /** The digest of files as they lie there now. Rejects with one sentence for what may not be in a revision. */
  digest(directory: string): Promise<string>;
  /** Asks every repository for what is new; a sentence for each that did not answer. What was known stays in use. */
  refresh(): Promise<string[]>;
}

/** What a catalogue is opened with. */
export interface CatalogNeeds {
  /** Where copies of git repositories are kept. */
  directory: string;
  /** Variables of this process, for git: `PATH`, `HOME`, and what leads to keys. */
  variables: Record<string, string | undefined>;
  now: () => number;
  /** How much one revision may hold. */
  limits?: DirectoryLimits;
}

interface Opened {
  configuration: Configuration;
  sources: Map<string, RevisionSource>;
  digests: DirectoryDigests;
  read: RevisionReader;
}

// A revision is packed in memory before it is pushed.
/** A file may have many faults. */
const longestReason = 2_000;
const standardLimits = { files: 10_000, bytes: 512 * 1024 ** 2 };

/** Opens the catalogue of a configuration; asks no network before `refresh`, or before an unknown version is asked for. */
export function openCatalog(configuration: Configuration, needs: CatalogNeeds): Catalog {
  const limits = needs.limits ?? standardLimits;
  const digests = createDirectoryDigests(limits);
  const read = createRevisionReader();
  const createSource = sourceFactory({ ...needs, limits, digests, read });
  const sources = new Map(
    configuration.catalog.revisions.map(({ name, source }) => [name, createSource(name, source)]),
  );
  const opened = { configuration, sources, digests, read };
  return {
    list: async () => await list(opened),
    find: async (name, version) => await find(opened, name, version),
    findPackage: (name, version) =>
      configuration.catalog.packages.find((item) => item.name === name && item.version === version) ?? null,
    digest: async (directory) => await digests.digest(directory),
    refresh: async () => {
      const problems = await Promise.all([...sources.values()].map(async (source) => await source.refresh()));
      return [...new Set(problems.filter((problem) => problem !== null))];
    },
  };
}

type FactoryNeeds = Required<CatalogNeeds> & { digests: DirectoryDigests; read: RevisionReader };

/** Sources of one repository share its copy. */
function sourceFactory(needs: FactoryNeeds): (name: string, source: CatalogSource) => RevisionSource {
  const git = createGit(needs.variables);
  const mirrors = new Map<string, Mirror>();
  return (name, source) => {
    if (source.type === 'directory') return createDirectorySource(name, source.path, needs.read);
    const { repository } = source;
    const mirror = mirrors.get(repository) ?? createMirror(git, needs.directory, repository, needs.now);
    mirrors.set(repository, mirror);
    const trees = createTreeStore({
      git,
      mirror: mirror.directory,
      directory: join(needs.directory, 'trees'),
      digests: needs.digests,
      limits: needs.limits,
    });
    return createGitSource(name, source, { mirror, trees, now: needs.now });
  };
}

async function list({ configuration, sources }: Opened): Promise<ListedEntry[]> {
  const revisions = await Promise.all(
    [...sources].map(async ([name, source]) =>
      (await source.list()).map(({ version, ...entry }) => ({ name: `${name}@${version}`, ...entry })),
    ),
  );
  const packages = configuration.catalog.packages
    .toSorted((left, right) => compareVersions(left.version, right.version))
    .map((item) => ({
      name: `${item.name}@${item.version}`,
      description: `package of ${item.revisions.join(', ')}`,
      revisions: item.revisions,
    }));
  return [...revisions.flat(), ...packages];
}

async function find(opened: Opened, name: string, version: string): Promise<Verdict<Revision>> {
  const place = await opened.sources.get(name)?.open(version);
  if (!place) return refuse(await unknownRefusal(opened, name, version));
  if (!place.ok) return place;
  const directory = place.value;
  const read = await opened.read(directory, { name, version });
  if (!read.ok) return refuse(unreadableRefusal(name, version, read.faults.join('; ')));
  try {
    return accept({ ...read.value, directory, digest: await opened.digests.digest(directory) });
  } catch (error) {
    return refuse(unreadableRefusal(name, version, error instanceof Error ? error.message : String(error)));
  }
}

async function unknownRefusal(opened: Opened, name: string, version: string): Promise<Refusal> {
  const names = (await list(opened)).map((item) => item.name);
  const asked = version === '' ? name : `${name}@${version}`;
  // Without a version the newest one of the name is meant, not the one that is written most alike.
  const near = names.find((known) => version === '' && known.startsWith(`${name}@`)) ?? nearest(asked, names);
  return {
    rule: 'unknown-revision',
    message: `There is no revision ${quote(asked)} in the catalogue${near === null ? '' : `; the nearest is \`${near}\``}.`,
    liftedBy: 'the requester',
    wayOut:
      near === null
        ? 'Choose one that /deploy revisions lists.'
        : `Choose \`${near}\`, or publish ${quote(asked)} first.`,
  };
}

function unreadableRefusal(name: string, version: string, reason: string): Refusal {
  return {
    rule: 'unreadable-revision',
    message: `\`${name}@${version}\` cannot be used: ${harmless(reason, longestReason)}.`,
    liftedBy: 'the author of the revision',
    wayOut: 'Correct its files in the catalogue, then ask again.',
  };
}
