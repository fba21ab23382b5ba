import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { CatalogSource, Configuration, Package } from '../domain/environment.ts';
import { nearest } from '../domain/nearest.ts';
import { quote } from '../domain/quote.ts';
import { type Revision, safeWord } from '../domain/revision.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import { createDirectoryDigests, type DirectoryDigests } from './digest.ts';
import { createRevisionReader, type RevisionReader } from './revision-reader.ts';
import { compareVersions } from './versions.ts';

/** Finds revisions and packages by name. Asked anew each time: a version that was just published is there. */
export interface Catalog {
  /** Every revision, the newest version first, then every package. A revision that cannot be read says so in its description. */
  list(): Promise<{ name: string; description: string }[]>;
  find(name: string, version: string): Promise<Verdict<Revision>>;
  findPackage(name: string, version: string): Package | null;
}

interface Needs {
  configuration: Configuration;
  digests: DirectoryDigests;
  read: RevisionReader;
}

// A revision is packed in memory before it is pushed.
const limits = { files: 10_000, bytes: 512 * 1024 ** 2 };

/** Opens the catalogue of a configuration; `directoryLimits` bound one revision. */
export function openCatalog(configuration: Configuration, directoryLimits = limits): Catalog {
  const needs: Needs = {
    configuration,
    digests: createDirectoryDigests(directoryLimits),
    read: createRevisionReader(),
  };
  return {
    list: async () => await list(needs),
    find: async (name, version) => await find(needs, name, version),
    findPackage: (name, version) =>
      configuration.catalog.packages.find((item) => item.name === name && item.version === version) ?? null,
  };
}

async function list({ configuration, read }: Needs): Promise<{ name: string; description: string }[]> {
  const revisions = await Promise.all(
    configuration.catalog.revisions.map(async ({ name, source }) => {
      const versions = await versionsOf(source);
      return await Promise.all(
        versions.map(async (version) => ({
          name: `${name}@${version}`,
          description: await describe(read, source, { name, version }),
        })),
      );
    }),
  );
  const packages = configuration.catalog.packages
    .toSorted((left, right) => compareVersions(left.version, right.version))
    .map((item) => ({
      name: `${item.name}@${item.version}`,
      description: `package of ${item.revisions.join(', ')}`,
    }));
  return [...revisions.flat(), ...packages];
}

async function describe(
  read: RevisionReader,
  source: CatalogSource,
  revision: { name: string; version: string },
): Promise<string> {
  if (source.type === 'git') return '';
  const found = await read(join(source.path, revision.version), revision);
  return found.ok ? found.value.description : 'cannot be read: `lamplighter check` says why';
}

/** Versions of a name, the newest first; none where the directory cannot be read. */
async function versionsOf(source: CatalogSource): Promise<string[]> {
  if (source.type === 'git') return [];
  const entries = await readdir(source.path, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && safeWord.test(entry.name))
    .map((entry) => entry.name)
    .toSorted(compareVersions);
}

async function find(needs: Needs, name: string, version: string): Promise<Verdict<Revision>> {
  const entry = needs.configuration.catalog.revisions.find((candidate) => candidate.name === name);
  if (entry?.source.type === 'git') return refuse(gitRefusal(name, version));
  const known = entry ? await versionsOf(entry.source) : [];
  if (!entry || !known.includes(version)) return refuse(await unknownRefusal(needs, name, version));
  const directory = join(entry.source.path, version);
  const read = await needs.read(directory, { name, version });
  if (!read.ok) return refuse(unreadableRefusal(name, version, read.faults.join('; ')));
  try {
    return accept({ ...read.value, directory, digest: await needs.digests.digest(directory) });
  } catch (error) {
    return refuse(unreadableRefusal(name, version, error instanceof Error ? error.message : String(error)));
  }
}

async function unknownRefusal(needs: Needs, name: string, version: string): Promise<Refusal> {
  const names = (await list(needs)).map((item) => item.name);
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

function gitRefusal(name: string, version: string): Refusal {
  return {
    rule: 'not-executed',
    message: `${quote(`${name}@${version}`)} comes from a git repository, which this version of Lamplighter does not read.`,
    liftedBy: 'nobody in this version',
    wayOut: `Give catalog.revisions of ${name} a source of type directory.`,
  };
}

function unreadableRefusal(name: string, version: string, reason: string): Refusal {
  return {
    rule: 'unreadable-revision',
    message: `\`${name}@${version}\` cannot be used: ${reason}.`,
    liftedBy: 'the author of the revision',
    wayOut: 'Correct its files in the catalogue, then ask again.',
  };
}
