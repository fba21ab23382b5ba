import { describe, expect, test } from 'vitest';

import { foldDeployment } from '../../src/domain/deployment/fold-deployment.ts';
import type { DeploymentEvent, StoredEvent } from '../../src/domain/events/deployment-event.ts';
import type { ServerState } from '../../src/domain/events/states.ts';
import { planHash } from '../../src/domain/plan/plan-hash.ts';
import type { Plan } from '../../src/domain/plan/plan.ts';
import { factsOf } from '../../src/progress/facts.ts';
import { deploymentCard } from '../../src/slack/card/card.ts';
import { groupFacts, threadMessage } from '../../src/slack/card/thread-message.ts';
import { mrkdwn } from '../../src/slack/escape.ts';
import { threadLine } from '../../src/wording/thread-line.ts';
import { buildEnvironment, buildPlan } from '../helpers/build.ts';

const nasty = '<!channel> <@U0ANA> `code` *bold*\n> quote\n@here &amp; \u202Eevil';

function log(plan: Plan, events: DeploymentEvent[], reason = 'a new page'): StoredEvent[] {
  const requested: DeploymentEvent = {
    type: 'requested',
    by: 'U0ANA',
    reason,
    startsAt: null,
    expiresAt: null,
    typed: null,
    zone: 'UTC',
    planHash: planHash(plan),
    acceptedWarnings: 0,
  };
  return [requested, ...events].map((event, index) => ({
    deployment: 1042,
    version: index + 1,
    at: 1_000 * index,
    event,
  }));
}

function card(events: DeploymentEvent[], reason?: string) {
  const plan = buildPlan(buildEnvironment());
  const deployment = foldDeployment(log(plan, events, reason));
  if (!deployment) throw new Error('no deployment');
  return deploymentCard(deployment, plan, []);
}

const labels = (blocks: ReturnType<typeof card>['blocks']) =>
  blocks.flatMap((block) =>
    block.type === 'actions'
      ? block.elements.flatMap((element) => ('text' in element ? [element.text?.text] : []))
      : [],
  );

const servers = ['web-1', 'web-2', 'web-3', 'web-4'];
const running: DeploymentEvent[] = [
  { type: 'queued', behind: null },
  { type: 'attempt_started', attempt: 1, servers, fence: 1 },
];
const ended = (server: string, state: 'ok' | 'error'): DeploymentEvent => ({
  type: 'server_ended',
  server,
  state,
  message: state === 'ok' ? null : 'step install ended with exit code 1',
  to: null,
});

test('threat 9: our own sentences lose marks that hide or turn what is written, whatever came into them', () => {
  expect(mrkdwn('web\u202e-1\u0007 is \u200bdone')).toBe('web-1 is done');
});

describe('the card', () => {
  test('says what, where, how far, and who asked', () => {
    const { text, blocks } = card([
      ...running,
      { type: 'server_started', server: 'web-1' },
      ended('web-1', 'ok'),
    ]);
    expect(text).toBe('#1042 shop@2 → shop: running, 1 of 4 servers');
    expect(JSON.stringify(blocks)).toContain('asked by <@U0ANA>');
  });

  test.each([
    [[], ['Approve', 'Reject', 'Cancel', 'Details']],
    [[{ type: 'scheduled', startsAt: 5_000 }], ['Join…', 'Cancel', 'Details']],
    [running, ['Pause', 'Stop after this server', 'Stop now', 'Details']],
    [
      [...running, { type: 'paused', by: 'U0ANA' }],
      ['Resume', 'Stop after this server', 'Stop now', 'Details'],
    ],
    [
      [...running, { type: 'stop_requested', by: 'U0ANA' }],
      ['Stop now', 'Details'],
    ],
    [[...running, { type: 'stop_now_requested', by: 'U0ANA', reason: 'it is wrong' }], ['Details']],
    [
      [
        ...running,
        ended('web-1', 'ok'),
        ended('web-2', 'error'),
        { type: 'attempt_ended', attempt: 1, state: 'partial', endedBy: 'onServerFailure: stop' },
      ],
      ['Deploy the remaining 3', 'Choose…', 'Details'],
    ],
    [
      [
        ...running,
        ...['web-1', 'web-2', 'web-3'].map((server) => ended(server, 'ok')),
        ended('web-4', 'error'),
        { type: 'attempt_ended', attempt: 1, state: 'partial', endedBy: 'onServerFailure: stop' },
      ],
      ['Deploy the remaining 1', 'Details'],
    ],
    [[{ type: 'rejected', by: 'U0BEN', reason: 'no' }], ['Details']],
  ] as [DeploymentEvent[], string[]][])(
    'offers only the buttons that make sense now (%#)',
    (events, expected) => {
      expect(labels(card(events).blocks)).toEqual(expected);
    },
  );

  test('lets no reason ping, link or hide anything, and loses none of its words', () => {
    const { blocks } = card([], nasty);
    const marked = blocks.filter((block) => block.type === 'section' || block.type === 'context');
    expect(JSON.stringify(marked)).not.toContain('channel');
    expect(JSON.stringify(blocks)).toContain('<!channel> <@U0ANA> `code` *bold*');
    expect(JSON.stringify(blocks)).not.toContain('\u202E');
  });
});

