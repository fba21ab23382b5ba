import type { App, BlockAction, ButtonAction, ViewSubmitAction } from '@slack/bolt';
import type { ModalView } from '@slack/types';

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const option = (text: string) => ({ text: plain(text), value: text });

/** A small form of every kind of field the bot uses; `when` decides whether the date is asked. */
export function smallForm(when: string, note = 'nothing chosen'): ModalView {
  const dispatch_action = true;
  return {
    type: 'modal',
    callback_id: 'form',
    private_metadata: 'kept',
    title: plain('Deploy'),
    submit: plain('Schedule'),
    close: plain('Close'),
    blocks: [
      {
        type: 'input',
        block_id: 'what',
        dispatch_action,
        label: plain('Revisions'),
        element: { type: 'multi_external_select', action_id: 'what', min_query_length: 0 },
      },
      {
        type: 'input',
        block_id: 'where',
        label: plain('Environment'),
        element: {
          type: 'static_select',
          action_id: 'where',
          options: [option('shop'), option('blog')],
          initial_option: option('shop'),
        },
      },
      {
        type: 'input',
        block_id: 'when',
        dispatch_action,
        label: plain('When'),
        element: { type: 'radio_buttons', action_id: 'when', options: [option('Now'), option('Later')] },
      },
      ...(when === 'Later'
        ? [
            {
              type: 'input' as const,
              block_id: 'at',
              label: plain('Date and time'),
              element: { type: 'datetimepicker' as const, action_id: 'at' },
            },
          ]
        : []),
      {
        type: 'input',
        block_id: 'why',
        label: plain('Reason'),
        element: { type: 'plain_text_input', action_id: 'why', multiline: true },
      },
      {
        type: 'input',
        block_id: 'ok',
        optional: true,
        label: plain('Warnings'),
        element: { type: 'checkboxes', action_id: 'ok', options: [option('I accept 2 warnings')] },
      },
      { type: 'section', block_id: 'note', text: { type: 'mrkdwn', text: note } },
    ],
  };
}

/** `/deploy` → form → card with Approve → answer to the person and an edit of the card. */
export function listenForDeploy(app: App, seen: { values: unknown[]; presses: BlockAction[] }): void {
  app.command('/deploy', async ({ command, ack, client }) => {
    if (command.text === 'help') return await ack('Type /deploy.');
    await ack();
    await client.views.open({ trigger_id: command.trigger_id, view: smallForm('Now') });
  });
  app.options('what', async ({ options, ack }) => {
    const names = ['customer360@1', 'customer360@2', 'orders@7'];
    await ack({ options: names.filter((name) => name.includes(options.value)).map(option) });
  });
  for (const id of ['what', 'when'])
    app.action<BlockAction>(id, async ({ body, ack, client }) => {
      await ack();
      const { values } = body.view!.state;
      const chosen = (values['what']?.['what']?.selected_options ?? []).map(({ value }) => value);
      const when = values['when']?.['when']?.selected_option?.value ?? 'Now';
      await client.views.update({
        view_id: body.view!.id,
        view: smallForm(when, `chosen: ${chosen.join(', ')}`),
      });
    });
  app.view<ViewSubmitAction>('form', async ({ view, ack, client, body }) => {
    seen.values.push(view.state.values);
    const reason = view.state.values['why']?.['why']?.value ?? '';
    if (reason.length < 5)
      return await ack({ response_action: 'errors', errors: { why: 'Say a little more.' } });
    await ack();
    await client.chat.postMessage({
      channel: 'C0DEPLOY',
      text: `asked by <@${body.user.id}>`,
      blocks: [
        { type: 'section', text: { type: 'mrkdwn', text: `asked by <@${body.user.id}>`, verbatim: true } },
        {
          type: 'actions',
          block_id: 'card',
          elements: [
            {
              type: 'button',
              action_id: 'approve',
              text: plain('Approve'),
              value: '1042',
              confirm: {
                title: plain('Sure?'),
                text: plain('It runs.'),
                confirm: plain('Yes'),
                deny: plain('No'),
              },
            },
          ],
        },
      ],
      metadata: { event_type: 'card', event_payload: { key: 'card-1042' } },
    });
  });
  app.action<BlockAction<ButtonAction>>('approve', async ({ body, ack, client, respond, action }) => {
    seen.presses.push(body);
    await ack();
    await respond({
      response_type: 'ephemeral',
      replace_original: false,
      text: `Thanks for ${action.value}.`,
    });
    const [channel, ts] = [body.channel!.id, body.message!.ts];
    await client.chat.update({ channel, ts, text: 'approved' });
    await client.chat.postMessage({ channel, thread_ts: ts, text: 'It begins.' });
  });
}
