import { EventEmitter, once } from 'node:events';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { cancelDeployment } from '../../src/app/cancel-deployment.ts';
import type { AppNeeds } from '../../src/app/needs.ts';
import { pauseDeployment } from '../../src/app/pause-deployment.ts';
import { keepOut, putBackInService } from '../../src/app/put-back-in-service.ts';
import { stopDeploymentNow } from '../../src/app/stop-deployment-now.ts';
import { foldDeployment } from '../../src/domain/deployment/fold-deployment.ts';
import { factsOf } from '../../src/progress/facts.ts';
import { deploymentCard } from '../../src/slack/card/card.ts';
import { threadLine } from '../../src/wording/thread-line.ts';
import { startApp } from '../helpers/app.ts';
import { buildPlan, buildSingleCluster } from '../helpers/build.ts';
import { type Engine, eventually, openEngine } from '../helpers/engine.ts';
import { ended } from '../helpers/world.ts';

let engine: Engine;
let app: AppNeeds;
const by = 'U0ANA';
const environment = buildSingleCluster(['web-1', 'web-2', 'web-3']);

beforeEach(async () => {
  engine = await openEngine();
  const other = await startApp([environment]);
  await other.store.close();
  app = { ...other, store: engine.store };
});
afterEach(async () => await engine.close());

const services = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await engine.store.members('shop')).map(({ member, inService }) => [member, inService]),
  );
const sentence = (verdict: Awaited<ReturnType<typeof putBackInService>>): string =>
  verdict.ok ? '' : verdict.refusals.map(({ message }) => message).join(' ');

/** What the thread said last. */
async function lastLine(number: number): Promise<string> {
  const events = await engine.store.eventsAfter(number, 0);
  const plan = buildPlan(environment);
  const fact = factsOf(plan, events).at(-1);
  return fact ? threadLine(plan, fact, String) : '';
}

/** Another deployment takes web-1, and just before that somebody wants it back. Answers the other one. */
async function putBackWhileItIsTakenOut(number: number): Promise<number> {
  const gate = new EventEmitter();
  engine.world.when('disable web-1', async () => {
    await once(gate, 'open');
    return ended('ok');
  });
  const other = await engine.request(environment, ['web-1']);
  await eventually(() => engine.world.done.filter((entry) => entry === 'disable web-1').length === 2);
  expect((await putBackInService(app, { by, number, member: 'web-1' })).ok).toBe(true);
  gate.emit('open');
  return other;
}

/** A deployment that failed on its first server, which is held. */
async function failed(): Promise<number> {
  engine.world.when('web-1 install', () => ended('error'));
  const number = await engine.request(environment);
  await engine.until(number, ['error']);
  return number;
}

