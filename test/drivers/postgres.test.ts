import { createServer, type Server } from 'node:net';

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import type { Connection } from '../../src/domain/configured/connection.ts';
import { createPostgresDriver, type PostgresSession } from '../../src/drivers/postgres/postgres-driver.ts';
import { hasPostgres, type Postgres, startPostgres } from '../helpers/postgres.ts';

const never = new AbortController().signal;
const sessions: PostgresSession[] = [];

type PostgresConnection = Extract<Connection, { driver: 'postgres' }>;

let postgres: Postgres;

async function open(more: Partial<PostgresConnection> = {}, password = 'Deploy-Passw0rd', signal = never) {
  const driver = createPostgresDriver({ readSecret: () => password });
  const session = await driver.connect(
    'vdp-1',
    {
      driver: 'postgres',
      host: '127.0.0.1',
      port: postgres.port,
      database: 'admin',
      user: 'deploy',
      password: { env: 'VDP' },
      tls: { verify: false, ca: null },
      ...more,
    },
    signal,
  );
  sessions.push(session);
  return session;
}

afterEach(() => {
  vi.unstubAllEnvs();
  for (const session of sessions.splice(0)) session.close();
});

describe.skipIf(!hasPostgres())('the postgres driver, at a real PostgreSQL (needs postgresql)', () => {
  beforeAll(async () => {
    postgres = await startPostgres();
  });

  afterAll(async () => {
    await postgres.stop();
  });

  it('answers texts as they came, and NULL as null', async () => {
    const session = await open();
    expect(await session.query('SELECT 1.50 AS a, NULL AS b, now()::date - now()::date AS c', 5_000)).toEqual(
      {
        state: 'done',
        rows: [{ a: '1.50', b: null, c: '0' }],
      },
    );
  });

  it('sends simple queries: several in one text are executed, which no prepared one may hold', async () => {
    const session = await open();
    expect(await session.query('SELECT 1 AS a; SELECT 2 AS a', 5_000)).toEqual({
      state: 'done',
      rows: [{ a: '2' }],
    });
  });

  it('goes on after a statement that the server refused', async () => {
    const session = await open();
    expect(await session.query('SELEC 1', 5_000)).toEqual({
      state: 'failed',
      message: 'syntax error at or near "SELEC"',
    });
    expect(await session.query('SELECT 1 AS a', 5_000)).toMatchObject({ state: 'done' });
  });

  it('says that a statement is lost when the server ends the connection, and that every later one is', async () => {
    const [session, other] = [await open(), await open()];
    const sleeping = session.query('SELECT pg_sleep(60)', 60_000);
    const ended =
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE $$SELECT pg_sleep%$$';
    await vi.waitFor(async () => {
      const answer = await other.query(ended, 5_000);
      expect(answer.state === 'done' && answer.rows).toHaveLength(1);
    });
    expect(await sleeping).toEqual({
      state: 'lost',
      reason: 'terminating connection due to administrator command',
    });
    await vi.waitFor(async () => {
      expect(await session.query('SELECT 1', 5_000)).toMatchObject({ state: 'lost' });
    });
  });

  it('closes the connection on a statement that does not end in its time', async () => {
    const session = await open();
    expect(await session.query('SELECT pg_sleep(60)', 200)).toEqual({ state: 'timed-out' });
    expect(await session.query('SELECT 1', 5_000)).toMatchObject({ state: 'lost' });
  });

  it('loses a statement that is under way when it is closed', async () => {
    const session = await open();
    const sleeping = session.query('SELECT pg_sleep(60)', 60_000);
    session.close();
    expect(await sleeping).toMatchObject({ state: 'lost' });
  });

  it('refuses a wrong password in one sentence that names the server and not the password', async () => {
    await expect(open({}, 'wrong-Passw0rd')).rejects.toThrow(
      /^Error getting connection: vdp-1 \(127\.0\.0\.1:\d+\): password authentication failed for user "deploy"$/,
    );
    await expect(open({ database: 'wrong-Passw0rd' }, 'wrong-Passw0rd')).rejects.not.toThrow(
      'wrong-Passw0rd',
    );
  });

  it('asks no variable of this process for a password or for TLS', async () => {
    vi.stubEnv('PGPASSWORD', postgres.password);
    vi.stubEnv('PGSSLMODE', 'verify-full');
    await expect(open({ password: null })).rejects.toThrow('Error getting connection: vdp-1');
    await expect(open()).resolves.toBeDefined();
  });

  it('encrypts where the certificate is verified, and not at all where it is not', async () => {
    const isEncrypted = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
    const verified = await open({ tls: { verify: true, ca: postgres.ca } });
    expect(await verified.query(isEncrypted, 5_000)).toMatchObject({ rows: [{ ssl: 't' }] });
    const plain = await open();
    expect(await plain.query(isEncrypted, 5_000)).toMatchObject({ rows: [{ ssl: 'f' }] });
  });

  it('offers nothing to a server whose certificate no known authority signed, or that is another one', async () => {
    await expect(open({ tls: { verify: true, ca: null } })).rejects.toThrow(/self-signed certificate/);
    await expect(open({ host: 'localhost', tls: { verify: true, ca: postgres.ca } })).rejects.toThrow(
      /Error getting connection: vdp-1 \(localhost:\d+\): Hostname\/IP does not match/,
    );
  });

  it('lets go at once of a server that takes the connection and never says a word', async () => {
    const silent = await new Promise<Server>((resolve) => {
      const server = createServer(() => undefined).listen(0, '127.0.0.1', () => resolve(server));
    });
    const address = silent.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const stop = new AbortController();
    const opening = open({ port }, 'x', stop.signal);
    setTimeout(() => stop.abort(), 50);
    await expect(opening).rejects.toThrow(/Error getting connection: vdp-1 .*the attempt was given up/);
    silent.close();
  });
});
