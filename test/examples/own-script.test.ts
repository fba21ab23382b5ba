import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);

describe('the script of docs/load-balancers.md to begin with', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'll-own-'));
    const [, text] =
      /```sh\n(#!\/bin\/sh\n[^`]*)```/.exec(readFileSync('docs/load-balancers.md', 'utf8')) ?? [];
    if (!text) throw new Error('docs/load-balancers.md has no script');
    writeFileSync(join(directory, 'disable-server.sh'), text, { mode: 0o755 });
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** A balancer that has the given connections, one number for each question, and notes what it was asked. */
  const disable = async (connections: string): Promise<string[]> => {
    const [asked, left] = [join(directory, 'asked'), join(directory, 'left')];
    writeFileSync(asked, '');
    writeFileSync(left, connections);
    writeFileSync(
      join(directory, 'balancer'),
      `#!/bin/sh
echo "$*" >>'${asked}'
[ "$1" = connections ] || exit 0
head -n 1 '${left}'
[ "$(wc -l <'${left}')" -le 1 ] || sed -i 1d '${left}'
`,
      { mode: 0o755 },
    );
    writeFileSync(join(directory, 'sleep'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    const PATH = `${directory}:${process.env['PATH'] ?? ''}`;
    await run(join(directory, 'disable-server.sh'), ['web-1'], { env: { ...process.env, PATH } });
    return readFileSync(asked, 'utf8').trim().split('\n');
  };

  test('drains, waits until the last connection is closed, and may be run twice', async () => {
    expect(await disable('2\n1\n0\n')).toEqual([
      'drain web-1',
      'connections web-1',
      'connections web-1',
      'connections web-1',
    ]);
    expect(await disable('0\n')).toEqual(['drain web-1', 'connections web-1']);
  });

  test('gives up with one sentence and 1', async () => {
    await expect(disable('3\n')).rejects.toMatchObject({
      code: 1,
      stderr: 'after 30 s web-1 still has 3 connections\n',
    });
  });
});
