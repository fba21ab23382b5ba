import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterEach, describe, expect, test } from 'vitest';

import { runCli } from '../helpers/run-cli.ts';
import { setStage, type Stage } from '../helpers/stage.ts';

const channel = 'C0SHOP';
let stage: Stage;
const set = async (more: { adminChannel?: string } = {}): Promise<Stage> => {
  stage = await setStage({
    clusters: [
      { name: 'north', servers: ['web-1'] },
      { name: 'south', servers: ['web-2'] },
    ],
    onThisMachine: true,
    // Slow enough for a kill in the middle.
    files: {
      'install.sh': readFileSync('test/fixtures/slow-install.sh', 'utf8').replace('sleep 0.4', 'sleep 1.5'),
    },
    configure: (yaml) => (more.adminChannel ? `${yaml}\nadminChannel: ${more.adminChannel}\n` : yaml),
  });
  await stage.startBot();
  return stage;
};
afterEach(async () => await stage.close());

async function anaRequestsAndBenApproves(): Promise<void> {
  const ana = stage.slack.person('U0ANA');
  await ana.types('/deploy shop@2 to shop-production', { channel });
  const form = await ana.modal();
  await form.type('Reason', 'the new front page');
  expect(await form.submit()).toEqual({ closed: true });
  await stage.cardSays('waiting for approval');
  await stage.slack.person('U0BEN').press(stage.card(), 'Approve');
}

const ready = async () => {
  const response = await fetch(`${stage.healthUrl()}/readyz`);
  return { status: response.status, text: (await response.text()).trim() };
};
const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await condition()) return;
    await delay(100);
  }
  throw new Error(`that did not come about. ${stage.botLog().slice(-3_000)}`);
};
const allDeployed = async (): Promise<boolean> =>
  (await stage.fleet.status()).every(({ revision, balancer }) => revision === 'shop@2' && balancer === 'UP');
const installsOf = (server: string): string =>
  readFileSync(join(stage.fleet.directory, server, 'installs'), 'utf8');

/** Each thing that happened stands in the thread once and in order, and the card shows the end. */
async function everythingIsTold(): Promise<void> {
  await stage.cardSays('done, 2 of 2 servers');
  await stage.slack.until(
    () => stage.card().thread.some(({ text }) => text.includes('Attempt 1 in')),
    30_000,
  );
  const { thread } = stage.card();
  const versions = thread.map(({ metadata }) => Number(/thread:1:(\d+)/.exec(JSON.stringify(metadata))?.[1]));
  expect(versions).toEqual([...new Set(versions)].toSorted((left, right) => left - right));
  const words = thread.map(({ text }) => text).join('\n');
  for (const once of ['Requested by', 'Approved by', '*web-1*', '*web-2*', 'Attempt 1 in'])
    expect([once, words.split(once).length - 1]).toEqual([once, 1]);
  expect(stage.slack.channel(channel).messages()).toHaveLength(1);
  expect(JSON.stringify(stage.card().blocks)).not.toContain('Stop after this server');
  await until(async () => (await ready()).status === 200);
}

describe('Slack is away from before the start of a deployment to after its end', () => {
  test('and the process is killed in the middle: it starts without Slack, brings the deployment to its end, and tells all of it later', async () => {
    const { slack } = await set();
    await anaRequestsAndBenApproves();
    const over = slack.outage('503');
    await until(() => stage.botLog().includes('no websocket to Slack'));
    await stage.killBot();
    await stage.startBot();
    expect(await ready()).toMatchObject({
      status: 503,
      text: expect.stringContaining('Slack is not connected'),
    });
    expect((await fetch(`${stage.healthUrl()}/healthz`)).status).toBe(200);
    await until(allDeployed);
    over();
    await everythingIsTold();
    expect(installsOf('web-1')).toBe('shop@2\n');
    expect(installsOf('web-2')).toBe('shop@2\n');
  });
});

describe('Slack limits one channel, and who people are', () => {
  test('while forms open, commands are answered and another channel is told; both are told in the end', async () => {
    const { slack } = await set({ adminChannel: 'C0TALK' });
    const ana = slack.person('U0ANA');
    const posts = slack.fail({
      method: 'chat.postMessage',
      channel,
      times: Infinity,
      how: 'ratelimited',
      retryAfter: 1,
    });
    await ana.types('/deploy shop@2 to shop-production', { channel });
    const form = await ana.modal();
    await form.type('Reason', 'the new front page');
    expect(await form.submit()).toEqual({ closed: true });
    await until(() => slack.calls().some(({ error }) => error === 'ratelimited'));
    // A long limit of look-ups: nothing else may wait behind it.
    slack.fail({ method: 'users.info', how: 'ratelimited', retryAfter: 60 });
    const limited = await slack.person('U0CAT').types('/deploy cancel 1', { channel: 'C0TALK' });
    expect(limited.text).toContain('Slack did not say who you are');
    await ana.types('/deploy', { channel: 'C0TALK' });
    expect((await ana.modal()).title).toBe('Deploy');
    expect((await ana.types('/deploy list', { channel })).text).toBeDefined();
    expect(slack.channel(channel).messages()).toEqual([]);
    posts();
    await stage.cardSays('waiting for approval');
  });
});

describe('the bot token is revoked while a deployment runs', () => {
  test('and the process is killed: it goes on with its servers, says what is wrong, and tells all of it with a valid token', async () => {
    const { slack } = await set();
    await anaRequestsAndBenApproves();
    await stage.cardSays('running');
    slack.revokeToken('bot');
    await stage.killBot();
    await stage.startBot();
    await until(async () => (await ready()).text.includes('SLACK_BOT_TOKEN'));
    await until(allDeployed);
    slack.restoreToken('bot');
    expect(await stage.stopBot()).toBe(0);
    await stage.startBot();
    await everythingIsTold();
  });

  test('but a start with nothing under way ends with one sentence and exit code 1', async () => {
    const { slack } = await set();
    await stage.stopBot();
    slack.revokeToken('bot');
    await expect(stage.startBot()).rejects.toThrow('Slack does not take SLACK_BOT_TOKEN: token_revoked');
  });
});

describe('the channel is archived while a deployment runs', () => {
  test('and readyz, doctor and administrators say so with the way out, until it is back and is told everything', async () => {
    const { slack } = await set({ adminChannel: 'C0TALK' });
    await anaRequestsAndBenApproves();
    await stage.cardSays('running');
    slack.archive(channel);
    await until(async () => (await ready()).text.includes('Unarchive it'));
    await until(allDeployed);
    const administratorsRead = (words: string): boolean =>
      slack
        .channel('C0TALK')
        .messages()
        .some(({ text }) => text.includes(words));
    await slack.until(() => administratorsRead(`Channel ${channel} is told nothing: it is archived`), 10_000);
    const { stdout, code } = await doctor();
    expect(stdout).toMatch(/FAULT {4}slack: messages for C0SHOP: \d+ not told\. .*Unarchive it/);
    expect(code).toBe(1);
    slack.archive(channel, false);
    // The next try may be a minute away: a start tries at once.
    await stage.stopBot();
    await stage.startBot();
    await everythingIsTold();
    await slack.until(() => administratorsRead('is told again'), 10_000);
  });
});

async function doctor() {
  return await runCli(['doctor', '--config', stage.configurationFile], {
    cwd: stage.directory,
    env: {
      SLACK_BOT_TOKEN: 'xoxb-stage',
      SLACK_APP_TOKEN: 'xapp-stage',
      SLACK_API_URL: stage.slack.apiUrl,
      DATABASE_URL: `file:${join(stage.directory, 'data', 'lamplighter.db')}`,
    },
  });
}
