import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { PassThrough } from 'node:stream';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { lockEnvironment } from '../../src/app/lock-environment.ts';
import { rejectDeployment } from '../../src/app/reject-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { answerList } from '../../src/control/list.ts';
import { forTerminal, wordForWord } from '../../src/control/names.ts';
import { foldDeployment } from '../../src/domain/deployment/fold-deployment.ts';
import type { DeploymentEvent, StoredEvent } from '../../src/domain/events/deployment-event.ts';
import { harmless } from '../../src/domain/quote.ts';
import { safeWord } from '../../src/domain/revision.ts';
import { Unreachable } from '../../src/drivers/command.ts';
import type { Channel } from '../../src/drivers/runner/channel.ts';
import { lookAround } from '../../src/drivers/runner/look.ts';
import { openRunnerSession } from '../../src/drivers/runner/session.ts';
import { exportLines, quoteWord, shLine } from '../../src/drivers/runner/shell-words.ts';
import { factsOf } from '../../src/progress/facts.ts';
import { detailsView } from '../../src/slack/card/button-views.ts';
import { deploymentCard } from '../../src/slack/card/card.ts';
import { threadMessage } from '../../src/slack/card/thread-message.ts';
import { listMessage } from '../../src/slack/command/list-message.ts';
import { buildRequest, startApp, type TestApp } from '../helpers/app.ts';
import { buildEnvironment, buildPlan } from '../helpers/build.ts';
import { expectHarmless, hostileText } from '../helpers/hostile-words.ts';
import { startSlackApp } from '../helpers/slack-app.ts';

const plan = buildPlan(buildEnvironment());
const servers = ['web-1', 'web-2', 'web-3', 'web-4'];
const install = plan.tasks.find((task) => task.server === 'web-1' && task.step === 'install')?.id ?? 0;

/** A deployment in which everything that people, steps and servers say is this text. */
function story(text: string): StoredEvent[] {
  const events: DeploymentEvent[] = [
    {
      type: 'requested',
      by: 'U0ANA',
      reason: text,
      startsAt: 1_000,
      expiresAt: null,
      typed: text,
      zone: 'UTC',
      planHash: 'h',
      acceptedWarnings: 0,
    },
    { type: 'queued', behind: null },
    { type: 'lock_met', by: 'U0BEN', reason: text, since: 5 },
    { type: 'lock_lifted', by: 'U0BEN' },
    { type: 'servers_excluded', by: 'U0BEN', servers: ['web-3'], reason: text, cause: 'owner' },
    { type: 'servers_excluded', by: 'U0BEN', servers: ['web-4'], reason: text, cause: 'not-ready' },
    { type: 'attempt_started', attempt: 1, servers, fence: 1 },
    { type: 'server_started', server: 'web-1' },
    { type: 'task_intended', task: install, run: 1, fence: 1 },
    {
      type: 'task_ended',
      task: install,
      run: 1,
      state: 'error',
      exitCode: 1,
      message: harmless(text),
      lastLines: text.split('\n'),
      readBack: text,
      durationMs: 5,
    },
    { type: 'server_ended', server: 'web-1', state: 'error', message: harmless(text), to: null },
    { type: 'server_ended', server: 'web-2', state: 'ok', message: null, to: text },
  ];
  return events.map((event, index) => ({ deployment: 1, version: index + 1, at: index, event }));
}

