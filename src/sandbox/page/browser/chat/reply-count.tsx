import type { ScreenMessage } from '../../../slack/screen-content.ts';
import { useNow } from '../now.ts';
import { useReader } from '../reader.ts';
import { sayAgo } from '../text/dates.ts';

/** `7 replies, last 12 s ago`; opens the thread. */
export function ReplyCount({ replies, onOpen }: { replies: ScreenMessage[]; onOpen: () => void }) {
  const now = useNow(5_000);
  const { names } = useReader();
  const last = replies.at(-1);
  if (!last) {
    return (
      <button type="button" class="link reply-first" onClick={onOpen}>
        Reply in thread
      </button>
    );
  }
  const count = replies.length === 1 ? '1 reply' : `${replies.length} replies`;
  return (
    <button
      type="button"
      class="reply-count"
      onClick={onOpen}
      title={`Last by ${names[last.user] ?? last.user}`}
    >
      <strong>{count}</strong>
      <span>last {sayAgo(Number(last.ts) * 1_000, Math.max(now, Number(last.ts) * 1_000))}</span>
    </button>
  );
}
