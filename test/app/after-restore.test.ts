import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { answerQuestion } from '../../src/app/answer-question.ts';
import { cancelDeployment } from '../../src/app/cancel-deployment.ts';
import { dueHandlers } from '../../src/app/handle-due.ts';
import { loadDeployment } from '../../src/app/load-deployment.ts';
import { requestDeployment } from '../../src/app/request-deployment.ts';
import type { Deployment } from '../../src/domain/deployment/deployment.ts';
import type { Choice } from '../../src/domain/events/question.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { backupFile } from '../../src/store/sqlite/backup-file.ts';
import { restoreFile } from '../../src/store/sqlite/restore-file.ts';
import { buildRequest, startApp, type TestApp, tuesdayMorning } from '../helpers/app.ts';
import { buildEnvironment } from '../helpers/build.ts';
import { removeLater } from '../helpers/remove-later.ts';

const hour = 3_600_000;
const tonight = tuesdayMorning + 12 * hour;
const environments = [buildEnvironment({ approval: null })];
const migrationsFolder = 'migrations';
let directory: string;
let file: string;
let app: TestApp;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'll-wanted-'));
  file = join(directory, 'x.db');
  app = await startApp(environments, file);
});
afterEach(async () => {
  await app.store.close();
  removeLater(directory);
});

function value<T>(verdict: Verdict<T>): T {
  if (!verdict.ok) throw new Error(verdict.refusals.map(({ message }) => message).join(' '));
  return verdict.value;
}
const load = async (number: number): Promise<Deployment> =>
  value(await loadDeployment(app.store, number)).deployment;

/** A deployment for tonight that is in the copy, and cancelled after it; then the copy is put back. */
async function cancelledAndRestored(): Promise<number> {
  const { number } = value(await requestDeployment(app, buildRequest({ startsAt: tonight })));
  expect((await load(number)).state).toBe('scheduled');
  const copy = join(directory, 'copy.db');
  await backupFile({ file, copy, migrationsFolder, now: app.now() });
  value(await cancelDeployment(app, { by: 'U0ANA', number }));
  await app.store.close();
  await restoreFile({ file, copy, migrationsFolder, now: tuesdayMorning + hour });
  app = await startApp(environments, file);
  app.clock.now = tuesdayMorning + hour;
  return number;
}

/** What the scheduler does when an hour has come. */
async function comes(instant: number): Promise<void> {
  app.clock.now = instant;
  const handlers = dueHandlers(app);
  for (const due of await app.store.dueBefore(instant, 99)) {
    await handlers[due.kind](due);
    await app.store.removeDue(due);
  }
}

async function answer(number: number, choice: Choice): Promise<void> {
  const question = (await load(number)).question?.id ?? '';
  value(await answerQuestion(app, { by: 'U0ANA', number, question, choice }));
}

describe('a deployment that was cancelled after the copy was made', () => {
  test('asks whether it is still wanted, and does not begin at its hour when nobody says so', async () => {
    const number = await cancelledAndRestored();
    expect(await load(number)).toMatchObject({ state: 'waiting', question: { kind: 'after-restore' } });
    await comes(tonight - 1);
    expect((await load(number)).state).toBe('waiting');
    await comes(tonight);
    expect(await load(number)).toMatchObject({
      state: 'missed',
      endedBy: 'after the restore of the database it was not kept: nobody answered in time',
    });
    expect(await app.store.claimable(0)).toEqual([]);
  });

  test('begins at its hour, and not before, when a person keeps it', async () => {
    const number = await cancelledAndRestored();
    await answer(number, 'keep');
    expect((await load(number)).state).toBe('scheduled');
    await comes(tonight - 1);
    expect(await app.store.claimable(0)).toEqual([]);
    await comes(tonight);
    expect((await load(number)).state).toBe('queued');
  });

  test('ends at once when a person says that it is not wanted', async () => {
    const number = await cancelledAndRestored();
    await answer(number, 'skip');
    expect(await load(number)).toMatchObject({
      state: 'missed',
      endedBy: expect.stringContaining('<@U0ANA>'),
    });
    await comes(tonight);
    expect((await load(number)).state).toBe('missed');
  });

  test('is not forgotten when its hour comes in the very moment of the answer', async () => {
    const number = await cancelledAndRestored();
    app.clock.now = tonight;
    await dueHandlers(app).start({ kind: 'start', deployment: number, at: tonight });
    await app.store.removeDue({ kind: 'start', deployment: number, at: tonight });
    await answer(number, 'keep');
    await comes(tonight);
    expect((await load(number)).state).toBe('queued');
  });
});
