import type { ComponentChildren } from 'preact';

import type { ScreenContent } from '../../../slack/screen-content.ts';
import { Lamp } from '../icons.tsx';
import { useNow } from '../now.ts';
import { sayClock } from '../text/dates.ts';
import { Avatar } from './avatar.tsx';
import type { Place } from './place.ts';

interface Props {
  screen: ScreenContent;
  players: string[];
  place: Place;
  onPlayer: (id: string) => void;
  onPlace: (place: Place) => void;
}

/** The left side: who one is, the channels, and the app. */
export function Rail({ screen, players, place, onPlayer, onPlace }: Props) {
  return (
    <nav class="rail" aria-label="Workspace">
      <p class="brand">
        <Lamp />
        <span>
          Lamplighter
          <small>sandbox</small>
        </span>
      </p>
      <Group title="You are">
        {players.map((id) => (
          <Player key={id} screen={screen} id={id} onPlayer={onPlayer} />
        ))}
      </Group>
      <Channels screen={screen} place={place} onPlace={onPlace} />
    </nav>
  );
}

/** A person whom one may be, with the time it is for them now. */
function Player({ screen, id, onPlayer }: Pick<Props, 'screen' | 'onPlayer'> & { id: string }) {
  const now = useNow(5_000);
  const person = screen.people.find((each) => each.id === id);
  if (!person) return null;
  const { name, timezone } = person;
  return (
    <button
      type="button"
      class="rail-person"
      aria-pressed={id === screen.viewer}
      onClick={() => onPlayer(id)}
    >
      <Avatar id={id} name={name} />
      <span>
        {name}
        <small>
          {sayClock(now, timezone)} · {cityOf(timezone)}
        </small>
      </span>
    </button>
  );
}

function Channels({ screen, place, onPlace }: Pick<Props, 'screen' | 'place' | 'onPlace'>) {
  const direct = screen.channels.find(({ isDirect }) => isDirect);
  return (
    <>
      <Group title="Channels">
        {screen.channels
          .filter(({ isDirect }) => !isDirect)
          .map(({ id, name, unread }) => (
            <Item
              key={id}
              isHere={place.at === 'channel' && place.channel === id}
              unread={unread}
              onOpen={() => onPlace({ at: 'channel', channel: id })}
            >
              <span class="hash" aria-hidden="true">
                #
              </span>
              {name}
            </Item>
          ))}
      </Group>
      <Group title="Apps">
        <Item
          isHere={place.at === 'app'}
          unread={direct?.unread ?? 0}
          onOpen={() => onPlace({ at: 'app', tab: (direct?.unread ?? 0) > 0 ? 'messages' : 'home' })}
        >
          <span class="app-dot" aria-hidden="true" />
          {screen.app.name}
        </Item>
      </Group>
    </>
  );
}

function Group({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="rail-group" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

interface ItemProps {
  isHere: boolean;
  unread: number;
  onOpen: () => void;
  children: ComponentChildren;
}

function Item({ isHere, unread, onOpen, children }: ItemProps) {
  const isUnread = unread > 0 && !isHere;
  return (
    <button
      type="button"
      class={isUnread ? 'rail-item unread' : 'rail-item'}
      {...(isHere && { 'aria-current': 'page' })}
      onClick={onOpen}
    >
      <span class="rail-item-name">{children}</span>
      {isUnread && (
        <span class="unread-count" role="img" aria-label={`${unread} unread`}>
          {unread}
        </span>
      )}
    </button>
  );
}

function cityOf(timezone: string): string {
  return (timezone.split('/').at(-1) ?? timezone).replaceAll('_', ' ');
}
