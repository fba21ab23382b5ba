import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { KnownBlock } from '@slack/types';
import { afterEach, describe, expect, test } from 'vitest';

import { foldDeployment } from '../../src/domain/deployment/fold-deployment.ts';
import type { DeploymentEvent, StoredEvent } from '../../src/domain/events/deployment-event.ts';
import { planHash } from '../../src/domain/plan/plan-hash.ts';
import type { Plan } from '../../src/domain/plan/plan.ts';
import { factsOf } from '../../src/progress/facts.ts';
import type { JsonObject } from '../../src/sandbox/slack/json.ts';
import { blockCharacters, validateBlocks } from '../../src/sandbox/slack/validate-blocks.ts';
import type { MessageContent } from '../../src/slack/blocks.ts';
import { groupFacts, threadMessages } from '../../src/slack/card/thread-message.ts';
import { requested } from '../contract/store-samples.ts';
import { buildCluster, buildEnvironment, buildPlan, buildSingleCluster } from '../helpers/build.ts';
import { removeLater } from '../helpers/remove-later.ts';
import { type SpeakingBot, startSpeakingBot, wholeRun } from '../helpers/speaking-bot.ts';

const named = (count: number, name = 'ndx'): string[] =>
  Array.from({ length: count }, (_, index) => `${name}-${String(index + 1).padStart(3, '0')}`);
const longName = 'ibex-instrument-collector-of-the-north-in-madrid';

const plans: [string, Plan, string[]][] = [
  ['1 server', buildPlan(buildSingleCluster(named(1), { paradigm: 'simple' })), named(1)],
  ['6 servers', buildPlan(buildSingleCluster(named(6))), named(6)],
  ['30 servers', buildPlan(buildSingleCluster(named(30))), named(30)],
  ['100 servers', buildPlan(buildSingleCluster(named(100))), named(100)],
  [
    '100 servers with long names in two clusters',
    buildPlan(
      buildEnvironment({
        clusters: [
          buildCluster('north', named(50, `${longName}-n`)),
          buildCluster('south', named(50, `${longName}-s`)),
        ],
      }),
    ),
    [...named(50, `${longName}-n`), ...named(50, `${longName}-s`)],
  ],
];

function log(plan: Plan, events: DeploymentEvent[], more = {}): StoredEvent[] {
  const first = requested({ planHash: planHash(plan), ...more });
  return [first, ...events].map((event, index) => ({
    deployment: 7,
    version: index + 1,
    at: 1_000 * index,
    event,
  }));
}

const nobodyKnows = () => null;

function told(
  plan: Plan,
  stored: StoredEvent[],
  readBackOf: (server: string) => string | null = nobodyKnows,
) {
  const deployment = foldDeployment(stored);
  if (!deployment) throw new Error('no deployment');
  return groupFacts(factsOf(plan, stored)).flatMap((group) => {
    const end = group.find(({ event }) => event.type === 'attempt_ended');
    const ended = end ? (foldDeployment(stored.slice(0, end.version))?.run ?? null) : null;
    return threadMessages({ deployment, plan, ended, place: null, readBackOf }, group);
  });
}

const faults = (blocks: KnownBlock[]): unknown[] => {
  const given = blocks as unknown as JsonObject[];
  return [
    ...validateBlocks(given, 'message'),
    ...(blockCharacters(given) > 9_000 ? ['more than 9,000 characters'] : []),
  ];
};

/** Everything that stands in blocks, as one text. */
const wordsOf = (blocks: KnownBlock[]): string => JSON.stringify(blocks);

/** The cells of all tables, a row a line. */
const rowsOf = (messages: MessageContent[]): string[][] =>
  messages.flatMap(({ blocks }) =>
    blocks.flatMap((block) =>
      block.type === 'table'
        ? block.rows.slice(1).map((row) => row.map((cell) => (cell.type === 'raw_text' ? cell.text : '')))
        : [],
    ),
  );

describe.each(plans)('the plan of %s in the thread', (_, plan, servers) => {
  const hardest = {
    reason: 'because '.repeat(375),
    warnings: [{ rule: 'D-31', message: 'web-9 is off '.repeat(60) }],
  };
  const messages = told(plan, log(plan, [], hardest), (server) => `shop@1 on ${server}`);

  test('names every server once, in its order, in messages that Slack takes', () => {
    expect(rowsOf(messages)).toHaveLength(servers.length);
    expect(rowsOf(messages).map(([cell = '']) => Number(cell.split('.')[0]))).toEqual(
      servers.map((__, at) => at + 1),
    );
    expect(messages.flatMap(({ blocks }) => faults(blocks))).toEqual([]);
  });

  test('says the same without a table to a workspace that takes none', () => {
    const plain = messages.flatMap(({ blocks, withoutTable = blocks }) => withoutTable);
    expect(wordsOf(plain)).not.toContain('"table"');
    const lines = plain.flatMap((block) =>
      block.type === 'section'
        ? (block.text?.text ?? '').split('\n').filter((line) => /^\d+\. /.test(line))
        : [],
    );
    expect(lines.map((line) => Number(line.split('.')[0]))).toEqual(servers.map((__, at) => at + 1));
    expect(messages.flatMap(({ withoutTable = [] }) => faults(withoutTable))).toEqual([]);
  });
});

