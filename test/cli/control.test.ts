import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { setStage, type Stage } from '../helpers/stage.ts';

const channel = 'C0SHOP';
let stage: Stage;

/** Waits until the test lets it go on. */
const gatedInstall = readFileSync('test/fixtures/slow-install.sh', 'utf8').replace(
  'sleep 0.4',
  'while [ ! -e "$LAMPLIGHTER_FLEET_DIRECTORY/go" ]; do sleep 0.1; done',
);

beforeAll(async () => {
  stage = await setStage({
    onThisMachine: true,
    clusters: [
      { name: 'north', servers: ['web-1'] },
      { name: 'south', servers: ['web-2'] },
    ],
    files: { 'install.sh': gatedInstall },
  });
  await stage.startBot();
});
afterAll(async () => await stage.close());

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the built program beside the running bot, as a person in a terminal would. */
async function lamplighter(...words: string[]): Promise<Ended> {
  const database = `file:${join(stage.directory, 'data', 'lamplighter.db')}`;
  const child = spawn(process.execPath, [resolve('dist/main.js'), ...words], {
    env: { PATH: process.env['PATH'], DATABASE_URL: database },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const code = await new Promise<number | null>((done) => child.once('close', (status) => done(status)));
  return { code, stdout, stderr };
}

const request = async (...more: string[]): Promise<Ended> =>
  await lamplighter('request', '--environment', 'shop-production', '--reason', 'a new page', ...more);
const show = async (number: number) =>
  JSON.parse((await lamplighter('show', String(number), '--format', 'json')).stdout) as Record<
    string,
    unknown
  >;
const socketFile = () => join(stage.directory, 'data', 'lamplighter.db.sock');
const threadText = () => JSON.stringify(stage.card().thread);

describe('the command line, through the socket of the running bot', () => {
  test('requests; somebody else approves in Slack; it is stopped and the rest retried; everything says by which way', async () => {
    expect(statSync(socketFile()).mode & 0o777).toBe(0o600);
    const requested = await request('--revision', 'shop@2', '--now', '--as', 'U0ANA');
    expect(requested).toMatchObject({ code: 0, stderr: '' });
    expect(requested.stdout).toBe(
      '#1 shop@2 → shop-production: it waits for approval and then begins as soon as it may.\n',
    );
    await stage.cardSays('waiting for approval');
    expect(JSON.stringify(stage.card())).toContain('asked by @ana via command line');

    await stage.slack.person('U0ANA').press(stage.card(), 'Approve');
    await stage.slack.until(() =>
      stage.slack
        .person('U0ANA')
        .ephemerals()
        .some(({ text }) => text.includes('You requested #1')),
    );
    await stage.slack.person('U0BEN').press(stage.card(), 'Approve');
    await stage.cardSays('running');
    const lock = await lamplighter('lock', 'shop-production', '--reason', 'it moves', '--as', 'U0BEN');
    expect(lock.stdout).toContain('What has begun goes on: #1.');
    expect(await lamplighter('cancel', '#1', '--as', 'U0ANA')).toMatchObject({
      code: 0,
      stdout: '#1 stops after the server at hand.\n',
    });
    writeFileSync(join(stage.fleet.directory, 'go'), '');
    await stage.cardSays('via command line), 1 of 2 servers');
    await stage.slack.until(() => threadText().includes('Attempt 1 in'), 30_000);
    expect(threadText()).toContain('@ana via command line stops it');
    expect(await show(1)).toEqual({
      number: 1,
      state: 'cancelled',
      attempt: 1,
      endedBy: 'U0ANA via command line',
      servers: [
        { name: 'web-1', state: 'ok', inService: 'yes', from: 'shop@1', to: 'shop@2' },
        { name: 'web-2', state: 'cancelled', inService: 'yes', from: null, to: null },
      ],
      question: null,
      events: expect.arrayContaining([
        expect.objectContaining({
          version: 1,
          type: 'requested',
          by: 'U0ANA',
          via: 'command line',
          at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        }),
      ]),
    });

    expect(await lamplighter('retry', '1', '--as', 'U0ANA')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /shop-production is locked by @ben via command line since .*: it moves\./,
      ),
    });
    const listed = await lamplighter('list');
    expect(listed.stdout.split('\n')[0]).toMatch(/^shop-production is locked by @ben via command line/);
    expect(listed.stdout).toContain('#1 shop@2 → shop-production · cancelled · @ana');
    expect((await lamplighter('unlock', 'shop-production', '--as', 'U0BEN')).stdout).toBe(
      'shop-production is unlocked.\n',
    );
    expect((await lamplighter('retry', '1', '--as', 'U0ANA')).stdout).toBe(
      '#1 deploys the remaining web-2.\n',
    );
    await stage.cardSays('done, 2 of 2 servers');
    const text = (await lamplighter('show', '1')).stdout;
    expect(text).toMatch(
      /#1 shop@2 → shop-production\ndone · attempt \d began .* · asked by @ana via command line\n2 of 2 servers/,
    );
    expect(text).toContain('Reason: a new page');
    expect(text).toMatch(/@ana via command line deploys the remaining 1: web-2\./);
    expect((await show(1))['servers']).toMatchObject([
      { name: 'web-1', state: 'ok', from: 'shop@1', to: 'shop@2' },
      { name: 'web-2', state: 'ok', from: 'shop@1', to: 'shop@2' },
    ]);
  });

  test('a deployment behind a lock waits, says so in the channel, and begins when it is unlocked', async () => {
    await request('--revision', 'shop@3', '--now', '--as', 'U0ANA');
    await stage.cardSays('shop@3');
    const words = ['lock', 'shop-production', '--reason', 'the database moves', '--as', 'U0ANA'];
    expect((await lamplighter(...words)).code).toBe(0);
    await stage.slack.person('U0BEN').press(stage.card(), 'Approve');
    await stage.cardSays('waiting for the environment');
    await stage.slack.until(() => JSON.stringify(stage.card().blocks).includes('the database moves'), 20_000);
    await stage.slack.until(() => stage.card().thread.some(({ broadcast }) => broadcast), 20_000);
    expect((await request('--revision', 'shop@2', '--now', '--as', 'U0BEN')).stderr).toContain(
      'is locked by @ana via command line',
    );
    const second = await lamplighter('show', '2', '--format', 'json');
    expect(JSON.parse(second.stdout)).toMatchObject({ state: 'queued', attempt: 0 });
    const unlocked = await lamplighter('unlock', 'shop-production', '--as', 'U0BEN', '--format', 'json');
    expect(JSON.parse(unlocked.stdout)).toMatchObject({ environment: 'shop-production', waiting: [2] });
    await stage.cardSays('done, 2 of 2 servers', 60_000);
  });

  test.each([
    [['cancel', '99', '--as', 'U0ANA'], 1, /There is no deployment #99/],
    [['show', '99'], 1, /There is no deployment #99/],
    [['lock', 'shop', '--reason', 'x', '--as', 'U0ANA'], 1, /There is no environment shop/],
    [['lock', 'shop-production', '--reason', 'x', '--as', 'U0GUEST'], 1, /Guests may not/],
    [['lock', 'shop-production', '--reason', 'x', '--as', 'U0CAT'], 1, /You may not lock shop-production/],
    [['lock', 'shop-production', '--reason', 'x', '--as', 'U0GONE'], 1, /This account is deactivated/],
    [['unlock', 'shop-production', '--as', 'U0ANA'], 1, /shop-production is not locked/],
    [['cancel', '1'], 2, /--as/],
    [['cancel', '1', '--as', 'ana'], 2, /such as U0ANA/],
    [['cancel', 'one', '--as', 'U0ANA'], 2, /such as 1042/],
    [['lock', 'shop-production', '--as', 'U0ANA'], 2, /--reason/],
    [['approve', '1', '--as', 'U0BEN'], 2, /unknown command 'approve'/],
  ])('%j ends with %i and says why', async (words, code, sentence) => {
    const ended = await lamplighter(...words);
    expect(ended.stderr).toMatch(sentence);
    expect(ended).toMatchObject({ code, stdout: '' });
  });

  test.each([
    [[], 2, /give either '--at <time>' or '--now'/],
    [['--now', '--at', '2036-01-01T10:00Z'], 2, /give either/],
    [['--at', ''], 2, /It is empty/],
    [['--at', 'soonish'], 2, /soonish is no time I understand/],
    [['--at', '2036-03-30T02:30'], 1, /does not exist in Europe\/Madrid.*Choose 30 Mar 2036/],
    [['--now', '--servers', 'web-9'], 1, /there is no server web-9/],
    [['--now', '--package', 'shop@2'], 1, /chosen twice/],
  ])('request %j ends with %i and says why', async (words, code, sentence) => {
    const ended = await request('--revision', 'shop@2', '--as', 'U0ANA', ...words);
    expect(ended.stderr).toMatch(sentence);
    expect(ended).toMatchObject({ code, stdout: '' });
  });

  test('a time with its offset is scheduled, and answered as JSON', async () => {
    const more = ['--at', '2036-01-01T10:00:00+01:00', '--as', 'U0ANA', '--format', 'json'];
    const { stdout, code } = await request('--revision', 'shop@2', ...more);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      title: 'shop@2',
      environment: 'shop-production',
      startsAt: '2036-01-01T09:00:00.000Z',
      needsApproval: true,
    });
    await stage.slack.until(() => stage.slack.channel(channel).messages().length === 3, 20_000);
  });

  test('without a running bot ends with 1 and one sentence, and its socket is gone or replaced', async () => {
    const without =
      /^No Lamplighter runs on .*lamplighter\.db \(\w+\): start it, or name its database in DATABASE_URL\.\n$/;
    await stage.stopBot();
    expect(existsSync(socketFile())).toBe(false);
    expect(await lamplighter('list')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(without),
    });
    await stage.startBot();
    await stage.killBot();
    expect(existsSync(socketFile())).toBe(true);
    expect(await lamplighter('list')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(without),
    });
    await stage.startBot();
    expect((await lamplighter('list')).code).toBe(0);
  });
});
