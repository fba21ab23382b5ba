import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { Database } from '../../src/store/sqlite/driver.ts';
import { setStage, type Stage } from '../helpers/stage.ts';

let stage: Stage;
let written: string;

beforeAll(async () => {
  stage = await setStage({
    onThisMachine: true,
    clusters: [
      { name: 'north', servers: ['web-1'] },
      { name: 'south', servers: ['web-2'] },
    ],
  });
  written = readFileSync(stage.configurationFile, 'utf8');
  await stage.startBot();
});
afterAll(async () => await stage.close());

async function reload(yaml: string, untilLogged: string): Promise<void> {
  const before = stage.botLog().length;
  writeFileSync(stage.configurationFile, yaml);
  stage.signalBot('SIGHUP');
  await expect
    .poll(() => stage.botLog().slice(before), { timeout: 10_000, interval: 20 })
    .toContain(untilLogged);
}

async function planSays(): Promise<string> {
  const ana = stage.slack.person('U0ANA');
  await ana.types('/deploy shop@2 to shop-production', { channel: 'C0SHOP' });
  const form = await ana.modal();
  const text = form.text();
  await form.dismiss();
  return text;
}

test('SIGHUP puts a changed file in force, and writes down which environments it changed', async () => {
  expect(await planSays()).not.toContain('switched off');
  await reload(written.replace('enabled: true', 'enabled: false'), 'was read anew and is in force');
  expect(await planSays()).toContain('Deployments are switched off');
  const database = new Database(join(stage.directory, 'data', 'lamplighter.db'), { readonly: true });
  const trail = database.prepare('SELECT environment, type FROM environment_events').all();
  database.close();
  expect(trail).toEqual([{ environment: 'shop-production', type: 'reconfigured' }]);
});

test('a file with a fault changes nothing, and the log names the fault with its place', async () => {
  await reload(written.replace('enabled: true', 'enabld: true'), 'the configuration stays as it was');
  expect(stage.botLog()).toMatch(
    /lamplighter\.yaml:\d+:\d+ .*enabld: unknown key; did you mean \\"enabled\\"/,
  );
  expect(await planSays()).toContain('Deployments are switched off');
  await reload(written, 'was read anew and is in force');
  expect(await planSays()).not.toContain('switched off');
});

test('a reload asks at once for what was approved under another plan, and so does a start after the file was changed', async () => {
  const { slack } = stage;
  const ana = slack.person('U0ANA');
  const ben = slack.person('U0BEN');
  await ana.types('/deploy shop@2 to shop-production in 100 hours', { channel: 'C0SHOP' });
  const form = await ana.modal();
  await form.type('Reason', 'next week');
  await form.submit();
  await stage.cardSays('waiting for approval');
  await ben.press(stage.card(), 'Approve');
  await stage.cardSays('scheduled');
  const longer = written.replace('expiresHours: 72', 'expiresHours: 48');
  await reload(longer, 'was read anew and is in force');
  await stage.cardSays('waiting for approval');
  await ben.press(stage.card(), 'Approve');
  const difference = await ben.modal();
  expect(difference.text()).toMatch(/72.*48/);
  await difference.submit();
  await stage.cardSays('scheduled');
  await stage.killBot();
  writeFileSync(stage.configurationFile, written);
  await stage.startBot();
  await stage.cardSays('waiting for approval');
});
