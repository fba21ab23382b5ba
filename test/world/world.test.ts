import { expect, test } from 'vitest';

import {
  type CommandSession,
  type Fence,
  type Marker,
  Unreachable,
  type Work,
} from '../../src/drivers/command.ts';
import type { WorldEvent } from '../../src/world/state.ts';
import { createWorld } from '../../src/world/world.ts';

const marker: Marker = { installation: 'i', deployment: 1, attempt: 1, task: '2-install', run: 1 };
const fence = (token: number): Fence => ({ installation: 'i', environment: 'shop', token });
const step: Work = { kind: 'line', line: 'true', variables: {}, directory: null };
const drain: Work = { kind: 'words', words: ['/lb/drain', 'web-1'], directory: '/' };
const nobody = (): void => undefined;

/** A world whose clock moves only while somebody sleeps in it, or is told to. */
function createTestWorld() {
  const clock = { now: 0 };
  const broken = { back: false };
  const events: WorldEvent[] = [];
  const world = createWorld({
    now: () => clock.now,
    sleep: async (milliseconds, signal) => {
      await Promise.resolve();
      if (!signal.aborted) clock.now += milliseconds;
    },
    fateOf: (_machine, { task }) => ({ durationMs: 100, exitCode: task.includes('dies') ? null : 0 }),
    moveOf: (work) => (work.kind === 'words' ? { to: 'drain', member: work.words[1] ?? '' } : null),
    installedAfter: (_machine, _marker, revision) => revision,
    wire: {
      to: async () => undefined,
      back: async () => {
        if (broken.back) throw new Unreachable('the way back is broken');
      },
    },
    ailmentOf: (machine) => (machine === 'web-9' ? 'its disk is full' : null),
    witness: (event) => void events.push(event),
  });
  const connect = async (server = 'web-1'): Promise<CommandSession> =>
    await world.driver.connect(server, { driver: 'local', workDirectory: '/' }, new AbortController().signal);
  return { world, clock, broken, events, connect };
}

const never = new AbortController().signal;

test('a run that was started under a marker is started once, whoever starts it again', async () => {
  const { connect, events } = createTestWorld();
  const session = await connect();
  expect(await session.start(marker, fence(1), step, nobody, never)).toMatchObject({
    state: 'ended',
    exitCode: 0,
  });
  expect(await session.start(marker, fence(2), step, nobody, never)).toEqual({ state: 'already-started' });
  expect(events.filter(({ type }) => type === 'started')).toHaveLength(1);
});

test('a seal raises the fence before it looks: an older owner starts nothing any more', async () => {
  const { connect } = createTestWorld();
  const session = await connect();
  expect(await session.seal(fence(2), marker)).toEqual({ state: 'never-started' });
  expect(await session.start(marker, fence(1), step, nobody, never)).toEqual({ state: 'fenced', highest: 2 });
  await expect(session.seal(fence(1), marker)).rejects.toThrow('fenced 2');
});

test('a run goes on when whoever started it is gone, and is found as it ended', async () => {
  const { connect, clock } = createTestWorld();
  const gone = new AbortController();
  gone.abort();
  const session = await connect();
  expect(await session.start(marker, fence(1), step, nobody, gone.signal)).toMatchObject({
    state: 'disconnected',
  });
  expect(await session.seal(fence(2), marker)).toEqual({ state: 'running', ageMs: 0 });
  clock.now = 100;
  expect(await session.seal(fence(2), marker)).toEqual({ state: 'ended', exitCode: 0 });
});

test('a lost answer loses only the answer: what was started has begun', async () => {
  const { connect, broken } = createTestWorld();
  const session = await connect();
  broken.back = true;
  expect(await session.start(marker, fence(1), step, nobody, never)).toMatchObject({ state: 'disconnected' });
  broken.back = false;
  expect(await session.seal(fence(1), marker)).toMatchObject({ state: 'running' });
});

test('a run that dies, or is ended from outside, is lost and did nothing', async () => {
  const { connect, world } = createTestWorld();
  const session = await connect();
  await session.push({ name: 'shop', version: '2', digest: 'd', directory: '/' });
  const dies = { ...marker, task: '2-dies' };
  expect(await session.start(dies, fence(1), step, nobody, never)).toMatchObject({ state: 'lost' });
  const gone = new AbortController();
  gone.abort();
  await session.start(marker, fence(1), step, nobody, gone.signal);
  expect(await session.end(marker, 0)).toMatchObject({ state: 'lost' });
  expect(world.installedOn('web-1')).toBeNull();
});

test('a step that ends well leaves what was pushed running there, and a script moves its member', async () => {
  const { connect, world } = createTestWorld();
  const session = await connect();
  await session.push({ name: 'shop', version: '2', digest: 'd', directory: '/' });
  await session.start(marker, fence(1), step, nobody, never);
  expect(await session.ask('cat version', {}, null, 1_000)).toMatchObject({ exitCode: 0, stdout: 'shop@2' });
  const local = await world.openLocalSession(never);
  await local.start({ ...marker, task: '1-disable' }, fence(1), drain, nobody, never);
  expect([world.statusOf('web-1'), world.statusOf('web-2')]).toEqual(['drain', 'up']);
  expect([...world.membersOut()]).toEqual(['web-1']);
});

test('a machine that ails says why', async () => {
  const { connect } = createTestWorld();
  expect(await (await connect('web-9')).check()).toEqual({ ok: false, reason: 'its disk is full' });
  expect(await (await connect()).check()).toEqual({ ok: true });
});
