import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import { WebClient } from '@slack/web-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { LocalSlack } from '../../../src/sandbox/slack/start-slack.ts';
import { startBolt, startWorkspace } from './bolt-app.ts';

const channel = 'C0DEPLOY';
const plain = (text: string) => ({ type: 'plain_text' as const, text });

/** A form with one text field under `fieldId`, and a button that draws it anew. */
function noteForm(title: string, fieldId: string, initial?: string): ModalView {
  return {
    type: 'modal',
    callback_id: 'note',
    notify_on_close: true,
    title: plain(title),
    submit: plain('Send'),
    blocks: [
      {
        type: 'input',
        block_id: fieldId,
        label: plain('Note'),
        element: {
          type: 'plain_text_input',
          action_id: fieldId,
          ...(initial !== undefined && { initial_value: initial }),
        },
      },
      {
        type: 'actions',
        block_id: 'row',
        elements: ['Same field', 'Other field', 'Push'].map((text) => ({
          type: 'button' as const,
          action_id: text,
          text: plain(text),
        })),
      },
    ],
  };
}

let clock = Date.UTC(2026, 0, 1);
let trigger = '';
let response: object = {};
const closed: string[] = [];
const noted: unknown[] = [];

function listen(app: App): void {
  app.command('/note', async ({ command, ack, client }) => {
    trigger = command.trigger_id;
    await ack();
    if (command.text === 'open')
      await client.views.open({ trigger_id: trigger, view: noteForm('First', 'a', 'begun') });
  });
  app.action<BlockAction>('Same field', async ({ body, ack, client }) => {
    await ack();
    await client.views.update({ view_id: body.view!.id, view: noteForm('Again', 'a', 'other words') });
  });
  app.action<BlockAction>('Other field', async ({ body, ack, client }) => {
    await ack();
    await client.views.update({ view_id: body.view!.id, view: noteForm('Again', 'b') });
  });
  app.action<BlockAction>('Push', async ({ body, ack, client }) => {
    await ack();
    await client.views.push({ trigger_id: body.trigger_id, view: noteForm('Above', 'a') });
  });
  app.view<ViewSubmitAction>('note', async ({ ack, view }) => {
    noted.push(view.state.values);
    await ack(response as never);
  });
  app.view({ callback_id: 'note', type: 'view_closed' }, async ({ ack, view }) => {
    closed.push(view.id);
    await ack();
  });
}

describe('views', () => {
  let slack: LocalSlack;
  let stop: () => Promise<void>;
  let client: WebClient;
  beforeAll(async () => {
    slack = await startWorkspace({ now: () => clock });
    ({ stop } = await startBolt(slack, listen));
    client = new WebClient('xoxb-test', { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  });
  afterAll(async () => {
    await stop();
    await slack.close();
  });

  const openForm = async () => {
    await slack.person('U0ANA').types('/note open', { channel });
    return await slack.person('U0ANA').modal();
  };
  const refusal = (error: string) => ({ data: { ok: false, error } });

  test('what was typed stays where the field keeps its ids, whatever the new view begins with', async () => {
    const modal = await openForm();
    expect(modal.text()).toContain('begun');
    await modal.type('Note', 'my words');
    await modal.press('Same field');
    expect(modal.title).toBe('Again');
    expect(modal.text()).toContain('my words');
    await modal.press('Other field');
    expect(modal.text()).not.toContain('my words');
    response = {};
    expect(await modal.submit()).toEqual({ errors: { Note: 'Please complete this required field.' } });
    await modal.type('Note', 'sent');
    expect(await modal.submit()).toEqual({ closed: true });
    expect(noted.at(-1)).toEqual({ b: { b: { type: 'plain_text_input', value: 'sent' } } });
  });

  test('a trigger opens one view within 3 seconds, and no second one', async () => {
    const view = noteForm('Late', 'a');
    await slack.person('U0ANA').types('/note', { channel });
    clock += 2_999;
    await expect(client.views.open({ trigger_id: trigger, view })).resolves.toMatchObject({ ok: true });
    await expect(client.views.open({ trigger_id: trigger, view })).rejects.toMatchObject(
      refusal('exchanged_trigger_id'),
    );
    await slack.person('U0ANA').types('/note', { channel });
    clock += 3_001;
    await expect(client.views.open({ trigger_id: trigger, view })).rejects.toMatchObject(
      refusal('expired_trigger_id'),
    );
    await expect(client.views.open({ trigger_id: 'made-up', view })).rejects.toMatchObject(
      refusal('invalid_trigger_id'),
    );
  });

  test('three views stand on each other, and no fourth', async () => {
    const ana = slack.person('U0ANA');
    const first = await openForm();
    await first.press('Push');
    await (await ana.modal()).press('Push');
    const third = await ana.modal();
    await third.press('Push');
    expect((await ana.modal()).id).toBe(third.id);
    expect(slack.calls().at(-1)).toMatchObject({ method: 'views.push', error: 'push_limit_reached' });
    await third.dismiss();
    expect(closed.at(-1)).toBe(third.id);
    response = { response_action: 'clear' };
    await (await ana.modal()).type('Note', 'x');
    expect(await (await ana.modal()).submit()).toEqual({ closed: true });
    expect(first.isOpen).toBe(false);
  });

  test('an edit with an old hash, or of a view that is gone, is refused', async () => {
    const modal = await openForm();
    const view = noteForm('Anew', 'a');
    const { view: shown } = await client.views.update({ view_id: modal.id, view });
    const hash = String((shown as { hash?: string }).hash);
    await expect(client.views.update({ view_id: modal.id, hash, view })).resolves.toMatchObject({ ok: true });
    await expect(client.views.update({ view_id: modal.id, hash, view })).rejects.toMatchObject(
      refusal('hash_conflict'),
    );
    await modal.dismiss();
    await expect(client.views.update({ view_id: modal.id, view })).rejects.toMatchObject(
      refusal('not_found'),
    );
  });

  test('the answer to a form can draw it anew or put one above it; a wrong answer is seen to fail', async () => {
    const ana = slack.person('U0ANA');
    const modal = await openForm();
    response = { response_action: 'update', view: noteForm('Answered', 'a', 'x') };
    expect(await modal.submit()).toEqual({ updated: true });
    expect(modal.title).toBe('Answered');
    response = { response_action: 'push', view: noteForm('Above', 'z') };
    expect(await modal.submit()).toEqual({ updated: true });
    expect((await ana.modal()).title).toBe('Above');
    await (await ana.modal()).dismiss();
    response = { response_action: 'errors', errors: { nobody: 'No.' } };
    expect(await modal.submit()).toEqual({ failed: expect.stringContaining('"nobody"') as string });
    response = { response_action: 'update', view: noteForm('A title of more than 24 characters', 'a') };
    expect(await modal.submit()).toEqual({ failed: expect.stringContaining('/view/title/text') as string });
    await modal.dismiss('all');
  });

  test('a field or an option that is not there is named, with those that are', async () => {
    const modal = await openForm();
    await expect(modal.type('Notes', 'x')).rejects.toThrow(
      'There is no field "Notes" in "First". There is: Note.',
    );
    await expect(modal.press('Nothing')).rejects.toThrow('There is no button "Nothing".');
    await modal.dismiss();
    await expect(modal.type('Note', 'x')).rejects.toThrow('is closed');
  });
});
