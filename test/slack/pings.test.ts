import { afterEach, beforeEach, expect, test } from 'vitest';

import { delegateAll } from '../../src/app/delegate-vote.ts';
import { remindOfDeployment } from '../../src/app/remind-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { retryDeployment } from '../../src/app/retry-deployment.ts';
import type { ApprovalRule } from '../../src/domain/configured/approval-rule.ts';
import type { Role } from '../../src/domain/configured/configuration.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import type { ShownMessage } from '../../src/sandbox/slack/channel.ts';
import { buildRequest } from '../helpers/app.ts';
import { endAttempt } from '../helpers/attempts.ts';
import { buildCluster, buildEnvironment, buildServer } from '../helpers/build.ts';
import { startTellingApp, type TellingApp } from '../helpers/telling-app.ts';

const channel = 'C0SHOP';
const role = (...users: string[]): Role => ({ users, usergroups: [], environmentKinds: null });
const roles = { promotion: role('U0ANA'), promotion_admin: role('U0BEN', 'U0CAT'), global_admin: role() };
const approval: ApprovalRule = {
  rules: [{ roles: ['promotion_admin'], required: 1 }],
  excludeRequester: true,
  expiresHours: 24,
  remindMinutes: [60],
};
const minute = 60_000;
let bot: TellingApp;
let number: number;

beforeEach(async () => {
  bot = await startTellingApp(buildEnvironment({ approval, channel }), { roles });
});
afterEach(async () => await bot.stop());

/** A message that calls somebody: who, by which way, and its words. */
interface Call {
  who: string;
  by: 'direct message' | 'mention';
  ts: string;
  words: string;
}

function callsOf(): Call[] {
  const inChannel = bot.slack
    .channel(channel)
    .messages()
    .flatMap((card): ShownMessage[] => [card, ...card.thread])
    .flatMap(({ pings, ts, text }) => pings.map((who): Call => ({ who, by: 'mention', ts, words: text })));
  const direct = ['U0ANA', 'U0BEN', 'U0CAT'].flatMap((who) =>
    bot.directOf(who).map(({ ts, text }): Call => ({ who, by: 'direct message', ts, words: text })),
  );
  return [...inChannel, ...direct].toSorted((left, right) => Number(left.ts) - Number(right.ts));
}

const seen = new Set<string>();
/** Whoever was called since the last question. */
function calledNow(): string[] {
  const fresh = callsOf().filter(({ ts, who, by }) => !seen.has(`${by} ${who} ${ts}`));
  for (const { ts, who, by } of fresh) seen.add(`${by} ${who} ${ts}`);
  return fresh.map(({ who, by, words }) => `${who} ${by}: ${words}`).toSorted();
}

const commit = async (...events: [DeploymentEvent, ...DeploymentEvent[]]) => {
  await bot.app.store.commit({
    deployment: number,
    expectedVersion: null,
    fence: null,
    at: bot.app.now(),
    events,
  });
  await bot.told();
};
const press = async (person: string, words: string, label: string) => {
  const message = bot.directOf(person).find(({ text }) => text.includes(words));
  if (!message) throw new Error(`${person} was not told that it ${words}`);
  await bot.slack.person(person).press(message, label);
  await bot.told();
};

