import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, vi } from 'vitest';

import { foldDeployment } from '../../src/domain/deployment/fold-deployment.ts';
import type { DeploymentEvent, StoredEvent } from '../../src/domain/events/deployment-event.ts';
import { openReadOnly } from '../../src/store/sqlite/open-read-only.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import { checkLog } from '../../src/store/sqlite/verify-file.ts';
import type { Stage } from './stage.ts';
import { timesTold } from './told-servers.ts';

/** The channel in which a stage's environment is deployed. */
const channel = 'C0SHOP';

/** Which deployment of a stage is looked at: its number, what it brings, and what it finds in service. */
export interface Run {
  number: number;
  version: string;
  before: string;
}

const firstRun: Run = { number: 1, version: '2', before: '1' };

/** The install step of `shop@2` that writes down each time it runs, and takes this long. */
export function countedInstall(seconds: number): string {
  return readFileSync('test/fixtures/slow-install.sh', 'utf8').replace('sleep 0.4', `sleep ${seconds}`);
}

/** The same, ending only once its server's gate was opened. */
export function gatedInstall(): string {
  const wait = 'until [ -e "$server/gate" ] || [ ! -e "$server" ]; do sleep 0.05; done';
  return readFileSync('test/fixtures/slow-install.sh', 'utf8').replace('sleep 0.4', wait);
}

/** Lets the gated install of a server end, also one that begins later. */
export function openGate({ fleet }: Stage, server: string): void {
  writeFileSync(join(fleet.directory, server, 'gate'), '');
}

/** Waits until the install step of a server runs. */
export async function untilInstalling(stage: Stage, server: string): Promise<void> {
  await stage.slack.until(() => installsOf(stage.fleet.directory, server) !== '', 60_000);
}

/** Ana asks for `shop@2`; what is left to do is Ben's approval. */
export async function requestShop2(stage: Stage): Promise<void> {
  await requestShop(stage, firstRun);
}

/** Ana asks for a version of `shop`; what is left to do is Ben's approval. */
export async function requestShop(stage: Stage, { version }: Run): Promise<void> {
  const ana = stage.slack.person('U0ANA');
  await ana.types(`/deploy shop@${version} to shop-production`, { channel });
  const form = await ana.modal();
  await form.type('Reason', 'killed on the way');
  await form.submit();
  await stage.cardSays('waiting for approval');
}

/** Asks for `shop@2` and approves it. */
export async function beginShop2(stage: Stage): Promise<void> {
  await requestShop2(stage);
  await stage.slack.person('U0BEN').press(stage.card(), 'Approve');
}

/** Nothing that is in service may be unfinished, at any moment: the old revision, or the new one once install began. */
export async function expectNothingTorn({ fleet }: Stage, run = firstRun): Promise<void> {
  const torn = (await fleet.status()).filter(({ name, revision, balancer }) => {
    const begun = existsSync(join(fleet.directory, name, 'installs'));
    return balancer === 'UP' && revision !== `shop@${begun ? run.version : run.before}`;
  });
  expect(torn, 'in service while unfinished').toEqual([]);
}

/** Waits for the end of the first attempt of the newest deployment, and for its last line. */
export async function untilDone(stage: Stage, timeoutMs = 90_000): Promise<void> {
  const { length } = stage.fleet.servers;
  await stage.cardSays(`done, ${length} of ${length} servers`, timeoutMs);
  const isTold = (): boolean => stage.card().thread.some(({ text }) => text.includes('Attempt 1 in'));
  await stage.slack.until(isTold, timeoutMs);
}

/** By the servers' own files: each serves the new revision, in service, and was installed to exactly once. */
export async function expectEachInstalledOnce({ fleet }: Stage, run = firstRun): Promise<void> {
  const wanted = `shop@${run.version}`;
  for (const { name, revision } of await fleet.status()) {
    expect({ name, revision }).toEqual({ name, revision: wanted });
    expect(installsOf(fleet.directory, name), `installs of ${name}`).toBe(`${wanted}\n`);
  }
  // On a busy machine the balancer may miss an answer and count up again by itself; what is held stays down.
  const notInService = async (): Promise<string[]> =>
    (await fleet.status()).filter(({ balancer }) => balancer !== 'UP').map(({ name }) => name);
  await vi.waitFor(async () => expect(await notInService()).toEqual([]), { timeout: 10_000 });
}

