import { beforeEach, describe, expect, test } from 'vitest';

import { answerByDefault, answerQuestion } from '../../src/app/answer-question.ts';
import { cancelDeployment } from '../../src/app/cancel-deployment.ts';
import { haltEverything } from '../../src/app/halt-everything.ts';
import { loadDeployment } from '../../src/app/load-deployment.ts';
import { pauseDeployment, resumeDeployment } from '../../src/app/pause-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import { stopDeploymentNow } from '../../src/app/stop-deployment-now.ts';
import type { Deployment } from '../../src/domain/deployment/deployment.ts';
import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import type { Question } from '../../src/domain/events/question.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { sayHalted } from '../../src/wording/outcome.ts';
import { buildRequest, startApp, type TestApp } from '../helpers/app.ts';
import { buildEnvironment } from '../helpers/build.ts';

const by = 'U0ANA';
const minute = 60_000;
let app: TestApp;

beforeEach(async () => {
  app = await startApp([buildEnvironment(), buildEnvironment({ name: 'cellar' })]);
});

function value<T>(verdict: Verdict<T>): T {
  if (!verdict.ok) throw new Error(verdict.refusals.map(({ message }) => message).join(' '));
  return verdict.value;
}
const sentence = (verdict: Verdict<unknown>): string =>
  verdict.ok ? '' : verdict.refusals.map(({ message, wayOut }) => `${message} ${wayOut}`).join(' ');
const load = async (number: number): Promise<Deployment> =>
  value(await loadDeployment(app.store, number)).deployment;
const answers = async (number: number) =>
  (await app.store.eventsAfter(number, 0)).flatMap(({ event }) =>
    event.type === 'question_answered' ? [event] : [],
  );
const types = async (number: number): Promise<string[]> =>
  (await app.store.eventsAfter(number, 0)).map(({ event }) => event.type);

/** A deployment that runs, with what happened to it so far. */
async function running(environment = 'shop', ...more: DeploymentEvent[]): Promise<number> {
  const { number } = value(await requestDeployment(app, buildRequest({ environment })));
  const claim = { deployment: number, holder: 'test', at: app.now(), staleBefore: 0 };
  const fence = (await app.store.claim(claim))?.fence ?? 0;
  await app.store.commit({
    deployment: number,
    expectedVersion: null,
    fence,
    at: app.now(),
    events: [{ type: 'attempt_started', attempt: 1, servers: ['web-1', 'web-2'], fence }, ...more],
  });
  return number;
}

const question: Question = {
  id: 'failed-step-3-1',
  kind: 'failed-step',
  text: 'web-1: step install ended with exit code 3.',
  task: 3,
  group: null,
  server: 'web-1',
  choices: ['retry', 'skip', 'roll-back', 'stop'],
  defaultChoice: 'skip',
  deadlineAt: 0,
};
const asked = (): DeploymentEvent => ({
  type: 'question_asked',
  question: { ...question, deadlineAt: app.now() + 30 * minute },
});

describe('Pause and Resume', () => {
  test('are for whoever may deploy there, and say who came first', async () => {
    const number = await running();
    value(await pauseDeployment(app, { by, number }));
    expect((await load(number)).state).toBe('paused');
    app.clock.now += minute;
    expect(sentence(await pauseDeployment(app, { by: 'U0BEN', number }))).toBe(
      '#1 was already paused by <@U0ANA> at 17 Nov 2026 09:00 Europe/Madrid. See `/deploy show 1`.',
    );
    expect(sentence(await resumeDeployment(app, { by: 'U0EVE', number }))).toContain('You may not decide');
    value(await resumeDeployment(app, { by: 'U0BEN', number }));
    expect((await load(number)).state).toBe('running');
    expect(sentence(await resumeDeployment(app, { by, number }))).toContain('#1 is not paused');
  });

  test('are refused where nothing runs, with the way out', async () => {
    const { number } = value(await requestDeployment(app, buildRequest()));
    expect(sentence(await pauseDeployment(app, { by, number }))).toBe(
      '#1 has not begun. `/deploy cancel 1` cancels it.',
    );
    value(await cancelDeployment(app, { by, number }));
    expect(sentence(await pauseDeployment(app, { by, number }))).toContain(
      '#1 has already ended: cancelled.',
    );
  });

  test('are not lost by an answer to a question', async () => {
    const number = await running('shop', asked());
    value(await pauseDeployment(app, { by, number }));
    expect((await load(number)).state).toBe('waiting');
    value(await answerQuestion(app, { by, number, question: question.id, choice: 'retry' }));
    expect((await load(number)).state).toBe('paused');
    expect(await app.store.summary(number)).toMatchObject({ state: 'paused' });
  });
});