describe('Put back in service', () => {
  test('enables the held member, and the deployment is then what it was', async () => {
    engine.start();
    const number = await failed();
    expect(await services()).toEqual({ 'web-1': 'held' });
    expect((await putBackInService(app, { by, number, member: 'web-1' })).ok).toBe(true);
    const deployment = await engine.until(number, ['error']);
    expect(engine.world.done).toEqual(['disable web-1', 'web-1 install', 'enable web-1']);
    expect(await services()).toEqual({ 'web-1': 'yes' });
    expect(deployment.endedBy).toBe('onServerFailure: stop');
    expect(sentence(await putBackInService(app, { by, number, member: 'web-1' }))).toBe(
      'web-1 is not held by #1 any more.',
    );
  });

  test('leaves nothing to pause, to stop or to cancel meanwhile, on the card or by command', async () => {
    const gate = new EventEmitter();
    engine.start();
    const number = await failed();
    engine.world.when('enable web-1', async () => {
      await once(gate, 'open');
      return ended('ok');
    });
    expect((await putBackInService(app, { by, number, member: 'web-1' })).ok).toBe(true);
    await eventually(() => engine.world.done.includes('enable web-1'));
    const attempts = [
      await pauseDeployment(app, { by, number }),
      await stopDeploymentNow(app, { by, number, reason: 'why not' }),
      await cancelDeployment(app, { by, number }),
    ];
    const deployment = foldDeployment(await engine.store.eventsAfter(number, 0));
    gate.emit('open');
    await engine.until(number, ['error']);
    if (!deployment) throw new Error('there is no deployment');
    expect(deployment.state).toBe('running');
    const card = JSON.stringify(deploymentCard(deployment, buildPlan(environment), []));
    expect(card).toContain('Details');
    expect(card).not.toMatch(/"(Pause|Stop now|Stop after this server|Cancel)"/);
    const why = 'has ended, and web-1 is being put back into service.';
    for (const verdict of attempts)
      expect(verdict.ok ? '' : verdict.refusals.map(({ message }) => message).join()).toBe(`#1 ${why}`);
  });

  test('is probed after a crash and not done twice', async () => {
    engine.start(100);
    const number = await failed();
    engine.world.when('enable web-1', () => ({ state: 'interrupted', reason: 'the process died' }));
    await putBackInService(app, { by, number, member: 'web-1' });
    await engine.until(number, ['error']);
    expect(engine.world.done.filter((entry) => entry === 'enable web-1')).toHaveLength(1);
    expect(await services()).toEqual({ 'web-1': 'yes' });
  });

  test('that fails leaves it held, and says why', async () => {
    engine.start();
    const number = await failed();
    engine.world.when('enable web-1', () => ended('error', 'enable.sh ended with exit code 1'));
    await putBackInService(app, { by, number, member: 'web-1' });
    await engine.until(number, ['running', 'error']);
    await engine.until(number, ['error']);
    const [member] = await engine.store.members('shop');
    expect(member).toMatchObject({
      inService: 'held',
      reason: 'it could not be put back into the load balancer: enable.sh ended with exit code 1',
    });
  });

  test('works in a locked environment, and waits for whatever runs there', async () => {
    engine.start();
    const number = await failed();
    engine.world.hangs('web-2 install');
    const other = await engine.request(environment, ['web-2']);
    await eventually(() => engine.world.done.includes('web-2 install'));
    const lock = { environment: 'shop', by, reason: 'wait', since: 1 };
    await engine.store.lockEnvironment(lock);
    await putBackInService(app, { by, number, member: 'web-1' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(engine.world.done).not.toContain('enable web-1');
    await engine.decide(other, { type: 'stop_now_requested', by, reason: 'enough' });
    await engine.until(other, ['cancelled']);
    await engine.until(number, ['error']);
    await eventually(async () => (await services())['web-1'] === 'yes');
    expect(engine.world.done).toContain('enable web-1');
  });

  test('waits for what runs there also when the process that ran it has died', async () => {
    const first = engine.start(100);
    const number = await failed();
    engine.world.hangs('web-2 install');
    const other = await engine.request(environment, ['web-2']);
    await eventually(() => engine.world.done.includes('web-2 install'));
    await putBackInService(app, { by, number, member: 'web-1' });
    await first.stop();
    engine.start(100);
    await engine.until(number, ['error']);
    await engine.until(other, ['ok']);
    expect(engine.world.done.slice(-2)).toEqual(['enable web-2', 'enable web-1']);
  });

  test('is void where another deployment holds the member by the time it is its turn, and the thread says so', async () => {
    engine.start();
    const number = await failed();
    engine.world.when('web-1 install', () => ended('error'));
    const other = await putBackWhileItIsTakenOut(number);
    await engine.until(other, ['error']);
    await engine.until(number, ['error']);
    expect(engine.world.done).not.toContain('enable web-1');
    expect(await services()).toEqual({ 'web-1': 'held' });
    expect(await lastLine(number)).toMatch(
      /^web-1 was not put back: meanwhile #2 holds it, because web-1 did not finish\.$/,
    );
  });

  test('does nothing where another deployment has put the member back meanwhile', async () => {
    engine.start();
    const number = await failed();
    const other = await putBackWhileItIsTakenOut(number);
    await engine.until(other, ['ok']);
    await engine.until(number, ['error']);
    expect(engine.world.done.filter((entry) => entry === 'enable web-1')).toHaveLength(1);
    expect(await lastLine(number)).toBe('Nothing was done to put web-1 back: it is in service again.');
  });

  test('is only for those who may operate the deployment, and only once it has ended', async () => {
    engine.start();
    const number = await failed();
    expect(sentence(await putBackInService(app, { by: 'U0EVE', number, member: 'web-1' }))).toContain(
      'You may not decide about #1',
    );
    expect(sentence(await putBackInService(app, { by, number, member: 'web-2' }))).toContain(
      'is not held by',
    );
    expect(await services()).toEqual({ 'web-1': 'held' });
  });
});

test('Keep out is written once, with who and when, and can be taken back', async () => {
  engine.start();
  const number = await failed();
  expect((await keepOut(app, { by, number, member: 'web-1' })).ok).toBe(true);
  expect((await engine.load(number)).run?.keptOut.get('web-1')).toMatchObject({ by });
  expect(sentence(await keepOut(app, { by: 'U0BEN', number, member: 'web-1' }))).toContain(
    '#1 was already told to keep web-1 out by <@U0ANA>',
  );
  await putBackInService(app, { by, number, member: 'web-1' });
  await engine.until(number, ['error']);
  expect((await engine.load(number)).run?.keptOut.size).toBe(0);
});
