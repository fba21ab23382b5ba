/** Longer than a signature can be valid: 5 minutes before its time stamp and 5 after it. */
const rememberedMs = 10 * 60_000;
const mostRemembered = 2_000;

/** Does the work of one signature once, and gives whoever sends the same bytes again the same answer. */
export type OncePerSignature<Answer> = (signature: string, work: () => Promise<Answer>) => Promise<Answer>;

/**
 * A fresh memory of signatures. It forgets with the process and when very many come; the inbox, which is a table,
 * still keeps a repeated request from deciding anything twice.
 */
export function createReplayMemory<Answer>(now: () => number): OncePerSignature<Answer> {
  const known = new Map<string, { at: number; answer: Promise<Answer> }>();
  return async (signature, work) => {
    for (const [old, { at }] of known) {
      if (now() - at <= rememberedMs && known.size < mostRemembered) break;
      known.delete(old);
    }
    const entry = known.get(signature) ?? { at: now(), answer: work() };
    known.set(signature, entry);
    return await entry.answer;
  };
}