test('the plan says from what to what, which group, what stays in service, and marks the canary', () => {
  const plan = buildPlan(buildEnvironment());
  const known: Record<string, string> = { 'web-1': 'shop@1', 'web-3': 'shop@0' };
  const rows = rowsOf(told(plan, log(plan, []), (server) => known[server] ?? null));
  expect(rows).toEqual([
    ['1. web-1 (canary)', 'shop@1 → shop@2', '1 (north)', '1 of 2'],
    ['2. web-2', 'not known → shop@2', '1 (north)', '1 of 2'],
    ['3. web-3', 'shop@0 → shop@2', '2 (south)', '1 of 2'],
    ['4. web-4', 'not known → shop@2', '2 (south)', '1 of 2'],
  ]);
});

test('beside its servers the plan says what is signed with it: scripts, windows, warnings', () => {
  const windows = [{ days: ['mon'], from: '21:00', to: '23:00' }] as never;
  const plan = {
    ...buildPlan(buildEnvironment({ windows })),
    scriptDigests: { '/lb/disable-cluster': 'abcdef0123' },
  };
  const [first] = told(plan, log(plan, [], { warnings: [{ rule: 'D-31', message: 'web-9 is off' }] }));
  for (const words of [
    'disable-cluster `abcdef01`',
    'mon 21:00–23:00',
    'web-9 is off (D-31)',
    'On each server',
  ])
    expect(wordsOf(first?.blocks ?? [])).toContain(words);
});

test('a plan that changed is said shortly in the channel, and shown whole in the thread', () => {
  const plan = buildPlan(buildSingleCluster(named(30)));
  const changed: DeploymentEvent = {
    type: 'plan_changed',
    planHash: planHash(plan),
    changes: ['page.html of shop@2'],
    expiresAt: 9_000,
  };
  const [, short, whole] = told(plan, log(plan, [changed]));
  expect(short?.text).toContain('The plan changed: page.html of shop@2.');
  expect(short?.blocks.map(({ type }) => type)).toEqual(['section']);
  expect(whole?.text).toContain('The plan of #7 as it is now');
  expect(rowsOf(whole ? [whole] : [])).toHaveLength(30);
});

test('whoever hears it is told how many servers and which one is first, in short', () => {
  const plan = buildPlan(buildSingleCluster(named(100), { paradigm: 'simple' }));
  const messages = told(plan, log(plan, []));
  const [first] = messages;
  expect(messages.flatMap(({ blocks }) => faults(blocks))).toEqual([]);
  expect(rowsOf(messages)).toHaveLength(100);
  expect(first?.text).toContain('deploys to 100 servers, ndx-001 first as the canary');
  expect(first?.text.length).toBeLessThan(300);
});

