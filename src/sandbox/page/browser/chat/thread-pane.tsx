import { useEffect, useRef } from 'preact/hooks';

import type { ScreenContent, ShownChannel } from '../../../slack/screen-content.ts';
import { Icon } from '../icons.tsx';
import { Composer } from './composer.tsx';
import { MessageList } from './message-list.tsx';

interface Props {
  screen: ScreenContent;
  channel: ShownChannel;
  ts: string;
  onClose: () => void;
}

/** A thread beside its channel: the message it hangs on, then every reply. */
export function ThreadPane({ screen, channel, ts, onClose }: Props) {
  const messages = channel.messages.filter((message) => message.ts === ts || message.threadTs === ts);
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => close.current?.focus(), [ts]);
  return (
    <aside
      class="thread"
      aria-label="Thread"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <header class="pane-head">
        <h2>
          Thread <small>#{channel.name}</small>
        </h2>
        <button
          ref={close}
          type="button"
          class="button button-icon"
          aria-label="Close thread"
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </header>
      <MessageList
        key={ts}
        screen={screen}
        channel={channel}
        messages={messages}
        label="Messages of the thread"
      />
      <Composer
        key={`to ${ts}`}
        viewer={screen.viewer}
        channel={channel.id}
        threadTs={ts}
        placeholder="Reply…"
        commands={[]}
      />
    </aside>
  );
}
