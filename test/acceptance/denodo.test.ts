import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type DenodoHouse, startDenodo } from '../../src/sandbox/denodo/start-denodo.ts';
import type { Vdp } from '../../src/sandbox/denodo/start-vdp.ts';
import type { LocalSlack } from '../../src/sandbox/slack/start-slack.ts';
import { type BotProcess, botProcess } from '../helpers/bot-process.ts';
import { removeLater } from '../helpers/remove-later.ts';
import { startWorkspace } from '../helpers/stage.ts';

const channel = 'C0SHOP';
let directory: string;
let house: DenodoHouse;
let slack: LocalSlack;
let bot: BotProcess;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'll-denodo-'));
  const file = join(directory, 'lamplighter.yaml');
  house = await startDenodo(directory);
  const yaml = house.configuration.replaceAll('C0DENODO', channel);
  writeFileSync(file, yaml.replaceAll(/\{ ?env: (\w+) ?\}|env: (\w+)/g, secretFile));
  slack = await startWorkspace();
  bot = botProcess({ directory, configurationFile: file, apiUrl: slack.apiUrl, by: 'socket' });
  await bot.startBot();
});
afterEach(async () => {
  await bot.killBot();
  await slack.close();
  await house.close();
  removeLater(directory);
});

/** The process of a test is given no variables of ours: secrets are files. */
function secretFile(_whole: string, inBraces?: string, plain?: string): string {
  const name = inBraces ?? plain ?? '';
  mkdirSync(join(directory, 'secrets'), { recursive: true });
  writeFileSync(join(directory, 'secrets', name), house.variables[name] ?? '', { mode: 0o600 });
  return inBraces ? `{ file: ./secrets/${name} }` : `file: ./secrets/${name}`;
}

async function request(words: string): Promise<void> {
  const ana = slack.person('U0ANA');
  await ana.types(`/deploy ${words}`, { channel });
  const form = await ana.modal();
  await form.type('Reason', 'the new columns');
  if (form.text().includes('I accept 1 warning')) await form.check('I accept 1 warning');
  expect(await form.submit()).toEqual({ closed: true });
}

const cards = () =>
  slack
    .channel(channel)
    .messages()
    .filter(({ thread }) => thread.length > 0);
const card = (number: number) => {
  const found = cards().find(({ text }) => text.startsWith(`#${number} `));
  if (!found) throw new Error(`there is no card of #${number}`);
  return found;
};
const until = async (number: number, words: string): Promise<void> =>
  void (await slack.until(
    () => cards().some(({ text }) => text.startsWith(`#${number} `) && text.includes(words)),
    40_000,
  ));
const threadOf = (number: number): string =>
  card(number)
    .thread.map(({ text }) => text)
    .join('\n');

async function deployToProduction(number: number, revision: string): Promise<void> {
  await request(`${revision} to denodo-production`);
  await until(number, 'waiting for approval');
  await slack.person('U0BEN').press(card(number), 'Approve');
}

