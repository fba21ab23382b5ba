import { standingSentence } from '../../domain/roles.ts';
import type { MessageContent } from '../blocks.ts';
import type { BotNeeds } from '../bot.ts';
import { tellPresser } from '../card/tell-presser.ts';
import type { Press } from '../heard.ts';

/** Puts another page in the place of the one whose button was pressed. It only reads, so it may come twice. */
export async function turnPage(
  needs: BotNeeds,
  { body, action, ack, client, respond }: Press,
  draw: (value: Record<string, unknown>) => Promise<MessageContent | null>,
): Promise<void> {
  await ack();
  const person = await needs.app.findPerson(body.user.id);
  if (person.standing !== 'member')
    return await tellPresser(needs, { body, client, respond }, standingSentence(person));
  const value = Object(JSON.parse(action.value ?? '{}')) as Record<string, unknown>;
  const page = await draw(value);
  if (!page) return;
  // In a direct message the page is an ordinary message, and stays one.
  const isEphemeral = Object(body.container).is_ephemeral === true;
  await respond({ ...(isEphemeral && { response_type: 'ephemeral' }), replace_original: true, ...page });
}