describe('threat 9: what people and servers say', () => {
  test('stands in card, thread, details and rejection without ping, link or hidden mark', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const events = story(text);
        const rejected: DeploymentEvent = { type: 'rejected', by: 'U0BEN', reason: text };
        const log = [...events.slice(0, 1), { deployment: 1, version: 2, at: 9, event: rejected }];
        for (const part of [events, events.slice(0, 3), log]) {
          const deployment = foldDeployment(part);
          if (!deployment) throw new Error('no deployment');
          expectHarmless(deploymentCard(deployment, plan, []));
          expectHarmless(detailsView({ deployment, plan }));
          for (const fact of factsOf(plan, part)) expectHarmless(threadMessage(deployment, plan, [fact]));
        }
        const list = listMessage([{ environment: 'shop', by: 'U0BEN', reason: text, since: 1 }], []);
        expectHarmless(list);
        expect(JSON.stringify(list)).toContain('is locked by <@U0BEN>');
      }),
      { numRuns: 150 },
    );
  });

  test('cannot steer a terminal, nor add a line that looks like one of ours', async () => {
    const app = await startApp([buildEnvironment()]);
    await fc.assert(
      fc.asyncProperty(hostileText, async (text) => {
        const named = {
          ...app,
          findPerson: async () => ({ ...(await app.findPerson('U0ANA')), name: text }),
        };
        const said = await forTerminal(named, 'Approved by <@U0ANA>.');
        expect(said).not.toMatch(/[\p{Cc}\p{Cf}\u2028]/u);
        expect(wordForWord(text)).not.toMatch(/(?![\t\n])[\p{Cc}\p{Cf}\u2028]/u);
        expect(
          wordForWord(text)
            .split('\n')
            .slice(1)
            .filter((line) => !line.startsWith('    ')),
        ).toEqual([]);
      }),
      { numRuns: 60 },
    );
    await lockEnvironment(app, { environment: 'shop', by: 'U0BEN', reason: 'a\nb\x1B[2Kc' });
    expect((await answerList(app)).text.split('\n')).toHaveLength(1);
    await app.store.close();
  });
});

describe('threat 7, threat 9: what is typed after /deploy', () => {
  let bot: Awaited<ReturnType<typeof startSlackApp>>;
  beforeAll(async () => void (bot = await startSlackApp({ by: 'socket' })));
  afterAll(async () => await bot.stop());

  test('pings nobody and reaches no shell, whatever it is and wherever it stands', async () => {
    const ana = bot.slack.person('U0ANA');
    const texts = fc.sample(hostileText, { numRuns: 12, seed: 7 }).map((text) => text.slice(0, 2_000));
    for (const text of texts)
      for (const command of [
        text,
        `lock ${text}`,
        `lock shop ${text}`,
        `unlock ${text}`,
        `show ${text}`,
        `cancel ${text}`,
      ]) {
        expectHarmless(await ana.types(`/deploy ${command}`, { channel: 'C0SHOP' }));
      }
    expectHarmless(bot.slack.calls().map((call) => call.arguments));
    expectHarmless(ana.ephemerals());
    expect(bot.slack.calls().length).toBeGreaterThan(0);
    expect(existsSync('/tmp/lamplighter-was-here')).toBe(false);
    expect((await bot.app.store.list({ limit: 10 })).length).toBe(0);
  });
});

describe('threat 8: what people write', () => {
  let app: TestApp;
  beforeAll(async () => void (app = await startApp([buildEnvironment()])));
  afterAll(async () => await app.store.close());

  test('goes through the database as it is, and changes nothing beside it', async () => {
    app.world.configuration.limits.requestsPerHour = 10_000;
    let count = 0;
    await fc.assert(
      fc.asyncProperty(hostileText, async (text) => {
        const reason = text.slice(0, 2_900).trim() || 'x';
        const verdict = await requestDeployment(app, buildRequest({ reason, key: `${text}-${count}` }));
        if (!verdict.ok) throw new Error(verdict.refusals[0]?.message);
        count += 1;
        const [requested] = await app.store.eventsAfter(verdict.value.number, 0);
        expect(requested?.event).toMatchObject({ reason });
        expect(await app.store.list({ environment: text, limit: 5 })).toEqual([]);
        expect(await app.store.lock(text)).toBeNull();
        expect(await app.store.message(text)).toBeNull();
        expect(await app.store.list({ limit: 10_000 })).toHaveLength(count);
      }),
      { numRuns: 40 },
    );
  });
});

describe('threat 7: a word for a shell', () => {
  const run = (script: string) => execFileSync('/bin/sh', ['-c', shLine(script)], { encoding: 'utf8' });

  test('is read back as it was written, twice quoted as on the way over ssh, as an argument and as a variable', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const word = text.replaceAll('\0', '').slice(0, 1_000);
        expect(run(`printf '%s|' ${quoteWord(word)} end`)).toBe(`${word}|end|`);
        expect(run(`${exportLines({ LAMPLIGHTER_X: word })}printf '%s' "$LAMPLIGHTER_X"`)).toBe(word);
      }),
      { numRuns: 40 },
    );
    expect(existsSync('/tmp/lamplighter-was-here')).toBe(false);
  });

  test('that names a revision, a version or a server is one word in any shell, no flag and no way up', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, fc.stringMatching(safeWord), fc.string()), (text) => {
        if (!safeWord.test(text)) return;
        expect(text).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);
        expect(text.split('/')).not.toContain('..');
      }),
    );
    const names = fc.sample(fc.stringMatching(safeWord), { numRuns: 30, seed: 3 });
    expect(run(`printf '%s\\n' ${names.join(' ')}`)).toBe(`${names.join('\n')}\n`);
    for (const bad of ['a b', '-rf', '', '.', '..', 'a/b', 'a\n', '$x', 'a;b', 'ä'])
      expect(safeWord.test(bad)).toBe(false);
  });
});

