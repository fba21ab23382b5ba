import type { Button, KnownBlock } from '@slack/types';
import { describe, expect, test } from 'vitest';

import { foldDeployment } from '../../src/domain/deployment/fold-deployment.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import { planHash } from '../../src/domain/plan/plan-hash.ts';
import { type Plan, plannedServers } from '../../src/domain/plan/plan.ts';
import type { JsonObject } from '../../src/sandbox/slack/json.ts';
import { blockCharacters, validateBlocks } from '../../src/sandbox/slack/validate-blocks.ts';
import { stopNowView } from '../../src/slack/card/button-views.ts';
import { deploymentCard } from '../../src/slack/card/card.ts';
import type { MemberService } from '../../src/store/facts.ts';
import { sayStopNowEffect } from '../../src/wording/stop-now.ts';
import { requested } from '../contract/store-samples.ts';
import { buildEnvironment, buildPlan, buildSingleCluster } from '../helpers/build.ts';

const named = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `ndx-${String(index + 1).padStart(2, '0')}`);

function fold(plan: Plan, events: DeploymentEvent[]) {
  const first = requested({ planHash: planHash(plan) });
  const stored = [first, ...events].map((event, index) => ({
    deployment: 7,
    version: index + 1,
    at: 1_000 * index,
    event,
  }));
  const deployment = foldDeployment(stored);
  if (!deployment) throw new Error('no deployment');
  return deployment;
}

const card = (plan: Plan, events: DeploymentEvent[], members: MemberService[] = []) =>
  deploymentCard(fold(plan, events), plan, members);

const sectionsOf = (blocks: KnownBlock[]): string[] =>
  blocks.flatMap((block) => (block.type === 'section' ? [block.text?.text ?? ''] : []));

const buttonsOf = (blocks: KnownBlock[]): Button[] =>
  blocks.flatMap((block) =>
    block.type === 'actions'
      ? block.elements.filter((element): element is Button => element.type === 'button')
      : [],
  );

const begun = (servers: string[]): DeploymentEvent[] => [
  { type: 'queued', behind: null },
  { type: 'attempt_started', attempt: 1, servers, fence: 1 },
];
const ends = (server: string, state: 'ok' | 'error'): DeploymentEvent[] => [
  { type: 'server_started', server },
  { type: 'server_ended', server, state, message: null, to: null },
];
const ended = (state: 'ok' | 'partial' | 'error'): DeploymentEvent => ({
  type: 'attempt_ended',
  attempt: 1,
  state,
  endedBy: 'onServerFailure: stop',
});
const asked: DeploymentEvent = {
  type: 'question_asked',
  question: {
    id: '9',
    kind: 'failed-step',
    text: 'step install failed',
    task: null,
    group: null,
    choices: ['retry', 'skip', 'stop'],
    defaultChoice: 'stop',
    deadlineAt: 9_000_000,
  },
};

/** A deployment of so many servers in each state in which somebody looks at it. */
function states(servers: string[]): Record<string, DeploymentEvent[]> {
  const [first = '', second = first] = servers;
  const done = servers.flatMap((server) => ends(server, 'ok'));
  const failed = [
    ...begun(servers),
    ...ends(first, 'ok'),
    ...(second === first ? [] : ends(second, 'error')),
  ];
  return {
    'waiting for approval': [],
    scheduled: [{ type: 'scheduled', startsAt: 9_000_000 }],
    running: [...begun(servers), { type: 'server_started', server: first }],
    'waiting for an answer': [...begun(servers), { type: 'server_started', server: first }, asked],
    done: [...begun(servers), ...done, ended('ok')],
    stopped: [...failed, ended('partial')],
    'counting down': [
      ...failed,
      ended('error'),
      { type: 'rollback_announced', servers: [first], at: 9_000_000 },
    ],
  };
}

const heldBy = (member: string): MemberService => ({
  environment: 'shop',
  member,
  inService: 'held',
  reason: 'a server failed',
  deployment: 7,
  since: 0,
});

