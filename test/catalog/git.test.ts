import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type Catalog, openCatalog } from '../../src/catalog/catalog.ts';
import type { CatalogSource } from '../../src/domain/configured/configuration.ts';
import { buildConfiguration } from '../helpers/build.ts';
import { hasSshd, startSshd } from '../helpers/sshd.ts';

const author = {
  GIT_AUTHOR_NAME: 'Ana',
  GIT_AUTHOR_EMAIL: 'ana@example.com',
  GIT_COMMITTER_NAME: 'Ana',
  GIT_COMMITTER_EMAIL: 'ana@example.com',
  GIT_CONFIG_GLOBAL: '/dev/null',
};
let root: string;
let work: string;

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: work, env: { ...process.env, ...author }, encoding: 'utf8' }).trim();

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'll-git-'));
  work = join(root, 'work');
  mkdirSync(join(work, 'shop'), { recursive: true });
  git('init', '--quiet', '--initial-branch=main');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(version: string, more: Record<string, string> = {}): void {
  const files = {
    'revision.yaml': `name: shop\nversion: "${version}"\ndescription: page ${version}\nparts: { release: { runbook: release } }\n`,
    'install.sh': '#!/bin/sh\n',
    ...more,
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(work, 'shop', name), content);
  chmodSync(join(work, 'shop', 'install.sh'), 0o755);
}

function publish(version: string, more: Record<string, string> = {}): void {
  write(version, more);
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '-m', `page ${version}`);
  git('tag', '-a', '-m', 'a tag', `shop-${version}`);
}

const location = (repository = work): CatalogSource => ({
  type: 'git',
  repository,
  path: 'shop',
  tag: 'shop-{version}',
});

function open(
  source = location(),
  limits?: { files: number; bytes: number },
  now: () => number = Date.now,
): Catalog {
  const configuration = buildConfiguration([], {
    catalog: {
      revisions: [{ name: 'shop', source }],
      packages: [{ name: 'PKG', version: '1', revisions: ['shop@2'] }],
    },
  });
  const needs = { directory: join(root, 'copies'), variables: process.env, now };
  return openCatalog(configuration, limits ? { ...needs, limits } : needs);
}

async function refusalOf(catalog: Catalog, version: string) {
  const verdict = await catalog.find('shop', version);
  if (verdict.ok) throw new Error('was found');
  return verdict.refusals[0];
}

async function found(catalog: Catalog, version: string) {
  const verdict = await catalog.find('shop', version);
  if (!verdict.ok) throw new Error(verdict.refusals[0]?.message);
  return verdict.value;
}

