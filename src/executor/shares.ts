/** Resources that only some steps may use at once, counted over all deployments of this process (I-20). */
export interface Shares {
  hasRoom(name: string, atOnce: number): boolean;
  /** Takes one use, whatever the limit: a step that runs already uses it. Give it back with the answer. */
  use(name: string): () => void;
}

/** Counts the uses of shares. It only paces: what runs stands in the log. */
export function createShares(): Shares {
  const used = new Map<string, number>();
  const usesOf = (name: string): number => used.get(name) ?? 0;
  return {
    hasRoom: (name, atOnce) => usesOf(name) < atOnce,
    use: (name) => {
      used.set(name, usesOf(name) + 1);
      return () => void used.set(name, usesOf(name) - 1);
    },
  };
}