const vdp = (name: string): Vdp => {
  const found = house.vdps.get(name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
};
/** How often each task of a Scheduler was started. */
const startsOn = (name: string): Record<string, number> | undefined => house.schedulers.get(name)?.starts;
const statements = (name: string): string[] => vdp(name).log.map(({ text }) => text);
const times = (name: string, words: string): number =>
  statements(name).filter((text) => text.includes(words)).length;

describe('two clusters, half by half, from /deploy to the backup afterwards', () => {
  test('D-03, D-04, D-06: VQL goes to every server, tasks to the first Scheduler of each cluster, and the Data Catalog follows', async () => {
    await deployToProduction(1, 'customer360@2');
    await until(1, 'done, 3 of 3 servers');
    for (const name of ['vdp-eu-2', 'vdp-eu-1', 'vdp-us-1']) {
      expect(times(name, 'CREATE OR REPLACE VIEW customer AS SELECT id, name, segment')).toBe(1);
      expect(vdp(name).singleUser()).toBeNull();
    }
    for (const name of ['sched-eu', 'sched-us']) expect(startsOn(name)).toEqual({ load_customers: 1 });
    expect(startsOn('sched-stg')).toEqual({});
    expect(house.schedulers.get('sched-us')?.jobs[0]?.definition).toMatchObject({
      dataSource: { connectionURI: '//vdp-us-1:9999/admin' },
    });
    await slack.until(() => threadOf(1).includes('saved as'), 20_000);
    const told = threadOf(1);
    expect(told).toContain(
      'catalog-eu: Data Catalog catalog-eu synchronised: 1 inserted, 0 removed, 0 modified.',
    );
    expect(told.indexOf('catalog-eu:')).toBeLessThan(told.indexOf('eu is back in service'));
    const backup = readFileSync(join(directory, 'data', 'backups', 'denodo-production', '1-1.vql'), 'utf8');
    expect(backup).toContain('CREATE OR REPLACE');
    expect(backup).not.toMatch(/drop/i);
    expect(told + bot.botLog()).not.toContain(house.variables['CRM_PASSWORD_ENC']);
  });

  test('law 12 the first server is restored from the last good backup when its VQL fails, and nothing else is touched', async () => {
    await deployToProduction(1, 'customer360@1');
    await until(1, 'done, 3 of 3 servers');
    vdp('vdp-eu-2').disturb('segment', { error: "View 'segment' not found" });
    await deployToProduction(2, 'customer360@2');
    await until(2, 'failed');
    await slack.until(() => threadOf(2).includes('held out of service'), 20_000);
    expect(threadOf(2)).toMatch(/\*vdp-eu-2\* .*Executed \d of \d+ VQL commands/s);
    expect(times('vdp-eu-2', 'CREATE OR REPLACE VIEW customer AS SELECT id, name FROM')).toBe(2);
    for (const name of ['vdp-eu-1', 'vdp-us-1']) expect(times(name, 'segment')).toBe(0);
    for (const name of ['sched-eu', 'sched-us']) expect(startsOn(name)).toEqual({ load_customers: 1 });
    expect(vdp('vdp-eu-2').singleUser()).toBeNull();
  });

  test('killed in the middle of a script that may be executed again, it does so and says what it found', async () => {
    vdp('vdp-eu-1').disturb('CREATE OR REPLACE VIEW', 'hold');
    await deployToProduction(1, 'customer360@2');
    await slack.until(() => times('vdp-eu-1', 'CREATE OR REPLACE VIEW') === 1, 40_000);
    await bot.killBot();
    vdp('vdp-eu-1').disturb('CREATE OR REPLACE VIEW', null);
    await bot.startBot();
    await until(1, 'done, 3 of 3 servers');
    expect(threadOf(1)).toContain('during vdp-eu-1: VQL of customer360@2');
    expect(times('vdp-eu-2', 'CREATE OR REPLACE VIEW')).toBe(1);
    expect(times('vdp-eu-1', 'CREATE OR REPLACE VIEW')).toBe(2);
  });
});

describe('one cluster with two caches', () => {
  test('D-47a, D-47b, D-47c: every server is swapped to the other cache before its VQL, and the cache is loaded after the first one', async () => {
    await request('customer360@2 to denodo-staging');
    await until(1, 'done, 2 of 2 servers');
    for (const name of ['vdp-stg-1', 'vdp-stg-2']) {
      expect(vdp(name).cacheUrl()).toBe('jdbc:postgresql://cache:5432/cache_b');
      const order = statements(name);
      const swap = order.findIndex((text) => text.includes('ALTER DATASOURCE JDBC vdpcachedatasource'));
      expect(swap).toBeGreaterThan(-1);
      expect(swap).toBeLessThan(order.findIndex((text) => text.includes('CREATE OR REPLACE VIEW')));
    }
    // Once because the revision makes it, and once more because the new cache is loaded.
    expect(startsOn('sched-stg')).toEqual({ load_customers: 2 });
  });

  test('a failed VQL after the swap is swapped back', async () => {
    vdp('vdp-stg-1').disturb('CREATE OR REPLACE VIEW', { error: 'Syntax error' });
    await request('customer360@2 to denodo-staging');
    await until(1, 'failed');
    expect(vdp('vdp-stg-1').cacheUrl()).toBe('jdbc:postgresql://cache:5432/cache_a');
    expect(vdp('vdp-stg-2').cacheUrl()).toBe('jdbc:postgresql://cache:5432/cache_a');
  });
});
