import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { JsonObject } from '../../../src/sandbox/slack/json.ts';
import type { ScreenContent } from '../../../src/sandbox/slack/screen-content.ts';
import type { LocalSlack } from '../../../src/sandbox/slack/start-slack.ts';
import { startBolt, startWorkspace } from './bolt-app.ts';

const channel = 'C0DEPLOY';
const option = (value: string): JsonObject => ({ text: { type: 'plain_text', text: value }, value });
const place = { channel, threadTs: null };
const channelIn = (content: ScreenContent, id = channel) => content.channels.find((each) => each.id === id);

describe('the screen of a person', () => {
  let slack: LocalSlack;
  let web: WebClient;
  let stop = async (): Promise<void> => undefined;
  beforeEach(async () => {
    slack = await startWorkspace();
    web = new WebClient('xoxb-test', { slackApiUrl: slack.apiUrl });
  });
  afterEach(async () => {
    await stop();
    stop = async () => undefined;
    await slack.close();
  });

  test('what somebody writes is kept as theirs, unread for others until they look, and nobody else may delete it', async () => {
    const [ana, ben] = [slack.screen('U0ANA'), slack.screen('U0BEN')];
    expect(await ana.says(place, 'a < b & <!channel>')).toBe(true);
    const [message] = channelIn(ben.content())?.messages ?? [];
    expect(message).toMatchObject({ user: 'U0ANA', text: 'a &lt; b &amp; &lt;!channel&gt;' });
    expect([ana, ben].map((screen) => channelIn(screen.content())?.unread)).toEqual([0, 1]);
    ben.reads(channel);
    expect(channelIn(ben.content())?.unread).toBe(0);
    const history = await web.conversations.history({ channel });
    expect(history.messages?.[0]).not.toHaveProperty('bot_id');
    const ts = message?.ts ?? '';
    await expect(web.chat.delete({ channel, ts })).rejects.toThrow('cant_delete_message');
    await expect(web.chat.update({ channel, ts, text: 'x' })).rejects.toThrow('cant_update_message');
  });

  test('replies stand in their thread and make nothing unread; a thread that is gone takes none', async () => {
    const [ana, ben] = [slack.screen('U0ANA'), slack.screen('U0BEN')];
    await ana.says(place, 'root');
    ben.reads(channel);
    const ts = channelIn(ben.content())?.messages[0]?.ts ?? '';
    await ana.says({ channel, threadTs: ts }, 'reply');
    expect(channelIn(ben.content())).toMatchObject({ unread: 0, messages: [{}, { threadTs: ts }] });
    await expect(ana.says({ channel, threadTs: '1.0' }, 'x')).rejects.toThrow('This thread is gone.');
    slack.archive(channel);
    await expect(ana.says(place, 'x')).rejects.toThrow('Nobody can write');
  });

  test('everybody sees only their own channels, answers and direct messages', async () => {
    const seenBy = (id: string) =>
      slack
        .screen(id)
        .content()
        .channels.map((each) => each.id);
    expect(seenBy('U0BEN')).toEqual([channel, 'D00BEN']);
    expect(seenBy('U0ANA')).toEqual([channel, 'C0ONLYANA', 'C0CLOSED', 'D00ANA']);
    await web.chat.postEphemeral({ channel, user: 'U0ANA', text: 'only Ana' });
    const [answer] = channelIn(slack.screen('U0ANA').content())?.messages ?? [];
    expect(answer).toMatchObject({ text: 'only Ana', isEphemeral: true });
    expect(channelIn(slack.screen('U0BEN').content())?.messages).toEqual([]);
    slack.screen('U0BEN').forgets(answer?.ts ?? '');
    expect(channelIn(slack.screen('U0ANA').content())?.messages).toHaveLength(1);
    slack.screen('U0ANA').forgets(answer?.ts ?? '');
    expect(channelIn(slack.screen('U0ANA').content())?.messages).toEqual([]);
  });

  test('fields and menus of a message reach the app with all that the message holds', async () => {
    const seen: unknown[] = [];
    ({ stop } = await startBolt(slack, (app) => {
      app.action(/.*/, async ({ ack, body, action }) => {
        await ack();
        seen.push({ action, state: 'state' in body ? body.state : null });
      });
    }));
    const input = { type: 'plain_text_input', action_id: 'why' };
    const menu = { type: 'static_select', action_id: 'pick', options: [option('a'), option('b')] };
    const dots = { type: 'overflow', action_id: 'more', options: [option('x'), option('y')] };
    const { ts = '' } = await web.chat.postMessage({
      channel,
      text: 'choose',
      blocks: [
        { type: 'input', block_id: 'reason', label: { type: 'plain_text', text: 'Why' }, element: input },
        { type: 'actions', block_id: 'row', elements: [menu, dots] },
      ] as never,
    });
    const ana = slack.screen('U0ANA');
    const why = { blockId: 'reason', actionId: 'why', value: 'because' };
    const acts = async (actionId: string, value: JsonObject) =>
      await ana.actsInMessage({ channel, ts }, { blockId: 'row', actionId, value }, [why]);
    expect(await acts('pick', option('b'))).toBe(true);
    expect(await acts('more', option('y'))).toBe(true);
    expect(seen).toMatchObject([
      {
        action: { type: 'static_select', action_id: 'pick', selected_option: { value: 'b' } },
        state: {
          values: {
            reason: { why: { value: 'because' } },
            row: { pick: { selected_option: { value: 'b' } } },
          },
        },
      },
      { action: { type: 'overflow', action_id: 'more', selected_option: { value: 'y' } } },
    ]);
    await expect(acts('gone', option('z'))).rejects.toThrow('not there any more');
  });

  test('opening the home tab tells the app, and shows what it publishes', async () => {
    ({ stop } = await startBolt(slack, (app) => {
      app.event('app_home_opened', async ({ event, client }) => {
        const text = { type: 'mrkdwn', text: `Hello <@${event.user}>` } as const;
        const view = { type: 'home', blocks: [{ type: 'section', text }] } as const;
        await client.views.publish({ user_id: event.user, view: view as never });
      });
    }));
    const ana = slack.screen('U0ANA');
    expect(ana.content().home).toBeNull();
    await ana.opensHome();
    await slack.until(() => ana.content().home);
    expect(JSON.stringify(ana.content().home)).toContain('Hello <@U0ANA>');
    expect(slack.screen('U0BEN').content().home).toBeNull();
  });

  test('what is typed into a view is kept without telling the app, and searches keep their groups', async () => {
    const told: string[] = [];
    ({ stop } = await startBolt(slack, (app) => {
      app.command('/form', async ({ ack, client, command }) => {
        await ack();
        const why = { type: 'plain_text_input', action_id: 'why' };
        const pick = { type: 'external_select', action_id: 'pick', min_query_length: 0 };
        const field = (block_id: string, element: object) => ({
          type: 'input',
          block_id,
          label: { type: 'plain_text', text: block_id },
          element,
        });
        const view = {
          type: 'modal',
          title: { type: 'plain_text', text: 'Form' },
          submit: { type: 'plain_text', text: 'Send' },
          blocks: [field('reason', why), field('server', pick)],
        };
        await client.views.open({ trigger_id: command.trigger_id, view: view as never });
      });
      app.action(/.*/, async ({ ack }) => {
        told.push('action');
        await ack();
      });
      app.options('pick', async ({ ack }) => {
        const label = { type: 'plain_text', text: 'north' } as const;
        await ack({ option_groups: [{ label, options: [option('web-1') as never] }] });
      });
    }));
    const ana = slack.screen('U0ANA');
    await ana.says(place, '/form');
    const view = await slack.until(() => ana.content().views[0]);
    const why = { blockId: 'reason', actionId: 'why', value: 'because' };
    ana.keeps(view.id, [why, { blockId: 'gone', actionId: 'gone', value: 'x' }]);
    expect(ana.content().views[0]?.entered).toEqual([why]);
    expect(told).toEqual([]);
    const groups = await ana.searches(view.id, { blockId: 'server', actionId: 'pick' }, '');
    expect(groups.filter((group) => 'label' in group)).toMatchObject([
      { label: { text: 'north' }, options: [{ value: 'web-1' }] },
    ]);
    expect(await ana.submits(view.id, [why])).toEqual({
      errors: { server: 'Please complete this required field.' },
    });
    expect(() => slack.screen('U0BEN').keeps(view.id, [why])).toThrow('This view is closed.');
  });
});
