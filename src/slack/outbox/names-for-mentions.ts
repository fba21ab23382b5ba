import type { KnownBlock } from '@slack/types';

import type { Plan } from '../../domain/plan/plan.ts';
import { stripHidden } from '../../domain/quote.ts';
import type { Fact } from '../../progress/facts.ts';
import { whoIsNotified } from '../../wording/thread-line.ts';
import type { MessageContent } from '../blocks.ts';
import { escapeText } from '../escape.ts';

/** How somebody is called; null where nobody knows. */
export type NameOf = (id: string) => Promise<string | null>;

const mentioned = /<@([UW][A-Z0-9]+)>/g;

/**
 * A message of the channel that notifies nobody but whom it may: everybody else stands there by name. Who has no name
 * stays mentioned, and words of people are left as they are.
 */
export async function namesForMentions(
  content: MessageContent,
  { nameOf, mayBePinged }: { nameOf: NameOf; mayBePinged: Set<string> },
): Promise<MessageContent> {
  const ids = [...JSON.stringify(content).matchAll(mentioned)].map(([, id = '']) => id);
  const names = new Map<string, string>();
  for (const id of new Set(ids)) {
    const name = mayBePinged.has(id) ? null : await nameOf(id);
    if (name !== null) names.set(id, `@${harmlessName(name)}`);
  }
  const named = (text: string): string =>
    text.replaceAll(mentioned, (mention, id: string) => names.get(id) ?? mention);
  const inBlocks = (blocks: KnownBlock[]): KnownBlock[] => blocks.map((block) => inMarkup(block, named));
  const { text, blocks, withoutTable } = content;
  return {
    text: named(text),
    blocks: inBlocks(blocks),
    ...(withoutTable && { withoutTable: inBlocks(withoutTable) }),
  };
}

/** Whom a message of the thread calls: who can still approve, and whom a notify step names. */
export function calledBy(plan: Plan, facts: Fact[]): Set<string> {
  return new Set(
    facts.flatMap(({ event }) => {
      if (event.type === 'reminded')
        return (event.people ?? []).flatMap((person) =>
          [...person.matchAll(mentioned)].map(([, id = '']) => id),
        );
      return event.type === 'task_ended' ? (whoIsNotified(plan, event.task) ?? []) : [];
    }),
  );
}

/** Nothing in a name is markup. */
function harmlessName(name: string): string {
  return escapeText(stripHidden(name)).replaceAll(/[*_~`\n]/g, '');
}

function inMarkup(block: KnownBlock, named: (text: string) => string): KnownBlock {
  if (block.type === 'section' && block.text?.type === 'mrkdwn')
    return { ...block, text: { ...block.text, text: named(block.text.text) } };
  if (block.type !== 'context') return block;
  const elements = block.elements.map((element) =>
    element.type === 'mrkdwn' ? { ...element, text: named(element.text) } : element,
  );
  return { ...block, elements };
}
