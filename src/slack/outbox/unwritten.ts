import type { Store } from '../../store/store.ts';

/**
 * Messages, by key, about which nothing could be written when they were tried: their rows may say `sending` for ever. They
 * are read back before anything is posted again.
 */
export async function settleUnwritten(
  store: Pick<Store, 'message' | 'setDelivery'>,
  unwritten: Set<string>,
): Promise<void> {
  for (const key of unwritten) {
    const message = await store.message(key);
    if (message?.state === 'sending') await store.setDelivery(message.id, { state: 'unknown' });
    unwritten.delete(key);
  }
}
