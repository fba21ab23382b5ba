const silenceMs = 60 * 60_000;
const mostKeys = 1_000;

/** Writes a line at most once an hour for each key: what strangers and old buttons repeat must not fill the log. */
export type Seldom = (key: string, write: () => void) => void;

/** A fresh memory of what was written when. */
export function createSeldom(now: () => number): Seldom {
  const written = new Map<string, number>();
  return (key, write) => {
    if (now() - (written.get(key) ?? -Infinity) < silenceMs) return;
    if (written.size >= mostKeys) written.clear();
    written.set(key, now());
    write();
  };
}
