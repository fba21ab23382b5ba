import { createPostgresDriver } from '../../src/drivers/postgres/postgres-driver.ts';
import type { Postgres } from './postgres.ts';

/** Somebody who looks at a database beside what is deployed to it. */
export interface Watcher {
  /** The first column of what a statement answers. Throws where it fails. */
  column(statement: string): Promise<(string | null)[]>;
  close(): void;
}

/** Connects to a real PostgreSQL. */
export async function openWatcher({ port, password }: Postgres): Promise<Watcher> {
  const session = await createPostgresDriver({ readSecret: () => password }).connect(
    'watcher',
    {
      driver: 'postgres',
      host: '127.0.0.1',
      port,
      database: 'admin',
      user: 'deploy',
      password: { env: 'WATCHER' },
      tls: { verify: false, ca: null },
    },
    new AbortController().signal,
  );
  return {
    close: () => session.close(),
    column: async (statement) => {
      const answer = await session.query(statement, 30_000);
      if (answer.state !== 'done') throw new Error(JSON.stringify(answer));
      return answer.rows.map((row) => Object.values(row)[0] ?? null);
    },
  };
}
