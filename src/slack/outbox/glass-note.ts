import type { Fact } from '../../progress/facts.ts';
import type { OutgoingMessage } from '../../store/store.ts';
import { sayBrokenElsewhere } from '../../wording/glass.ts';
import { type MessageContent, section } from '../blocks.ts';

/** A message before its words are laid into its row. */
export interface Note {
  address: Omit<OutgoingMessage, 'payload' | 'digest'>;
  content: MessageContent;
}

/** What administrators are told in their own channel: glass was broken. Nothing where they read it anyway. */
export function glassNotes(
  news: Fact[],
  adminChannel: string | null,
  told: { deployment: number; environment: string; channel: string },
): Note[] {
  const { deployment, environment, channel } = told;
  if (adminChannel === null || adminChannel === channel) return [];
  return news.flatMap(({ event, version }) => {
    if (event.type !== 'glass_broken') return [];
    const { people, reason } = event;
    const text = sayBrokenElsewhere(deployment, { environment, channel, people, reason });
    const key = `glass:${deployment}:${version}`;
    return [
      {
        address: { key, deployment, channel: adminChannel, threadOf: null, broadcast: false },
        content: { text, blocks: [section(text)] },
      },
    ];
  });
}
