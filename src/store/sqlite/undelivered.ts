import type { Untold } from '../messages.ts';
import type { Client } from './driver.ts';
import { notSaidWords } from './schema.ts';

/** A file that Slack does not take is no silence: the words beside it are said. */
const isRefusedFile = (table: string): string => `${table}state = 'dead' AND ${table}key LIKE 'file:%'`;

const query = `
  SELECT channel, count(*) AS messages,
    (SELECT error FROM messages AS tried
      WHERE tried.channel = messages.channel AND tried.error IS NOT NULL AND ${notSaidWords('tried.')}
        AND NOT (${isRefusedFile('tried.')})
      ORDER BY tried.id LIMIT 1) AS error
  FROM messages WHERE ${notSaidWords()} AND NOT (${isRefusedFile('')}) AND key NOT LIKE 'notice:%'
  GROUP BY channel ORDER BY channel`;

/** Channels with messages that Slack does not show yet, by id, without direct messages: nobody mends those; also from a database that is only read. */
export function readUndelivered(client: Client): Untold[] {
  return client.prepare<[], Untold>(query).all();
}
