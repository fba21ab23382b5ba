import { afterEach, describe, expect, test } from 'vitest';

import { excludeServer } from '../../src/app/exclude-server.ts';
import { loadDeployment } from '../../src/app/load-deployment.ts';
import { takeWatch } from '../../src/app/watch-deployment.ts';
import type { Environment } from '../../src/domain/configured/environment.ts';
import { factsOf } from '../../src/progress/facts.ts';
import type { ShownMessage } from '../../src/sandbox/slack/channel.ts';
import { objectsAt, wordsAt } from '../../src/sandbox/slack/json.ts';
import type { NoticeMaker } from '../../src/slack/notices/notice.ts';
import { ownerNotices } from '../../src/slack/notices/owner-notice.ts';
import { watchNotices } from '../../src/slack/notices/watch-notice.ts';
import { tellWhatHappened } from '../../src/slack/outbox/teller.ts';
import { endAttempt } from '../helpers/attempts.ts';
import { buildServer, buildSingleCluster } from '../helpers/build.ts';
import { load, requested, startsAt, tickAt, value } from '../helpers/prepared.ts';
import { type SlackApp, startSlackApp } from '../helpers/slack-app.ts';
import { nameless, takeAll } from '../helpers/speaking-bot.ts';

const channel = 'C0SHOP';
const minute = 60_000;
let bot: SlackApp;
let number: number;

afterEach(async () => await bot.stop());

async function start(more: Partial<Environment>): Promise<void> {
  const [main] = buildSingleCluster([]).clusters;
  const servers = [
    buildServer('web-1', { owner: 'U0CAT' }),
    buildServer('web-2'),
    buildServer('web-3', { owner: 'U0GONE' }),
  ];
  const environment = buildSingleCluster([], { clusters: [{ ...main!, servers }], ...more });
  bot = await startSlackApp({ by: 'socket', environment });
  ({ number } = await requested(bot.app));
}

const log = { error: (...problem: unknown[]) => expect(problem).toBeNull() };
const tell = async () =>
  await tellWhatHappened({ store: bot.app.store, now: bot.app.now, log, nameOf: nameless });

/** The version of the newest event of this kind. */
async function versionOf(type: string): Promise<number> {
  const events = await bot.app.store.eventsAfter(number, 0);
  return events.findLast(({ event }) => event.type === type)?.version ?? 0;
}

/** A message as it should stand in Slack now, posted there. */
async function show(key: string): Promise<ShownMessage> {
  await tell();
  await takeAll(bot.app.store);
  await tell();
  const wanted = await bot.app.store.message(key);
  if (!wanted) throw new Error(`there is no message ${key}`);
  return await post(JSON.parse(wanted.payload));
}

async function post(content: { text: string }): Promise<ShownMessage> {
  await bot.connection.lookUpClient.chat.postMessage({ channel, ...content });
  const shown = bot.slack.channel(channel).messages().at(-1);
  if (!shown) throw new Error('nothing was posted');
  return shown;
}

const showNewest = async (type: string) => await show(`thread:${number}:${await versionOf(type)}`);
const card = async () => await show(`card:${number}`);
const count = async (type: string) =>
  (await bot.app.store.eventsAfter(number, 0)).filter(({ event }) => event.type === type).length;

/** What somebody finds in their direct messages. */
async function notices(make: NoticeMaker, cardLink: string | null = null) {
  const { deployment, plan } = value(await loadDeployment(bot.app.store, number));
  const news = factsOf(plan, await bot.app.store.eventsAfter(number, 0));
  const configuration = bot.app.configuration();
  const peopleOfRole = async (role: string) => configuration.roles[role]?.users ?? [];
  return await make({
    deployment,
    plan,
    news,
    configuration,
    peopleOfRole,
    cardLink,
    hands: deployment.handedVotes,
  });
}

const wordsOf = ({ blocks }: ShownMessage): string => JSON.stringify(blocks);