describe('the end of an attempt', () => {
  const servers = named(30);
  const plan = buildPlan(buildSingleCluster(servers));
  const ends = (names: string[], state: 'ok' | 'error'): DeploymentEvent[] =>
    names.flatMap((server): DeploymentEvent[] => [
      { type: 'server_started', server },
      {
        type: 'server_ended',
        server,
        state,
        message: state === 'ok' ? null : 'it broke',
        to: state === 'ok' ? 'shop@2' : null,
      },
    ]);
  const begun: DeploymentEvent[] = [
    { type: 'queued', behind: null },
    { type: 'attempt_started', attempt: 1, servers, fence: 1 },
  ];
  const ended = (state: 'ok' | 'partial'): DeploymentEvent => ({
    type: 'attempt_ended',
    attempt: 1,
    state,
    endedBy: 'completion',
  });

  test('lists each server with state, from what to what and how long, under its own line', () => {
    const messages = told(plan, log(plan, [...begun, ...ends(servers, 'ok'), ended('ok')]));
    const rows = rowsOf(messages.slice(1));
    expect(rows).toHaveLength(30);
    expect(rows[0]).toEqual(['ndx-001', 'ok', 'not known → shop@2', '1.0 s']);
  });

  test('that is also said in the channel keeps its table for the thread, and says what was not begun', () => {
    const messages = told(
      plan,
      log(plan, [
        ...begun,
        ...ends(servers.slice(0, 9), 'ok'),
        ...ends(['ndx-010'], 'error'),
        ended('partial'),
      ]),
    );
    const at = messages.findIndex(({ text }) => text.startsWith('Attempt 1 in'));
    expect(messages[at]?.blocks.some(({ type }) => type === 'table')).toBe(false);
    expect(messages[at + 1]?.text).toBe(
      'The servers of attempt 1 of #7. Not begun: ndx-011 … ndx-030 (20 in all).',
    );
    expect(rowsOf(messages.slice(at + 1)).map(([, state]) => state)).toEqual([
      ...Array.from({ length: 9 }, () => 'ok'),
      'failed',
    ]);
  });

  test('comes after one line for servers that ended together, and a failure that stands alone', () => {
    const messages = told(
      plan,
      log(plan, [
        ...begun,
        ...ends(['ndx-001', 'ndx-002', 'ndx-003', 'ndx-004', 'ndx-006'], 'ok'),
        ...ends(['ndx-005'], 'error'),
      ]),
    );
    expect(messages.at(-1)?.text.split('\n').slice(-2)).toEqual([
      '*ndx-001* … *ndx-004*, *ndx-006* (5 in all) are done in 1.0 s, reading back `shop@2`.',
      '*ndx-005* failed in 1.0 s: it broke.',
    ]);
  });

  test('comes after one line for servers that were left alone for the same reason', () => {
    const left = (names: string[], message: string): DeploymentEvent[] =>
      names.map((server) => ({ type: 'server_ended', server, state: 'skipped', message, to: null }));
    const messages = told(
      plan,
      log(plan, [
        ...begun,
        ...left(servers.slice(2), 'not begun: stopped by <@U0BEN>'),
        ...left(['ndx-002'], 'its cluster failed'),
      ]),
    );
    expect(messages.at(-1)?.text.split('\n').slice(-2)).toEqual([
      'ndx-003 … ndx-030 (28 in all) were left as they were: not begun: stopped by <@U0BEN>.',
      'ndx-002 was left as it was: its cluster failed.',
    ]);
  });
});

describe('a workspace that takes no table', () => {
  let bot: SpeakingBot | null = null;
  let directory = '';
  afterEach(async () => {
    await bot?.close();
    bot = null;
    removeLater(directory);
  });

  const sent = ({ slack }: SpeakingBot) =>
    slack
      .calls()
      .filter(
        ({ method, arguments: given }) =>
          method.startsWith('chat.') && JSON.stringify(given).includes('raw_text'),
      );

  test('is told from what to what, as servers said when they were asked for the form', async () => {
    directory = mkdtempSync(join(tmpdir(), 'll-table-'));
    bot = await startSpeakingBot({ file: join(directory, 'bot.db') });
    await bot.store().askServers('shop', ['web-1'], 1_000);
    const answer = { problem: null, readBack: 'shop@1' };
    await bot.store().answerFor({ environment: 'shop', server: 'web-1' }, { at: 2_000, answer });
    const first = await bot.request('C0SHOP');
    await bot.settles(first, 'waiting for approval');
    const [plan] = bot.cards(first)[0]?.thread ?? [];
    expect(JSON.stringify(plan?.blocks)).toContain('shop@1 → shop@2');
    expect(JSON.stringify(plan?.blocks)).toContain('not known → shop@2');
  });

  test('is given sections, which is found out once and for all its processes', async () => {
    directory = mkdtempSync(join(tmpdir(), 'll-table-'));
    bot = await startSpeakingBot({ file: join(directory, 'bot.db') });
    bot.slack.refuseBlock('table');
    const first = await bot.request('C0SHOP');
    await bot.settles(first, 'waiting for approval');
    const [plan] = bot.cards(first)[0]?.thread ?? [];
    expect(JSON.stringify(plan?.blocks)).toContain('1. web-1 (canary)');
    expect(sent(bot)).toHaveLength(1);
    await bot.stop();
    await bot.start();
    await bot.happens(first, ...wholeRun);
    await bot.settles(first, 'done, 4 of 4 servers');
    expect(sent(bot)).toHaveLength(1);
    expect(bot.said(first).some((key) => key === 'undefined')).toBe(false);
  });

  test('is no workspace that refuses a message for another reason', async () => {
    directory = mkdtempSync(join(tmpdir(), 'll-table-'));
    bot = await startSpeakingBot({ file: join(directory, 'bot.db') });
    const first = await bot.request('C0SHOP');
    await bot.settles(first, 'waiting for approval');
    expect(sent(bot)).toHaveLength(1);
    expect(await bot.store().refusedBlocks('T0LOCAL')).toEqual([]);
    bot.slack.fail({ method: 'chat.postMessage', how: 'refused', error: 'invalid_blocks', times: 2 });
    await bot.happens(first, ...wholeRun);
    await bot.settles(first, 'done, 4 of 4 servers');
    expect(sent(bot)).toHaveLength(2);
    expect(await bot.store().refusedBlocks('T0LOCAL')).toEqual([]);
  });
});
