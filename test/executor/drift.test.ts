import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Environment } from '../../src/domain/configured/environment.ts';
import { buildSingleCluster } from '../helpers/build.ts';
import { type Engine, eventually, openEngine, statesOf } from '../helpers/engine.ts';
import { ended } from '../helpers/world.ts';

let engine: Engine;

beforeEach(async () => {
  engine = await openEngine();
});
afterEach(async () => await engine.close());

const environmentWith = (drift: Environment['drift']): Environment =>
  buildSingleCluster(['web-1', 'web-2'], { drift, readBack: { run: 'cat REVISION', timeoutSeconds: 5 } });

/** A deployment that leaves shop@2 on both servers; both say shop@1 ever after. */
async function leaveAnotherVersion(drift: Environment['drift']): Promise<number> {
  engine.start();
  for (const name of ['web-1', 'web-2'])
    engine.world.when(`${name} read-back`, () => ({ ...ended('ok'), readBack: 'shop@2' }));
  await engine.until(await engine.request(environmentWith(drift)), ['ok']);
  engine.world.done.length = 0;
  return await engine.request(environmentWith(drift));
}

describe('a server that runs something else than the last deployment left there', () => {
  const sentence = 'web-1 runs `shop@1`, and the last deployment left `shop@2` there';

  test('ask: is asked about before anything of its group is touched, and Resume goes on', async () => {
    const number = await leaveAnotherVersion('ask');
    const { question } = await engine.until(number, ['waiting']);
    expect(question).toMatchObject({
      kind: 'drift',
      text: `${sentence}. Nothing of this group was touched.`,
      choices: ['resume', 'stop'],
      defaultChoice: 'stop',
    });
    expect(engine.world.done).toEqual([]);
    await engine.answer(number, 'resume');
    await eventually(async () => (await engine.load(number)).run?.servers.get('web-1')?.state === 'ok');
    const second = await engine.until(number, ['waiting']);
    expect(second.question?.text).toContain('web-2 runs');
    await engine.answer(number, 'resume');
    expect(statesOf(await engine.until(number, ['ok']))).toEqual({ 'web-1': 'ok', 'web-2': 'ok' });
  });

  test('ask: Stop here leaves everything as it was', async () => {
    const number = await leaveAnotherVersion('ask');
    await engine.until(number, ['waiting']);
    await engine.answer(number, 'stop');
    expect(statesOf(await engine.until(number, ['error']))).toEqual({
      'web-1': 'skipped',
      'web-2': 'skipped',
    });
    expect(engine.world.done).toEqual([]);
  });

  test('law 4: what cannot be reached any more when the answer comes is not taken out', async () => {
    const number = await leaveAnotherVersion('ask');
    await engine.until(number, ['waiting']);
    engine.world.unreachable.add('web-1');
    await engine.answer(number, 'resume');
    const deployment = await engine.until(number, ['error']);
    expect(statesOf(deployment)).toEqual({ 'web-1': 'preflight_failed', 'web-2': 'skipped' });
    expect(engine.world.done).toEqual([]);
  });

  test('ask: something else again is asked about again, and what was let pass is not', async () => {
    const number = await leaveAnotherVersion('ask');
    const { question } = await engine.until(number, ['waiting']);
    const inspect = engine.world.system.inspect.bind(engine.world.system);
    engine.world.system.inspect = async (...asked) => ({ ...(await inspect(...asked)), readBack: 'shop@9' });
    await engine.answer(number, 'resume');
    await eventually(async () => {
      const next = (await engine.load(number)).question;
      return next !== null && next.id !== question?.id;
    });
    expect((await engine.load(number)).question?.text).toContain('web-1 runs `shop@9`');
    expect(engine.world.done).toEqual([]);
  });

  test('stop: is not begun, and the reason names both', async () => {
    const number = await leaveAnotherVersion('stop');
    const deployment = await engine.until(number, ['error']);
    expect(deployment.run?.servers.get('web-1')).toMatchObject({
      state: 'preflight_failed',
      message: sentence,
    });
    expect(engine.world.done).toEqual([]);
  });

  test('warn: is told, and deployed to', async () => {
    const number = await leaveAnotherVersion('warn');
    await engine.until(number, ['ok']);
    const found = (await engine.events(number)).flatMap((event) =>
      event.type === 'group_checked' ? (event.drift ?? []) : [],
    );
    expect(found).toEqual([
      { server: 'web-1', recorded: 'shop@2', found: 'shop@1' },
      { server: 'web-2', recorded: 'shop@2', found: 'shop@1' },
    ]);
  });

  test('is not looked for where nobody asked for it', async () => {
    const number = await leaveAnotherVersion(null);
    await engine.until(number, ['ok']);
    expect((await engine.events(number)).some((event) => 'drift' in event)).toBe(false);
  });
});

test('a server whose deployment was cut short is compared with nothing: nobody can say what runs there', async () => {
  engine.start();
  for (const name of ['web-1', 'web-2'])
    engine.world.when(`${name} read-back`, () => ({ ...ended('ok'), readBack: 'shop@2' }));
  await engine.until(await engine.request(environmentWith('stop')), ['ok']);
  engine.world.when('web-1 install', () => ended('error'));
  await engine.until(await engine.request(environmentWith(null), ['web-1']), ['error']);
  expect((await engine.store.records('shop')).map(({ server, readBack }) => [server, readBack])).toEqual([
    ['web-1', null],
    ['web-2', 'shop@2'],
  ]);
  const again = await engine.until(await engine.request(environmentWith('stop'), ['web-1']), ['ok', 'error']);
  expect(again.state).toBe('ok');
});