/** The words on its buttons. */
const buttonsOf = ({ blocks }: ShownMessage): string[] =>
  blocks
    .filter((block) => block['type'] === 'actions')
    .flatMap((block) => objectsAt(block, 'elements').map((element) => wordsAt(element, 'text')));

const told = async (person: string, words: RegExp) =>
  await bot.slack.until(() =>
    bot.slack
      .person(person)
      .ephemerals()
      .some(({ text }) => words.test(text)),
  );

describe('the message of a rehearsal', () => {
  const rehearse = async () => {
    await start({ rehearsal: { minutesBefore: [60] } });
    await tickAt(bot.app, startsAt - 60 * minute);
    const say = async (server: string, problem: string | null) =>
      await bot.app.store.answerFor(
        { environment: 'shop', server },
        { at: bot.app.now(), answer: { problem, readBack: null } },
      );
    await say('web-1', null);
    await say('web-2', 'web-2 cannot be reached');
    await say('web-3', 'web-3: its disk is 97 % full');
    await tickAt(bot.app, bot.app.now() + 2_000);
    return await showNewest('rehearsed');
  };

  test('offers to exclude each bad server by name, once, however often Slack delivers the press', async () => {
    const message = await rehearse();
    expect(message.text).toContain('1 of 3 ready: web-2 cannot be reached; web-3: its disk is 97 % full.');
    bot.slack.redeliverNext(3);
    await bot.slack.person('U0ANA').press(message, 'Exclude web-3', { confirm: true });
    await bot.slack.until(async () => (await count('servers_excluded')) > 0);
    expect((await load(bot.app, number)).preparation.excluded.get('web-3')?.by).toBe('U0ANA');
    expect(await count('servers_excluded')).toBe(1);
    const again = await showNewest('rehearsed');
    expect(buttonsOf(again)).toEqual(['Exclude web-2', 'Re-check']);
    expect(wordsOf(await card())).toContain('*Excluded*: web-3 by <@U0ANA> (its disk is 97 % full)');
  });

  test('answers an older press with who excluded it and when', async () => {
    const message = await rehearse();
    value(await excludeServer(bot.app, { by: 'U0ANA', number, server: 'web-3' }));
    await bot.slack.person('U0BEN').press(message, 'Exclude web-3', { confirm: true });
    await told('U0BEN', /web-3 was already excluded from #1 by (<@U0ANA>|@ana) at 17 Nov 2026 20:00/);
    expect(await count('servers_excluded')).toBe(1);
  });

  test('of an exclusion offers to include it again, until it is', async () => {
    await rehearse();
    value(await excludeServer(bot.app, { by: 'U0ANA', number, server: 'web-3' }));
    const exclusion = await showNewest('servers_excluded');
    await bot.slack.person('U0BEN').press(exclusion, 'Include again');
    await bot.slack.until(async () => (await count('servers_included')) > 0);
    expect((await load(bot.app, number)).preparation.excluded.size).toBe(0);
    expect(buttonsOf(await showNewest('servers_excluded'))).toEqual([]);
    expect(buttonsOf(await showNewest('rehearsed'))).toEqual(['Exclude web-2', 'Exclude web-3', 'Re-check']);
  });

  test('leaves what was excluded to be chosen by name once the rest is done', async () => {
    await rehearse();
    value(await excludeServer(bot.app, { by: 'U0ANA', number, server: 'web-3' }));
    await tickAt(bot.app, startsAt);
    await endAttempt(bot.app, number, { 'web-1': 'ok', 'web-2': 'ok' });
    const shown = await card();
    expect(buttonsOf(shown)).toEqual(['Choose…', 'Details']);
    const ana = bot.slack.person('U0ANA');
    await ana.press(shown, 'Choose…');
    const form = await ana.modal();
    expect(form.text()).not.toContain('All that remains');
    await form.choose('Servers', 'web-3');
    expect(await form.submit()).toEqual({ closed: true });
    expect((await load(bot.app, number)).retryServers).toEqual(['web-3']);
    expect((await load(bot.app, number)).preparation.excluded.size).toBe(0);
  });

  test('has everything looked at again', async () => {
    const message = await rehearse();
    await bot.slack.person('U0ANA').press(message, 'Re-check');
    await bot.slack.until(async () => (await count('rehearsal_asked')) === 2);
    const open = await bot.app.store.unanswered(9);
    expect(open.map(({ server }) => server)).toEqual(['web-1', 'web-2', 'web-3']);
  });
});

describe('the question to owners', () => {
  const ask = async () => {
    await start({ ownerConsent: { minutesBefore: 60, silence: 'yes' } });
    bot.app.world.standing.set('U0GONE', 'deactivated');
    await tickAt(bot.app, startsAt - 60 * minute);
  };

  test('goes to each of them alone, about their own servers, and says what silence means', async () => {
    await ask();
    const [notice, ...others] = await notices(ownerNotices);
    expect(others).toEqual([]);
    expect(notice).toMatchObject({ to: 'U0CAT', key: 'notice:consent:1:U0CAT', about: 'owner' });
    const message = await post(notice!.content);
    expect(message.text).toMatch(
      /\*#1\* shop@2 → shop is about your web-1\. .*Without an answer until then it goes ahead/s,
    );
    await bot.slack.person('U0CAT').press(message, 'Fine');
    await bot.slack.until(async () => (await count('owner_agreed')) === 1);
    const [after] = await notices(ownerNotices);
    expect(after?.key).toBe(notice?.key);
    expect(after?.content.text).toContain('You said it is fine, and may');
  });

  test('names the way to the card in words, not by its address', async () => {
    await ask();
    const [notice] = await notices(ownerNotices, 'https://slack.example.com/archives/C0SHOP/p1');
    expect(JSON.stringify(notice?.content.blocks)).toContain('p1|The card and its thread>');
  });

  test('takes a no only with a reason, and leaves the server out', async () => {
    await ask();
    const [notice] = await notices(ownerNotices);
    const cat = bot.slack.person('U0CAT');
    await cat.press(await post(notice!.content), 'Not tonight');
    const form = await cat.modal();
    await form.type('Reason', '  ');
    expect(await form.submit()).toEqual({ errors: { Reason: expect.stringContaining('reason is missing') } });
    await form.type('Reason', 'the beam is on');
    expect(await form.submit()).toEqual({ closed: true });
    expect((await load(bot.app, number)).preparation.excluded.get('web-1')).toMatchObject({ by: 'U0CAT' });
    const [after] = await notices(ownerNotices);
    expect(after?.content.text).toContain('Left out: web-1.');
  });

  test('stands in the thread too, where nobody else may answer it', async () => {
    await ask();
    await bot.slack.person('U0BEN').press(await showNewest('owners_asked'), 'Fine');
    await told('U0BEN', /You were not asked about #1/);
    expect(await count('owner_agreed')).toBe(0);
  });

  test('about an owner who has left is decided by the requester', async () => {
    await ask();
    const message = await showNewest('owners_asked');
    expect(buttonsOf(message)).toEqual(['Fine', 'Not tonight', 'Exclude web-3', 'Deploy web-3 all the same']);
    await bot.slack.person('U0ANA').press(message, 'Deploy web-3 all the same');
    await bot.slack.until(async () => (await count('owner_agreed')) === 1);
    expect(buttonsOf(await showNewest('owners_asked'))).toEqual(['Fine', 'Not tonight']);
  });
});

describe('the watch', () => {
  const watcher = {
    outside: ['08:00', '18:00'] as [string, string],
    from: ['promotion', 'promotion_admin'],
    confirmMinutes: 15,
    ifAbsent: 'pause' as const,
  };
  const ask = async () => {
    await start({ watcher });
    await tickAt(bot.app, startsAt - 15 * minute);
  };

  test('is asked for in the thread, on the card and in direct messages, and one press answers all', async () => {
    await ask();
    const asked = await notices(watchNotices, 'https://slack.example.com/archives/C0SHOP/p1');
    expect(JSON.stringify(asked[0]?.content.blocks)).toContain('p1|The card and its thread>');
    expect(asked.map(({ to, about }) => [to, about])).toEqual([
      ['U0ANA', 'watch'],
      ['U0BEN', 'watch'],
    ]);
    expect(buttonsOf(await showNewest('watcher_asked'))).toEqual(['I am watching']);
    expect(wordsOf(await card())).toContain('Nobody watches it yet.');
    await bot.slack.person('U0BEN').press(await post(asked[1]!.content), 'I am watching');
    await bot.slack.until(async () => (await count('watch_taken')) === 1);
    expect(buttonsOf(await showNewest('watcher_asked'))).toEqual([]);
    expect(wordsOf(await card())).toContain('<@U0BEN> watches it.');
    expect((await notices(watchNotices)).map(({ content }) => content.text)).toEqual([
      expect.stringContaining('<@U0BEN> watches it.'),
      expect.stringContaining('You watch it.'),
    ]);
  });

  test('answers whoever comes later with who watches and since when', async () => {
    await ask();
    const message = await showNewest('watcher_asked');
    value(await takeWatch(bot.app, { by: 'U0BEN', number }));
    await bot.slack.person('U0ANA').press(message, 'I am watching');
    await told('U0ANA', /watches #1 since 17 Nov 2026 20:45/);
    expect(await count('watch_taken')).toBe(1);
  });

  test('is handed over in a form, and passes when the other one takes it', async () => {
    await ask();
    value(await takeWatch(bot.app, { by: 'U0BEN', number }));
    const ben = bot.slack.person('U0BEN');
    await ben.press(await card(), 'Hand over');
    const form = await ben.modal();
    const field = 'Who watches from now on';
    await form.choosePerson(field, 'U0CAT');
    expect(await form.submit()).toEqual({ errors: { [field]: expect.stringMatching(/cannot watch/) } });
    await form.choosePerson(field, 'U0ANA');
    expect(await form.submit()).toEqual({ closed: true });
    const shown = await card();
    expect(wordsOf(shown)).toContain('<@U0BEN> watches it. <@U0ANA> was asked to take over.');
    await bot.slack.person('U0ANA').press(shown, 'I am watching');
    await bot.slack.until(async () => (await count('watch_taken')) === 2);
    expect(wordsOf(await card())).toContain('<@U0ANA> watches it.');
  });

  test('calls the watcher where something fails at night, and nobody by day', async () => {
    await ask();
    value(await takeWatch(bot.app, { by: 'U0BEN', number }));
    await tickAt(bot.app, startsAt);
    const fail = async (attempt: number) => {
      const { store, now } = bot.app;
      const lease = await store.claim({ deployment: number, holder: 'test', at: now(), staleBefore: 0 });
      const fence = lease?.fence ?? 0;
      await store.commit({
        deployment: number,
        expectedVersion: null,
        fence,
        at: now(),
        releaseLease: true,
        events: [
          { type: 'attempt_started', attempt, servers: ['web-1'], fence },
          { type: 'attempt_ended', attempt, state: 'error', endedBy: 'onServerFailure: stop' },
        ],
      });
      return await showNewest('attempt_ended');
    };
    expect((await fail(1)).text).toContain('<@U0BEN>, you watch this one.');
    bot.app.clock.now = startsAt + 14 * 60 * minute;
    const retry = { type: 'retry_requested' as const, by: 'U0ANA', servers: ['web-1'] };
    await bot.app.store.commit({
      deployment: number,
      expectedVersion: null,
      fence: null,
      at: bot.app.now(),
      events: [retry],
    });
    expect((await fail(2)).text).not.toContain('you watch this one');
  });
});