test('from the request to the end nobody is called who has nothing to do, and whoever has is called once', async () => {
  const title = '#1 shop@2 → shop';
  const requested = await requestDeployment(bot.app, buildRequest());
  if (!requested.ok) throw new Error(JSON.stringify(requested.refusals));
  ({ number } = requested.value);
  await bot.told();
  // Ben and Cat can approve it; Ana knows what she asked for.
  expect(calledNow()).toEqual([
    `U0BEN direct message: ${title}: waits for your approval`,
    `U0CAT direct message: ${title}: waits for your approval`,
  ]);

  bot.app.clock.now += 23 * 60 * minute;
  await remindOfDeployment(bot.app, number, bot.app.clock.now);
  await bot.told();
  // The time for approval runs out, and either can still approve.
  expect(calledNow()).toEqual([
    expect.stringMatching(/^U0BEN mention: .*approv/i),
    expect.stringMatching(/^U0CAT mention: .*approv/i),
  ]);

  await press('U0BEN', 'waits for your approval', 'Approve');
  // It is approved: what stood there is edited, and the channel names Ben without calling him.
  expect(calledNow()).toEqual([]);
  const thread = () => bot.slack.channel(channel).messages().at(-1)?.thread ?? [];
  expect(
    thread()
      .map(({ text }) => text)
      .join('\n'),
  ).toContain('Approved by @ben.');

  await endAttempt(bot.app, number, {
    'web-1': 'ok',
    'web-2': 'error',
    'web-3': 'skipped',
    'web-4': 'skipped',
  });
  await bot.told();
  // It failed: Ana has to see what is next. The channel says so and calls nobody.
  expect(calledNow()).toEqual([
    expect.stringMatching(/^U0ANA direct message: #1 .*: stopped, part of it is done/),
  ]);
  expect(thread().filter(({ broadcast }) => broadcast)).toHaveLength(1);

  const retry = { by: 'U0CAT', number, choice: 'remaining', shownVersion: null } as const;
  expect((await retryDeployment(bot.app, retry)).ok).toBe(true);
  await bot.told();
  // Cat saw to it: nobody has to do anything, and the channel names her.
  expect(calledNow()).toEqual([]);
  expect(
    thread()
      .map(({ text }) => text)
      .join('\n'),
  ).toContain('@cat deploys the remaining 3');

  const lease = await bot.app.store.claim({
    deployment: number,
    holder: 'h',
    at: bot.app.now(),
    staleBefore: 0,
  });
  if (!lease) throw new Error('no lease');
  await commit({
    type: 'attempt_started',
    attempt: 2,
    servers: ['web-2', 'web-3', 'web-4'],
    fence: lease.fence,
  });
  expect(calledNow()).toEqual([]);
  await commit({
    type: 'question_asked',
    question: {
      id: '9',
      kind: 'failed-step',
      text: 'check failed on web-2.',
      task: null,
      group: null,
      choices: ['retry', 'stop'],
      defaultChoice: 'stop',
      deadlineAt: bot.app.now() + 30 * minute,
    },
  });
  // The run waits for any of them.
  expect(calledNow()).toEqual(
    ['U0ANA', 'U0BEN', 'U0CAT'].map(
      (who) => `${who} direct message: ${title}: it asks: check failed on web-2.`,
    ),
  );
  await press('U0CAT', 'it asks', 'Retry');
  await commit({ type: 'attempt_ended', attempt: 2, state: 'ok', endedBy: 'completion' });
  // It is done: nobody has anything to do.
  expect(calledNow()).toEqual([]);
  expect(callsOf().length).toBe(seen.size);
});

test('where owners approve, they are called, and whoever carries their vote; nobody else, and nobody when it is given', async () => {
  await bot.stop();
  const rule = { ...approval, rules: [{ roles: ['owner'], required: 1, perOwner: true as const }] };
  const clusters = ['north', 'south'].map((name) =>
    buildCluster(name, [buildServer(`web-${name}`, { owner: 'U0BEN' })]),
  );
  bot = await startTellingApp(buildEnvironment({ approval: rule, channel, clusters }), { roles });
  const title = '#1 shop@2 → shop';
  const verdict = await requestDeployment(bot.app, buildRequest({ acceptedWarnings: 'all' }));
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.refusals));
  await bot.told();
  // Both servers are Ben's.
  expect(calledNow()).toEqual([`U0BEN direct message: ${title}: waits for your approval`]);

  const until = bot.app.now() + 60 * minute;
  expect((await delegateAll(bot.app, { by: 'U0BEN', to: 'U0CAT', environment: 'shop', until })).ok).toBe(
    true,
  );
  await bot.told();
  // Cat can give Ben's vote now; that Ben handed it over is said by name.
  expect(calledNow()).toEqual([`U0CAT direct message: ${title}: waits for your approval`]);

  await press('U0CAT', 'waits for your approval', 'Approve');
  // It is approved: nobody has anything to do.
  expect(calledNow()).toEqual([]);
});

test('nobody who stands on the card is called by it, whoever they are', async () => {
  expect((await requestDeployment(bot.app, buildRequest())).ok).toBe(true);
  await bot.told();
  const [card] = bot.slack.channel(channel).messages();
  expect(JSON.stringify(card?.blocks)).toContain('asked by @ana');
  expect(card?.pings).toEqual([]);
});

test('words of people stay as they wrote them, also where they look like a mention', async () => {
  const reason = 'ask <@U0BEN> about it';
  expect((await requestDeployment(bot.app, buildRequest({ reason }))).ok).toBe(true);
  await bot.told();
  const [card] = bot.slack.channel(channel).messages();
  expect(JSON.stringify(card?.blocks)).toContain(reason);
});