/** What the install step wrote down on a server, a line each time it ran. */
export function installsOf(fleetDirectory: string, server: string): string {
  const file = join(fleetDirectory, server, 'installs');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** One card a deployment, and in the thread of the newest every message once and in the order of what happened. */
export function expectThreadOnceAndInOrder(stage: Stage, { number } = firstRun): void {
  expect(stage.slack.channel(channel).messages()).toHaveLength(number);
  const keys = stage.card().thread.map(({ metadata }) => JSON.stringify(metadata));
  const key = new RegExp(`"thread:${number}:(\\d+)"`);
  const versions = keys.map((text) => Number(key.exec(text)?.[1]));
  expect(versions).toEqual([...new Set(versions)].toSorted((one, other) => one - other));
  const said = threadText(stage);
  expect(said.split('Attempt 1 began')).toHaveLength(2);
  const ends = said
    .split('\n')
    .filter((line) => /\b(is|are) done\b/.test(line))
    .join('\n');
  const names = stage.fleet.servers.map(({ name }) => name);
  expect(names.map((name) => [name, timesTold(ends, name)])).toEqual(names.map((name) => [name, 1]));
}

/** Ben presses a button of the newest card as soon as it stands there: cards are edited every 3 s at most. */
export async function pressOnceThere(stage: Stage, label: string): Promise<void> {
  const hasButton = (): boolean => JSON.stringify(stage.card().blocks).includes(`"text":"${label}"`);
  await stage.slack.until(hasButton, 60_000);
  await stage.slack.person('U0BEN').press(stage.card(), label);
}

/** Everything in the thread of the newest card. */
export function threadText(stage: Stage): string {
  return stage
    .card()
    .thread.map(({ text }) => text)
    .join('\n');
}

/** The events of a deployment as they stand in the database. The bot must have ended. */
export async function eventsOf(stage: Stage, number = 1): Promise<StoredEvent[]> {
  const store = await openSqliteStore({ file: databaseOf(stage), migrationsFolder: 'migrations' });
  const events = await store.eventsAfter(number, 0);
  await store.close();
  return events;
}

/** Where the bot of a stage keeps what it knows. */
export function databaseOf({ directory }: Pick<Stage, 'directory'>): string {
  return join(directory, 'data', 'lamplighter.db');
}

/** The record says that all went well, and every task that was begun has exactly one end. The bot must have ended. */
export async function expectTrueRecord(stage: Stage): Promise<void> {
  expectAllEndedOnce(await eventsOf(stage));
}

/** The same of one deployment while the bot goes on, and that the whole log is unbroken; answers its events. */
export function expectTrueRecordSoFar(stage: Stage, { number }: Run): StoredEvent[] {
  const client = openReadOnly(databaseOf(stage), 'migrations');
  try {
    checkLog(client, databaseOf(stage));
    const events = client
      .prepare<[number], { version: number; at: number; data: string }>(
        'SELECT version, at, data FROM events WHERE deployment = ? ORDER BY version',
      )
      .all(number)
      .map(({ data, ...row }) => ({
        ...row,
        deployment: number,
        event: JSON.parse(data) as DeploymentEvent,
      }));
    expectAllEndedOnce(events);
    return events;
  } finally {
    client.close();
  }
}

function expectAllEndedOnce(events: StoredEvent[]): void {
  expect(foldDeployment(events)?.state).toBe('ok');
  const intents = events.flatMap(({ event }) => (event.type === 'task_intended' ? [event.task] : []));
  const ends = events.flatMap(({ event }) => (event.type === 'task_ended' ? [event.task] : []));
  expect(new Set(ends)).toEqual(new Set(intents));
  expect(ends).toHaveLength(new Set(ends).size);
}
