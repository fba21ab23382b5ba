import type { ScreenContent, ShownChannel } from '../../../slack/screen-content.ts';

/** What stands in the middle of the page: a channel, or the app with one of its tabs. */
export type Place = { at: 'channel'; channel: string } | { at: 'app'; tab: 'home' | 'messages' };

/** The channel of a place; undefined on the home tab. */
export function channelAt(screen: ScreenContent, place: Place): ShownChannel | undefined {
  if (place.at === 'app')
    return place.tab === 'home' ? undefined : screen.channels.find(({ isDirect }) => isDirect);
  return screen.channels.find(({ id }) => id === place.channel) ?? screen.channels[0];
}