describe.each([1, 6, 30, 100])('the card of %i servers', (count) => {
  const environment = { rollback: { runbook: null } as never };
  const plan = buildPlan(buildSingleCluster(named(count), environment));
  const cases = Object.entries(states(named(count)));

  test.each(cases)('is taken by Slack, stays short and has one primary button at most (%s)', (_, events) => {
    const { text, blocks } = card(plan, events, named(count).slice(0, 5).map(heldBy));
    const given = blocks as unknown as JsonObject[];
    expect(validateBlocks(given, 'message')).toEqual([]);
    expect(blockCharacters(given)).toBeLessThan(3_000);
    expect(sectionsOf(blocks).join('\n').split('\n').length).toBeLessThan(20);
    expect(buttonsOf(blocks).filter(({ style }) => style === 'primary').length).toBeLessThanOrEqual(1);
    expect(text).toContain(`of ${count} servers`);
  });
});

test('D-09: a few servers have a line each, with state and time, and the first one is the canary', () => {
  const plan = buildPlan(buildSingleCluster(named(3)));
  const { blocks } = card(plan, [
    ...begun(named(3)),
    ...ends('ndx-01', 'ok'),
    { type: 'server_started', server: 'ndx-02' },
  ]);
  expect(sectionsOf(blocks)).toContain('*ndx-01* (canary): ok, 1.0 s\n*ndx-02*: running\n*ndx-03*: waiting');
});

test('of many servers those are named that failed and that are under way; the others are counted', () => {
  const servers = named(30);
  const plan = buildPlan(buildSingleCluster(servers));
  const events = [
    ...begun(servers),
    ...servers.slice(0, 6).flatMap((server) => ends(server, 'ok')),
    ...ends('ndx-07', 'error'),
    { type: 'server_started', server: 'ndx-12' } as const,
  ];
  expect(sectionsOf(card(plan, events).blocks)).toContain(
    '*1 failed*: ndx-07 · *1 running*: ndx-12 · *6 ok* · *22 waiting* · canary ndx-01: ok',
  );
  const over = sectionsOf(card(plan, [...events, ended('partial')]).blocks);
  expect(over).toContain(
    '*1 failed*: ndx-07 · *1 running*: ndx-12 · *6 ok* · *22 not begun* · canary ndx-01: ok',
  );
});

describe('what a person excluded', () => {
  const excluded: DeploymentEvent = {
    type: 'servers_excluded',
    by: 'U0CHLOE',
    servers: ['ndx-01', 'ndx-02'],
    reason: 'month end',
    cause: 'owner',
  };
  const said = (count: number, ...events: DeploymentEvent[]) =>
    sectionsOf(card(buildPlan(buildSingleCluster(named(count))), [excluded, ...events]).blocks).join('\n');

  test('is not in the order that is still to come, and is no canary', () => {
    expect(said(4)).toContain('In this order: *ndx-03* (canary), ndx-04');
    expect(said(2)).toContain('Every server is excluded.');
  });

  test('stands as excluded while the others run and afterwards, and never as waiting or not begun', () => {
    const running = [...begun(['ndx-03', 'ndx-04']), ...ends('ndx-03', 'ok')];
    const whole = '*ndx-01*: excluded\n*ndx-02*: excluded\n*ndx-03* (canary): ok, 1.0 s\n*ndx-04*: ';
    expect(said(4, ...running)).toContain(`${whole}waiting`);
    expect(said(4, ...running, ...ends('ndx-04', 'ok'), ended('ok'))).toContain(`${whole}ok, 1.0 s`);
    expect(said(9, ...running)).toContain('*2 excluded*: ndx-01, ndx-02');
  });
});

