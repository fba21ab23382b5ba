import type { Store } from '../../store/store.ts';
import type { OutboxClient } from './outbox-client.ts';

/** Which kinds of blocks the bot's workspace does not take: found out once, and remembered in a row. */
export interface RefusedBlocks {
  /** Whether this kind was refused there; false while Slack does not say which workspace it is. */
  has(block: string): Promise<boolean>;
  add(block: string): Promise<void>;
}

/** Nothing is asked before it matters. */
export function createRefusedBlocks({
  store,
  client,
  now,
}: {
  store: Pick<Store, 'refusedBlocks' | 'refuseBlock'>;
  client: Pick<OutboxClient, 'auth'>;
  now: () => number;
}): RefusedBlocks {
  let known: string | null = null;
  const workspace = async (): Promise<string | null> => {
    known ??= await client.auth.test().then(
      ({ team_id: id }) => id ?? null,
      () => null,
    );
    return known;
  };
  return {
    has: async (block) => {
      const id = await workspace();
      return id !== null && (await store.refusedBlocks(id)).includes(block);
    },
    add: async (block) => {
      const id = await workspace();
      if (id !== null) await store.refuseBlock({ workspace: id, block, at: now() });
    },
  };
}
