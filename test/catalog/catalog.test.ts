import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeEach, describe, expect, test } from 'vitest';

import { type Catalog, openCatalog } from '../../src/catalog/catalog.ts';
import type { DirectoryLimits } from '../../src/catalog/digest.ts';
import { compareVersions } from '../../src/catalog/versions.ts';
import type { CatalogSource, Configuration } from '../../src/domain/configured/configuration.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lamplighter-catalog-'));
});

function publish(version: string, extra = 'description: shop window\n', name = 'shop'): string {
  const directory = join(root, name, version);
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, 'revision.yaml'),
    `name: ${name}\nversion: "${version}"\noperation: create\nauthor: U0ANA\n${extra}parts:\n  release: { runbook: release }\n`,
  );
  writeFileSync(join(directory, 'install.sh'), '#!/bin/sh\n');
  return directory;
}

function configuration(
  source: CatalogSource = { type: 'directory', path: join(root, 'shop') },
): Configuration {
  return {
    timezone: 'UTC',
    roles: {},
    catalog: {
      revisions: [{ name: 'shop', source }],
      packages: [
        { name: 'PKG', version: '1', revisions: ['shop@2'] },
        { name: 'PKG', version: '2', revisions: ['shop@10'] },
      ],
    },
    environments: [],
    limits: { requestsPerHour: 30, outputMiB: 100 },
    adminChannel: null,
    notExecuted: [],
  };
}

function open(from: Configuration, limits?: DirectoryLimits): Catalog {
  const needs = { directory: join(root, 'copies'), variables: process.env, now: Date.now };
  return openCatalog(from, limits ? { ...needs, limits } : needs);
}

async function refusalOf(name: string, version: string, found = open(configuration())) {
  const verdict = await found.find(name, version);
  if (verdict.ok) throw new Error('was found');
  return verdict.refusals[0]!;
}

async function digestOf(version = '2'): Promise<string> {
  const verdict = await open(configuration()).find('shop', version);
  if (!verdict.ok) throw new Error(verdict.refusals[0]?.message);
  return verdict.value.digest;
}

