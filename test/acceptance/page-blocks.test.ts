import type { App } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import type { LocalSlack } from '../../src/sandbox/slack/start-slack.ts';
import { startBlockPage } from '../helpers/block-page.ts';
import { hasChromium, startBrowser } from '../helpers/sandbox.ts';
import { startBolt, startWorkspace } from '../sandbox/slack/bolt-app.ts';

const present = hasChromium();
if (process.env['CI'] === 'true' && !present)
  throw new Error('chromium is not installed, and with CI=true nothing is skipped');

const channel = 'C0DEPLOY';
const plain = (text: string) => ({ type: 'plain_text', text });
const option = (value: string) => ({ text: plain(value), value });
const field = (label: string, element: object, more: object = {}) => ({
  type: 'input',
  block_id: label,
  label: plain(label),
  element: { action_id: label, ...element },
  ...more,
});
/** A picture of one dot. */
const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe.skipIf(!present)('blocks on the page, with an app of their own (needs chromium)', () => {
  let browser: Browser;
  let slack: LocalSlack;
  let page: Page;
  let web: WebClient;
  let closers: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(async () => await browser.close());
  beforeEach(async () => {
    slack = await startWorkspace();
    const served = await startBlockPage(slack);
    web = new WebClient('xoxb-test', { slackApiUrl: slack.apiUrl });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(10_000);
    closers = [async () => await slack.close(), served.close, async () => await page.close()];
    await page.goto(served.url);
  });
  afterEach(async () => {
    for (const close of closers.toReversed()) await close();
  });

  const listen = async (how: (app: App) => void): Promise<void> => {
    const { stop } = await startBolt(slack, how);
    closers.push(stop);
  };
  const openForm = async (blocks: object[], more: (app: App) => void = () => undefined): Promise<void> => {
    await listen((app) => {
      app.command('/form', async ({ ack, client, command }) => {
        await ack();
        const view = {
          type: 'modal',
          callback_id: 'form',
          title: plain('Form'),
          submit: plain('Send'),
          blocks,
        };
        await client.views.open({ trigger_id: command.trigger_id, view: view as never });
      });
      more(app);
    });
    await page.getByLabel('Message #deploy').fill('/form');
    await page.getByLabel('Message #deploy').press('Enter');
    await page.getByRole('dialog', { name: 'Form' }).waitFor();
  };

  test('every kind of field reaches the app as Slack would send it, moments in the zone of the person', async () => {
    const seen: unknown[] = [];
    const groups = [
      { label: plain('north'), options: [option('web-1'), option('web-2')] },
      { label: plain('south'), options: [option('web-3')] },
    ];
    await openForm(
      [
        field('Day', { type: 'datepicker' }),
        field('Time', { type: 'timepicker' }),
        field('Moment', { type: 'datetimepicker' }),
        field('Boxes', { type: 'checkboxes', options: [option('one'), option('two'), option('three')] }),
        field('Servers', { type: 'multi_static_select', option_groups: groups }),
        field('Number', { type: 'number_input', is_decimal_allowed: false }),
        field('Search', { type: 'external_select', min_query_length: 2 }),
      ],
      (app) => {
        app.options('Search', async ({ ack, options }) => {
          await ack({ options: [option(`found ${options.value}`) as never] });
        });
        app.view('form', async ({ ack, view }) => {
          seen.push(view.state.values);
          await ack();
        });
      },
    );
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Day').fill('2026-12-24');
    await dialog.locator('input[type=time]').first().fill('08:15');
    await dialog.getByRole('group', { name: 'Moment' }).getByLabel('Date').fill('2026-07-01');
    await dialog.getByRole('group', { name: 'Moment' }).getByLabel('Time').fill('21:00');
    await dialog.getByText('Europe/Madrid').waitFor();
    for (const name of ['one', 'three', 'two']) await dialog.getByRole('checkbox', { name }).check();
    await dialog.getByRole('checkbox', { name: 'two' }).uncheck();
    for (const name of ['web-3', 'web-1']) {
      await dialog.getByRole('combobox', { name: 'Servers' }).click();
      await dialog
        .getByRole('group', { name: /north|south/ })
        .getByRole('option', { name })
        .click();
    }
    await dialog.getByLabel('Number').fill('7');
    await dialog.getByRole('combobox', { name: 'Search' }).fill('x');
    await dialog.getByText('Type at least 2 characters').waitFor();
    await dialog.getByRole('combobox', { name: 'Search' }).fill('xy');
    await dialog.getByRole('option', { name: 'found xy' }).click();
    await dialog.getByRole('button', { name: 'Send' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(seen).toMatchObject([
      {
        Day: { Day: { selected_date: '2026-12-24' } },
        Time: { Time: { selected_time: '08:15' } },
        Moment: { Moment: { selected_date_time: Date.parse('2026-07-01T19:00:00Z') / 1_000 } },
        Boxes: { Boxes: { selected_options: [{ value: 'one' }, { value: 'three' }] } },
        Servers: { Servers: { selected_options: [{ value: 'web-3' }, { value: 'web-1' }] } },
        Number: { Number: { value: '7' } },
        Search: { Search: { selected_option: { value: 'found xy' } } },
      },
    ]);
  });

  test('a pushed view lies over the first; Back returns to it, and nothing typed there is lost', async () => {
    const more = { type: 'button', action_id: 'more', text: plain('More') };
    await openForm(
      [field('Reason', { type: 'plain_text_input' }), { type: 'actions', elements: [more] }],
      (app) => {
        app.action('more', async ({ ack, client, body }) => {
          await ack();
          const blocks = [field('Detail', { type: 'plain_text_input' }, { optional: true })];
          const view = { type: 'modal', title: plain('Second'), submit: plain('Keep'), blocks };
          if ('trigger_id' in body)
            await client.views.push({ trigger_id: body.trigger_id, view: view as never });
        });
      },
    );
    await page.getByLabel('Reason').fill('because');
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('heading', { name: 'Second' }).waitFor();
    await page.getByLabel('Reason').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('heading', { name: 'Form' }).waitFor();
    await expect.poll(async () => await page.getByLabel('Reason').inputValue()).toBe('because');
  });

  test('errors stand under their own field, and go when it is mended', async () => {
    await openForm(
      [field('Reason', { type: 'plain_text_input' }), field('Place', { type: 'plain_text_input' })],
      (app) => {
        app.view('form', async ({ ack }) => {
          await ack({ response_action: 'errors', errors: { Place: 'Too far away.' } });
        });
      },
    );
    await page.getByLabel('Reason').fill('because');
    await page.getByLabel('Place').fill('the moon');
    await page.getByRole('dialog').getByRole('button', { name: 'Send' }).click();
    await page.getByText('Too far away.').waitFor();
    const describedBy = await page.getByLabel('Place').getAttribute('aria-describedby');
    expect(await page.locator(`[id="${describedBy}"]`).innerText()).toBe('Too far away.');
    expect(await page.getByLabel('Reason').getAttribute('aria-describedby')).toBeNull();
    const hasFocus = async () => await page.getByLabel('Place').evaluate((input) => input.matches(':focus'));
    await expect.poll(hasFocus).toBe(true);
    await page.getByLabel('Place').fill('here');
    await page.getByText('Too far away.').waitFor({ state: 'detached' });
  });

  test('menus in messages tell what was chosen, and only after a yes where the app asks', async () => {
    const seen: unknown[] = [];
    await listen((app) => {
      app.action(/.*/, async ({ ack, action }) => {
        seen.push('selected_option' in action ? action.selected_option : null);
        await ack();
      });
    });
    const confirm = {
      title: plain('Really?'),
      text: plain('It is gone then.'),
      confirm: plain('Yes'),
      deny: plain('No'),
    };
    const menu = {
      type: 'static_select',
      action_id: 'pick',
      placeholder: plain('Pick'),
      options: [option('a'), option('b')],
    };
    const dots = {
      type: 'overflow',
      action_id: 'dots',
      options: [option('remove'), option('keep')],
      confirm,
    };
    await web.chat.postMessage({
      channel,
      text: 'menus',
      blocks: [{ type: 'actions', elements: [menu, dots] }] as never,
    });
    await page.getByRole('combobox', { name: 'Pick' }).click();
    await page.getByRole('option', { name: 'b' }).click();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'No' }).click();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Yes' }).click();
    await expect.poll(() => seen).toMatchObject([{ value: 'b' }, { value: 'keep' }]);
  });

  test('pictures, tables, lists, dates, reactions and broadcast replies are drawn, each message where it stands', async () => {
    const seconds = Date.parse('2026-07-01T19:00:00Z') / 1_000;
    const cell = (text: string) => ({ type: 'raw_text', text });
    const { ts = '' } = await web.chat.postMessage({
      channel,
      text: 'all',
      blocks: [
        {
          type: 'section',
          text: { type: 'mrkdwn', text: `at <!date^${seconds}^{date_num} {time}|then> :tada:` },
        },
        {
          type: 'table',
          rows: [
            [cell('Server'), cell('State')],
            [cell('web-1'), cell('done')],
          ],
        },
      ] as never,
    });
    await web.chat.postMessage({ channel, thread_ts: ts, text: 'for all', reply_broadcast: true });
    await web.chat.postMessage({ channel, thread_ts: ts, text: 'in the thread only' });
    await web.reactions.add({ channel, timestamp: ts, name: 'eyes' });
    await web.filesUploadV2({ channel_id: channel, file: dot, filename: 'dot.png', title: 'A dot' });
    const log = page.getByRole('log', { name: 'Messages in #deploy' });
    await log.getByText('at 2026-07-01 21:00 🎉').waitFor();
    expect(await log.getByRole('columnheader').allInnerTexts()).toEqual(['Server', 'State']);
    await log.getByText('👀 1').waitFor();
    await log.getByText('for all').waitFor();
    await log.getByRole('button', { name: /^2 replies/ }).waitFor();
    expect(await log.getByText('in the thread only').count()).toBe(0);
    const picture = log.getByRole('img', { name: 'A dot' });
    await picture.waitFor();
    await expect
      .poll(async () => await picture.evaluate((img) => 'naturalWidth' in img && img.naturalWidth))
      .toBe(1);
    await web.chat.update({ channel, ts, text: 'edited in place' });
    // The reply that was told to the channel repeats it.
    await log.getByRole('article').first().getByText('edited in place').waitFor();
    expect(await log.getByRole('article').first().innerText()).toContain('edited in place');
  });

  test('the home tab shows what the app published, and its buttons work', async () => {
    const pressed: string[] = [];
    await listen((app) => {
      app.event('app_home_opened', async ({ event, client }) => {
        const button = { type: 'button', action_id: 'new', text: plain('New deployment') };
        const view = { type: 'home', blocks: [{ type: 'actions', elements: [button] }] };
        await client.views.publish({ user_id: event.user, view: view as never });
      });
      app.action('new', async ({ ack, body }) => {
        pressed.push(body.user.id);
        await ack();
      });
    });
    await page.getByRole('navigation').getByRole('button', { name: 'bot' }).click();
    await page.getByRole('button', { name: 'New deployment' }).click();
    await expect.poll(() => pressed).toEqual(['U0ANA']);
    await page.getByRole('button', { name: 'Messages' }).click();
    await page.getByRole('button', { name: 'Home' }).click();
    await page.getByRole('button', { name: 'New deployment' }).waitFor();
  });

  test('a button with a link to a message leads to its channel, and the app hears of it', async () => {
    const pressed: string[] = [];
    await listen((app) => {
      app.action('card', async ({ ack, body }) => {
        pressed.push(body.user.id);
        await ack();
      });
    });
    const url = `https://local.example.com/archives/${channel}/p17000`;
    const button = { type: 'button', action_id: 'card', text: plain('Open card'), url };
    const view = { type: 'home', blocks: [{ type: 'actions', elements: [button] }] };
    await web.views.publish({ user_id: 'U0ANA', view: view as never });
    await page.getByRole('navigation').getByRole('button', { name: 'bot' }).click();
    await page.getByRole('button', { name: 'Open card' }).click();
    await page.getByLabel('Message #deploy').waitFor();
    await expect.poll(() => pressed).toEqual(['U0ANA']);
  });
});
