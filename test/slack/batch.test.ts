import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { cancelDeployment } from '../../src/app/cancel-deployment.ts';
import { orderBatch } from '../../src/app/order-batch.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { startDeployment } from '../../src/app/start-deployment.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import { passBy } from '../../src/domain/fault-point.ts';
import type { ShownMessage } from '../../src/sandbox/slack/channel.ts';
import { pingsOf } from '../../src/sandbox/slack/pings.ts';
import { tellBatches } from '../../src/slack/batch/batch-messages.ts';
import { startOutbox } from '../../src/slack/outbox/outbox.ts';
import { startTelling } from '../../src/slack/outbox/telling.ts';
import { buildRequest, tuesdayMorning } from '../helpers/app.ts';
import { buildEnvironment, buildRevision } from '../helpers/build.ts';
import { type SlackApp, startSlackApp } from '../helpers/slack-app.ts';
import { sendAll, testPace } from '../helpers/speaking-bot.ts';

const channel = 'C0SHOP';
const hour = 3_600_000;
const tonight = tuesdayMorning + 12 * hour;
const bank = buildEnvironment({
  name: 'bank',
  scripts: { ...buildEnvironment().scripts, enableCluster: null },
});
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
let bot: SlackApp;
let first: number;
let speaking: { stop(): Promise<void> }[];

beforeEach(async () => {
  bot = await startSlackApp({ by: 'socket', environment: buildEnvironment() });
  const { app, connection } = bot;
  app.world.configuration.environments.push(bank);
  app.world.revisions.push(buildRevision({ name: 'news', version: '1', digest: 'a'.repeat(64) }));
  const client = connection.outboxClient;
  const { store } = app;
  const outbox = startOutbox({
    store,
    now: Date.now,
    log,
    client,
    reach: passBy,
    pace: testPace,
    adminChannel: () => null,
    gate: sendAll,
  });
  const nameOf = async (id: string) => ({ U0ANA: 'ana', U0BEN: 'ben' })[id] ?? null;
  const companions = [tellBatches({ store, now: app.now, nameOf })];
  speaking = [startTelling({ store, now: app.now, log, nameOf, companions, breathMs: 0 }, outbox), outbox];
  first = await request({ startsAt: tonight, servers: ['web-1', 'web-2'] });
});
afterEach(async () => {
  for (const part of speaking) await part.stop();
  await bot.stop();
});

async function request(more = {}): Promise<number> {
  const requested = await requestDeployment(bot.app, buildRequest({ acceptedWarnings: 'all', ...more }));
  if (!requested.ok) throw new Error(JSON.stringify(requested.refusals));
  return requested.value.number;
}

async function happens(number: number, ...events: [DeploymentEvent, ...DeploymentEvent[]]): Promise<void> {
  const change = { deployment: number, expectedVersion: null, fence: null, at: bot.app.now(), events };
  expect((await bot.app.store.commit(change)).ok).toBe(true);
}

const messages = (kind: string): ShownMessage[] =>
  bot.slack
    .channel(channel)
    .messages()
    .filter(({ metadata }) => JSON.stringify(metadata ?? '').includes(`${kind}:`));
const wordsOf = (message: ShownMessage | undefined): string => JSON.stringify(message?.blocks ?? '');

/** The only message of its kind, once it says these words. */
async function shows(kind: string, words: RegExp): Promise<ShownMessage> {
  await bot.slack.until(() => messages(kind).some((message) => words.test(wordsOf(message))));
  expect(messages(kind)).toHaveLength(1);
  const [message] = messages(kind);
  if (!message) throw new Error('it is gone');
  return message;
}

/** Waits until nothing is left to be said. */
async function toldAll(): Promise<void> {
  const { store } = bot.app;
  const left = async () => (await store.untold(9)).length + (await store.undeliveredByChannel()).length;
  await expect.poll(left, { timeout: 20_000 }).toBe(0);
}

const order = async () =>
  ((await bot.app.store.batchOf(first))?.deployments ?? []).map(({ number }) => number);
const pings = (message: ShownMessage) => pingsOf({ text: message.text, blocks: message.blocks });

