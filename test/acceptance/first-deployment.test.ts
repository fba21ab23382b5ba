import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type LocalSlack, startSlack } from '../../src/sandbox/slack/start-slack.ts';
import { botProcess } from '../helpers/bot-process.ts';
import { removeLater } from '../helpers/remove-later.ts';
import { hasSshd, type Sshd, startSshd } from '../helpers/sshd.ts';

/** What README and docs/first-deployment.md say, step by step, with a stand-in where they say Slack. */
describe.skipIf(!hasSshd())('a first deployment by the book (needs openssh-server)', () => {
  let directory: string;
  let home: string;
  let sshd: Sshd;
  let slack: LocalSlack;
  let file: string;
  let bot: ReturnType<typeof botProcess>;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'll-first-'));
    home = mkdtempSync(join(tmpdir(), 'll-home-'));
    sshd = await startSshd({ home });
    slack = await startSlack({
      botToken: 'xoxb-stage',
      appToken: 'xapp-stage',
      people: [{ id: 'U0ANA', name: 'ana' }],
      channels: [{ id: 'C0FIRST', name: 'first' }],
    });
    cpSync('examples/first', directory, { recursive: true });
    file = join(directory, 'lamplighter.yaml');
    bot = botProcess({ directory, configurationFile: file, apiUrl: slack.apiUrl, by: 'socket' });
  });
  afterAll(async () => {
    await bot.killBot();
    await slack.close();
    await sshd.stop();
    removeLater(directory);
    removeLater(home);
  });

  /** Not waited for in one piece: the stand-in answers in this very process. */
  const lamplighter = async (...words: string[]): Promise<{ stdout: string; code: number | null }> => {
    const child = spawn(process.execPath, [resolve('dist/main.js'), ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        SLACK_BOT_TOKEN: 'xoxb-stage',
        SLACK_APP_TOKEN: 'xapp-stage',
        SLACK_API_URL: slack.apiUrl,
        LAMPLIGHTER_CONFIG: file,
        DATABASE_URL: `file:${join(directory, 'data', 'lamplighter.db')}`,
      },
    });
    const said = text(child.stdout);
    const code = await new Promise<number | null>((ended) => child.once('exit', ended));
    return { stdout: await said, code };
  };

  test('the example is in order as it stands, and has five lines to change', async () => {
    expect(await lamplighter('check')).toMatchObject({ code: 0 });
    expect(readFileSync(file, 'utf8').match(/# CHANGE/g)).toHaveLength(5);
  });

  test('changed and pinned, the doctor finds no fault; started, /deploy changes the page on the server', async () => {
    const changed = readFileSync(file, 'utf8')
      .replace('host: web-1.example.com', `host: 127.0.0.1\n              port: ${sshd.port}`)
      .replace('user: deploy', `user: ${userInfo().username}`)
      .replace('/home/ana/.ssh/id_ed25519', sshd.privateKeyFile);
    writeFileSync(file, changed);
    expect((await lamplighter('doctor')).stdout).toMatch(/FAULT .*web-1.*known_hosts/);
    const scanned = execFileSync('ssh-keyscan', ['-p', String(sshd.port), '127.0.0.1'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    writeFileSync(join(directory, 'known_hosts'), scanned);
    const { stdout, code } = await lamplighter('doctor');
    expect(stdout).not.toContain('FAULT');
    expect(code).toBe(0);

    await bot.startBot();
    const ana = slack.person('U0ANA');
    await ana.types('/deploy hello@2 to first', { channel: 'C0FIRST' });
    const form = await ana.modal();
    await form.type('Reason', 'the first one');
    await form.check('I accept 1 warning');
    expect(await form.submit()).toEqual({ closed: true });
    await slack.until(
      () => slack.channel('C0FIRST').messages()[0]?.text.includes('done, 1 of 1 servers') ?? false,
      30_000,
    );
    expect(readFileSync(join(home, 'lamplighter-hello', 'page'), 'utf8')).toBe('hello 2\n');
  });
});
