import { useEffect } from 'preact/hooks';

import type { ChatSnapshot, FleetSnapshot } from '../snapshot.ts';
import { Chat } from './chat/chat.tsx';
import { channelAt } from './chat/place.ts';
import { Rail } from './chat/rail.tsx';
import { ThreadPane } from './chat/thread-pane.tsx';
import { FleetPanel } from './fleet/fleet-panel.tsx';
import { useLayout } from './layout.ts';
import { useLive } from './live.ts';
import { ModalStack } from './modal/modal.tsx';
import { createOpenLink, OpenLinkContext } from './open-link.ts';
import { ReaderContext, readerOf } from './reader.ts';
import { useRemembered } from './remembered.ts';
import { Toolbar } from './toolbar.tsx';

/** The whole page: people and channels, the chat, a thread, the fleet, and the views over them. */
export function App({ firstPlayer }: { firstPlayer: string }) {
  const [player, setPlayer] = useRemembered('player', firstPlayer);
  const { chat, fleet, connection } = useLive(player);
  const name = chat?.screen.names[chat.screen.viewer] ?? '';
  useEffect(() => {
    if (name !== '') document.title = `${name} · Lamplighter sandbox`;
  }, [name]);
  if (!chat) return <p class="waiting">{connection === 'lost' ? lostWords : 'One moment…'}</p>;
  return (
    <ReaderContext.Provider value={readerOf(chat)}>
      <Parts chat={chat} fleet={fleet} onPlayer={setPlayer} />
      {connection !== 'open' && (
        <p class="lost" role="alert">
          {connection === 'lost' ? lostWords : 'The sandbox does not answer; trying again…'}
        </p>
      )}
      <ModalStack viewer={chat.screen.viewer} views={chat.screen.views} />
    </ReaderContext.Provider>
  );
}

interface PartsProps {
  chat: ChatSnapshot;
  fleet: FleetSnapshot | null;
  onPlayer: (id: string) => void;
}

function Parts({ chat, fleet, onPlayer }: PartsProps) {
  const { screen, players } = chat;
  const { place, thread, narrow, isFleetOpen, ...layout } = useLayout(screen);
  const channel = channelAt(screen, place);
  const shownThread = channel?.messages.some(({ ts }) => ts === thread) ? thread : null;
  const classes = [
    'app',
    `narrow-${narrow}`,
    shownThread ? 'has-thread' : '',
    isFleetOpen ? 'has-fleet' : '',
  ];
  const switchPlayer = (id: string): void => {
    onPlayer(id);
    layout.showNarrow('chat');
  };
  return (
    <div
      class={classes.filter(Boolean).join(' ')}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && narrow === 'rail') layout.showNarrow('chat');
      }}
    >
      <Rail screen={screen} players={players} place={place} onPlayer={switchPlayer} onPlace={layout.go} />
      <button type="button" class="rail-veil" aria-label="Close" onClick={() => layout.showNarrow('chat')} />
      <OpenLinkContext.Provider value={createOpenLink(screen.channels, layout.go)}>
        <Chat
          chat={chat}
          place={place}
          onPlace={layout.go}
          onThread={layout.openThread}
          onRail={() => layout.showNarrow('rail')}
        />
      </OpenLinkContext.Provider>
      {channel && shownThread !== null && (
        <ThreadPane screen={screen} channel={channel} ts={shownThread} onClose={layout.closeThread} />
      )}
      {fleet && isFleetOpen && <FleetPanel fleet={fleet} onClose={layout.toggleFleet} />}
      <Toolbar
        narrow={narrow}
        onNarrow={layout.showNarrow}
        isFleetOpen={isFleetOpen}
        onFleet={layout.toggleFleet}
      />
    </div>
  );
}

const lostWords = 'This sandbox has ended, or was started anew: open the address that it printed.';
