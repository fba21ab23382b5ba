import { useLayoutEffect, useRef } from 'preact/hooks';

import type { ScreenContent, ScreenMessage, ShownChannel } from '../../../slack/screen-content.ts';
import { useNow } from '../now.ts';
import { useReader } from '../reader.ts';
import { dayKey, sayDay } from '../text/dates.ts';
import { Message } from './message.tsx';

interface Props {
  screen: ScreenContent;
  channel: ShownChannel;
  messages: ScreenMessage[];
  label: string;
  onThread?: (ts: string) => void;
}

const continuesWithinMs = 5 * 60_000;
const nearBottomPx = 80;

/** Messages, oldest first, with a line between days. It follows the newest for whoever stands at the end, and else stays. */
export function MessageList({ screen, channel, messages, label, onThread }: Props) {
  const { zone } = useReader();
  const now = useNow(60_000);
  const list = useFollowing();
  return (
    <div class="messages" ref={list} role="log" aria-live="polite" aria-label={label} tabIndex={0}>
      {messages.map((message, index) => {
        const before = messages[index - 1];
        const at = Number(message.ts) * 1_000;
        const isNewDay = !before || dayKey(Number(before.ts) * 1_000, zone) !== dayKey(at, zone);
        return (
          <div key={message.ts}>
            {isNewDay && (
              <p class="day">
                <span>{sayDay(at, { zone, now })}</span>
              </p>
            )}
            <Message
              message={message}
              channel={channel.id}
              author={authorOf(screen, message)}
              isContinued={!isNewDay && continues(before, message)}
              replies={channel.messages.filter(({ threadTs }) => threadTs === message.ts)}
              root={channel.messages.find(({ ts }) => ts === message.threadTs)}
              {...(onThread &&
                !message.isEphemeral && { onThread: () => onThread(message.threadTs ?? message.ts) })}
            />
          </div>
        );
      })}
    </div>
  );
}

function authorOf({ people, app }: ScreenContent, { user }: ScreenMessage) {
  const name = people.find(({ id }) => id === user)?.name ?? user;
  return { id: user, name: user === app.id ? app.name : name, isApp: user === app.id };
}

function continues(before: ScreenMessage | undefined, message: ScreenMessage): boolean {
  if (!before || before.isEphemeral || message.isEphemeral || message.broadcast) return false;
  const isNear = (Number(message.ts) - Number(before.ts)) * 1_000 < continuesWithinMs;
  return isNear && before.user === message.user && before.blocks.every(({ type }) => type !== 'actions');
}

function useFollowing() {
  const list = useRef<HTMLDivElement>(null);
  const wasAtEnd = useRef(true);
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    const look = (): void => {
      wasAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearBottomPx;
    };
    element.addEventListener('scroll', look, { passive: true });
    return () => element.removeEventListener('scroll', look);
  }, []);
  useLayoutEffect(() => {
    const element = list.current;
    if (element && wasAtEnd.current) element.scrollTop = element.scrollHeight;
  });
  return list;
}
