import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { createDirectoryDigests } from '../../src/catalog/digest.ts';
import { refuseLink } from '../../src/domain/links.ts';
import { createLocalDriver } from '../../src/drivers/local/local-driver.ts';
import { packDirectory } from '../../src/drivers/runner/pack.ts';

let root: string;
let revision: string;
const digests = createDirectoryDigests({ files: 50, bytes: 100_000 });

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'll-archives-'));
  revision = join(root, 'catalog', '2');
  mkdirSync(join(revision, 'pages', 'deep'), { recursive: true });
  writeFileSync(join(revision, 'install.sh'), 'true\n');
  writeFileSync(join(root, 'catalog', 'secret'), 'canary');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Refused where it is looked at before approval, and again where it is packed. */
async function refusals(): Promise<string[]> {
  const tries = [digests.digest(revision), packDirectory(revision)];
  const ended = await Promise.allSettled(tries);
  return ended.map((end) => (end.status === 'rejected' ? String(end.reason) : 'taken'));
}

async function pushed(): Promise<string> {
  const workDirectory = join(root, 'work');
  const session = await createLocalDriver({ variables: process.env }).connect(
    'web-1',
    { driver: 'local', workDirectory },
    new AbortController().signal,
  );
  const files = { name: 'shop', version: '2', digest: await digests.digest(revision), directory: revision };
  return await session.push(files);
}

describe('threat 13: a link in a revision', () => {
  const leaving: [string, (top: string) => string][] = [
    ['out of it', () => '../secret'],
    ['out of it and far up', () => '../../../../../../../../etc/hostname'],
    ['to an absolute path outside', () => '/etc/hostname'],
    ['to an absolute path that lies inside here, and nowhere on a server', (top) => join(top, 'install.sh')],
    ['out of it and in again by the name it has here', () => '../2/install.sh'],
    ['down and up again', () => 'pages/deep/../../../secret'],
  ];
  test.each(leaving)('is refused where it leads %s', async (_, target) => {
    symlinkSync(target(revision), join(revision, 'link'));
    for (const refusal of await refusals())
      expect(refusal).toMatch(/the link .*link (leaves its revision|goes down and up)/);
  });

  test('is refused where it leads out through another link', async () => {
    symlinkSync('..', join(revision, 'pages', 'up'));
    expect(await refusals()).toEqual(['taken', 'taken']);
    symlinkSync('pages/up/../secret', join(revision, 'through'));
    for (const refusal of await refusals()) expect(refusal).toContain('goes down and up again');
  });

  test('that stays inside is brought to the server as it is', async () => {
    symlinkSync('../../install.sh', join(revision, 'pages', 'deep', 'up'));
    symlinkSync('pages/deep', join(revision, 'down'));
    symlinkSync('./install.sh', join(revision, 'here'));
    const there = await pushed();
    expect(readlinkSync(join(there, 'pages', 'deep', 'up'))).toBe('../../install.sh');
    expect(readFileSync(join(there, 'down', 'up'), 'utf8')).toBe('true\n');
    expect(readFileSync(join(there, 'here'), 'utf8')).toBe('true\n');
  });

  test('that is allowed stays inside by its words alone, wherever the revision lies', () => {
    const part = fc.constantFrom('..', '.', '', 'a', 'b', '..a', '...');
    const path = fc.array(part, { minLength: 1, maxLength: 7 }).map((parts) => parts.join('/'));
    const place = fc
      .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join('/'));
    fc.assert(
      fc.property(place, path, (from, target) => {
        if (refuseLink(from, target) !== null) return;
        const steps = [...from.split('/').slice(0, -1), ...target.split('/')].filter(
          (step) => step !== '' && step !== '.',
        );
        let depth = 0;
        for (const step of steps) {
          depth += step === '..' ? -1 : 1;
          expect(depth).toBeGreaterThanOrEqual(0);
        }
        expect(target.startsWith('/')).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('threat 13: what is no file', () => {
  test('a pipe is refused and not waited for', async () => {
    execFileSync('mkfifo', [join(revision, 'pages', 'pipe')]);
    for (const refusal of await refusals())
      expect(refusal).toContain('neither a file, a directory nor a link');
  });

  test('a socket is refused', async () => {
    const server = createServer().listen(join(revision, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    for (const refusal of await refusals())
      expect(refusal).toContain('neither a file, a directory nor a link');
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('threat 13: names and sizes', () => {
  const names = [
    'with\nnewline',
    '-rf',
    '--checkpoint-action=exec=touch pwned',
    '..x',
    '$(touch pwned)',
    "it's",
    '"`*?',
    'back\\slash',
    '\x1B[2K',
    'é'.repeat(60),
    ' ',
  ];

  test('arrive on a server as they are, and none of them is run or leads elsewhere', async () => {
    for (const name of names) writeFileSync(join(revision, 'pages', name), name);
    const long = join(...Array.from({ length: 8 }, (_, at) => `directory-${at}`.repeat(4)), 'file');
    mkdirSync(dirname(join(revision, long)), { recursive: true });
    writeFileSync(join(revision, long), 'long');
    const there = await pushed();
    expect(readdirSync(join(there, 'pages')).toSorted()).toEqual([...names, 'deep'].toSorted());
    for (const name of names) expect(readFileSync(join(there, 'pages', name), 'utf8')).toBe(name);
    expect(readFileSync(join(there, long), 'utf8')).toBe('long');
    expect([root, there, join(root, 'work')].filter((place) => existsSync(join(place, 'pwned')))).toEqual([]);
    expect(readdirSync(join(root, 'work', 'revisions'))).toHaveLength(1);
  });

  test('too many files are refused while they are counted, too large ones before they are read', async () => {
    for (let number = 0; number < 60; number += 1) writeFileSync(join(revision, `file-${number}`), '');
    await expect(digests.digest(revision)).rejects.toThrow('more than the 50 files that a revision may hold');
    rmSync(revision, { recursive: true });
    mkdirSync(revision);
    writeFileSync(join(revision, 'bomb'), '');
    truncateSync(join(revision, 'bomb'), 1024 ** 4);
    await expect(digests.digest(revision)).rejects.toThrow(
      'more than the 100000 bytes that a revision may hold',
    );
  });

  test('no file is set to run as its owner on a server, and nothing there is readable by others', async () => {
    chmodSync(join(revision, 'install.sh'), 0o6755);
    const there = await pushed();
    expect(statSync(join(there, 'install.sh')).mode & 0o7000).toBe(0);
    expect(statSync(join(root, 'work', 'revisions')).mode & 0o077).toBe(0);
  });
});
