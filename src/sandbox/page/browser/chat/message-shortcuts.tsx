import { post } from '../post.ts';
import { useReader } from '../reader.ts';

/** What the app offers to do with a message. */
export function MessageShortcuts({ channel, ts }: { channel: string; ts: string }) {
  const { viewer, shortcuts } = useReader();
  return (
    <>
      {shortcuts
        .filter(({ type }) => type === 'message')
        .map(({ callbackId, name, description }) => (
          <button
            key={callbackId}
            type="button"
            class="link message-shortcut"
            title={description}
            onClick={() => void post('shortcut', { as: viewer, callbackId, channel, ts })}
          >
            {name}
          </button>
        ))}
    </>
  );
}
