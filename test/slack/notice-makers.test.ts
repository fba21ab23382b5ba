import { describe, expect, test } from 'vitest';

import type { ApprovalRule } from '../../src/domain/configured/approval-rule.ts';
import type { Role } from '../../src/domain/configured/configuration.ts';
import type { Deployment } from '../../src/domain/deployment/deployment.ts';
import { foldDeployment } from '../../src/domain/deployment/fold-deployment.ts';
import type { DeploymentEvent, StoredEvent } from '../../src/domain/events/deployment-event.ts';
import { factsOf } from '../../src/progress/facts.ts';
import { approvalNotices } from '../../src/slack/notices/approval-notices.ts';
import { noticeOf, noticeRow } from '../../src/slack/notices/notice-row.ts';
import type { Notice, NoticeFacts, NoticeMaker } from '../../src/slack/notices/notice.ts';
import { ownNotices } from '../../src/slack/notices/own-notices.ts';
import { questionNotices } from '../../src/slack/notices/question-notices.ts';
import { calledBy, namesForMentions } from '../../src/slack/outbox/names-for-mentions.ts';
import { requested } from '../contract/store-samples.ts';
import { buildConfiguration, buildEnvironment, buildPlan, buildStep } from '../helpers/build.ts';

const approval: ApprovalRule = {
  rules: [{ roles: ['promotion_admin'], required: 1 }],
  excludeRequester: true,
  expiresHours: 24,
  remindMinutes: [],
};
const environment = buildEnvironment({ approval });
const plan = buildPlan(environment);
const role = (users: string[], environmentKinds: string[] | null = null): Role => ({
  users,
  usergroups: [],
  environmentKinds,
});

interface Story {
  facts: NoticeFacts;
  deployment: Deployment;
}

/** What is told after these events, of which the first `told` were told before. */
function story(
  events: DeploymentEvent[],
  told: number,
  roles: Record<string, Role> = {},
  rule = approval,
): Story {
  const stored = events.map((event, index): StoredEvent => ({
    deployment: 1,
    version: index + 1,
    at: 1_000 * index,
    event,
  }));
  const deployment = foldDeployment(stored);
  if (!deployment) throw new Error('no deployment');
  const configuration = buildConfiguration([{ ...environment, approval: rule }], {
    roles: { promotion: role(['U0ANA']), promotion_admin: role(['U0BEN', 'U0CAT']), ...roles },
  });
  const news = factsOf(plan, stored).filter(({ version }) => version > told);
  const peopleOfRole = async (name: string) => configuration.roles[name]?.users ?? [];
  return {
    deployment,
    facts: {
      deployment,
      plan,
      news,
      configuration,
      peopleOfRole,
      cardLink: null,
      hands: deployment.handedVotes,
    },
  };
}

const asked = requested({ by: 'U0ANA', planHash: 'a'.repeat(64) });
const approved: DeploymentEvent = {
  type: 'approved',
  by: 'U0BEN',
  roles: ['promotion_admin'],
  planHash: 'a'.repeat(64),
};
const queued: DeploymentEvent = { type: 'queued', behind: null };
const started: DeploymentEvent = { type: 'attempt_started', attempt: 1, servers: ['web-1'], fence: 1 };
const ended = (state: 'ok' | 'error'): DeploymentEvent => ({
  type: 'attempt_ended',
  attempt: 1,
  state,
  endedBy: 'completion',
});
const made = async (maker: NoticeMaker, events: DeploymentEvent[], told: number, roles = {}) =>
  await maker(story(events, told, roles).facts);
const sayTo = (notices: Notice[]) => notices.map(({ to, content }) => `${to} ${content.text.split(': ')[1]}`);

