import { afterEach, beforeEach, expect, test } from 'vitest';

import { buildSingleCluster } from '../helpers/build.ts';
import { type Engine, openEngine } from '../helpers/engine.ts';
import { ended } from '../helpers/world.ts';

let engine: Engine;
beforeEach(async () => {
  engine = await openEngine();
});
afterEach(async () => await engine.close());

const lines = (count: number): string[] => Array.from({ length: count }, (_, index) => `line ${index + 1}`);

/** Lets the first server fail, and answers what is kept of it. */
async function fail(outcome: { lastLines: string[]; output?: string }): Promise<string | null> {
  const number = await engine.request(buildSingleCluster(['web-1', 'web-2']));
  engine.world.when('web-1 install', () => ({ ...ended('error'), ...outcome }));
  engine.start();
  await engine.until(number, ['error']);
  const failed = (await engine.events(number)).find(
    (event) => event.type === 'task_ended' && event.state === 'error',
  );
  if (failed?.type !== 'task_ended') throw new Error('no task failed');
  return await engine.store.output({ deployment: number, attempt: 1, task: failed.task, run: failed.run });
}

test('all that a failed task printed is kept beside its last lines', async () => {
  const output = lines(900).join('\n');
  expect(await fail({ lastLines: lines(900).slice(-200), output })).toBe(output);
});

test('of a system that knows no more than the last lines these are kept', async () => {
  expect(await fail({ lastLines: lines(45) })).toBe(lines(45).join('\n'));
});

test('nothing is kept where the lines that the thread says are all of it', async () => {
  expect(await fail({ lastLines: lines(20), output: `${lines(20).join('\n')}\n` })).toBeNull();
});

test('it is kept before the failure is told, so that whoever tells it finds it', async () => {
  const order: string[] = [];
  const own = { ...engine.store };
  engine.store.keepOutput = async (...given) => {
    order.push('kept');
    await own.keepOutput(...given);
  };
  engine.store.commit = async (change) => {
    order.push(...change.events.flatMap((event) => (event.type === 'task_ended' ? [event.state] : [])));
    return await own.commit(change);
  };
  await fail({ lastLines: [], output: lines(30).join('\n') });
  expect(order).toEqual(['ok', 'kept', 'error']);
});
