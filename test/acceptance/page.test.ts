import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';

import { processesAbout } from '../helpers/process-table.ts';
import { hasChromium, openPage, type Sandbox, startBrowser, startSandbox } from '../helpers/sandbox.ts';

const present = hasChromium();
if (process.env['CI'] === 'true' && !present)
  throw new Error('chromium is not installed, and with CI=true nothing is skipped');

const channelOf = (page: Page): Locator => page.getByRole('log', { name: 'Messages in #shop' });
const threadOf = (page: Page): Locator => page.getByRole('log', { name: 'Messages of the thread' });
const serverOf = (page: Page, name: string): Locator => page.getByRole('article', { name, exact: true });
const composerOf = (page: Page): Locator => page.getByLabel('Message #shop');

async function become(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: new RegExp(`^${name} `) }).click();
  await expect.poll(async () => await page.title()).toContain(name);
}

/** Presses a button of the newest card, and says yes where it asks. */
async function pressOnCard(page: Page, name: string | RegExp): Promise<void> {
  await channelOf(page).getByRole('button', { name }).click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await dialog.getByRole('button').last().click();
}

async function says(locator: Locator, words: string | RegExp): Promise<void> {
  await expect
    .poll(async () => (await locator.allInnerTexts()).join('\n'), { timeout: 60_000 })
    .toMatch(words);
}

/** Waits until a field holds the focus: the page gives it only once it has drawn the field. */
async function holdsFocus(locator: Locator): Promise<void> {
  const isFocused = async (): Promise<boolean> =>
    await locator.evaluate((field) => field.ownerDocument.activeElement === field);
  await expect.poll(isFocused).toBe(true);
}

/** Ana asks for shop@2, by typing it all. */
async function request(page: Page, reason: string): Promise<void> {
  await composerOf(page).fill('/deploy shop@2 to shop-production');
  await composerOf(page).press('Enter');
  await page.getByLabel('Reason').fill(reason);
  await page.getByRole('button', { name: 'Deploy now' }).click();
  await says(channelOf(page), /waiting for approval/);
}

let browser: Browser;
let sandbox: Sandbox;

