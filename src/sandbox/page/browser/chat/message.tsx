import { useEffect, useRef } from 'preact/hooks';

import type { ScreenMessage } from '../../../slack/screen-content.ts';
import { Blocks } from '../blocks/block.tsx';
import { SurfaceContext } from '../blocks/surface.ts';
import { Icon } from '../icons.tsx';
import { post } from '../post.ts';
import { useReader } from '../reader.ts';
import { sayClock } from '../text/dates.ts';
import { Markup } from '../text/markup.tsx';
import { parseMarkup } from '../text/parse-markup.ts';
import { Avatar } from './avatar.tsx';
import { Files } from './files.tsx';
import { MessageShortcuts } from './message-shortcuts.tsx';
import { useMessageSurface } from './message-surface.ts';
import { ReplyCount } from './reply-count.tsx';

interface Props {
  message: ScreenMessage;
  channel: string;
  /** Who wrote it, by name. */
  author: { id: string; name: string; isApp: boolean };
  /** Follows a message of the same author: no picture and no name again. */
  isContinued: boolean;
  replies: ScreenMessage[];
  /** The message whose thread it is in; undefined where it is in none, or that is gone. */
  root: ScreenMessage | undefined;
  /** Opens the thread; missing inside a thread. */
  onThread?: () => void;
}

/** One message. Edits happen in place, with a soft light on what changed. */
export function Message({ message, channel, author, isContinued, replies, root, onThread }: Props) {
  const { viewer, zone } = useReader();
  const element = useRef<HTMLElement>(null);
  const surface = useMessageSurface(viewer, { channel, ts: message.ts });
  useGlow(element, message.edits);
  const at = Number(message.ts) * 1_000;
  const time = (
    <time class="message-time" dateTime={new Date(at).toISOString()}>
      {sayClock(at, zone)}
    </time>
  );
  const classes = ['message', isContinued ? 'continued' : '', message.isEphemeral ? 'ephemeral' : ''];
  return (
    <article ref={element} class={classes.filter(Boolean).join(' ')} data-ts={message.ts}>
      <div class="message-side">
        {isContinued ? time : <Avatar id={author.id} name={author.name} isApp={author.isApp} />}
      </div>
      <div class="message-main">
        {message.isEphemeral && <OnlyYou viewer={viewer} ts={message.ts} />}
        {!isContinued && (
          <p class="message-head">
            <strong>{author.name}</strong>
            {author.isApp && <span class="badge">App</span>}
            {time}
          </p>
        )}
        {message.broadcast && message.threadTs !== null && (
          <ThreadLine root={onThread === undefined ? null : root} />
        )}
        <SurfaceContext.Provider value={surface}>
          {message.blocks.length > 0 ? (
            <Blocks blocks={message.blocks} />
          ) : (
            <div class="blocks">
              <Markup parts={parseMarkup(message.text)} />
            </div>
          )}
        </SurfaceContext.Provider>
        <Files files={message.files} />
        <Reactions names={message.reactions} />
        {onThread && <ReplyCount replies={replies} onOpen={onThread} />}
        {!message.isEphemeral && <MessageShortcuts channel={channel} ts={message.ts} />}
      </div>
    </article>
  );
}

/** What a reply that stands in the channel as well belongs to; null inside the thread itself. */
function ThreadLine({ root }: { root: ScreenMessage | null | undefined }) {
  if (root === null) return <p class="quiet">also sent to the channel</p>;
  return (
    <p class="quiet reply-of">
      replied to a thread
      {root && (
        <>
          : <Markup parts={parseMarkup(root.text)} />
        </>
      )}
    </p>
  );
}

function OnlyYou({ viewer, ts }: { viewer: string; ts: string }) {
  return (
    <p class="only-you">
      <Icon name="eye" />
      Only visible to you
      <button type="button" class="link" onClick={() => void post('forget', { as: viewer, ts })}>
        Dismiss message
      </button>
    </p>
  );
}

function Reactions({ names }: { names: string[] }) {
  const { emoji } = useReader();
  if (names.length === 0) return null;
  return (
    <p class="reactions">
      {names.map((name) => (
        <span key={name} title={`:${name}:`}>
          {emoji[name] ?? `:${name}:`} 1
        </span>
      ))}
    </p>
  );
}

const glowMs = 1_400;

/** A light that fades after each edit; none for people who want no motion. */
function useGlow(element: { current: HTMLElement | null }, edits: number): void {
  const seen = useRef(edits);
  useEffect(() => {
    if (seen.current === edits) return;
    seen.current = edits;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    element.current?.animate(
      [{ backgroundColor: 'var(--glow)' }, { backgroundColor: 'transparent' }],
      glowMs,
    );
  }, [edits]);
}
