import type { BlockAction } from '@slack/bolt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { LocalSlack } from '../../../src/sandbox/slack/start-slack.ts';
import { startBolt, startWorkspace } from './bolt-app.ts';
import { listenForDeploy } from './deploy-app.ts';

describe('a real Bolt app in front of the stand-in', () => {
  let slack: LocalSlack;
  let stop: () => Promise<void>;
  const seen: { values: unknown[]; presses: BlockAction[] } = { values: [], presses: [] };
  beforeAll(async () => {
    slack = await startWorkspace();
    ({ stop } = await startBolt(slack, (app) => listenForDeploy(app, seen)));
  });
  afterAll(async () => {
    await stop();
    await slack.close();
  });

  test('a command can be answered at once, for the person alone', async () => {
    const ana = slack.person('U0ANA');
    const answer = await ana.types('/deploy help', { channel: 'C0DEPLOY' });
    expect(answer).toMatchObject({ acknowledged: true, text: 'Type /deploy.' });
    expect(ana.ephemerals().at(-1)).toMatchObject({ channel: 'C0DEPLOY', text: 'Type /deploy.' });
    expect(slack.person('U0BEN').ephemerals()).toEqual([]);
  });

  test('a form is opened, filled in, refused, mended and sent; its card is approved', async () => {
    const ana = slack.person('U0ANA');
    await ana.types('/deploy', { channel: 'C0DEPLOY' });
    const modal = await ana.modal();
    expect([modal.title, modal.submitLabel]).toEqual(['Deploy', 'Schedule']);
    expect(await modal.search('Revisions', 'cust')).toEqual(['customer360@1', 'customer360@2']);

    await modal.type('Reason', 'why');
    await modal.choose('Revisions', 'orders@7', 'customer360@2');
    expect(modal.text()).toContain('chosen: orders@7, customer360@2');
    await modal.choose('When', 'Later');
    await modal.pickDateTime('Date and time', 1_800_000_000);
    await modal.check('I accept 2 warnings');
    expect(await modal.submit()).toEqual({ errors: { Reason: 'Say a little more.' } });
    await modal.type('Reason', 'a good reason');
    expect(await modal.submit()).toEqual({ closed: true });
    expect(modal.isOpen).toBe(false);
    expect(seen.values.at(-1)).toEqual({
      what: {
        what: {
          type: 'multi_external_select',
          selected_options: ['orders@7', 'customer360@2'].map((name) => ({
            text: { type: 'plain_text', text: name, emoji: true },
            value: name,
          })),
        },
      },
      where: {
        where: {
          type: 'static_select',
          selected_option: { text: { type: 'plain_text', text: 'shop', emoji: true }, value: 'shop' },
        },
      },
      when: {
        when: {
          type: 'radio_buttons',
          selected_option: { text: { type: 'plain_text', text: 'Later', emoji: true }, value: 'Later' },
        },
      },
      at: { at: { type: 'datetimepicker', selected_date_time: 1_800_000_000 } },
      why: { why: { type: 'plain_text_input', value: 'a good reason' } },
      ok: {
        ok: {
          type: 'checkboxes',
          selected_options: [
            {
              text: { type: 'plain_text', text: 'I accept 2 warnings', emoji: true },
              value: 'I accept 2 warnings',
            },
          ],
        },
      },
    });

    const [card] = slack.channel('C0DEPLOY').messages();
    expect(card).toMatchObject({ user: 'U0BOT', pings: ['U0ANA'], edits: 0 });
    const ben = slack.person('U0BEN');
    expect(await ben.press(card!, 'Approve', { confirm: false })).toEqual({
      acknowledged: false,
      confirmed: false,
    });
    expect(await ben.press(card!, 'Approve')).toEqual({ acknowledged: true, confirmed: true });
    expect(seen.presses).toHaveLength(1);
    expect(ben.ephemerals().map(({ text }) => text)).toEqual(['Thanks for 1042.']);
    const [edited] = slack.channel('C0DEPLOY').messages();
    expect(edited).toMatchObject({ text: 'approved', blocks: [], edits: 1 });
    expect(edited?.metadata).toEqual({ event_type: 'card', event_payload: { key: 'card-1042' } });
    expect(edited?.thread.map(({ text }) => text)).toEqual(['It begins.']);
  });
});
