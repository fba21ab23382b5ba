import type { Client } from './driver.ts';

/** What somebody kept elsewhere of the log: the place of an event, and at least the first 16 digits of its hash. */
export interface Anchor {
  seq: number;
  hash: string;
}

/** An anchor as it is written, `812:3fa9…`; null where that is none. */
export function readAnchor(text: string): Anchor | null {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{16,64})$/i.exec(text.trim()) ?? [];
  return seq === undefined || hash === undefined ? null : { seq: Number(seq), hash: hash.toLowerCase() };
}

/** A sentence for each anchor that an unbroken log does not hold: what is unbroken may still be cut short or written anew. */
export function checkAnchors(client: Client, anchors: Anchor[]): string[] {
  const at = client.prepare<[number], { hash: string; deployment: number; version: number }>(
    'SELECT hash, deployment, version FROM events WHERE seq = ?',
  );
  const end = client.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM events').pluck().get() ?? 0;
  return anchors.flatMap(({ seq, hash }) => {
    const found = at.get(seq);
    if (found?.hash.startsWith(hash)) return [];
    const anchor = `the anchor ${seq}:${hash}`;
    return found
      ? `${anchor} is not what stands there, event ${found.version} of #${found.deployment}: the log was written anew up to it, or the anchor is of another log`
      : `${anchor} is not in the log, which ends at ${end}: its end was cut off, or an older copy was restored`;
  });
}