describe('what was to start at once', () => {
  const plan = buildPlan(buildSingleCluster(named(2)));
  const head = (...events: DeploymentEvent[]) => sectionsOf(card(plan, events).blocks)[0];

  test('says so until it begins, and from then on when that was', () => {
    expect(head()).toContain('· now ·');
    expect(head(...begun(named(2)))).toMatch(/\*running\* · began <!date\^2\^/);
    expect(head(...begun(named(2)), ended('partial'))).toMatch(/· began <!date\^2\^/);
  });

  test('says of a further attempt which one it is', () => {
    const again: DeploymentEvent = { type: 'attempt_started', attempt: 2, servers: named(2), fence: 2 };
    expect(head(...begun(named(2)), ended('partial'), again)).toMatch(/· attempt 2 began <!date\^4\^/);
  });
});

test('a deployment whose rollback only waits for approval is not said to be rolled back', () => {
  const plan = buildPlan(buildEnvironment());
  const undone: DeploymentEvent = { type: 'rollback_requested', by: 'U0ANA', deployment: 8 };
  expect(sectionsOf(card(plan, [...begun(plannedServers(plan)), ended('partial'), undone]).blocks)).toContain(
    'Its rollback is #8.',
  );
});

test('before it begins the card says the order, canary first, and cuts long names in their middle', () => {
  const names = ['collector-of-the-instruments-in-madrid-1-production', 'web-2'];
  const plan = buildPlan(buildSingleCluster(names));
  expect(sectionsOf(card(plan, []).blocks)).toContain(
    'In this order: *collector-of-the-ins…madrid-1-production* (canary), web-2',
  );
});

describe('a button that hurts', () => {
  const plan = buildPlan(buildEnvironment({ rollback: { runbook: null } as never }));
  const failed = [
    ...begun(plannedServers(plan)),
    ...ends('web-1', 'ok'),
    ...ends('web-2', 'error'),
    ended('partial'),
  ];
  const confirmOf = (label: string): string => {
    const button = buttonsOf(card(plan, failed, [heldBy('north')]).blocks).find(({ text }) =>
      text.text.startsWith(label),
    );
    return String(button?.confirm?.text.text);
  };

  test.each([
    [
      'Roll back',
      'What it changed on 2 servers is restored in reverse order, by a deployment of its own: web-2, web-1.',
    ],
    [
      'Deploy the remaining',
      '3 servers of #7 are deployed to, in the order of the plan: web-2, web-3, web-4.',
    ],
    [
      'Put back in service',
      'north takes requests again, whatever runs there now. It is held: a server failed.',
    ],
  ])('says first what happens to which servers: %s', (label, words) => {
    expect(confirmOf(label)).toContain(words);
  });

  test('says first what happens to which servers: Stop now', () => {
    const running = [
      ...begun(plannedServers(plan)),
      ...ends('web-1', 'ok'),
      { type: 'server_started', server: 'web-2' } as const,
    ];
    const effect = sayStopNowEffect(fold(plan, running), plan);
    expect(effect).toContain(
      'What runs on *web-2* is ended at once, in the middle of its work. 2 servers that wait are not begun.',
    );
    const view = stopNowView({ number: 7, version: 1, planHash: '', question: null }, effect);
    expect(validateBlocks(view.blocks as unknown as JsonObject[], 'modal')).toEqual([]);
    expect(sectionsOf(view.blocks as KnownBlock[])).toEqual([effect]);
  });

  test('never has its sentence cut off, however many servers there are', () => {
    const servers = named(100);
    const many = buildPlan(buildSingleCluster(servers, { rollback: { runbook: null } as never }));
    const events = [
      ...begun(servers),
      ...servers.slice(0, 50).flatMap((server) => ends(server, 'ok')),
      ...ends('ndx-51', 'error'),
      ended('partial'),
    ];
    const confirms = buttonsOf(card(many, events).blocks).flatMap(({ confirm }) =>
      confirm ? [confirm.text.text] : [],
    );
    expect(confirms).toHaveLength(2);
    expect(confirms.every((text) => text.endsWith('.'))).toBe(true);
  });
});
