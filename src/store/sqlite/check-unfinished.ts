import { chainHash, type ChainedRow, chainStart } from './chain.ts';
import type { Client } from './driver.ts';
import { StoreRefused } from './refused.ts';

interface ChainedTo extends ChainedRow {
  hash: string;
  previous: string | null;
}

const eventsOfUnfinished = `
  SELECT deployment, event.version AS version, at, type, data, fence, hash,
    (SELECT hash FROM events AS before WHERE before.seq = event.seq - 1) AS previous
  FROM events AS event JOIN deployments ON number = deployment
  WHERE state IN ('awaiting_approval', 'scheduled', 'queued', 'running', 'waiting')
  ORDER BY seq`;

/**
 * Throws `StoreRefused` for an altered event of a deployment that may still do something: the bot acts on these. What
 * has ended is proven by `audit verify`, which reads everything.
 */
export function checkUnfinished({ client, file }: { client: Client; file: string }): void {
  for (const row of client.prepare<[], ChainedTo>(eventsOfUnfinished).iterate()) {
    if (chainHash(row.previous ?? chainStart, row) === row.hash) continue;
    throw new StoreRefused(
      `${file} is damaged: event ${row.version} of #${row.deployment}, which has not ended, is not as it was written; ` +
        'restore a backup, or name another file',
    );
  }
}
