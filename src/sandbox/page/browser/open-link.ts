import { createContext } from 'preact';

import type { Place } from './chat/place.ts';

/** Follows the link of a button. */
export type OpenLink = (url: string) => void;

/** Hands it to every button. */
export const OpenLinkContext = createContext<OpenLink>(() => undefined);

/** A link to a message of this workspace leads to its channel on this page; any other one opens a tab of its own. */
export function createOpenLink(channels: { id: string }[], go: (place: Place) => void): OpenLink {
  return (url) => {
    const id = /\/archives\/(\w+)\/p\d+/.exec(url)?.[1];
    const channel = channels.find((each) => each.id === id);
    if (channel) go({ at: 'channel', channel: channel.id });
    else window.open(url, '_blank', 'noreferrer');
  };
}
