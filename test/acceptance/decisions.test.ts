import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, test } from 'vitest';

import { findHaproxy } from '../../src/sandbox/fleet/haproxy.ts';
import { hasSshd } from '../helpers/sshd.ts';
import { setStage, type Stage } from '../helpers/stage.ts';

const channel = 'C0SHOP';
const present = hasSshd() && findHaproxy() !== null;
if (process.env['CI'] === 'true' && !present)
  throw new Error('haproxy is not installed, and with CI=true nothing is skipped');

let stage: Stage;

const plain = '{ id: install, run: "sh ./install.sh", kind: apply }';

/** Two clusters of one server; the install step is the one given. */
async function set(install: string): Promise<void> {
  stage = await setStage({
    clusters: [
      { name: 'north', servers: ['web-1'] },
      { name: 'south', servers: ['web-2'] },
    ],
    configure: (yaml) => yaml.replace(plain, () => install),
  });
  await stage.startBot();
}

/** Runs until it is ended, with a process of its own that must not stay behind. */
const endless = `{ id: install, run: "sh -c 'echo $$ > \\"{fleet_directory}/{server}/child\\"; exec sleep 600' & wait", kind: apply }`;
const asking =
  '{ id: install, run: "test -e \'{fleet_directory}/{server}/ready\' && sh ./install.sh", kind: apply, onError: ask }';

async function begin(): Promise<void> {
  const ana = stage.slack.person('U0ANA');
  await ana.types('/deploy shop@2 to shop-production', { channel });
  const form = await ana.modal();
  await form.type('Reason', 'the new front page');
  expect(await form.submit()).toEqual({ closed: true });
  await stage.cardSays('waiting for approval');
  await stage.slack.person('U0BEN').press(stage.card(), 'Approve');
}

const threadText = (): string =>
  stage
    .card()
    .thread.map(({ text }) => text)
    .join('\n');
const revisions = async () =>
  Object.fromEntries((await stage.fleet.status()).map(({ name, revision }) => [name, revision]));
const balancers = async () =>
  Object.fromEntries((await stage.fleet.status()).map(({ name, balancer }) => [name, balancer]));
const fileOf = (server: string, name: string): string => join(stage.directory, 'fleet', server, name);
const shown = (text: string) => async () =>
  await stage.slack.until(() => JSON.stringify({ ...stage.card(), thread: [] }).includes(text), 30_000);

