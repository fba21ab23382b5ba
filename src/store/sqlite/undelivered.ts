import type { Untold } from '../store.ts';
import type { Client } from './driver.ts';
import { notSaidWords } from './schema.ts';

const query = `
  SELECT channel, count(*) AS messages,
    (SELECT error FROM messages AS tried
      WHERE tried.channel = messages.channel AND tried.error IS NOT NULL AND ${notSaidWords('tried.')}
      ORDER BY tried.id LIMIT 1) AS error
  FROM messages WHERE ${notSaidWords()} AND key NOT LIKE 'notice:%' GROUP BY channel ORDER BY channel`;

/** Channels with messages that Slack does not show yet, by id, without direct messages: nobody mends those; also from a database that is only read. */
export function readUndelivered(client: Client): Untold[] {
  return client.prepare<[], Untold>(query).all();
}
