import type { LogHeadStore, LogPlace } from '../log-head.ts';
import type { Connection } from './connection.ts';

/** Where the log of everything stands, for whoever keeps that elsewhere. */
export function logHeadMethods({ client, read }: Connection): LogHeadStore {
  const columns = 'SELECT seq, hash, deployment FROM events';
  const head = client.prepare<[], LogPlace>(`${columns} ORDER BY seq DESC LIMIT 1`);
  const place = client.prepare<[number, number], LogPlace>(`${columns} WHERE deployment = ? AND version = ?`);
  // The key's own index holds all that begin alike together.
  const newest = client
    .prepare<[string, string], number | null>(
      'SELECT max(created_at) FROM messages WHERE key >= ? AND key < ?',
    )
    .pluck();
  return {
    logHead: async () => (await read(() => head.get())) ?? null,
    logPlace: async (deployment, version) => (await read(() => place.get(deployment, version))) ?? null,
    newestMessageAt: async (prefix) => (await read(() => newest.get(prefix, `${prefix}\u{10ffff}`))) ?? null,
  };
}