describe('Stop now', () => {
  test('needs a reason, is one however often it is pressed, and comes after a gentle stop', async () => {
    const number = await running();
    expect(sentence(await stopDeploymentNow(app, { by, number, reason: '  ' }))).toBe(
      'A reason is missing. Say in a sentence why it is stopped.',
    );
    value(await cancelDeployment(app, { by: 'U0BEN', number }));
    value(await stopDeploymentNow(app, { by, number, reason: 'it eats the disk' }));
    expect(sentence(await stopDeploymentNow(app, { by: 'U0BEN', number, reason: 'me too' }))).toContain(
      '#1 was already stopped at once by <@U0ANA>',
    );
    expect(sentence(await cancelDeployment(app, { by: 'U0BEN', number }))).toContain(
      '#1 was already stopped by <@U0ANA>',
    );
    expect((await types(number)).filter((type) => type.startsWith('stop_'))).toEqual([
      'stop_requested',
      'stop_now_requested',
    ]);
  });

  test.each([
    ['Stop after this server', async (number: number) => await cancelDeployment(app, { by, number })],
    ['Stop now', async (number: number) => await stopDeploymentNow(app, { by, number, reason: 'wrong' })],
  ])('%s answers the open question', async (_name, stop) => {
    const number = await running('shop', asked());
    value(await stop(number));
    expect((await load(number)).question).toBeNull();
    expect((await answers(number)).map(({ choice }) => choice)).toEqual(['stop']);
    app.clock.now += 31 * minute;
    await answerByDefault(app, number);
    expect((await types(number)).filter((type) => type === 'question_answered')).toHaveLength(1);
  });
});

describe('an answer', () => {
  test('is taken once; who comes later is told by whom, when and what', async () => {
    const number = await running('shop', asked());
    value(await answerQuestion(app, { by, number, question: question.id, choice: 'roll-back' }));
    const late = await answerQuestion(app, { by: 'U0BEN', number, question: question.id, choice: 'retry' });
    expect(sentence(late)).toBe(
      '#1 was already answered with "Roll this server back" by <@U0ANA> at 17 Nov 2026 09:00 Europe/Madrid. See `/deploy show 1`.',
    );
  });

  test('by default is taken at the deadline', async () => {
    const number = await running('shop', asked());
    await answerByDefault(app, number);
    expect((await load(number)).state).toBe('waiting');
    app.clock.now += 31 * minute;
    await answerByDefault(app, number);
    expect(await answers(number)).toMatchObject([{ by: 'system', choice: 'skip' }]);
  });
});

describe('/deploy halt', () => {
  test('locks what the person may lock, pauses what runs there, and asked twice it is one', async () => {
    const number = await running();
    const queued = value(await requestDeployment(app, buildRequest())).number;
    expect(value(await haltEverything(app, { by: 'U0BEN', reason: 'payments are down' }))).toEqual({
      locked: ['shop', 'cellar'],
      paused: [number],
    });
    expect((await app.store.locks()).map(({ environment }) => environment)).toEqual(['cellar', 'shop']);
    expect((await load(number)).state).toBe('paused');
    expect((await load(queued)).state).toBe('queued');
    value(await haltEverything(app, { by: 'U0BEN', reason: 'payments are down' }));
    expect((await types(number)).filter((type) => type === 'paused')).toHaveLength(1);
  });

  test('is refused to whoever may lock nothing, and without a reason', async () => {
    expect(sayHalted({ locked: ['shop'], paused: [] })).toBe(
      'Locked: `shop`. Nothing was running there. Unlock each to go on.',
    );
    expect(sayHalted({ locked: ['shop'], paused: [7] })).toContain('Unlock each and resume each to go on.');
    expect(sentence(await haltEverything(app, { by: 'U0EVE', reason: 'x' }))).toContain('You may not lock');
    expect(sentence(await haltEverything(app, { by, reason: '' }))).toContain('A reason is missing.');
    expect(await app.store.locks()).toEqual([]);
  });
});
