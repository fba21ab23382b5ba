import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

import type { ChatSnapshot, Shortcut } from '../snapshot.ts';

/** Who reads, and what their words and dates are drawn with. */
export interface Reader {
  viewer: string;
  /** IANA name of the reader's zone. */
  zone: string;
  names: Record<string, string>;
  emoji: Record<string, string>;
  shortcuts: Shortcut[];
}

const none: Reader = { viewer: '', zone: 'UTC', names: {}, emoji: {}, shortcuts: [] };

/** Hands the reader to everything that is drawn. */
export const ReaderContext = createContext<Reader>(none);

/** Who reads this. */
export function useReader(): Reader {
  return useContext(ReaderContext);
}

/** The reader of a snapshot. */
export function readerOf({ screen, emoji, shortcuts }: ChatSnapshot): Reader {
  const { viewer, people, names } = screen;
  const zone = people.find(({ id }) => id === viewer)?.timezone ?? 'UTC';
  return { viewer, zone, names, emoji, shortcuts };
}
