import { useRef, useState } from 'preact/hooks';

import type { Json } from '../../../slack/json.ts';
import { type Entries, valueIn, withEntry } from '../blocks/entries.ts';
import type { Placed, Surface } from '../blocks/surface.ts';
import { post } from '../post.ts';

/** What the elements of one message stand on. */
export function useMessageSurface(viewer: string, { channel, ts }: { channel: string; ts: string }): Surface {
  const [entries, setEntries] = useState<Entries>({});
  const newest = useRef(entries);
  const send = async ({ blockId, actionId }: Placed, value: Json): Promise<boolean> => {
    const picked = { blockId, actionId, value };
    const body = { as: viewer, channel, ts, picked, entered: Object.values(newest.current) };
    const answer = await post<{ acknowledged: boolean }>('press-in-message', body);
    return answer.ok && answer.acknowledged;
  };
  return {
    idPrefix: `m${ts}`,
    errors: {},
    valueOf: (placed) => valueIn(entries, placed),
    enter: (placed, value) => {
      newest.current = withEntry(newest.current, placed, value);
      setEntries(newest.current);
      if (placed.block['type'] !== 'input' || placed.block['dispatch_action'] === true)
        void send(placed, value);
    },
    press: send,
    search: () => Promise.resolve(null),
  };
}
