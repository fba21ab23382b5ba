import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeEach, expect, test } from 'vitest';

import { createRevisionReader } from '../../src/catalog/revision-reader.ts';

const expected = { name: 'shop', version: '2' };

let directory: string;
let file: string;

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'lamplighter-reader-')), '2');
  file = join(directory, 'revision.yaml');
  mkdirSync(directory);
});

function write(description: string): void {
  writeFileSync(file, `name: shop\nversion: "2"\ndescription: ${description}\nparts: {}\n`);
}

test('a revision.yaml that was rewritten is read again, even with its old time and size', async () => {
  const read = createRevisionReader();
  write('one');
  utimesSync(file, 1_000, 1_000);
  expect(await read(directory, expected)).toMatchObject({ value: { description: 'one' } });
  write('two');
  utimesSync(file, 1_000, 1_000);
  expect(await read(directory, expected)).toMatchObject({ value: { description: 'two' } });
});

test('what was read for one name is not taken for another', async () => {
  const read = createRevisionReader();
  write('one');
  await read(directory, expected);
  expect(await read(directory, { name: 'store', version: '2' })).toMatchObject({ ok: false });
});

test('a pipe is refused at once instead of being waited for', async () => {
  execFileSync('mkfifo', [file]);
  expect(await createRevisionReader()(directory, expected)).toEqual({
    ok: false,
    faults: [`${file}: is no file`],
  });
});

test('a link is refused before anything is read through it', async () => {
  symlinkSync('/etc/hostname', file);
  expect(await createRevisionReader()(directory, expected)).toEqual({
    ok: false,
    faults: [`${file}: is no file`],
  });
});

test('a revision.yaml of megabytes is refused', async () => {
  writeFileSync(file, `# ${'x'.repeat(1024 ** 2)}`);
  expect(await createRevisionReader()(directory, expected)).toMatchObject({
    ok: false,
    faults: [expect.stringContaining('is larger than 1048576 bytes')],
  });
});

test('a revision.yaml in another encoding is one sentence with the line', async () => {
  writeFileSync(file, Buffer.from('name: shop\ndescription: versión nueva\n', 'latin1'));
  expect(await createRevisionReader()(directory, expected)).toEqual({
    ok: false,
    faults: ['revision.yaml:2:1 this line is no text in UTF-8; save the file as UTF-8'],
  });
});