describe('whoever can approve', () => {
  test('may have handed their vote to somebody, who is asked as well, and hears when it is decided', async () => {
    const handed: DeploymentEvent = { type: 'vote_delegated', by: 'U0BEN', to: 'U0DAN' };
    expect(sayTo(await made(approvalNotices, [asked, handed], 1))).toEqual([
      'U0BEN waits for your approval',
      'U0CAT waits for your approval',
      'U0DAN waits for your approval',
    ]);
    expect(sayTo(await made(approvalNotices, [asked, handed, approved, queued], 2))).toContain(
      'U0DAN nothing is left to approve',
    );
    const nobodys: DeploymentEvent = { type: 'vote_delegated', by: 'U0EVE', to: 'U0DAN' };
    expect(sayTo(await made(approvalNotices, [asked, nobodys], 1)).join()).not.toContain('U0DAN');
  });

  const handedTo = (to: string, by = 'U0BEN'): DeploymentEvent => ({ type: 'vote_delegated', by, to });
  const twoSeats = [
    { roles: ['promotion_admin'], required: 1 },
    { roles: ['owner'], required: 1 },
  ];
  const owners = { owner: role(['U0DAN', 'U0EVE']) };
  const ofTwoSeats = async (...events: DeploymentEvent[]) =>
    sayTo(await approvalNotices(story(events, 1, owners, { ...approval, rules: twoSeats }).facts));
  const byEve: DeploymentEvent = {
    type: 'approved',
    by: 'U0EVE',
    roles: ['owner'],
    planHash: 'a'.repeat(64),
  };

  test('with a vote of another besides their own is asked as long as one of the two is missing', async () => {
    expect(await ofTwoSeats(asked, handedTo('U0DAN'), byEve)).toContain('U0DAN waits for your approval');
    expect(await ofTwoSeats(asked, byEve)).toContain('U0DAN nothing is left to approve');
    expect(await ofTwoSeats(asked, handedTo('U0DAN'), approved)).toContain('U0DAN waits for your approval');
  });

  test('is not asked again who cast a vote, nor for whom somebody did', async () => {
    const forBen: DeploymentEvent = { ...approved, by: 'U0FAY', for: 'U0BEN' };
    const rules = [{ roles: ['promotion_admin'], required: 2 }];
    const after = async (...events: DeploymentEvent[]) =>
      sayTo(await approvalNotices(story(events, 1, {}, { ...approval, rules }).facts));
    const told = await after(asked, handedTo('U0FAY'), handedTo('U0FAY', 'U0CAT'), forBen);
    expect(told).toEqual([
      'U0BEN nothing is left to approve',
      'U0CAT waits for your approval',
      'U0FAY nothing is left to approve',
    ]);
    const carriesOn = await after(asked, handedTo('U0FAY'), handedTo('U0BEN', 'U0CAT'), forBen);
    expect(carriesOn).toContain('U0BEN nothing is left to approve');
    expect(await after(asked, approved)).toContain('U0BEN nothing is left to approve');
    expect(await after(asked, handedTo('U0FAY'), approved)).toContain('U0FAY nothing is left to approve');
  });

  test('is nobody who asked for it, with no vote of theirs, unless they may approve their own', async () => {
    const roles = { promotion_admin: role(['U0ANA', 'U0BEN']) };
    const events = [asked, handedTo('U0FAY', 'U0ANA'), handedTo('U0ANA')];
    expect(sayTo(await made(approvalNotices, events, 1, roles))).toEqual(['U0BEN waits for your approval']);
    const own = { ...approval, excludeRequester: false };
    expect(sayTo(await approvalNotices(story(events, 1, roles, own).facts))).toEqual([
      'U0ANA waits for your approval',
      'U0BEN waits for your approval',
      'U0FAY waits for your approval',
    ]);
  });

  test('of a plan that changed hears what changed, and that what was said of the old one is void', async () => {
    const expiresAt = Date.parse('2026-11-20T20:00Z');
    const changed: DeploymentEvent = {
      type: 'plan_changed',
      planHash: 'b'.repeat(64),
      changes: ['shop@2 → shop@3'],
      expiresAt,
    };
    const notices = await made(approvalNotices, [asked, handedTo('U0DAN'), changed], 2);
    const dans = notices.filter(({ to }) => to === 'U0DAN');
    expect(sayTo(dans)).toEqual(['U0DAN waits for your approval', 'U0DAN nothing is left to approve']);
    expect(new Set(dans.map(({ key }) => key)).size).toBe(2);
    expect(dans[1]?.key).toBe(`notice:approval:1:${'a'.repeat(12)}:U0DAN`);
    const [anew, old] = dans.map(({ content }) => JSON.stringify(content));
    expect(anew).toContain('The plan changed: shop@2 → shop@3.');
    expect(anew).toMatch(/, expires <!date\^\d+\^/);
    expect(old).toContain('approvals of this one are void');
  });

  test('is asked as long as it waits, and told once when it is decided, not at every turn after that', async () => {
    expect(sayTo(await made(approvalNotices, [asked], 0))).toEqual([
      'U0BEN waits for your approval',
      'U0CAT waits for your approval',
    ]);
    expect(sayTo(await made(approvalNotices, [asked, approved, queued], 1))).toEqual([
      'U0BEN nothing is left to approve',
      'U0CAT nothing is left to approve',
    ]);
    expect(await made(approvalNotices, [asked, approved, queued, started], 3)).toEqual([]);
  });

  test('is nobody whose seat is taken, and whoever can take what is left', async () => {
    const rules = [
      { roles: ['promotion_admin'], required: 1 },
      { roles: ['owner'], required: 1 },
    ];
    const owner = { owner: role(['U0DAN']) };
    const notices = await approvalNotices(story([asked, approved], 1, owner, { ...approval, rules }).facts);
    expect(sayTo(notices)).toEqual([
      'U0BEN nothing is left to approve',
      'U0CAT nothing is left to approve',
      'U0DAN waits for your approval',
    ]);
    expect(JSON.stringify(notices[1]?.content)).toContain('what is still open takes the role owner');
  });

  test('is nobody whose role does not hold in this kind of environment', async () => {
    const roles = { promotion_admin: role(['U0BEN'], ['another-kind']) };
    expect(await made(approvalNotices, [asked], 0, roles)).toEqual([]);
  });

  test.each<[string, DeploymentEvent]>([
    ['Rejected by <@U0CAT>.', { type: 'rejected', by: 'U0CAT', reason: 'no' }],
    ['cancelled (<@U0ANA>)', { type: 'cancelled', by: 'U0ANA' }],
    ['expired (nobody came)', { type: 'expired', reason: 'nobody came' }],
  ])('reads %j when that was the end of it', async (words, event) => {
    const [notice] = await made(approvalNotices, [asked, event], 1);
    expect(JSON.stringify(notice?.content)).toContain(words);
  });
});