describe('a revision is found by name and version', () => {
  test('with what revision.yaml says, its directory and its digest', async () => {
    const directory = publish('2');
    const verdict = await open(configuration()).find('shop', '2');
    expect(verdict).toEqual({
      ok: true,
      value: {
        name: 'shop',
        version: '2',
        operation: 'create',
        author: 'U0ANA',
        description: 'shop window',
        parts: { release: { runbook: 'release', vql: null, tasks: [] } },
        directory,
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
  });

  test('the list has the newest version first, then the packages', async () => {
    for (const version of ['2', '10', '9', '10-rc1', '10-hotfix1']) publish(version);
    const listed = await open(configuration()).list();
    expect(listed.map(({ name }) => name)).toEqual([
      'shop@10-hotfix1',
      'shop@10',
      'shop@10-rc1',
      'shop@9',
      'shop@2',
      'PKG@2',
      'PKG@1',
    ]);
    expect(listed[0]).toMatchObject({
      description: 'shop window',
      about: { author: 'U0ANA', parts: ['release'] },
    });
    expect(listed[5]).toMatchObject({ description: 'package of shop@10', revisions: ['shop@10'] });
  });

  test('a version that was just published is there at once', async () => {
    const catalog = open(configuration());
    publish('1');
    expect(await catalog.list()).toHaveLength(3);
    publish('2');
    expect(await catalog.list()).toHaveLength(4);
  });

  test('packages are found by name and version, and are no revisions', () => {
    const catalog = open(configuration());
    expect(catalog.findPackage('PKG', '2')).toMatchObject({ revisions: ['shop@10'] });
    expect(catalog.findPackage('PKG', '3')).toBeNull();
    expect(catalog.findPackage('shop', '2')).toBeNull();
  });

  test('numbers in versions count as numbers', () => {
    const versions = ['26.8.0', '26.10.0', '26.9', '26.8.0-hotfix1', '26.8.0-rc2'];
    expect(versions.toSorted(compareVersions)).toEqual([
      '26.10.0',
      '26.9',
      '26.8.0-hotfix1',
      '26.8.0',
      '26.8.0-rc2',
    ]);
  });
});

describe('what cannot be found or read is refused with the way out', () => {
  test.each([
    ['shop', '3', 'There is no revision `shop@3` in the catalogue; the nearest is `shop@2`.'],
    ['shp', '2', 'There is no revision `shp@2` in the catalogue; the nearest is `shop@2`.'],
    ['shop', '', 'There is no revision `shop` in the catalogue; the nearest is `shop@2`.'],
    ['somethingElse', '7', 'There is no revision `somethingElse@7` in the catalogue.'],
    ['shop', '../2', 'There is no revision `shop@../2` in the catalogue; the nearest is `shop@2`.'],
  ])('%s@%s', async (name, version, message) => {
    publish('2');
    expect(await refusalOf(name, version)).toMatchObject({ rule: 'unknown-revision', message });
  });

  test('an unknown key of revision.yaml, with its place', async () => {
    publish('2', 'autor: U0BOB\n');
    expect((await refusalOf('shop', '2')).message).toBe(
      '`shop@2` cannot be used: revision.yaml:5:1 autor: unknown key; did you mean "author"?.',
    );
  });

  test('a version in the file that is not the directory, and one without quotes', async () => {
    const directory = publish('2');
    writeFileSync(join(directory, 'revision.yaml'), 'name: shop\nversion: "3"\nparts: {}\n');
    expect((await refusalOf('shop', '2')).message).toContain(
      'revision.yaml:2:1 version: is "3", and the catalogue looks for "2" here',
    );
    writeFileSync(join(directory, 'revision.yaml'), 'name: shop\nversion: 2\nparts: {}\n');
    expect((await refusalOf('shop', '2')).message).toContain(
      'version: must be a text; write it in quotes: "2"',
    );
  });

  test('a directory without revision.yaml is listed as unreadable, and refused', async () => {
    mkdirSync(join(root, 'shop', '4'), { recursive: true });
    expect(await open(configuration()).list()).toContainEqual({
      name: 'shop@4',
      description: 'cannot be read: `lamplighter check` says why',
    });
    expect(await refusalOf('shop', '4')).toMatchObject({ rule: 'unreadable-revision' });
  });
});

describe('a digest stands for names, executable bits and contents', () => {
  test('equal files have equal digests, wherever and whenever they were written', async () => {
    const directory = publish('2');
    const before = await digestOf();
    utimesSync(join(directory, 'install.sh'), 1, 1);
    expect(await digestOf()).toBe(before);
  });

  const changes: [string, (directory: string) => void][] = [
    ['a changed content', (directory) => writeFileSync(join(directory, 'install.sh'), '#!/bin/sh\n# 2\n')],
    ['an executable bit', (directory) => chmodSync(join(directory, 'install.sh'), 0o755)],
    ['a new file', (directory) => writeFileSync(join(directory, 'extra'), '')],
    ['a new empty directory', (directory) => mkdirSync(join(directory, 'empty'))],
    ['a link inside', (directory) => symlinkSync('install.sh', join(directory, 'link'))],
  ];
  test.each(changes)('%s makes another', async (_what, change) => {
    const directory = publish('2');
    const before = await digestOf();
    change(directory);
    expect(await digestOf()).not.toBe(before);
  });

  test('a renamed file, and a link that leads elsewhere, make others', async () => {
    const directory = publish('2');
    symlinkSync('install.sh', join(directory, 'link'));
    const first = await digestOf();
    rmSync(join(directory, 'link'));
    symlinkSync('revision.yaml', join(directory, 'link'));
    const second = await digestOf();
    renameSync(join(directory, 'install.sh'), join(directory, 'instead.sh'));
    expect(new Set([first, second, await digestOf()]).size).toBe(3);
  });

  test('a content that imitates the next file makes another', async () => {
    const directory = publish('2');
    writeFileSync(join(directory, 'a'), 'x');
    writeFileSync(join(directory, 'b'), 'y');
    const before = await digestOf();
    rmSync(join(directory, 'b'));
    writeFileSync(join(directory, 'a'), 'x4:file1:b0:y');
    const after = await digestOf();
    writeFileSync(join(directory, 'a'), 'x4:file1:b0:1:y');
    expect([after, await digestOf()]).not.toContain(before);
  });

  test('bytes that move from one file to the next make another', async () => {
    const directory = publish('2');
    const write = (first: string, second: string): void => {
      writeFileSync(join(directory, 'a'), first);
      writeFileSync(join(directory, 'b'), second);
    };
    write('xy', 'z');
    const before = await digestOf();
    write('x', 'yz');
    expect(await digestOf()).not.toBe(before);
  });

  test('a file rewritten with the same size and time is seen by an open catalogue', async () => {
    const directory = publish('2');
    const catalog = open(configuration());
    const file = join(directory, 'install.sh');
    const digest = async () => {
      const verdict = await catalog.find('shop', '2');
      return verdict.ok ? verdict.value.digest : '';
    };
    utimesSync(file, 1_000, 1_000);
    const before = await digest();
    writeFileSync(file, '#!/bin/ah\n');
    utimesSync(file, 1_000, 1_000);
    expect(await digest()).not.toBe(before);
  });
});

describe('what may not be in a revision', () => {
  test.each([
    ['/etc/hostname', 'leaves its revision'],
    ['../../outside', 'leaves its revision'],
    ['nowhere', 'leads nowhere'],
  ])('a link to %s %s', async (target, words) => {
    const directory = publish('2');
    writeFileSync(join(root, 'outside'), 'secret');
    symlinkSync(target, join(directory, 'link'));
    expect((await refusalOf('shop', '2')).message).toContain(words);
  });

  test('more files or bytes than the limits', async () => {
    publish('2');
    const few = open(configuration(), { files: 1, bytes: 1_000_000 });
    expect((await refusalOf('shop', '2', few)).message).toContain(
      'more than the 1 files that a revision may hold',
    );
    const small = open(configuration(), { files: 10, bytes: 20 });
    expect((await refusalOf('shop', '2', small)).message).toContain('more than the 20 bytes');
  });
});
