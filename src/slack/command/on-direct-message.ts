import type { AllMiddlewareArgs, SlackEventMiddlewareArgs } from '@slack/bolt';

import { once } from '../../app/once.ts';
import { type MessageContent, actions, button, section } from '../blocks.ts';
import type { BotNeeds } from '../bot.ts';
import { mrkdwn } from '../escape.ts';
import { ids } from '../ids.ts';
import { answerMisnamed } from './answer-unknown.ts';
import { type Command, parseCommand } from './command-text.ts';
import { isWhole } from './delegate-text.ts';
import { answerCommand, onlyReads } from './on-command.ts';

type Arguments = AllMiddlewareArgs & SlackEventMiddlewareArgs<'message'>;

/** What a person wrote to the bot; edits, files, and what bots write are none of it. */
interface Written {
  user: string;
  text: string;
  channel: string;
  threadTs: string | null;
}

/** What is typed to the bot in a direct message is read like the text after `/deploy`, and answered there. */
export async function onDirectMessage(needs: BotNeeds, { event, body, client }: Arguments): Promise<void> {
  const written = readWritten({ ...event });
  if (!written) return;
  const { user, text, channel, threadTs } = written;
  const environments = needs.app.configuration().environments.map(({ name }) => name);
  const parsed = parseCommand(text, environments);
  const work = async (): Promise<boolean> => {
    const answer = await answerOf(needs, parsed, user);
    const place = threadTs === null ? { channel } : { channel, thread_ts: threadTs };
    await client.chat.postMessage({ ...place, ...answer, text: mrkdwn(answer.text) });
    return true;
  };
  if (parsed.do === 'form' || onlyReads(parsed)) return void (await work());
  const envelope = {
    key: `message:${body.event_id}`,
    what: `/deploy ${text}`,
    by: user,
    at: needs.app.now(),
  };
  await once(needs.app.store, envelope, work);
}

function readWritten(event: Record<string, unknown>): Written | null {
  const { channel_type: kind, subtype, bot_id: bot, user, text, channel, thread_ts: thread } = event;
  if (kind !== 'im' || subtype !== undefined || bot !== undefined) return null;
  if (typeof user !== 'string' || typeof text !== 'string' || typeof channel !== 'string') return null;
  return { user, text: plainText(text), channel, threadTs: typeof thread === 'string' ? thread : null };
}

/** As it was typed: without Slack's links and escapes, and without a `/deploy` that is not needed here. */
function plainText(text: string): string {
  return text
    .replaceAll(/<(?:mailto:|https?:\/\/)[^|>]*\|([^>]*)>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/^\s*\/?deploy\b/i, '');
}

/** A form opens by a click alone: what would open one is answered with the button that does, or with what to type. */
async function answerOf(needs: BotNeeds, parsed: Command, by: string): Promise<MessageContent> {
  if (parsed.do === 'form') return answerMisnamed(needs, parsed) ?? openingButton(parsed);
  if (parsed.do === 'lock' && parsed.reason === '')
    return words(`Say why as well: \`lock ${parsed.environment} REASON\`.`);
  if (parsed.do === 'halt' && parsed.reason === '') return words('Say why as well: `halt REASON`.');
  if (parsed.do === 'join' || parsed.do === 'settings' || (parsed.do === 'delegate' && !isWhole(parsed)))
    return words(`That opens a form, and a form opens only by a command: type \`/deploy ${parsed.do}\`.`);
  return await answerCommand(needs, parsed, by);
}

function openingButton({ selection, environment, when }: Extract<Command, { do: 'form' }>): MessageContent {
  const what = selection.length === 0 ? 'Choose what, where and when' : selection.join(', ');
  const where = environment === null ? '' : ` to ${environment}`;
  const text = `${what}${where}${when === '' ? '' : `, ${when}`}: the form shows the whole plan before you send it.`;
  const value = JSON.stringify({ selection, environment, when });
  const open = button(ids.deployThis, 'Open the form', value.length <= 2_000 ? value : '{}', {
    style: 'primary',
  });
  return { text, blocks: [section(text), ...actions('open', [open])] };
}

function words(text: string): MessageContent {
  return { text, blocks: [section(text)] };
}