describe('a requester', () => {
  const rejected: DeploymentEvent = { type: 'rejected', by: 'U0BEN', reason: 'not today' };
  const kindsOf = (notices: Notice[]) => notices.map(({ key }) => key.split(':')[3]);

  test.each<[string, DeploymentEvent[], string[]]>([
    ['its start', [started], ['news']],
    ['a good end, in a new message too', [started, ended('ok')], ['news', 'news']],
    ['a failure', [started, ended('error')], ['news', 'needed']],
    ['a rejection', [rejected], ['needed']],
    ['a changed plan', [{ type: 'plan_changed', planHash: 'b', changes: ['x'], expiresAt: 9 }], ['needed']],
    ['nothing of an approval', [approved, queued], []],
  ])('is told of %s', async (_, events, kinds) => {
    expect(kindsOf(await made(ownNotices, [asked, ...events], 1))).toEqual(kinds);
  });

  test('is told in one message that is edited, and anew of each failure', async () => {
    const keys = async (events: DeploymentEvent[], told: number) =>
      (await made(ownNotices, [asked, ...events], told)).map(({ key }) => key);
    const [state] = await keys([started], 1);
    const [again, failure] = await keys([started, ended('error')], 2);
    expect(again).toBe(state);
    const [, second] = await keys([started, ended('error'), started, ended('error')], 4);
    expect(second).not.toBe(failure);
  });

  test('reads at the end which servers failed and why, also where that was told to the thread before', async () => {
    const failed = (server: string): DeploymentEvent[] => [
      { type: 'server_started', server },
      {
        type: 'server_ended',
        server,
        state: 'error',
        message: 'step install ended with exit code 1',
        to: null,
      },
    ];
    const task = plan.tasks.find(({ server, step }) => server === 'web-1' && step === 'install');
    if (!task) throw new Error('web-1 has no step install');
    const printed: DeploymentEvent = {
      type: 'task_ended',
      task: task.id,
      run: 1,
      state: 'error',
      exitCode: 1,
      message: '',
      lastLines: ['No space left on device'],
      readBack: null,
      durationMs: 5,
    };
    const servers = ['web-1', 'web-2', 'web-3', 'web-4'];
    const begun: DeploymentEvent = { ...started, servers };
    const intended: DeploymentEvent = { type: 'task_intended', task: task.id, run: 1, fence: 1 };
    const events = [asked, begun, intended, printed, ...servers.flatMap(failed), ended('error')];
    const notice = (await made(ownNotices, events, events.length - 1)).find(({ key }) =>
      key.includes('needed'),
    );
    const words = JSON.stringify(notice?.content.blocks);
    expect(words).toContain('*web-1*: step install ended with exit code 1');
    expect(words).toContain('No space left on device');
    expect(words).toContain('Failed as well: web-4');
  });

  test('who is the product itself is told nothing', async () => {
    const own = requested({ by: 'system' });
    expect(await ownNotices(story([own, started, ended('error')], 1).facts)).toEqual([]);
  });

  test('is not asked twice about a question: its own message has the answers', async () => {
    const question: DeploymentEvent = {
      type: 'question_asked',
      question: {
        id: '3',
        kind: 'capacity',
        text: 'Too few are in service.',
        task: null,
        group: 0,
        choices: ['retry', 'stop'],
        defaultChoice: 'stop',
        deadlineAt: 5_000,
      },
    };
    expect(kindsOf(await made(ownNotices, [asked, started, question], 2))).toEqual(['news']);
    const asking = await made(questionNotices, [asked, started, question], 2);
    expect(asking.filter(({ to }) => to === 'U0ANA')).toHaveLength(1);
    const withoutRole = await made(questionNotices, [asked, started, question], 2, { promotion: role([]) });
    expect(withoutRole.map(({ to }) => to)).toContain('U0ANA');
  });
});

