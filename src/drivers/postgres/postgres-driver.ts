import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';

import pg from 'pg';

import type { Connection, SecretReference, TlsRule } from '../../domain/configured/connection.ts';
import { Unreachable } from '../command.ts';

/** What a statement answered: texts by column, null for SQL's NULL. */
export type Row = Record<string, string | null>;

/** How a statement came back. After anything but the first two, the connection is gone. */
export type QueryEnd =
  | { state: 'done'; rows: Row[] }
  /** The server refused it, in its own words. */
  | { state: 'failed'; message: string }
  /** It was sent, and the connection broke or was closed: nobody knows whether it was executed. */
  | { state: 'lost'; reason: string }
  /** The same, closed by us because no answer came in time. */
  | { state: 'timed-out' };

/** One connection. Statements are sent one at a time, each as one simple query. */
export interface PostgresSession {
  /** Sends one statement, as it is, and waits for its end. Never rejects. */
  query(statement: string, timeoutMs: number): Promise<QueryEnd>;
  /** Closes the connection at once; a statement under way is lost. */
  close(): void;
}

/** The server answered, and lets us not in: to ask again would only lock the user out. */
export class LoginRefused extends Unreachable {
  override name = 'LoginRefused';
}

/** Reaches servers that speak the PostgreSQL protocol. */
export interface PostgresDriver {
  /** Rejects with `Unreachable` (`LoginRefused` where asking again is no use) and one sentence that names the server; it holds no password. */
  connect(server: string, connection: Connection, signal: AbortSignal): Promise<PostgresSession>;
}

/** What the driver is built with. */
export interface PostgresDriverNeeds {
  readSecret: (reference: SecretReference) => string;
}

type PostgresConnection = Extract<Connection, { driver: 'postgres' }>;

const connectTimeoutMs = 10_000;
const keepaliveMs = 10_000;

/** Connects with simple queries only: what is at the other end may speak no more of the protocol than that. */
export function createPostgresDriver(needs: PostgresDriverNeeds): PostgresDriver {
  return {
    connect: async (server, connection, signal) => {
      if (connection.driver !== 'postgres')
        throw new Error(`server ${server} has a ${connection.driver} connection, not a postgres one`);
      return await connect(needs, server, connection, signal);
    },
  };
}

async function connect(
  needs: PostgresDriverNeeds,
  server: string,
  connection: PostgresConnection,
  signal: AbortSignal,
): Promise<PostgresSession> {
  const where = `${server} (${connection.host}:${connection.port})`;
  const socket = new Socket();
  const abort = (): void => void socket.destroy(new Error('the attempt was given up'));
  signal.addEventListener('abort', abort, { once: true });
  let password = '';
  try {
    signal.throwIfAborted();
    password = connection.password === null ? '' : needs.readSecret(connection.password);
    const client = new pg.Client(clientOptions(connection, password, socket));
    const broken = watchBreak(client);
    await client.connect();
    return openSession(client, socket, broken);
  } catch (error) {
    socket.destroy();
    const said = error instanceof Error ? reasonOf(error) : String(error);
    const reason = password === '' ? said : said.replaceAll(password, '•••');
    const Kind = error instanceof pg.DatabaseError ? LoginRefused : Unreachable;
    throw new Kind(`Error getting connection: ${where}: ${reason}`);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Everything is said, so that no variable of this process (`PGPASSWORD`, `PGSSLMODE`) has a say. */
function clientOptions(
  { host, port, database, user, tls }: PostgresConnection,
  password: string,
  socket: Socket,
): pg.ClientConfig {
  return {
    host,
    port,
    database,
    user,
    // A function: an empty password is no reason to look for another one.
    password: () => password,
    ssl: tlsOptions(tls),
    stream: () => socket,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepaliveMs,
    connectionTimeoutMillis: connectTimeoutMs,
    // Texts as they came: what a number or a date means is not for a driver to say.
    types: { getTypeParser: () => (text: string) => text },
  };
}

function tlsOptions({ verify, ca }: TlsRule): pg.ClientConfig['ssl'] {
  if (!verify) return false;
  return { rejectUnauthorized: true, ...(ca === null ? {} : { ca: readFileSync(ca, 'utf8') }) };
}

/** Why the connection broke, once it has. */
function watchBreak(client: pg.Client): { reason: string | null } {
  const broken: { reason: string | null } = { reason: null };
  client.on('error', (error: Error) => {
    broken.reason ??= reasonOf(error);
  });
  client.on('end', () => {
    broken.reason ??= 'the connection was closed';
  });
  return broken;
}

function openSession(client: pg.Client, socket: Socket, broken: { reason: string | null }): PostgresSession {
  const close = (): void => {
    broken.reason ??= 'the connection was closed';
    socket.destroy();
  };
  return {
    close,
    query: async (statement, timeoutMs) => {
      if (broken.reason !== null) return { state: 'lost', reason: broken.reason };
      let timedOut = false;
      const timer = setTimeout(() => {
        timedOut = true;
        close();
      }, timeoutMs);
      try {
        return { state: 'done', rows: rowsOf(await client.query(statement)) };
      } catch (error) {
        if (timedOut) return { state: 'timed-out' };
        return endOf(error, broken.reason);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** An error of the server leaves the connection as it is, unless it is its last word. */
function endOf(error: unknown, broken: string | null): QueryEnd {
  const said = error instanceof Error ? reasonOf(error) : String(error);
  if (!(error instanceof pg.DatabaseError)) return { state: 'lost', reason: broken ?? said };
  if (error.severity === 'FATAL' || error.severity === 'PANIC') return { state: 'lost', reason: said };
  return { state: 'failed', message: said };
}

/** A statement of several answers the last of them. */
function rowsOf(result: pg.QueryResult<Row> | pg.QueryResult<Row>[]): Row[] {
  return (Array.isArray(result) ? result.at(-1) : result)?.rows ?? [];
}

function reasonOf(error: Error): string {
  if (error.message === 'timeout expired') return `no answer in ${connectTimeoutMs / 1_000} s`;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return error.message || code || error.name;
}
