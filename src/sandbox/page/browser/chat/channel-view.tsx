import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';

import type { ScreenContent, ShownChannel } from '../../../slack/screen-content.ts';
import type { SlashCommand } from '../../snapshot.ts';
import { Lamp } from '../icons.tsx';
import { post } from '../post.ts';
import { Composer } from './composer.tsx';
import { MessageList } from './message-list.tsx';

interface Props {
  screen: ScreenContent;
  channel: ShownChannel;
  commands: SlashCommand[];
  offered: { text: string } | null;
  onThread: (ts: string) => void;
  /** Stands between the messages and where people write. */
  children: ComponentChildren;
}

/** A channel: its messages outside threads, and where to write. */
export function ChannelView({ screen, channel, commands, offered, onThread, children }: Props) {
  const { viewer, app } = screen;
  const messages = channel.messages.filter(({ threadTs, broadcast }) => threadTs === null || broadcast);
  const name = channel.isDirect ? app.name : `#${channel.name}`;
  useEffect(() => {
    if (channel.unread > 0) void post('read', { as: viewer, channel: channel.id });
  }, [viewer, channel.id, channel.unread]);
  return (
    <>
      {messages.length === 0 && (
        <div class="beginning">
          <Lamp />
          <p>
            <strong>This is the beginning of {name}.</strong>
          </p>
          <p class="quiet">Messages, cards and their threads stand here.</p>
        </div>
      )}
      <MessageList
        key={`${viewer} ${channel.id}`}
        screen={screen}
        channel={channel}
        messages={messages}
        label={`Messages in ${name}`}
        onThread={onThread}
      />
      {children}
      <Composer
        key={`to ${viewer} ${channel.id}`}
        viewer={viewer}
        channel={channel.id}
        threadTs={null}
        placeholder={`Message ${name}`}
        commands={commands}
        offered={offered}
      />
    </>
  );
}