async function fillIn(
  form: Awaited<ReturnType<ReturnType<SlackApp['slack']['person']>['modal']>>,
  environment = 'bank',
) {
  await form.choose('Revisions or package', 'shop@2');
  await form.choose('Environment', environment);
  await form.type('Reason', 'together with the shop');
}

describe('/deploy join', () => {
  test('opens the form at the hour of the batch, and what is sent runs with it as the last', async () => {
    const ana = bot.slack.person('U0ANA');
    await ana.types(`/deploy join ${first}`, { channel });
    const form = await ana.modal();
    expect(form.title).toBe('Deploy');
    expect(form.submitLabel).toBe('Schedule');
    expect(form.text()).toContain('with this batch and as its last:');
    expect(form.text()).toContain(`1. *#${first}* shop@2 → shop`);
    expect(form.text()).not.toContain('At a date and time');
    await fillIn(form);
    expect(form.text()).toContain('#1 (`shop`) may call the load balancer');
    await form.check('I accept 1 warning');
    expect(await form.submit()).toEqual({ closed: true });
    expect(await order()).toEqual([first, 2]);
    expect(await bot.app.store.summary(2)).toMatchObject({
      environment: 'bank',
      startsAt: tonight,
      state: 'scheduled',
    });
  });

  test('says under the environment what cannot be, with who lifts it', async () => {
    const newer = await request({ joins: first, selection: ['shop@3'] });
    const ana = bot.slack.person('U0ANA');
    await ana.types(`/deploy join ${newer}`, { channel });
    const form = await ana.modal();
    await fillIn(form, 'shop');
    expect(form.text()).toContain(
      `*Not possible*: \`shop@2\` is older than \`shop@3\`, which #${newer} deploys there`,
    );
    await form.check('I accept 1 warning');
    expect(await form.submit()).toEqual({
      errors: { Environment: expect.stringContaining(`Lifted by: whoever may cancel #${newer}.`) as string },
    });
    expect(await order()).toEqual([first, newer]);
  });

  test('without a number offers the batches of tonight that have not begun', async () => {
    const ana = bot.slack.person('U0ANA');
    await ana.types('/deploy join', { channel });
    const list = await ana.modal();
    expect(list.title).toBe('Join a batch');
    await list.choose('Tonight', `21:00 · #${first} shop@2 → shop`);
    await list.submit();
    const form = await ana.modal();
    expect(form.text()).toContain(`1. *#${first}* shop@2 → shop`);
    await form.dismiss('all');
    bot.app.clock.now = tonight;
    await ana.types('/deploy join', { channel });
    expect((await ana.modal()).text()).toContain('Nothing is on the list for tonight yet.');
  });

  test('of one that has begun is answered with the reason, and opens nothing', async () => {
    bot.app.clock.now = tonight;
    const ana = bot.slack.person('U0ANA');
    await ana.types(`/deploy join ${first}`, { channel });
    await bot.slack.until(() =>
      ana.ephemerals().some(({ text }) => /has begun: it began at 17 Nov 2026/.test(text)),
    );
    await expect(ana.modal({ timeoutMs: 50 })).rejects.toThrow('A view for U0ANA');
  });

  test('that was sent after the hour came is refused, and nothing is written', async () => {
    const ana = bot.slack.person('U0ANA');
    await ana.types(`/deploy join ${first}`, { channel });
    const form = await ana.modal();
    await fillIn(form);
    await form.check('I accept 1 warning');
    bot.app.clock.now = tonight;
    expect(await form.submit()).toEqual({
      errors: { Environment: expect.stringContaining('has begun') as string },
    });
    expect(await order()).toEqual([first]);
  });
});

