import type { Hint } from '../sandbox/page/snapshot.ts';
import type { ScreenContent } from '../sandbox/slack/screen-content.ts';

/** What a first visitor may do next, from what they see: the story of the README, one step at a time. */
export function hintFor({ viewer, names, channels }: ScreenContent): Hint | null {
  const name = names[viewer] ?? viewer;
  const told = (direct: boolean) =>
    channels
      .filter(({ isDirect }) => isDirect === direct)
      .flatMap(({ messages }) => messages)
      .filter(({ text }) => /^#\d+ /.test(text));
  const cards = told(false);
  const card = cards.at(-1);
  if (!card)
    return {
      text: `You are *${name}*. Type \`/deploy\` and pick shop@2 for shop-production.`,
      offers: '/deploy shop@2 to shop-production',
    };
  if (card.text.includes('waiting for approval'))
    return approvalHint(name, told(true).at(-1)?.text.includes('waits for your approval') ?? false);
  if (/: (?:running|approved|scheduled|queued)/.test(card.text))
    return { text: 'Kill the bot now, start it again, and read in the thread what it found.' };
  if (card.text.includes('part of it is done'))
    return {
      text: 'The rest waits: press *Deploy the remaining…* on the card. What is done is not done again.',
    };
  return null;
}

function approvalHint(name: string, isAsked: boolean): Hint {
  if (isAsked) return { text: `You are *${name}*: press *Approve* on the card, or in your direct messages.` };
  return {
    text: 'Approve as *Ben* (switch person at the left). To see a real failure, let *web-5* fail next, at the right.',
  };
}
