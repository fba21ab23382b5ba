import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { hasChromium, openPage, startBrowser, startSandbox } from '../helpers/sandbox.ts';

const present = hasChromium();
if (process.env['CI'] === 'true' && !present)
  throw new Error('chromium is not installed, and with CI=true nothing is skipped');

/** `PICTURES=docs/pictures npx vitest run test/acceptance/page-pictures` puts them where the README shows them. */
const wanted = process.env['PICTURES'];

const sizeOf = (file: string): number[] => {
  const bytes = readFileSync(file);
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
};

test.skipIf(!present)(
  'the pictures of the README can be taken anew from what the page shows (needs chromium)',
  { timeout: 120_000 },
  async () => {
    const directory = wanted ?? mkdtempSync(join(tmpdir(), 'lamplighter-pictures-'));
    mkdirSync(directory, { recursive: true });
    const [browser, sandbox] = await Promise.all([startBrowser(), startSandbox()]);
    const page = await openPage(browser, sandbox);
    const take = async (name: string): Promise<void> => {
      await page.mouse.move(640, 795);
      await page.waitForTimeout(1_600);
      await page.screenshot({ path: join(directory, `${name}.png`) });
    };
    const card = page.getByRole('log', { name: 'Messages in #shop' });
    const approve = async (): Promise<void> => {
      await card.getByRole('button', { name: 'Approve deployment 1' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    };
    try {
      await page.getByLabel('Message #shop').fill('/deploy shop@2 to shop-production');
      await page.getByLabel('Message #shop').press('Enter');
      await page.getByLabel('Reason').fill('The new front page, before the sale begins.');
      await take('form');
      await page.getByRole('button', { name: 'Deploy now' }).click();
      await card.getByText('waiting for approval').waitFor();
      await approve();
      await page.getByText('Only visible to you').waitFor();
      await page.getByRole('button', { name: 'Fail the next step of web-5' }).click();
      await page.getByRole('button', { name: /^Ben / }).click();
      await expect.poll(async () => await page.title()).toContain('Ben');
      await approve();
      const fourth = page.getByRole('article', { name: 'web-4', exact: true });
      await fourth.getByText('drained').waitFor({ timeout: 60_000 });
      // The card is edited every few seconds: it may never show a number between.
      await card.getByText(/[3-5] of 6 servers/).waitFor({ timeout: 60_000 });
      await take('fleet');
      await page.getByRole('button', { name: 'Hide the fleet' }).click();
      await card.getByRole('button', { name: /repl/ }).first().click();
      const thread = page.getByRole('log', { name: 'Messages of the thread' });
      await thread.getByText('is held out of service').first().waitFor({ timeout: 60_000 });
      await thread.getByText(/timeline-1\.png/).waitFor({ timeout: 60_000 });
      await take('card-and-thread');
    } finally {
      await browser.close();
      await sandbox.end('SIGTERM');
    }
    for (const name of ['form', 'fleet', 'card-and-thread'])
      expect(sizeOf(join(directory, `${name}.png`))).toEqual([1280, 800]);
    if (wanted === undefined) rmSync(directory, { recursive: true });
  },
);
