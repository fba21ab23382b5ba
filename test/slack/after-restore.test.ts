import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, expect, test } from 'vitest';

import type { DeploymentEvent } from '../../src/domain/events/deployment-event.ts';
import { passBy } from '../../src/domain/fault-point.ts';
import { planHash } from '../../src/domain/plan/plan-hash.ts';
import { type LocalSlack, startSlack } from '../../src/sandbox/slack/start-slack.ts';
import { slackPace, startOutbox } from '../../src/slack/outbox/outbox.ts';
import { startTelling } from '../../src/slack/outbox/telling.ts';
import { backupFile } from '../../src/store/sqlite/backup-file.ts';
import { Database } from '../../src/store/sqlite/driver.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import { restoreFile } from '../../src/store/sqlite/restore-file.ts';
import type { Store } from '../../src/store/store.ts';
import { change, create, requested } from '../contract/store-samples.ts';
import { buildEnvironment, buildPlan } from '../helpers/build.ts';
import { removeLater } from '../helpers/remove-later.ts';
import { nameless, sendAll } from '../helpers/speaking-bot.ts';

const plan = buildPlan(buildEnvironment());
const hash = planHash(plan);
const pace = { ...slackPace, betweenPosts: 0, betweenEdits: 0, betweenEditsOfOneCard: 0 };
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
let directory: string;
let file: string;
let slack: LocalSlack;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'll-after-restore-'));
  file = join(directory, 'x.db');
  slack = await startSlack({
    botToken: 'xoxb-1',
    appToken: 'xapp-1',
    people: [{ id: 'U0ANA', name: 'ana' }],
    channels: [{ id: 'C0DEPLOY', name: 'deploy' }],
  });
});
afterEach(async () => {
  await slack.close();
  removeLater(directory);
});

/** The part of the bot that speaks, for as long as the work takes. */
async function speaking(work: (store: Store) => Promise<void>): Promise<void> {
  const store = await openSqliteStore({ file, migrationsFolder: 'migrations' });
  const client = new WebClient('xoxb-1', { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  const needs = { store, now: Date.now, log, reach: passBy };
  const outbox = startOutbox({ ...needs, client, pace, adminChannel: () => null, gate: sendAll });
  const telling = startTelling({ ...needs, nameOf: nameless, breathMs: 0 }, outbox);
  await work(store);
  await telling.stop();
  await outbox.stop();
  await store.close();
}

const texts = () => {
  const [card] = slack.channel('C0DEPLOY').messages();
  return [card?.text ?? '', ...(card?.thread ?? []).map(({ text }) => text)];
};
const tellsOf = async (words: RegExp): Promise<void> => {
  await slack.until(() => texts().some((text) => words.test(text)));
};

test('what Slack was told after the copy was made is not told twice, and the thread learns of the restore', async () => {
  const cancelled: DeploymentEvent = { type: 'cancelled', by: 'U0ANA' };
  const store = await openSqliteStore({ file, migrationsFolder: 'migrations' });
  const events: [DeploymentEvent] = [requested({ planHash: hash })];
  const number = await create(store, { environment: 'shop', plan, planHash: hash, events });
  await store.close();
  // Everything is told, but the copy becomes one in which the card and the first line still have to be posted.
  await speaking(async () => await tellsOf(/Requested by/));
  const copy = join(directory, 'copy.db');
  await backupFile({ file, copy, migrationsFolder: 'migrations', now: Date.now() });
  const byHand = new Database(copy);
  byHand.exec("UPDATE messages SET state = 'wanted', ts = NULL, said_digest = NULL");
  byHand.close();
  await speaking(async (running) => {
    await running.commit(change(number, [cancelled]));
    await tellsOf(/Cancelled by/);
  });
  await restoreFile({ file, copy, migrationsFolder: 'migrations', now: Date.now() });
  await speaking(async () => await tellsOf(/The database was restored/));
  expect(
    slack
      .channel('C0DEPLOY')
      .messages()
      .filter(({ text }) => text.startsWith('#')),
  ).toHaveLength(1);
  const said = texts();
  expect(said[0]).toContain('waiting for approval');
  expect(said.slice(1).map((text) => text.split(/[.\n]/)[0])).toEqual([
    'Requested by <@U0ANA>',
    'Cancelled by <@U0ANA> before it began',
    expect.stringMatching(/^The database was restored from a copy made /),
  ]);
});
