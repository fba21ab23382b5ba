import { useState } from 'preact/hooks';

import type { ScreenContent } from '../../slack/screen-content.ts';
import type { Place } from './chat/place.ts';
import { useRemembered } from './remembered.ts';

/** The part that is in front on a narrow screen. */
export type NarrowPart = 'chat' | 'fleet' | 'rail';

/** What stands where on the page, and how it is changed. */
export interface Layout {
  place: Place;
  /** The message whose thread is open. */
  thread: string | null;
  narrow: NarrowPart;
  isFleetOpen: boolean;
  go: (place: Place) => void;
  openThread: (ts: string) => void;
  closeThread: () => void;
  showNarrow: (part: NarrowPart) => void;
  toggleFleet: () => void;
}

/** At first the first channel, no thread, and the fleet beside it. */
export function useLayout({ channels }: ScreenContent): Layout {
  const first = channels.find(({ isDirect }) => !isDirect)?.id ?? '';
  const [place, setPlace] = useState<Place>({ at: 'channel', channel: first });
  const [thread, setThread] = useState<string | null>(null);
  const [narrow, setNarrow] = useState<NarrowPart>('chat');
  const [fleet, setFleet] = useRemembered('fleet', 'shown');
  return {
    place,
    thread,
    narrow,
    isFleetOpen: fleet === 'shown',
    go: (next) => {
      setPlace(next);
      setThread(null);
      setNarrow('chat');
    },
    openThread: setThread,
    closeThread: () => setThread(null),
    showNarrow: (part) => {
      setNarrow(part);
      if (part === 'fleet') setFleet('shown');
    },
    toggleFleet: () => setFleet(fleet === 'shown' ? 'hidden' : 'shown'),
  };
}