describe.skipIf(!present)('the page of the sandbox (needs chromium)', () => {
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(async () => await browser.close());
  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    await sandbox.end('SIGTERM');
  });

  test(
    'one whole story: form, refused self-approval, a failure, a kill in the middle, the remaining, and no request lost',
    { timeout: 180_000 },
    async () => {
      const page = await openPage(browser, sandbox);
      await composerOf(page).pressSequentially('/de');
      await page.getByRole('button', { name: /^\/deploy/ }).waitFor();
      await composerOf(page).fill('/deploy');
      await composerOf(page).press('Enter');

      await page.getByRole('combobox', { name: 'Revisions or package' }).fill('shop');
      await page.getByRole('option', { name: 'shop@2' }).click();
      await page.getByRole('combobox', { name: 'Environment' }).click();
      await page.getByRole('option', { name: 'shop-production' }).click();
      await says(page.getByRole('dialog'), /6 servers, half by half over clusters/);
      await page.getByRole('button', { name: 'Deploy now' }).click();
      const reason = page.getByLabel('Reason');
      await expect.poll(async () => await reason.getAttribute('aria-invalid')).toBe('true');
      const error = page.locator(`[id="${await reason.getAttribute('aria-describedby')}"]`);
      expect(await error.innerText()).toBe('Please complete this required field.');
      expect(await page.getByRole('button', { name: 'Remove shop@2' }).count()).toBe(1);
      expect(await page.getByRole('combobox', { name: 'Environment' }).inputValue()).toBe('shop-production');

      // A redraw by the app in the middle of a word loses no letter and no focus.
      await reason.pressSequentially('the new ');
      await page.getByRole('radio', { name: 'At a date and time' }).check();
      await page.getByRole('button', { name: 'Schedule' }).waitFor();
      await page.getByRole('radio', { name: 'Now', exact: true }).check();
      await reason.focus();
      await page.keyboard.press('End');
      await page.keyboard.type('front page');
      await page.getByRole('button', { name: 'Deploy now' }).waitFor();
      expect(await reason.inputValue()).toBe('the new front page');
      expect(await reason.evaluate((field) => field.ownerDocument.activeElement === field)).toBe(true);
      await page.getByRole('button', { name: 'Deploy now' }).click();
      await says(channelOf(page), /#1 shop@2 → shop-production[\s\S]*waiting for approval/);

      await pressOnCard(page, 'Approve deployment 1');
      await says(channelOf(page), /Only visible to you[\s\S]*You requested #1/);

      await page.getByRole('button', { name: 'Fail the next step of web-5' }).click();
      await become(page, 'Ben');
      await channelOf(page).getByText('Only visible to you').first().waitFor({ state: 'detached' });
      await pressOnCard(page, 'Approve deployment 1');
      await says(serverOf(page, 'web-1'), /drained/);
      await says(channelOf(page), /[123] of 6 servers/);
      await page.getByRole('button', { name: 'Kill the bot (SIGKILL)' }).click();
      await says(page.getByRole('region', { name: 'The bot' }), /killed .*SIGKILL/);
      await page.getByRole('button', { name: 'Start the bot again' }).click();
      await says(page.getByRole('region', { name: 'The bot' }), /running, pid/);

      await channelOf(page).getByRole('button', { name: /repl/ }).first().click();
      await says(threadOf(page), /Restarted .*during web-\d/);
      await says(threadOf(page), /web-5 failed[\s\S]*No space left on device/);
      await page.getByRole('button', { name: 'Close thread' }).click();
      await says(channelOf(page), /replied to a thread: #1 shop@2 → shop-production/);
      await pressOnCard(page, /^Deploy the remaining/);
      await says(channelOf(page), /done[\s\S]*6 of 6 servers/);
      for (const name of ['web-1', 'web-2', 'web-3', 'web-4', 'web-5', 'web-6'])
        await says(serverOf(page, name), /shop@2[\s\S]*in service/);
      expect(await page.getByRole('region', { name: 'Load' }).innerText()).toMatch(
        /^0 of [\d,]{3,} requests failed/,
      );
    },
  );

  test('the keyboard alone is enough, and Escape gives the focus back', async () => {
    const page = await openPage(browser, sandbox);
    for (let steps = 0; steps < 20; steps += 1) {
      await page.keyboard.press('Tab');
      if (await composerOf(page).evaluate((field) => field.ownerDocument.activeElement === field)) break;
    }
    await page.keyboard.type('/deploy');
    await page.keyboard.press('Enter');
    await holdsFocus(page.getByRole('combobox', { name: 'Revisions or package' }));
    await page.keyboard.type('shop@2');
    await page.getByRole('option', { name: 'shop@2' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove shop@2' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('option', { name: 'shop@3' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('listbox').waitFor({ state: 'detached' });
    expect(await page.getByRole('dialog', { name: 'Deploy' }).count()).toBe(1);
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await page.getByRole('option', { name: 'shop-production' }).waitFor();
    await page.keyboard.press('Enter');
    await says(page.getByRole('dialog'), /6 servers/);
    for (let steps = 0; steps < 25; steps += 1) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate("document.activeElement.closest('dialog') !== null")).toBe(true);
    }
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await holdsFocus(composerOf(page));
  });

  test('360 pixels are enough: nothing is cut off, people in a drawer, thread and fleet on their own', async () => {
    const page = await openPage(browser, sandbox, { viewport: { width: 360, height: 740 } });
    const fits = async () => await page.evaluate('document.documentElement.scrollWidth <= innerWidth');
    await composerOf(page).fill('/deploy shop@2 to shop-production');
    await composerOf(page).press('Enter');
    await page.getByRole('dialog').waitFor();
    const box = await page.getByRole('dialog').boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(360);
    await page.getByLabel('Reason').fill('small');
    await page.getByRole('button', { name: 'Deploy now' }).click();
    await says(channelOf(page), /waiting for approval/);
    expect(await fits()).toBe(true);
    await channelOf(page).getByRole('button', { name: /repl/ }).click();
    await says(threadOf(page), /Requested by/);
    expect((await page.getByRole('complementary', { name: 'Thread' }).boundingBox())?.width).toBe(360);
    await page.getByRole('button', { name: 'Close thread' }).click();
    await page.getByRole('button', { name: 'People and channels' }).click();
    await become(page, 'Chloé');
    await page.getByRole('button', { name: 'Fleet', exact: true }).click();
    await serverOf(page, 'web-1').waitFor();
    await composerOf(page).waitFor({ state: 'hidden' });
    expect(await fits()).toBe(true);
  });

  test('it is dark where the device is dark, and as the person chooses from then on', async () => {
    const page = await openPage(browser, sandbox, { colorScheme: 'dark' });
    const red = async () =>
      Number(
        /\d+/.exec(
          await page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor"),
        )?.[0],
      );
    expect(await red()).toBeLessThan(60);
    await page.getByRole('button', { name: 'Switch to light' }).click();
    await expect.poll(red).toBeGreaterThan(200);
    await page.reload();
    await page.getByRole('main').waitFor();
    await expect.poll(red).toBeGreaterThan(200);
  });

  test('HTML in a reason and in a message is text', async () => {
    const page = await openPage(browser, sandbox);
    const evil = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';
    await request(page, evil);
    await composerOf(page).fill(`*bold* ${evil} <javascript:alert(1)|x>`);
    await composerOf(page).press('Enter');
    await says(channelOf(page), /bold <img/);
    expect(await channelOf(page).locator('blockquote').innerText()).toBe(evil);
    expect(await channelOf(page).locator('img, script, a').count()).toBe(0);
    expect(await page.evaluate("'pwned' in window")).toBe(false);
  });

  test('a message stays for everybody, is unread for others, and a reply stands in its thread', async () => {
    const page = await openPage(browser, sandbox);
    await composerOf(page).fill('lunch?');
    await composerOf(page).press('Enter');
    await says(channelOf(page), /lunch\?/);
    await page.getByRole('button', { name: 'talk' }).click();
    await become(page, 'Ben');
    await page.getByRole('img', { name: '1 unread' }).waitFor();
    await page.getByRole('button', { name: /^shop/ }).click();
    await says(channelOf(page), /Ana[\s\S]*lunch\?/);
    await page.getByRole('button', { name: 'talk' }).click();
    await page.getByRole('log', { name: 'Messages in #talk' }).waitFor();
    await page.getByRole('img', { name: /unread/ }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^shop/ }).click();
    await channelOf(page).getByRole('article').hover();
    await page.getByRole('button', { name: 'Reply in thread' }).click();
    await page.getByLabel('Reply…').fill('in a minute');
    await page.getByLabel('Reply…').press('Enter');
    await says(threadOf(page), /lunch\?[\s\S]*in a minute/);
    await says(channelOf(page), /1 reply/);
    expect(await channelOf(page).getByRole('article').count()).toBe(1);
  });

  test(
    'while the bot is dead people are told so in Slack’s words, and nothing typed is lost',
    { timeout: 90_000 },
    async () => {
      const page = await openPage(browser, sandbox);
      const reason = async (): Promise<string> => await page.getByLabel('Reason').inputValue();
      await request(page, 'soon');
      await composerOf(page).fill('/deploy shop@3 to shop-production');
      await composerOf(page).press('Enter');
      const kept = page.waitForResponse(
        (answer) =>
          answer.url().endsWith('/act/keep-entered') &&
          (answer.request().postData() ?? '').includes('it must not be lost'),
      );
      await page.getByLabel('Reason').fill('it must not be lost');
      await kept;
      await page.reload();
      await expect.poll(reason).toBe('it must not be lost');
      // As from another window: the form covers the button.
      await page.evaluate("fetch('/act/kill-bot', { method: 'POST', body: '{}' })");
      await page.getByRole('button', { name: 'Deploy now' }).click();
      await says(page.getByRole('dialog'), /We had some trouble connecting\. Try again\?/);
      await expect.poll(reason).toBe('it must not be lost');
      await page.reload();
      await page.getByRole('dialog').waitFor();
      await expect.poll(reason).toBe('it must not be lost');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await composerOf(page).fill('/deploy list');
      await composerOf(page).press('Enter');
      await says(
        channelOf(page),
        /Only visible to you[\s\S]*\/deploy failed with the error "operation_timeout"/,
      );
      await pressOnCard(page, 'Approve deployment 1');
      await says(channelOf(page), /We had some trouble connecting\. Try again\?/);
    },
  );

  test('no other web page, no other name and nobody without the key can press anything', async () => {
    const { origin, searchParams } = new URL(sandbox.url);
    const post = async (headers: Record<string, string>) =>
      (await fetch(`${origin}/act/kill-bot`, { method: 'POST', headers, body: '{}' })).status;
    const welcome = await fetch(sandbox.url, { redirect: 'manual' });
    const [cookie = ''] = (welcome.headers.get('set-cookie') ?? '').split(';');
    expect(welcome.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/);
    expect(searchParams.get('key')?.length).toBeGreaterThan(30);

    expect(await post({ origin })).toBe(403);
    expect(await post({ origin: 'https://evil.example', cookie })).toBe(403);
    expect(await post({ cookie })).toBe(403);
    expect((await fetch(`${origin}/live?as=U0ANA`)).status).toBe(403);
    expect((await fetch(`${origin}/?key=wrong`, { redirect: 'manual' })).status).toBe(403);
    const page = await openPage(browser, sandbox);
    expect(await page.getByText('running, pid').count()).toBe(1);
    const policy = (await page.reload())?.headers()['content-security-policy'] ?? '';
    expect(policy).toMatch(/default-src 'none'; script-src 'self' 'sha256-[^']+';/);
    expect(policy).not.toContain('unsafe');
    expect(await post({ origin, cookie })).toBe(200);
  });

  test('a port that is taken is one sentence, and what was begun ends', async () => {
    const { port } = new URL(sandbox.url);
    await expect(startSandbox('--port', port)).rejects.toThrow(
      `the sandbox ended with 1: port ${port} is taken: choose another with --port, or 0 for a free one`,
    );
  });

  test('a name that somebody pointed at this machine is refused', async () => {
    const { request: ask } = await import('node:http');
    const { port, search } = new URL(sandbox.url);
    const statusFor = async (host: string): Promise<number | undefined> =>
      await new Promise((done) =>
        ask({ host: '127.0.0.1', port, path: `/${search}`, headers: { host } }, (response) => {
          response.resume();
          done(response.statusCode);
        }).end(),
      );
    expect(await statusFor(`evil.example:${port}`)).toBe(403);
    expect(await statusFor(`127.0.0.1:${port}`)).toBe(303);
  });
});