describe('the list of a batch', () => {
  test('stands once in the channel as soon as two share it, calls nobody, and follows what happens', async () => {
    await bot.slack.until(() => messages('card').length === 1);
    expect(messages('batch')).toEqual([]);
    const second = await request({ joins: first, environment: 'bank', by: 'U0BEN' });
    const list = await shows(
      'batch',
      /1\. \*#1\* shop@2 → shop · scheduled · ana\\n2\. \*#2\* shop@2 → bank · scheduled · ben/,
    );
    expect(list.text).toBe('Batch of 17 Nov 2026 21:00 Europe/Madrid: 2 deployments');
    expect(pings(list)).toEqual([]);
    expect(wordsOf(list)).toContain('If one fails, the others go on.');
    await cancelDeployment(bot.app, { by: 'U0ANA', number: second });
    expect(wordsOf(await shows('batch', /Left out: #2 \(cancelled\)/))).toContain('*1 deployment*');
    bot.app.clock.now = tonight;
    await startDeployment(bot.app, first);
    const begun = await shows('batch', /waiting for the environment/);
    expect(wordsOf(begun)).not.toContain('Join…');
    expect(wordsOf(begun)).not.toContain('Order…');
  });

  test('and each scheduled card open the form with Join…', async () => {
    await bot.slack.until(() => messages('card').length === 1);
    const ana = bot.slack.person('U0ANA');
    const [card] = messages('card');
    if (!card) throw new Error('no card');
    await ana.press(card, 'Join…');
    const form = await ana.modal();
    expect(form.text()).toContain(`1. *#${first}* shop@2 → shop`);
    await form.dismiss('all');
    await request({ joins: first, environment: 'bank' });
    await ana.press(await shows('batch', /→ bank/), 'Join…');
    expect((await ana.modal()).text()).toContain('2. *#2* shop@2 → bank');
  });

  test('/deploy list tonight shows it with its order to whoever asks', async () => {
    await request({ joins: first, environment: 'bank' });
    const ana = bot.slack.person('U0ANA');
    await ana.types('/deploy list tonight', { channel });
    await bot.slack.until(() => ana.ephemerals().length > 0);
    expect(JSON.stringify(ana.ephemerals().at(-1)?.blocks)).toMatch(
      /1\. \*#1\* shop@2.*2\. \*#2\* shop@2 → bank/,
    );
    bot.app.clock.now = tonight + 24 * hour;
    await ana.types('/deploy list tonight', { channel });
    await bot.slack.until(() =>
      ana.ephemerals().some(({ text }) => text.startsWith('Nothing is on the list')),
    );
  });
});

describe('Order…', () => {
  let second: number;
  beforeEach(async () => {
    second = await request({ joins: first, selection: ['news@1'] });
  });
  const formOf = async (user: string) => {
    const person = bot.slack.person(user);
    await person.press(await shows('batch', /news@1/), 'Order…');
    return await person.modal();
  };

  test('moves one up, and keeps the order and what a failure means when it is sent', async () => {
    const form = await formOf('U0BEN');
    expect(form.text()).toMatch(/1\. \*#1\*[\s\S]*2\. \*#2\*/);
    await form.press('Move up');
    expect(form.text()).toMatch(/1\. \*#2\*[\s\S]*2\. \*#1\*/);
    expect(await order()).toEqual([first, second]);
    await form.choose('If one of them fails', 'Stop the rest');
    expect(await form.submit()).toEqual({ closed: true });
    expect(await order()).toEqual([second, first]);
    const list = await shows('batch', /1\. \*#2\* news@1/);
    expect(wordsOf(list)).toContain('If one fails, what has not begun does not begin.');
  });

  test('that somebody else was faster with comes back with who and when, over the list as it is', async () => {
    const form = await formOf('U0BEN');
    await form.press('Move up');
    const version = (await bot.app.store.batchOf(first))?.version ?? 0;
    const other = { by: 'U0ANA', number: first, version, order: [second, first], onFailure: 'stop' as const };
    expect((await orderBatch(bot.app, other)).ok).toBe(true);
    await form.submit();
    expect(form.isOpen).toBe(true);
    expect(form.text()).toContain('it was ordered by @ana at 17 Nov 2026 09:00');
    expect(form.text()).toMatch(/1\. \*#2\*[\s\S]*2\. \*#1\*/);
    expect(await form.submit()).toEqual({ closed: true });
    expect((await bot.app.store.batchOf(first))?.version).toBe(version + 1);
  });

  test('sent three times over, as Slack delivers it, orders once', async () => {
    const form = await formOf('U0BEN');
    await form.press('Move up');
    bot.slack.redeliverNext(3);
    expect(await form.submit()).toEqual({ closed: true });
    expect(await order()).toEqual([second, first]);
    const types = (await bot.app.store.eventsAfter(first, 0)).map(({ event }) => event.type);
    expect(types.filter((type) => type === 'batch_ordered')).toHaveLength(1);
  });

  test('is refused with whom to ask to whoever may not decide about what is moved', async () => {
    const form = await formOf('U0CAT');
    await form.press('Move up');
    expect(form.text()).toContain('*Not possible*: You may not decide about #1');
    await form.submit();
    expect(form.isOpen).toBe(true);
    expect(form.text()).toContain('*This order is not kept: see below.*');
    expect(form.text()).toMatch(/1\. \*#2\*[\s\S]*2\. \*#1\*/);
    expect(await order()).toEqual([first, second]);
  });

  test('pressed after the hour came says that it has begun', async () => {
    const list = await shows('batch', /news@1/);
    bot.app.clock.now = tonight;
    const ana = bot.slack.person('U0ANA');
    await ana.press(list, 'Order…');
    await bot.slack.until(() => ana.ephemerals().some(({ text }) => text.includes('has begun')));
    await expect(ana.modal({ timeoutMs: 50 })).rejects.toThrow('A view for U0ANA');
  });
});

describe('the minutes of the night', () => {
  const servers = ['web-1', 'web-2'];
  const begins = (): [DeploymentEvent, DeploymentEvent] => [
    { type: 'queued', behind: null },
    { type: 'attempt_started', attempt: 1, servers, fence: 1 },
  ];
  const ends = (state: 'ok' | 'partial'): [DeploymentEvent, ...DeploymentEvent[]] => [
    { type: 'server_started', server: 'web-1' },
    { type: 'server_ended', server: 'web-1', state: 'ok', message: null, to: null },
    { type: 'server_started', server: 'web-2' },
    state === 'ok'
      ? { type: 'server_ended', server: 'web-2', state: 'ok', message: null, to: null }
      : {
          type: 'server_ended',
          server: 'web-2',
          state: 'error',
          message: 'step install ended with exit code 3',
          to: null,
        },
    ...(state === 'ok'
      ? []
      : [
          {
            type: 'service_changed' as const,
            member: 'web-2',
            servers: ['web-2'],
            inService: 'held' as const,
            reason: 'it failed',
          },
        ]),
    {
      type: 'attempt_ended',
      attempt: 1,
      state,
      endedBy: state === 'ok' ? 'completion' : 'onServerFailure: stop',
    },
  ];

  test('come once, when the last one ended: from when to when, what came of each, who decided, what waits for whom', async () => {
    const second = await request({ joins: first, environment: 'bank', by: 'U0BEN', servers });
    const stop = {
      by: 'U0ANA',
      number: first,
      version: 2,
      order: [first, second],
      onFailure: 'stop' as const,
    };
    expect((await orderBatch(bot.app, stop)).ok).toBe(true);
    bot.app.clock.now = tonight;
    await happens(first, ...begins());
    await happens(second, ...begins(), { type: 'paused', by: 'U0BEN' });
    bot.app.clock.now = tonight + hour / 2;
    await happens(first, ...ends('ok'));
    await shows('batch', /shop@2 → shop · done/);
    expect(messages('minutes')).toEqual([]);
    await happens(second, { type: 'resumed', by: 'U0BEN' }, ...ends('partial'));
    const minutes = await shows('minutes', /Minutes of the batch of 17 Nov 2026 21:00/);
    const words = wordsOf(minutes);
    for (const said of [
      'after 30 min',
      '1 done · 1 done in part',
      '*#1* shop@2 → shop: *done* after 30 min · 2 servers changed: web-1, web-2',
      '*#2* shop@2 → bank: *stopped, part of it is done* after 30 min · 1 server changed: web-1 · onServerFailure: stop',
      '• web-2 failed: step install ended with exit code 3',
      '• web-2 is held out of service: it failed',
      '21:00 ben paused #2',
      '21:30 ben resumed #2',
      '<@U0BEN>: *#2* holds web-2 out of service: put back, or keep out',
    ])
      expect(words).toContain(said);
    expect(pings(minutes)).toEqual(['U0BEN']);
    expect(words.match(/ana ordered the batch/g)).toHaveLength(1);
  });

  test('come in the morning where something waits, say for whom, and become the whole when that ended', async () => {
    const second = await request({ joins: first, environment: 'bank', by: 'U0BEN', servers });
    const third = await request({ joins: first, selection: ['news@1'], servers });
    bot.app.clock.now = tonight;
    await happens(first, ...begins(), ...ends('ok'));
    await happens(second, ...begins(), { type: 'paused', by: 'U0BEN' });
    await happens(third, { type: 'queued', behind: first });
    await shows('batch', /shop@2 → bank · paused/);
    expect(messages('minutes')).toEqual([]);
    bot.app.clock.now = tonight + 11 * hour;
    await happens(second, { type: 'batch_waits' });
    const waiting = await shows('minutes', /<@U0BEN>: \*#2\* is paused: resume it, or stop it/);
    expect(wordsOf(waiting)).toContain('1 done · 2 not over yet');
    expect(wordsOf(waiting)).toContain('*#3* is not over yet: waiting for the environment');
    expect(wordsOf(waiting)).not.toContain('*#2* is not over yet');
    expect(pings(waiting)).toEqual(['U0BEN']);
    await happens(third, { type: 'cancelled', by: 'U0ANA' });
    await shows('minutes', /1 done · 1 cancelled · 1 not over yet/);
    await happens(second, { type: 'resumed', by: 'U0BEN' }, ...ends('ok'));
    const whole = await shows('minutes', /Nothing waits for anybody\./);
    expect(whole.ts).toBe(waiting.ts);
  });

  test('say of what did not begin why, and whose it is to ask again', async () => {
    const second = await request({ joins: first, environment: 'bank', by: 'U0BEN', servers });
    bot.app.clock.now = tonight;
    await happens(first, ...begins(), ...ends('ok'));
    await happens(second, { type: 'missed', reason: 'batch: #1 failed' });
    const minutes = await shows('minutes', /1 done · 1 did not begin/);
    expect(wordsOf(minutes)).toContain('*#2* shop@2 → bank: *missed* · batch: #1 failed');
    expect(wordsOf(minutes)).toContain(
      '<@U0BEN>: *#2* did not begin: ask for it again, if it is still wanted',
    );
    expect(pings(minutes)).toEqual(['U0BEN']);
  });

  test('are not made of a single deployment, nor of a batch that was called off', async () => {
    const alone = await request({ startsAt: tonight, environment: 'bank' });
    const second = await request({ joins: first, environment: 'bank' });
    bot.app.clock.now = tonight;
    await happens(alone, ...begins(), ...ends('ok'));
    await happens(first, { type: 'cancelled', by: 'U0ANA' });
    await happens(second, { type: 'cancelled', by: 'U0ANA' });
    await shows('batch', /Left out: #1 \(cancelled\), #3 \(cancelled\)/);
    await bot.slack.until(() =>
      messages('card').some(({ text }) => text.includes('#2') && text.includes('done')),
    );
    await toldAll();
    expect(messages('batch')).toHaveLength(1);
    expect(messages('minutes')).toEqual([]);
  });

  test('are not made of a batch of which nothing came to its hour', async () => {
    const second = await request({ joins: first, environment: 'bank' });
    await happens(first, { type: 'cancelled', by: 'U0ANA' });
    await happens(second, { type: 'expired', reason: 'nobody approved it' });
    await shows('batch', /Left out: #1 \(cancelled\), #2 \(expired\)/);
    await toldAll();
    expect(messages('minutes')).toEqual([]);
  });
});

test('whoever is no member learns nothing of what is on the lists, by word or by button', async () => {
  await request({ joins: first, environment: 'bank' });
  const list = await shows('batch', /→ bank/);
  bot.app.world.standing.set('U0CAT', 'guest');
  const cat = bot.slack.person('U0CAT');
  const told = async (times: number) =>
    await bot.slack.until(
      () => cat.ephemerals().filter(({ text }) => text.includes('Guests may not')).length === times,
    );
  await cat.types('/deploy list tonight', { channel });
  await told(1);
  await cat.types('/deploy join', { channel });
  await told(2);
  await cat.types(`/deploy join ${first}`, { channel });
  await told(3);
  await cat.press(list, 'Join…');
  await told(4);
  await cat.press(list, 'Order…');
  await told(5);
  await expect(cat.modal({ timeoutMs: 50 })).rejects.toThrow('A view for U0CAT');
});
