import type { Store } from '../store/store.ts';

/** An envelope as it came: `key` is the same for every redelivery. */
export interface Envelope {
  key: string;
  what: string;
  by: string;
  at: number;
}

/**
 * Writes the envelope before anything is done, does it once, and keeps the answer: a redelivered envelope is given the
 * same answer and changes nothing. An envelope that was written and never answered (a crash) is worked on again;
 * every use-case below is safe against that. Two that are worked on at the same time are given the answer of whoever
 * was first.
 */
export async function once<T>(store: Store, envelope: Envelope, work: () => Promise<T>): Promise<T> {
  const { key, what, by, at } = envelope;
  const received = await store.receive(key, what, by, at);
  if (!received.first && received.answer !== null && received.answer !== undefined)
    return received.answer as T;
  return (await store.answer({ key, answer: await work() })) as T;
}