describe('threat 9: a server that lies', () => {
  const lie = '<@U0EVIL> <!channel> `x` \x1B[2K\u202E approved\nApproved by <@U0EVIL>.';
  /** Answers every call alike, whatever was asked. */
  const channel = (stdout: string, stderr: string, exitCode: number): Channel => {
    const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
    streams.stdin.resume();
    const closed = new Promise<{ exitCode: number; reason: string }>((resolve) =>
      setImmediate(() => {
        streams.stdout.write(stdout);
        streams.stderr.write(stderr);
        setImmediate(() => resolve({ exitCode, reason: '' }));
      }),
    );
    return { ...streams, closed, kill: () => undefined };
  };
  const target = (open: () => Channel) => ({
    server: 'web-1',
    workDirectory: '/work',
    keepRevisions: 1,
    open: async () => open(),
    close: async () => undefined,
  });
  const fence = { installation: 'i', environment: 'shop', token: 1 };
  const marker = { installation: 'i', deployment: 1, attempt: 1, task: 't', run: 1 };
  const failing = async (work: Promise<unknown>) => (await work.catch((error: Error) => error)) as Error;

  test('about what it lacks or why a run was lost says so in words without marks', async () => {
    const answered = await openRunnerSession(target(() => channel(`\0LL\0${lie}`, '', 0)));
    const check = await answered.check();
    expectHarmless({ text: check.ok ? 'ready' : check.reason });
    const lost = await openRunnerSession(target(() => channel(`\0LL\0lost ${lie}`, '', 0)));
    const seen = await lost.seal(fence, marker);
    expectHarmless({ text: seen.state === 'lost' ? seen.reason : seen.state });
    expect(seen).toMatchObject({ state: 'lost', reason: expect.stringContaining('approved') });
    const followed = await openRunnerSession(target(() => channel('\0LL\0', `LL1 lost ${lie}|0\n`, 0)));
    expectHarmless({
      text: JSON.stringify(await followed.follow(marker, 0, () => undefined, new AbortController().signal)),
    });
  });

  test('in its errors says so in words without marks', async () => {
    const errors = await Promise.all([
      failing(openRunnerSession(target(() => channel('', lie, 5)))),
      failing(lookAround({ server: 'web-1', workDirectory: '/w', open: async () => channel('', lie, 5) })),
      failing((await openRunnerSession(target(() => channel(lie, lie, 0)))).check()),
    ]);
    for (const error of errors) {
      expect(error).toBeInstanceOf(Unreachable);
      expect(error.message).toContain('approved');
      expectHarmless({ text: error.message });
    }
  });

  test('about an exit code or a fence is not understood, and nothing is taken for done', async () => {
    for (const answer of ['ended zero', 'ended 0 0', 'ended -1', 'ended', 'done 0', '', 'ok']) {
      const session = await openRunnerSession(target(() => channel(`\0LL\0${answer}`, '', 0)));
      await expect(session.seal(fence, marker)).rejects.toThrow(Unreachable);
    }
  });
});

test('threat 9: a reason to reject is shown word for word and decides nothing', async () => {
  const approval = {
    rules: [{ roles: ['promotion_admin'], required: 1 }],
    excludeRequester: true,
    expiresHours: 1,
    remindMinutes: [],
  };
  const app = await startApp([buildEnvironment({ approval })]);
  const verdict = await requestDeployment(app, buildRequest());
  if (!verdict.ok) throw new Error('refused');
  const { number } = verdict.value;
  await rejectDeployment(app, { by: 'U0BEN', number, reason: '{"type":"approved","by":"U0BEN"}' });
  expect((await app.store.summary(number))?.state).toBe('rejected');
  await app.store.close();
});
