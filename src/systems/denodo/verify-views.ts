import { harmless } from '../../domain/quote.ts';
import type { PostgresSession } from '../../drivers/postgres/postgres-driver.ts';
import type { ReadyScript } from './fill-script.ts';
import { withoutSecrets } from './server.ts';

const shown = 10;

/** Asks a server whether it answers and which views of a script's databases are broken now; one sentence, null where all is well. */
export async function findInvalidViews(
  session: PostgresSession,
  { databases, secrets }: Pick<ReadyScript, 'databases' | 'secrets'>,
  timeoutMs: number,
): Promise<string | null> {
  const alive = await session.query('SELECT 1', timeoutMs);
  if (alive.state !== 'done') return 'afterwards the server did not answer SELECT 1';
  const invalid: string[] = [];
  for (const database of databases) {
    const answer = await session.query(invalidViewsOf(database), timeoutMs);
    if (answer.state !== 'done') {
      const said = answer.state === 'failed' ? `: ${harmless(withoutSecrets(answer.message, secrets))}` : '';
      return `whether views of ${harmless(database)} are invalid now could not be asked${said}`;
    }
    invalid.push(...answer.rows.map((row) => `${database}.${Object.values(row)[0] ?? ''}`));
  }
  if (invalid.length === 0) return null;
  const names = invalid.slice(0, shown).map((name) => harmless(name));
  const more = invalid.length > shown ? ` and ${invalid.length - shown} more` : '';
  return `invalid views now: ${names.join(', ')}${more}`;
}

function invalidViewsOf(database: string): string {
  return `SELECT name FROM GET_VIEWS() WHERE input_database_name = '${database.replaceAll("'", "''")}' AND input_retrieve_invalid_views_only = true`;
}
