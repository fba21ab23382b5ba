import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { createBotProcess } from '../../src/cli/sandbox-process.ts';

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0) && !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

describe('the bot as a process of the sandbox', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'll-bot-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** A program that says it is ready, then writes nothing more and waits. */
  const program = (more = 'setInterval(() => undefined, 1_000)'): string => {
    const file = join(directory, 'bot.mjs');
    writeFileSync(file, `console.error('Lamplighter is ready');\n${more};\n`);
    return file;
  };
  const control = (file: string) =>
    createBotProcess({ program: [file], variables: {}, logFile: join(directory, 'log'), now: () => 7 });

  test('it starts once, is killed, and starts again as another process', async () => {
    const bot = control(program());
    const seen: string[] = [];
    bot.onChange(() => seen.push(bot.state().is));
    await Promise.all([bot.start(), bot.start()]);
    const first = bot.state();
    await bot.kill();
    expect(bot.state()).toEqual({ is: 'killed', since: 7 });
    await bot.start();
    expect(seen).toEqual(['starting', 'running', 'killed', 'starting', 'running']);
    expect(bot.state()).not.toEqual(first);
    await bot.close();
    expect(readFileSync(join(directory, 'log'), 'utf8')).toBe('Lamplighter is ready\nLamplighter is ready\n');
  });

  test('one that ends by itself says with which exit code', async () => {
    const bot = control(program('process.exit(3)'));
    const ended = new Promise<void>((done) => bot.onChange(() => bot.state().is === 'ended' && done()));
    await bot.start();
    await ended;
    expect(bot.state()).toEqual({ is: 'ended', since: 7, exitCode: 3 });
  });

  test('it ends when whoever started it was killed, even while it writes nothing', async () => {
    const options = { program: [program()], variables: {}, logFile: join(directory, 'log') };
    const built = resolve('dist/cli/sandbox-process.js');
    const owner = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { createBotProcess } from ${JSON.stringify(built)};
         const bot = createBotProcess({ ...${JSON.stringify(options)}, now: Date.now });
         await bot.start();
         console.log(bot.state().pid);`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const pid = await new Promise<number>((done) => owner.stdout.once('data', (line) => done(Number(line))));
    expect(isAlive(pid)).toBe(true);
    owner.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
  });
});
