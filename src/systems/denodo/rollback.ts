import { harmless, quote } from '../../domain/quote.ts';
import { dropsInCascade } from '../../domain/vql/meaning.ts';
import { Unreachable } from '../../drivers/command.ts';
import type { PostgresSession } from '../../drivers/postgres/postgres-driver.ts';
import type { TaskContext, TaskOutcome } from '../system.ts';
import { backupDirectory, isBackupPath } from './backup-file.ts';
import { readCache } from './cache.ts';
import { asWritten, readBackup, type ReadyScript } from './fill-script.ts';
import { runScript } from './run-script.ts';
import { ended, outcomeOfScript, sayExecuted, sentenceOf } from './script-outcome.ts';
import { openVdp, passwordsOf, serverOf, type VdpNeeds, withSession } from './server.ts';
import { probeScript, scriptRules, type TaskWork } from './vql.ts';

const notRemoved =
  'What the failed revision added is replaced where the backup has it, and else still there: a restore does not remove';

/** Restores a server: the last good backup is executed on it again. */
export function createRollbackTasks(needs: VdpNeeds): TaskWork {
  return {
    perform: async (context, signal) => {
      const script = await makeReady(needs, context);
      return 'state' in script ? script : await restore(needs, context, script, signal);
    },
    probe: async (context) => probeScript(context),
    end: async (context) => probeScript(context),
  };
}

async function makeReady(
  { dataDirectory }: VdpNeeds,
  { plan, backupPath: path }: TaskContext,
): Promise<ReadyScript | TaskOutcome> {
  if (path === null) return ended('error', 'no backup of a successful deployment is known');
  try {
    if (!isBackupPath(backupDirectory(dataDirectory, plan.environment.name), path))
      return ended('error', `${harmless(path)} is no backup that was made here for this environment`);
    const script = await readBackup(path);
    if (!script.ok) return ended('error', `backup ${harmless(path)}: ${script.fault}`);
    const drop = script.value.statements.find(dropsInCascade);
    if (drop)
      return ended(
        'error',
        `backup ${harmless(path)} drops in cascade (line ${drop.line}): it would take along what it does not make again, and is not executed`,
      );
    return asWritten(script.value);
  } catch (error) {
    return ended('error', `backup ${harmless(path)} cannot be used: ${sentenceOf(error)}`);
  }
}

async function restore(
  needs: VdpNeeds,
  context: TaskContext,
  script: ReadyScript,
  signal: AbortSignal,
): Promise<TaskOutcome> {
  const { plan, task, backupPath } = context;
  const name = task.server ?? '';
  let session: PostgresSession;
  try {
    session = await openVdp(needs, plan, name, signal);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return signal.aborted
      ? { state: 'never-started' }
      : ended('error', `${error.message}; nothing was restored`);
  }
  try {
    const { timeoutMs } = scriptRules(plan);
    const before = await cacheUrlOf(session, timeoutMs);
    const run = await runScript({ session, script, rules: scriptRules(plan), context }, signal);
    const secrets = passwordsOf(needs, serverOf(plan, name).server);
    const failed = outcomeOfScript(run, secrets);
    if (failed) return failed;
    const message = `restored from ${harmless(backupPath ?? '')}. ${sayExecuted(run)}. ${notRemoved}`;
    const after = await withSession(session, signal, async () => await cacheUrlOf(session, timeoutMs));
    const changed = sayCacheChange(before, after);
    return changed === null ? ended('ok', message) : ended('warning', `${message}. ${changed}`);
  } finally {
    session.close();
  }
}

async function cacheUrlOf(session: PostgresSession, timeoutMs: number): Promise<string | null> {
  const cache = await readCache(session, timeoutMs);
  return cache.ok ? cache.value.url : null;
}

/** A backup holds the cache's address too: of the day on which it was made. */
function sayCacheChange(before: string | null, after: string | null): string | null {
  if (before === null || after === null || before === after) return null;
  return `The backup set its cache to ${quote(after)}; before, it was ${quote(before)}`;
}
