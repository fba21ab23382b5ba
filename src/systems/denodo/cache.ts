import { harmless, quote } from '../../domain/quote.ts';
import { cacheUrlIn } from '../../domain/vql/cache-url.ts';
import type { PostgresSession, QueryEnd, Row } from '../../drivers/postgres/postgres-driver.ts';
import type { TaskContext, TaskOutcome } from '../system.ts';
import { ended, sentenceOf } from './script-outcome.ts';
import { openVdp, passwordsOf, serverOf, type VdpNeeds, withoutSecrets, withSession } from './server.ts';
import { scriptRules, type TaskWork } from './vql.ts';

/** What a server says of its caches. */
export interface CacheState {
  /** The URL of the server's cache; null where it says none. */
  url: string | null;
  isOn: boolean;
  /** Databases that have a cache of their own (D-52). */
  ownCaches: string[];
}

/** Asks a server about its caches, or says in one sentence why it does not answer. */
export async function readCache(
  session: PostgresSession,
  timeoutMs: number,
): Promise<{ ok: true; value: CacheState } | { ok: false; reason: string }> {
  const described = await session.query('DESC VQL DATASOURCE JDBC admin.vdpcachedatasource', timeoutMs);
  if (described.state !== 'done') return { ok: false, reason: sayEnd(described) };
  const configured = await session.query(
    'SELECT database_name, status, datasource_name FROM GET_CACHE_CONFIGURATION()',
    timeoutMs,
  );
  if (configured.state !== 'done') return { ok: false, reason: sayEnd(configured) };
  const [ofServer] = configured.rows.filter(({ database_name: database }) => !database);
  return {
    ok: true,
    value: {
      url: cacheUrlIn(described.rows.map((row) => Object.values(row)[0] ?? '').join('\n')),
      isOn: ofServer?.['status']?.toUpperCase() === 'ON',
      ownCaches: configured.rows.flatMap(ownCache),
    },
  };
}

function ownCache({ database_name: database, datasource_name: source }: Row): string[] {
  const isOwn = database && source && source.toLowerCase() !== 'vdpcachedatasource';
  return isOwn ? [database] : [];
}

function sayEnd(end: Exclude<QueryEnd, { state: 'done' }>): string {
  switch (end.state) {
    case 'failed':
      return end.message;
    case 'lost':
      return end.reason;
    case 'timed-out':
      return 'it did not answer in time, and the connection was closed';
  }
}

/** Swaps the cache of a server to the other one of two (D-47b), and back: what is set already is left as it is. */
export function createCacheTasks(needs: VdpNeeds): TaskWork {
  const look = async (context: TaskContext, signal: AbortSignal): Promise<TaskOutcome> =>
    await atServer(needs, context, signal, async (session) => await isRight(session, context));
  return {
    perform: async (context, signal) =>
      await atServer(needs, context, signal, async (session) => await swap(session, context)),
    probe: async (context, _onSeen, signal) => await look(context, signal),
    // One short statement: there is nothing to be ended, only to be looked at.
    end: look,
  };
}

/** The statement may still be executed after the way broke: it is looked at, not believed. */
async function atServer(
  needs: VdpNeeds,
  { plan, task }: TaskContext,
  signal: AbortSignal,
  work: (session: PostgresSession) => Promise<TaskOutcome>,
): Promise<TaskOutcome> {
  const name = task.server ?? '';
  const secrets = passwordsOf(needs, serverOf(plan, name).server);
  try {
    const session = await openVdp(needs, plan, name, signal);
    return await withSession(session, signal, async () => await work(session));
  } catch (error) {
    return { state: 'interrupted', reason: withoutSecrets(sentenceOf(error), secrets) };
  }
}

async function swap(session: PostgresSession, context: TaskContext): Promise<TaskOutcome> {
  const url = wantedUrl(context);
  if (url === null) return ended('error', 'no cache was chosen when the first group was checked');
  const { timeoutMs } = scriptRules(context.plan);
  const before = await readCache(session, timeoutMs);
  if (!before.ok) return ended('error', `its cache cannot be read: ${harmless(before.reason)}`);
  await tellOwnCaches(context, before.value.ownCaches);
  if (before.value.url === url) return ended('ok', `its cache is ${quote(url)} already`);
  if (!(await context.isStillOurs())) return { state: 'fenced' };
  for (const statement of ['CONNECT DATABASE admin', alterStatement(url)]) {
    const answer = await session.query(statement, timeoutMs);
    if (answer.state === 'failed')
      return ended('error', `its cache was not swapped: ${harmless(answer.message)}`);
    if (answer.state !== 'done') return { state: 'interrupted', reason: sayEnd(answer) };
  }
  const right = await isRight(session, context);
  return right.state === 'never-started'
    ? ended('error', `it accepted ${quote(url)} as its cache, and does not say so afterwards`)
    : right;
}

async function isRight(session: PostgresSession, context: TaskContext): Promise<TaskOutcome> {
  const url = wantedUrl(context);
  const now = await readCache(session, scriptRules(context.plan).timeoutMs);
  if (!now.ok) return { state: 'interrupted', reason: harmless(now.reason) };
  if (url === null || now.value.url !== url) return { state: 'never-started' };
  return ended('ok', `its cache is ${quote(url)}`);
}

function wantedUrl({ task, cache }: TaskContext): string | null {
  if (cache === null) return null;
  return task.action === 'revert' ? cache.before : cache.next;
}

function alterStatement(url: string): string {
  return `ALTER DATASOURCE JDBC vdpcachedatasource DATABASEURI = '${url.replaceAll("'", "''")}'`;
}

async function tellOwnCaches({ tell }: TaskContext, databases: string[]): Promise<void> {
  if (databases.length === 0) return;
  const names = databases.map((name) => harmless(name)).join(', ');
  await tell('own-caches', `${names}: a cache of its own is not swapped, only that of the server (D-52)`);
}
