import type { BlockAction, RespondFn } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';

import { section } from '../blocks.ts';
import type { BotNeeds } from '../bot.ts';
import { mrkdwn } from '../escape.ts';

/** A press, wherever it was: on a message, in a view, or in App Home. */
export interface PressPlace {
  body: Pick<BlockAction, 'user' | 'trigger_id' | 'response_url'>;
  client: Pick<WebClient, 'views' | 'chat'>;
  /** Works only where the press has a `response_url`. */
  respond: RespondFn;
}

/**
 * Answers whoever pressed, and nobody else, where they pressed: beside the message, else in a small view, else directly.
 * That it could not be shown is only logged.
 */
export async function tellPresser(
  { log }: Pick<BotNeeds, 'log'>,
  { body, client, respond }: PressPlace,
  sentence: string,
): Promise<void> {
  try {
    if (body.response_url)
      return void (await respond({
        response_type: 'ephemeral',
        replace_original: false,
        text: mrkdwn(sentence),
      }));
    await showView({ body, client }, sentence).catch(async (error: unknown) => {
      log.info({ error }, 'a view could not be shown any more to the person who pressed; they get a message');
      await client.chat.postMessage({
        channel: body.user.id,
        text: mrkdwn(sentence),
        blocks: [section(sentence)],
      });
    });
  } catch (error) {
    log.warn({ error }, 'an answer could not be shown to the person who pressed');
  }
}

async function showView(
  { body, client }: Pick<PressPlace, 'body' | 'client'>,
  sentence: string,
): Promise<void> {
  const view = {
    type: 'modal' as const,
    title: { type: 'plain_text' as const, text: 'Lamplighter' },
    close: { type: 'plain_text' as const, text: 'Close' },
    blocks: [section(sentence)],
  };
  await client.views.open({ trigger_id: body.trigger_id, view });
}
