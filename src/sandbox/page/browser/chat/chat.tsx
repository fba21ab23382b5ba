import { useState } from 'preact/hooks';

import type { ChatSnapshot } from '../../snapshot.ts';
import { Icon } from '../icons.tsx';
import { useRemembered } from '../remembered.ts';
import { AppHome } from './app-home.tsx';
import { ChannelView } from './channel-view.tsx';
import { HintBar } from './hint-bar.tsx';
import { channelAt, type Place } from './place.ts';

interface Props {
  chat: ChatSnapshot;
  place: Place;
  onPlace: (place: Place) => void;
  onThread: (ts: string) => void;
  onRail: () => void;
}

/** The middle: the head of the place, what stands there, and a hint for first visitors. */
export function Chat({ chat, place, onPlace, onThread, onRail }: Props) {
  const { screen, commands, hint } = chat;
  const [offered, setOffered] = useState<{ text: string } | null>(null);
  const [hints, setHints] = useRemembered('hints', 'shown');
  const channel = channelAt(screen, place);
  const title = place.at === 'app' ? screen.app.name : `# ${channel?.name ?? ''}`;
  return (
    <main class="chat">
      <header class="pane-head">
        <button
          type="button"
          class="button button-icon only-narrow"
          aria-label="People and channels"
          onClick={onRail}
        >
          <Icon name="menu" />
        </button>
        <h1>{title}</h1>
        {place.at === 'app' && <Tabs tab={place.tab} onTab={(tab) => onPlace({ at: 'app', tab })} />}
      </header>
      {channel ? (
        <ChannelView
          screen={screen}
          channel={channel}
          commands={commands}
          offered={offered}
          onThread={onThread}
        >
          {hint && hints === 'shown' && (
            <HintBar hint={hint} onOffer={(text) => setOffered({ text })} onHide={() => setHints('hidden')} />
          )}
        </ChannelView>
      ) : (
        <AppHome screen={screen} />
      )}
    </main>
  );
}

function Tabs({ tab, onTab }: { tab: 'home' | 'messages'; onTab: (tab: 'home' | 'messages') => void }) {
  const all = [
    ['home', 'Home'],
    ['messages', 'Messages'],
  ] as const;
  return (
    <div class="tabs" role="group" aria-label="Tabs of the app">
      {all.map(([name, words]) => (
        <button key={name} type="button" aria-pressed={tab === name} onClick={() => onTab(name)}>
          {words}
        </button>
      ))}
    </div>
  );
}
