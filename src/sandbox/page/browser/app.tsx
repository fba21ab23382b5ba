import { useEffect, useState } from 'preact/hooks';

import { Chat } from './chat/chat.tsx';
import { channelAt, type Place } from './chat/place.ts';
import { Rail } from './chat/rail.tsx';
import { ThreadPane } from './chat/thread-pane.tsx';
import { FleetPanel } from './fleet/fleet-panel.tsx';
import { useLive } from './live.ts';
import { ModalStack } from './modal/modal.tsx';
import { ReaderContext, readerOf } from './reader.ts';
import { useRemembered } from './remembered.ts';
import { Toolbar } from './toolbar.tsx';

/** The whole page: people and channels, the chat, a thread, the fleet, and the views over them. */
export function App({ firstPlayer }: { firstPlayer: string }) {
  const [player, setPlayer] = useRemembered('player', firstPlayer);
  const { chat, fleet, connection } = useLive(player);
  const [place, setPlace] = useState<Place>({ at: 'channel', channel: '' });
  const [thread, setThread] = useState<string | null>(null);
  const [fleetShown, setFleetShown] = useRemembered('fleet', 'shown');
  const [narrow, setNarrow] = useState<'chat' | 'fleet' | 'rail'>('chat');
  useEffect(() => {
    if (chat) document.title = `${chat.screen.names[chat.screen.viewer]} · Lamplighter sandbox`;
  }, [chat?.screen.viewer]);
  if (!chat) return <p class="waiting">{connection === 'lost' ? lostWords : 'One moment…'}</p>;

  const { screen, players } = chat;
  const here: Place = place.at === 'channel' && place.channel === '' ? firstPlace(chat.screen) : place;
  const channel = channelAt(screen, here);
  const threadRoot = thread !== null && channel?.messages.some(({ ts }) => ts === thread) ? thread : null;
  const go = (next: Place): void => {
    setPlace(next);
    setThread(null);
    setNarrow('chat');
  };
  const switchPlayer = (id: string): void => {
    setPlayer(id);
    setNarrow('chat');
  };
  const isFleetOpen = fleetShown === 'shown';
  const classes = ['app', `narrow-${narrow}`, threadRoot ? 'has-thread' : '', isFleetOpen ? 'has-fleet' : ''];
  return (
    <ReaderContext.Provider value={readerOf(chat)}>
      <div
        class={classes.filter(Boolean).join(' ')}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && narrow === 'rail') setNarrow('chat');
        }}
      >
        <Rail screen={screen} players={players} place={here} onPlayer={switchPlayer} onPlace={go} />
        <button type="button" class="rail-veil" aria-label="Close" onClick={() => setNarrow('chat')} />
        <Chat chat={chat} place={here} onPlace={go} onThread={setThread} onRail={() => setNarrow('rail')} />
        {channel && threadRoot !== null && (
          <ThreadPane screen={screen} channel={channel} ts={threadRoot} onClose={() => setThread(null)} />
        )}
        {fleet && isFleetOpen && <FleetPanel fleet={fleet} onClose={() => setFleetShown('hidden')} />}
        <Toolbar
          narrow={narrow}
          onNarrow={(part) => {
            setNarrow(part);
            if (part === 'fleet') setFleetShown('shown');
          }}
          isFleetOpen={isFleetOpen}
          onFleet={() => setFleetShown(isFleetOpen ? 'hidden' : 'shown')}
        />
        {connection !== 'open' && (
          <p class="lost" role="alert">
            {connection === 'lost' ? lostWords : 'The sandbox does not answer; trying again…'}
          </p>
        )}
        <ModalStack viewer={screen.viewer} views={screen.views} />
      </div>
    </ReaderContext.Provider>
  );
}

const lostWords = 'This sandbox has ended, or was started anew: open the address that it printed.';

function firstPlace(screen: { channels: { id: string; isDirect: boolean }[] }): Place {
  return { at: 'channel', channel: screen.channels.find(({ isDirect }) => !isDirect)?.id ?? '' };
}