describe('the thread', () => {
  test('tells each server once, with how long it took, and a failure with its last lines', () => {
    const plan = buildPlan(buildEnvironment());
    const install = plan.tasks.find((task) => task.server === 'web-1' && task.step === 'install')?.id ?? 0;
    const events = log(plan, [
      ...running,
      { type: 'server_started', server: 'web-1' },
      { type: 'task_intended', task: install, run: 1, fence: 1 },
      {
        type: 'task_ended',
        task: install,
        run: 1,
        state: 'error',
        exitCode: 1,
        message: 'step install ended with exit code 1',
        lastLines: ['disk <full>'],
        readBack: null,
        durationMs: 5,
      },
      ended('web-1', 'error'),
    ]);
    const facts = factsOf(plan, events);
    const deployment = foldDeployment(events);
    const messages = facts.map((fact) => (deployment ? threadMessage(deployment, plan, [fact]) : null));
    expect(messages.map((message) => message?.text.split('\n')[0])).toEqual([
      'Requested by <@U0ANA>.',
      'Its hour has come.',
      'Attempt 1 began: web-1, web-2, web-3, web-4.',
      '*web-1* failed in 3.0 s: step install ended with exit code 1.',
    ]);
    expect(JSON.stringify(messages.at(-1)?.blocks)).toContain('disk <full>');
  });
});

describe('a question in the thread', () => {
  const asked: DeploymentEvent = {
    type: 'question_asked',
    question: {
      id: 'failed-step-3-1',
      kind: 'failed-step',
      text: 'web-1: step install ended with exit code 3.',
      task: 3,
      group: null,
      server: 'web-1',
      choices: ['retry', 'skip', 'roll-back', 'stop'],
      defaultChoice: 'stop',
      deadlineAt: 1_800_000,
    },
  };
  const thread = (events: DeploymentEvent[]) => {
    const plan = buildPlan(buildEnvironment());
    const stored = log(plan, events);
    const deployment = foldDeployment(stored);
    if (!deployment) throw new Error('no deployment');
    const fact = factsOf(plan, stored).find(({ event }) => event.type === 'question_asked');
    if (!fact) throw new Error('no question');
    return threadMessage(deployment, plan, [fact]);
  };

  test('carries its answers while it is open, and none afterwards', () => {
    const events = [...running, asked];
    expect(labels(thread(events).blocks)).toEqual(['Retry', 'Skip', 'Roll this server back', 'Stop here']);
    const answered: DeploymentEvent = {
      type: 'question_answered',
      question: 'failed-step-3-1',
      choice: 'skip',
      by: 'U0BEN',
    };
    expect(labels(thread([...events, answered]).blocks)).toEqual([]);
    expect(labels(card([...events, answered]).blocks)).not.toContain('Skip');
  });
});

describe('what happens to a server', () => {
  const line = (...events: DeploymentEvent[]): string | undefined => {
    const plan = buildPlan(buildEnvironment());
    const facts = factsOf(plan, log(plan, [...running, ...events]));
    return facts.map((fact) => threadLine(plan, fact, String)).at(-1);
  };
  const begun: DeploymentEvent = { type: 'server_started', server: 'web-1' };
  const end = (state: ServerState, message: string): DeploymentEvent => ({
    type: 'server_ended',
    server: 'web-1',
    state,
    message,
    to: null,
  });

  test('cancelled is said of one that was ended, and of one that was never begun, in different words', () => {
    expect(line(begun, end('cancelled', 'stopped by <@U0ANA> during step install'))).toBe(
      '*web-1* was ended in 1.0 s: stopped by <@U0ANA> during step install.',
    );
    expect(line(end('cancelled', 'stopped by <@U0ANA> before it began'))).toBe(
      'web-1 was left as it was: stopped by <@U0ANA> before it began.',
    );
  });

  test('rolled back is told as a failure', () => {
    expect(line(begun, end('rolled_back', 'step install ended with exit code 3'))).toBe(
      '*web-1* failed and was rolled back in 1.0 s: step install ended with exit code 3.',
    );
  });
});

describe('facts that become known together', () => {
  const plan = buildPlan(buildEnvironment());
  const facts = (events: DeploymentEvent[]) => factsOf(plan, log(plan, events));

  test('make one line each in one message, but a failure and an end stand alone', () => {
    const groups = groupFacts(
      facts([
        ...running,
        ended('web-1', 'ok'),
        ended('web-2', 'ok'),
        { type: 'attempt_ended', attempt: 1, state: 'partial', endedBy: 'onServerFailure: stop' },
      ]),
    );
    expect(groups.map((group) => group.map(({ event }) => event.type))).toEqual([
      ['requested'],
      ['queued', 'attempt_started', 'server_ended', 'server_ended'],
      ['attempt_ended'],
    ]);
  });
});

describe('escaping', () => {
  test('brings back only mentions of people and groups in our own form', () => {
    expect(mrkdwn('<@U0ANA> <!subteam^S0OPS> <!channel> <https://x|y> a & b')).toBe(
      '<@U0ANA> <!subteam^S0OPS> &lt;!channel&gt; &lt;https://x|y&gt; a &amp; b',
    );
  });
});
