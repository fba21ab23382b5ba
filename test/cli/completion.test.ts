import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { sample } from '../config/sample.ts';
import { removeLater } from '../helpers/remove-later.ts';
import { runCli } from '../helpers/run-cli.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'll-completion-'));
  for (const version of ['2', '3']) {
    mkdirSync(join(directory, 'revisions/shop', version), { recursive: true });
    writeFileSync(
      join(directory, 'revisions/shop', version, 'revision.yaml'),
      `name: shop\nversion: "${version}"\nparts: { release: { runbook: release } }\n`,
    );
  }
  writeFileSync(join(directory, 'lamplighter.yaml'), sample);
  mkdirSync(join(directory, 'bin'));
  symlinkSync(resolve('dist/main.js'), join(directory, 'bin/lamplighter'));
});
afterEach(() => removeLater(directory));

const complete = async (...words: string[]) => {
  const { code, stdout, stderr } = await runCli(['__complete', '--', ...words], { cwd: directory });
  expect([code, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter((line) => line !== '');
};

describe('completions offer', () => {
  test('commands that fit what is begun, and never the hidden one', async () => {
    expect(await complete('')).toEqual(
      expect.arrayContaining(['start', 'plan', 'simulate', 'doctor', 'audit', 'backup']),
    );
    expect(await complete('')).not.toContain('__complete');
    expect(await complete('re')).toContain('restore');
    expect(await complete('audit', '')).toEqual(expect.arrayContaining(['verify', 'export']));
  });

  test('the flags of the command, and the choices of a flag', async () => {
    expect(await complete('plan', '--re')).toEqual(['--revision']);
    expect(await complete('plan', '--environment', 'shop', '--re')).toEqual(['--revision']);
    expect(await complete('plan', '--format', '')).toEqual(['text', 'json']);
    expect(await complete('simulate', '--f')).toEqual(['--format', '--fail']);
    expect(await complete('simulate', '--fail', '')).toEqual([]);
    expect(await complete('audit', 'export', '--format=')).toEqual([
      '--format=text',
      '--format=csv',
      '--format=json',
    ]);
    expect(await complete('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  test('environments, revisions and packages of the configuration', async () => {
    expect(await complete('plan', '--environment', 's')).toEqual(['shop']);
    expect(await complete('plan', '--environment=')).toEqual(['--environment=shop']);
    expect(await complete('plan', '--environment', 'shop', '--revision', 'shop@')).toEqual([
      'shop@3',
      'shop@2',
    ]);
  });

  test('names from the file that --config names', async () => {
    const other = sample.replace(/^ {2}shop:$/m, '  other-shop:');
    writeFileSync(join(directory, 'other.yaml'), other);
    expect(await complete('plan', '--config', 'other.yaml', '--environment', '')).toEqual(['other-shop']);
  });

  test('files where a file is wanted', async () => {
    expect(await complete('backup', '')).toEqual([':files']);
    expect(await complete('check', '--config', '')).toEqual([':files']);
  });

  test('nothing, silently, where there is no configuration or it has faults', async () => {
    writeFileSync(join(directory, 'lamplighter.yaml'), 'version: [');
    expect(await complete('plan', '--environment', '')).toEqual([]);
    expect(await complete('plan', '--config', 'none.yaml', '--revision', '')).toEqual([]);
    expect(await complete('no-such-command', '')).toEqual([]);
  });
});

const withoutTerminal = spawnSync('script', ['--version']).status !== 0;
if (withoutTerminal) {
  const sentence = 'the Debian package bsdutils (script) is missing: nothing can press Tab';
  if (process.env['CI'] === 'true') throw new Error(sentence);
  console.warn(`skipped: ${sentence}`);
}

/** A shell in a terminal of its own, with our program in its path. */
function openShell() {
  const path = `${join(directory, 'bin')}:${process.env['PATH'] ?? ''}`;
  const child: ChildProcessWithoutNullStreams = spawn('script', ['-qec', 'bash --norc -i', '/dev/null'], {
    cwd: directory,
    env: { PATH: path, TERM: 'dumb', PS1: 'ready> ' },
  });
  let shown = '';
  child.stdout.on('data', (data: Buffer) => (shown += data.toString('utf8')));
  const until = async (words: RegExp): Promise<string> => {
    while (!words.test(shown)) await new Promise((done) => setTimeout(done, 5));
    const found = words.exec(shown)?.[1] ?? '';
    shown = '';
    return found;
  };
  const ended = new Promise((done) => child.once('close', done));
  return {
    until,
    type: (keys: string) => child.stdin.write(keys),
    close: async () => {
      child.stdin.write('\u0015exit\n');
      await ended;
    },
  };
}

describe.skipIf(withoutTerminal)('Tab in a real bash', () => {
  test.each([
    ['lamplighter doc', 'lamplighter doctor'],
    ['lamplighter plan --environment s', 'lamplighter plan --environment shop'],
    ['lamplighter plan --environment=s', 'lamplighter plan --environment=shop'],
    ['lamplighter plan --revision shop@3', 'lamplighter plan --revision shop@3'],
    ['lamplighter plan --environment=', 'lamplighter plan --environment=shop'],
    ['lamplighter plan --revision shop@', 'lamplighter plan --revision shop@'],
    ['lamplighter plan --revision s', 'lamplighter plan --revision shop@'],
    ['lamplighter restore lampl', 'lamplighter restore lamplighter.yaml'],
    ['lamplighter plan --environment nothing', 'lamplighter plan --environment nothing'],
  ])('makes of %s: %s', async (typed, completed) => {
    const shell = openShell();
    await shell.until(/ready> $/);
    shell.type('source <(lamplighter completion bash); echo sour""ced\n');
    await shell.until(/sourced\r?\n[^]*ready> $/);
    // Tab, to the beginning of the line, and let it be printed.
    shell.type(`${typed}\t\u0001echo "GOT: \u0005 :END"\n`);
    expect((await shell.until(/\nGOT: (.*?) ?:END/)).trim()).toBe(completed);
    await shell.close();
  });

  test('runs nothing that is still being written', async () => {
    const shell = openShell();
    await shell.until(/ready> $/);
    shell.type('source <(lamplighter completion bash); echo sour""ced\n');
    await shell.until(/sourced\r?\n[^]*ready> $/);
    shell.type('lamplighter plan --servers "$(touch ran; echo `touch ran`)" --form\t\u0015echo don""e\n');
    await shell.until(/\ndone/);
    expect(existsSync(join(directory, 'ran'))).toBe(false);
    await shell.close();
  });
});
