import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { hasChromium, openPage, type Sandbox, startBrowser, startSandbox } from '../helpers/sandbox.ts';

const present = hasChromium();
if (process.env['CI'] === 'true' && !present)
  throw new Error('chromium is not installed, and with CI=true nothing is skipped');

const channelOf = (page: Page): Locator => page.getByRole('log', { name: 'Messages in #shop' });
const serverOf = (page: Page, name: string): Locator => page.getByRole('article', { name, exact: true });
const dialogOf = (page: Page): Locator => page.getByRole('dialog');

async function says(locator: Locator, words: RegExp): Promise<void> {
  await expect
    .poll(async () => (await locator.allInnerTexts()).join('\n'), { timeout: 60_000 })
    .toMatch(words);
}

async function pressOnCard(page: Page, name: RegExp): Promise<void> {
  await channelOf(page).getByRole('button', { name }).click();
  await dialogOf(page).getByRole('button').last().click();
}

/** shop@2 is requested by Ana and approved by Ben, and web-5 fails for real. */
async function failAtWeb5(page: Page): Promise<void> {
  await page.getByLabel('Message #shop').fill('/deploy shop@2 to shop-production');
  await page.getByLabel('Message #shop').press('Enter');
  await page.getByLabel('Reason').fill('the new front page');
  await page.getByRole('button', { name: 'Deploy now' }).click();
  await says(channelOf(page), /waiting for approval/);
  await page.getByRole('button', { name: 'Fail the next step of web-5' }).click();
  await page.getByRole('button', { name: /^Ben / }).click();
  await expect.poll(async () => await page.title()).toContain('Ben');
  await pressOnCard(page, /^Approve deployment 1/);
  await says(channelOf(page), /stopped, part of it is done/);
}

let browser: Browser;
let sandbox: Sandbox;

describe.skipIf(!present)('Choose… on the page of the sandbox (needs chromium)', () => {
  beforeAll(async () => {
    [browser, sandbox] = await Promise.all([startBrowser(), startSandbox()]);
  });
  afterAll(async () => {
    await browser.close();
    await sandbox.end('SIGTERM');
  });

  test(
    'only the failed first, then the rest: the cluster stays out until all of it is done',
    { timeout: 180_000 },
    async () => {
      const page = await openPage(browser, sandbox);
      await failAtWeb5(page);
      await channelOf(page)
        .getByRole('button', { name: /^Choose which remaining/ })
        .click();
      await says(
        dialogOf(page),
        /Only the failed \(1\)[\s\S]*Sending this deploys web-5[\s\S]*As before: web-6/,
      );
      await page.getByRole('radio', { name: 'Servers by name' }).check();
      await says(dialogOf(page), /Nothing is chosen yet/);
      await page.getByRole('combobox', { name: 'Servers' }).click();
      await page.getByRole('option', { name: 'web-5' }).click();
      await says(dialogOf(page), /Sending this deploys web-5/);
      await dialogOf(page).getByRole('button', { name: 'Deploy 1 server' }).click();
      await says(channelOf(page), /the choice of servers: 1 remains[\s\S]*5 of 6 servers/);
      await says(serverOf(page, 'web-5'), /shop@2/);
      await says(channelOf(page), /is held out of service: web-6 did not finish/);
      await says(serverOf(page, 'web-6'), /shop@1[\s\S]*drained/);
      await pressOnCard(page, /^Deploy the remaining/);
      await says(channelOf(page), /done[\s\S]*6 of 6 servers/);
      for (const name of ['web-4', 'web-5', 'web-6'])
        await says(serverOf(page, name), /shop@2[\s\S]*in service/);
      expect(await page.getByRole('region', { name: 'Load' }).innerText()).toMatch(/^0 of/);
    },
  );
});