function isAlive(pid: number): boolean {
  try {
    return !/^\S+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe.skipIf(!present)(
  'what people decide while it runs, on real sshd behind real HAProxy (needs openssh-server and haproxy)',
  () => {
    afterEach(async () => await stage.close());

    test('Stop now ends everything the step started, holds the server, and it is put back by a person', async () => {
      await set(endless);
      const ana = stage.slack.person('U0ANA');
      await begin();
      const written = () =>
        existsSync(fileOf('web-1', 'child')) && readFileSync(fileOf('web-1', 'child'), 'utf8');
      await stage.slack.until(() => Number(written()) > 0, 30_000);
      const child = Number(written());
      expect(isAlive(child)).toBe(true);
      // The process that runs it dies: the step goes on, and whoever comes next can still end it.
      await stage.killBot();
      await stage.startBot();
      await stage.slack.until(() => threadText().includes('Restarted'), 30_000);
      expect(isAlive(child)).toBe(true);

      await ana.press(stage.card(), 'Stop now');
      const form = await ana.modal();
      expect(form.title).toBe('Stop #1 now');
      await form.type('Reason', 'it waits for ever');
      expect(await form.submit()).toEqual({ closed: true });
      await stage.cardSays('cancelled');
      expect(isAlive(child)).toBe(false);
      expect(await balancers()).toEqual({ 'web-1': 'DRAIN', 'web-2': 'UP' });
      await stage.slack.until(() => threadText().includes('north* is held'), 30_000);
      expect(threadText()).toMatch(
        /stops it now.*web-1\* was ended in .*stopped by @ana during step install/s,
      );
      expect(threadText()).toContain('web-2 was left as it was');

      await shown('Put back in service')();
      await ana.press(stage.card(), 'Put back in service');
      await stage.slack.until(() => threadText().includes('north is back in service'), 30_000);
      expect(await balancers()).toEqual({ 'web-1': 'UP', 'web-2': 'UP' });
    });

    test('a failed step asks in the thread; who answers first decides, and the buttons go', async () => {
      await set(asking);
      await begin();
      const asked = () => stage.card().thread.find(({ text }) => text.includes('If nobody answers'));
      await stage.slack.until(() => asked() !== undefined, 30_000);
      const labels = JSON.stringify(asked()?.blocks);
      expect(labels).toContain('Roll this server back');
      writeFileSync(fileOf('web-1', 'ready'), '');
      writeFileSync(fileOf('web-2', 'ready'), '');
      const question = asked();
      if (!question) throw new Error('no question');
      await stage.slack.person('U0CAT').press(question, 'Retry');
      await stage.slack.until(() =>
        stage.slack
          .person('U0CAT')
          .ephemerals()
          .some(({ text }) => text.includes('You may not decide')),
      );
      await stage.slack.person('U0BEN').press(question, 'Retry');
      await stage.cardSays('done, 2 of 2 servers');
      await stage.slack.until(() => !JSON.stringify(asked()?.blocks).includes('Retry'), 30_000);
      expect(threadText()).toContain('@ben answered: Retry.');
      expect(await revisions()).toEqual({ 'web-1': 'shop@2', 'web-2': 'shop@2' });
    });

    test('Roll this server back restores what it had, and it stays held', async () => {
      await set(asking.replace('&& sh ./install.sh', '|| { sh ./install.sh; exit 3; }'));
      await begin();
      await shown('Roll this server back')();
      expect(readFileSync(fileOf('web-1', 'current/REVISION'), 'utf8')).toBe('shop@2\n');
      await stage.slack.person('U0ANA').press(stage.card(), 'Roll this server back');
      await stage.cardSays('failed');
      expect(readFileSync(fileOf('web-1', 'current/REVISION'), 'utf8')).toBe('shop@1\n');
      expect(await balancers()).toEqual({ 'web-1': 'DRAIN', 'web-2': 'UP' });
      await stage.slack.until(() => threadText().includes('web-1* failed and was rolled back'), 30_000);
    });

    test('Pause finishes the server at hand, Resume goes on; Roll back undoes both in reverse order', async () => {
      // The button comes with an edit of the card, which may take three seconds.
      await set(plain.replace('sh ./install.sh', 'sleep 4; sh ./install.sh'));
      const ana = stage.slack.person('U0ANA');
      await begin();
      await shown('Pause')();
      await ana.press(stage.card(), 'Pause');
      await stage.cardSays('paused, 1 of 2 servers');
      await stage.slack.until(() => threadText().includes('north is back in service'), 30_000);
      expect(await revisions()).toEqual({ 'web-1': 'shop@2', 'web-2': 'shop@1' });
      expect(await balancers()).toEqual({ 'web-1': 'UP', 'web-2': 'UP' });
      await ana.press(stage.card(), 'Resume');
      await stage.cardSays('done, 2 of 2 servers');

      await shown('Roll back')();
      await ana.press(stage.card(), 'Roll back');
      await stage.cardSays('rollback of #1 → shop-production: waiting for approval');
      await stage.slack.person('U0BEN').press(stage.card(), 'Approve');
      await stage.cardSays('done, 2 of 2 servers');
      expect(await revisions()).toEqual({ 'web-1': 'shop@1', 'web-2': 'shop@1' });
      expect(await balancers()).toEqual({ 'web-1': 'UP', 'web-2': 'UP' });
      await stage.slack.until(() => threadText().includes('Attempt 1 in'), 30_000);
      expect(threadText()).toMatch(/web-2\*.*web-1\* (is|are) done in .*(reads|reading) back `shop@1`/s);
    });
  },
);
