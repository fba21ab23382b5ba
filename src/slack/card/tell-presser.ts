import type { RespondFn } from '@slack/bolt';

import type { BotNeeds } from '../bot.ts';
import { mrkdwn } from '../escape.ts';

/** Answers whoever pressed a button, and nobody else; that it could not be shown is only logged. */
export async function tellPresser(
  { log }: Pick<BotNeeds, 'log'>,
  respond: RespondFn,
  sentence: string,
): Promise<void> {
  try {
    await respond({ response_type: 'ephemeral', replace_original: false, text: mrkdwn(sentence) });
  } catch (error) {
    log.warn({ error }, 'an answer could not be shown to the person who pressed');
  }
}