describe('a catalogue in git', () => {
  test('lists the tags of its pattern, the newest version first, and the packages after them', async () => {
    publish('2');
    publish('10');
    git('tag', 'other-3');
    git('tag', 'shop-+3');
    const catalog = open();
    expect(await catalog.refresh()).toEqual([]);
    expect(await catalog.list()).toMatchObject([
      { name: 'shop@10', description: 'page 10', about: { author: null, parts: ['release'] } },
      { name: 'shop@2', description: 'page 2' },
      { name: 'PKG@1', description: 'package of shop@2', revisions: ['shop@2'] },
    ]);
  });

  test('reads the script that a version names, as it is at its tag', async () => {
    const revision = (version: string): string =>
      `name: shop\nversion: "${version}"\nparts: { vql: { file: shop.vql } }\n`;
    publish('2', { 'revision.yaml': revision('2'), 'shop.vql': "A '${db.URI}';" });
    publish('3', { 'revision.yaml': revision('3'), 'shop.vql': 'A; B;' });
    const catalog = open();
    expect((await found(catalog, '2')).parts['vql']?.vql).toMatchObject({
      statements: 1,
      properties: ['db.URI'],
    });
    expect((await found(catalog, '3')).parts['vql']?.vql).toMatchObject({ statements: 2, properties: [] });
    publish('4', { 'revision.yaml': revision('4'), 'shop.vql': "A 'never closed" });
    expect((await refusalOf(catalog, '4'))?.message).toBe(
      '`shop@4` cannot be used: revision.yaml:3:17 parts.vql.file: shop.vql: line 1: the literal that begins here is never closed.',
    );
  });

  test('gives a version the same files and the same digest as a directory does', async () => {
    mkdirSync(join(work, 'shop', 'pages'));
    writeFileSync(join(work, 'shop', 'pages', 'front.html'), 'line\r\nline\n');
    writeFileSync(join(work, 'shop', '.gitattributes'), '* text eol=crlf\nfront.html export-ignore\n');
    symlinkSync('pages/front.html', join(work, 'shop', 'front'));
    git('config', 'core.autocrlf', 'false');
    publish('2');
    const tagged = await found(open(), '2');
    const directory = join(root, 'plain', '2');
    mkdirSync(join(root, 'plain'));
    execFileSync('cp', ['-a', join(work, 'shop'), directory]);
    // What git keeps is what it was given; the copy was made from the working tree of the same bytes.
    for (const name of ['revision.yaml', 'install.sh', '.gitattributes'])
      writeFileSync(
        join(directory, name),
        execFileSync('git', ['show', `shop-2:shop/${name}`], { cwd: work }),
      );
    writeFileSync(
      join(directory, 'pages', 'front.html'),
      execFileSync('git', ['show', 'shop-2:shop/pages/front.html'], { cwd: work }),
    );
    const plain = await found(open({ type: 'directory', path: join(root, 'plain') }), '2');
    expect(tagged.digest).toBe(plain.digest);
    expect(existsSync(join(tagged.directory, 'pages', 'front.html'))).toBe(true);
    expect(tagged.description).toBe('page 2');
  });

  test('finds a version that was published a moment ago without being told', async () => {
    publish('2');
    const catalog = open();
    await catalog.refresh();
    publish('3');
    expect((await catalog.list()).map(({ name }) => name)).not.toContain('shop@3');
    expect((await found(catalog, '3')).description).toBe('page 3');
    expect((await catalog.list()).map(({ name }) => name)).toContain('shop@3');
  });

  test('works on a bare repository, and over file://', async () => {
    publish('2');
    execFileSync('git', ['clone', '--quiet', '--bare', work, join(root, 'bare.git')]);
    expect((await found(open(location(join(root, 'bare.git'))), '2')).version).toBe('2');
    expect((await found(open(location(`file://${join(root, 'bare.git')}`)), '2')).version).toBe('2');
  });

  test.skipIf(!hasSshd())('works over ssh (needs openssh-server)', async () => {
    publish('2');
    const sshd = await startSshd();
    try {
      const knownHosts = join(root, 'known_hosts');
      writeFileSync(knownHosts, `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
      const ssh = `ssh -i ${sshd.privateKeyFile} -o IdentitiesOnly=yes -o UserKnownHostsFile=${knownHosts}`;
      const repository = `ssh://${userInfo().username}@127.0.0.1:${sshd.port}${work}`;
      const variables = { ...process.env, GIT_SSH_COMMAND: ssh };
      const configuration = buildConfiguration([], {
        catalog: { revisions: [{ name: 'shop', source: location(repository) }], packages: [] },
      });
      const needs = { directory: join(root, 'copies'), variables, now: Date.now };
      expect((await found(openCatalog(configuration, needs), '2')).description).toBe('page 2');
      writeFileSync(knownHosts, '');
      expect((await openCatalog(configuration, needs).refresh())[0]).toContain(
        'Host key verification failed',
      );
    } finally {
      await sshd.stop();
    }
  });

  test('does not change a version when its branch goes on', async () => {
    publish('2');
    const before = (await found(open(), '2')).digest;
    write('2', { 'install.sh': '#!/bin/sh\nrm -rf /\n' });
    git('commit', '--quiet', '-am', 'more');
    const catalog = open();
    await catalog.refresh();
    expect((await found(catalog, '2')).digest).toBe(before);
  });
});

describe('a tag that was', () => {
  test('moved is refused with both places, also by a new process, until it is moved back', async () => {
    publish('2');
    const first = git('rev-parse', 'HEAD');
    await open().refresh();
    write('2', { 'install.sh': '#!/bin/sh\necho other\n' });
    git('commit', '--quiet', '-am', 'other files');
    git('tag', '--force', 'shop-2');
    const second = git('rev-parse', 'HEAD');
    const catalog = open();
    await catalog.refresh();
    expect(await refusalOf(catalog, '2')).toMatchObject({
      rule: 'moved-tag',
      message: `Tag shop-2 of \`shop@2\` was moved from ${first.slice(0, 12)} to ${second.slice(0, 12)}, and a revision never changes.`,
    });
    expect((await catalog.list())[0]?.description).toContain('was moved');
    git('tag', '--force', 'shop-2', first);
    await catalog.refresh();
    expect((await found(catalog, '2')).version).toBe('2');
  });

  test('deleted is offered no more, and what was requested with it is still found', async () => {
    publish('2');
    const catalog = open();
    const { digest } = await found(catalog, '2');
    git('tag', '--delete', 'shop-2');
    await catalog.refresh();
    expect((await catalog.list()).map(({ name }) => name)).toEqual(['PKG@1']);
    expect((await found(catalog, '2')).digest).toBe(digest);
  });
});

describe('one tag', () => {
  test('that made way for another below its name stops nothing', async () => {
    publish('2');
    git('tag', 'rel');
    await open().refresh();
    git('tag', '--delete', 'rel');
    git('tag', 'rel/1');
    publish('3');
    const catalog = open();
    expect(await catalog.refresh()).toEqual([]);
    expect((await found(catalog, '3')).version).toBe('3');
  });
});

describe('when the repository does not answer', () => {
  test('what is known stays in use, and the sentence names the repository', async () => {
    publish('2');
    const catalog = open();
    await catalog.refresh();
    renameSync(work, `${work}-away`);
    const [problem] = await catalog.refresh();
    expect(problem).toContain(`${work} cannot be read: `);
    expect((await catalog.list())[0]).toMatchObject({
      name: 'shop@2',
      description: 'page 2 (last read 0 min ago)',
    });
    const later = open(location(), undefined, () => Date.now() + 3 * 3_600_000);
    await later.refresh();
    expect((await later.list())[0]?.description).toBe('page 2 (last read 3 h ago)');
    expect((await found(catalog, '2')).version).toBe('2');
    expect((await refusalOf(catalog, '9'))?.message).toMatch(
      /There is no revision `shop@9` in what is known of its repository \(last read 0 min ago\); now .* cannot be read/,
    );
    renameSync(`${work}-away`, work);
  });

  test('a password in its address is said by nobody', async () => {
    const [problem] = await open(location('https://ana:hunter2@127.0.0.1:1/repo.git')).refresh();
    expect(problem).toBeDefined();
    expect(problem).not.toContain('hunter2');
  });

  test('an address that names a program runs none', async () => {
    const mark = join(root, 'ran');
    for (const repository of [`ext::sh -c touch% ${mark}`, `--upload-pack=touch ${mark}`]) {
      expect(await open(location(repository)).refresh()).toHaveLength(1);
      expect(existsSync(mark)).toBe(false);
    }
  });
});

describe('the copy on this machine', () => {
  const copies = (): string => join(root, 'copies');
  const trees = (): string[] => readdirSync(join(copies(), 'trees')).filter((name) => !name.includes('.'));

  test('is of use after a fetch that was killed and left its locks', async () => {
    publish('2');
    await open().refresh();
    const [mirror = ''] = readdirSync(copies()).filter((name) => name.endsWith('.git'));
    const lock = join(copies(), mirror, 'refs', 'upstream', 'shop-3.lock');
    writeFileSync(lock, '');
    const old = new Date(Date.now() - 3_600_000);
    utimesSync(lock, old, old);
    publish('3');
    const catalog = open();
    expect(await catalog.refresh()).toEqual([]);
    expect((await found(catalog, '3')).version).toBe('3');
  });

  test('that was half made is not taken for a whole one', async () => {
    publish('2');
    mkdirSync(join(copies(), '.new-left'), { recursive: true });
    const { directory } = await found(open(), '2');
    rmSync(join(directory, '..', 'digest'));
    rmSync(join(directory, 'install.sh'));
    expect(existsSync(join((await found(open(), '2')).directory, 'install.sh'))).toBe(true);
  });

  test('that was altered is laid out anew, and never pushed', async () => {
    publish('2');
    const { directory, digest } = await found(open(), '2');
    appendFileSync(join(directory, 'install.sh'), 'rm -rf /\n');
    const again = await found(open(), '2');
    expect(again.digest).toBe(digest);
    expect(readFileSync(join(again.directory, 'install.sh'), 'utf8')).toBe('#!/bin/sh\n');
    expect(trees()).toHaveLength(1);
  });

  test('has the modes of the repository, whatever the mask of the process', async () => {
    publish('2');
    const before = process.umask(0o077);
    try {
      const { directory } = await found(open(), '2');
      expect(statSync(join(directory, 'install.sh')).mode & 0o777).toBe(0o755);
      expect(statSync(join(directory, 'revision.yaml')).mode & 0o777).toBe(0o644);
    } finally {
      process.umask(before);
    }
  });

  test('is made once by two that ask at the same moment', async () => {
    publish('2');
    const revisions = await Promise.all([found(open(), '2'), found(open(), '2'), found(open(), '2')]);
    expect(new Set(revisions.map(({ digest }) => digest)).size).toBe(1);
    expect(readdirSync(copies()).filter((name) => name.endsWith('.git'))).toHaveLength(1);
  });
});

describe('what may not be in a revision is refused with its reason', () => {
  test('a link that leaves it', async () => {
    symlinkSync('/etc/passwd', join(work, 'shop', 'out'));
    publish('2');
    expect((await refusalOf(open(), '2'))?.message).toContain('leaves its revision');
  });

  test('a pointer of git LFS in the place of a file', async () => {
    publish('2', { 'big.bin': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n' });
    expect((await refusalOf(open(), '2'))?.message).toContain('big.bin is a pointer of git LFS');
  });

  test('a submodule', async () => {
    write('2');
    git('add', '--all');
    git('commit', '--quiet', '-m', 'first');
    const commit = git('rev-parse', 'HEAD');
    git('update-index', '--add', '--cacheinfo', `160000,${commit},shop/library`);
    git('commit', '--quiet', '-m', 'with a submodule');
    git('tag', 'shop-2');
    expect((await refusalOf(open(), '2'))?.message).toContain('shop/library is a submodule'.slice(5));
  });

  test('more files and more bytes than may be', async () => {
    publish('2');
    const small = { files: 10, bytes: 20 };
    expect((await refusalOf(open(location(), small), '2'))?.message).toContain('more than the 20 bytes');
    expect((await refusalOf(open(location(), { files: 1, bytes: 1_000 }), '2'))?.message).toContain(
      'more than the 1 files',
    );
  });

  test('another name or version in revision.yaml than the tag says, and a path that is not there', async () => {
    write('3');
    git('add', '--all');
    git('commit', '--quiet', '-m', 'wrong');
    git('tag', 'shop-2');
    const catalog = open();
    expect((await refusalOf(catalog, '2'))?.message).toContain(
      'is "3", and the catalogue looks for "2" here',
    );
    expect((await catalog.list())[0]?.description).toContain('cannot be read');
    const elsewhere = open({ type: 'git', repository: work, path: 'elsewhere', tag: 'shop-{version}' });
    expect((await refusalOf(elsewhere, '2'))?.message).toContain('elsewhere at tag shop-2');
  });
});