describe.skipIf(!present || !existsSync('/proc/self/stat'))(
  'the end of the sandbox (needs /proc and chromium)',
  () => {
    const sandboxDirectories = (): string[] =>
      readdirSync(tmpdir()).filter((name) => name.startsWith('lamplighter-sandbox-'));

    test.each(['SIGINT', 'SIGKILL'] as const)(
      '%s leaves no process behind',
      { timeout: 60_000 },
      async (signal) => {
        const own = await startSandbox();
        onTestFinished(async () => void (await own.end('SIGKILL')));
        // Other tests start sandboxes of their own beside this one: a server's last word is who started it.
        const server = processesAbout('/lamplighter-sandbox-').find(
          ({ words }) => words.at(-1) === String(own.pid),
        );
        const directory = /lamplighter-sandbox-\w+/.exec(server?.words.join(' ') ?? '')?.[0] ?? 'none';
        const remaining = (): string[] =>
          readdirSync('/proc').filter((name) => {
            if (!/^\d+$/.test(name)) return false;
            try {
              const text =
                readFileSync(`/proc/${name}/cmdline`, 'utf8') + readFileSync(`/proc/${name}/environ`, 'utf8');
              return text.includes(directory);
            } catch {
              return false;
            }
          });
        await expect.poll(() => remaining().length, { timeout: 20_000 }).toBeGreaterThan(6);
        expect(await own.end(signal)).toBe(signal === 'SIGINT' ? 0 : null);
        await expect.poll(remaining, { timeout: 10_000 }).toEqual([]);
        expect(sandboxDirectories().includes(directory)).toBe(signal === 'SIGKILL');
        rmSync(join(tmpdir(), directory), { recursive: true, force: true });
      },
    );
  },
);