test('what a message asks is due when it begins, expires, or is decided without its reader', async () => {
  const dueOf = async (more: object, maker = approvalNotices) => {
    const { facts, deployment } = story([requested({ by: 'U0ANA', ...more })], 0);
    const [notice] = await maker(facts);
    const row = notice && noticeRow({ deployment, environment: 'shop' }, notice);
    return row && noticeOf(row)?.actBy;
  };
  expect(await dueOf({ startsAt: null, expiresAt: 9_000 })).toBe(0);
  expect(await dueOf({ startsAt: 8_000, expiresAt: 9_000 })).toBe(8_000);
  expect(await dueOf({ startsAt: 8_000, expiresAt: 7_000 })).toBe(7_000);
  const { facts, deployment } = story([asked, { type: 'rejected', by: 'U0BEN', reason: 'no' }], 1);
  for (const notice of [...(await approvalNotices(facts)), ...(await ownNotices(facts))])
    expect(noticeOf(noticeRow({ deployment, environment: 'shop' }, notice))?.actBy).toBeNull();
});

describe('in the channel', () => {
  const nameOf = async (id: string) => (id === 'U0EVE' ? null : `*${id.toLowerCase()}* <b>`);
  const section = (text: string) => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text } });

  test('people stand by name, without markup of theirs, and who has no name stays mentioned', async () => {
    const content = { text: 'by <@U0ANA>', blocks: [section('<@U0BEN>, <@U0EVE>, <@U0CAT>')] };
    expect(await namesForMentions(content, { nameOf, mayBePinged: new Set(['U0CAT']) })).toEqual({
      text: 'by @u0ana &lt;b&gt;',
      blocks: [section('@u0ben &lt;b&gt;, <@U0EVE>, <@U0CAT>')],
    });
  });

  test('a notify step calls whom it names, and nobody else of its message', () => {
    const steps = [buildStep('tell', { notify: 'U0CAT' }), buildStep('install')];
    const telling = buildPlan(buildEnvironment({ runbooks: { release: { steps, needsNoBackup: true } } }));
    const task = telling.tasks.find(({ type }) => type === 'NOTIFY');
    if (!task) throw new Error('there is no notify step');
    const told: DeploymentEvent = {
      type: 'task_ended',
      task: task.id,
      run: 1,
      state: 'ok',
      exitCode: null,
      message: '',
      lastLines: [],
      readBack: null,
      durationMs: 0,
    };
    const nothing = {
      at: 0,
      durationMs: null,
      sideBySideMs: null,
      lastLines: [],
      failed: null,
      matters: false,
    };
    const facts = [approved, told].map((event, version) => ({ ...nothing, version, event }));
    expect([...calledBy(telling, facts)]).toEqual(['U0CAT']);
  });
});
