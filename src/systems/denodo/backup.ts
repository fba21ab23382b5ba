import { join } from 'node:path';

import { harmless } from '../../domain/quote.ts';
import { dropsInCascade } from '../../domain/vql/meaning.ts';
import { readVql } from '../../domain/vql/script.ts';
import type { PostgresSession } from '../../drivers/postgres/postgres-driver.ts';
import type { TaskContext, TaskOutcome } from '../system.ts';
import { backupDirectory, hasBackup, writeBackup } from './backup-file.ts';
import { ended, sentenceOf } from './script-outcome.ts';
import { openVdp, passwordsOf, serverOf, type VdpNeeds, withoutSecrets, withSession } from './server.ts';
import { scriptRules, type TaskWork } from './vql.ts';

/** The whole server, so that executing it replaces and never drops: the default form would drop in cascade. */
const describeAll =
  "DESC VQL DATABASE ('includeCreateDatabase'='yes','dropElements'='no','replaceExistingElements'='yes')";

/** Saves what stands on a server after a deployment, as a script; its path is the last line of the task. */
export function createBackupTasks(needs: VdpNeeds): TaskWork {
  const look = async (context: TaskContext): Promise<TaskOutcome> => {
    const path = pathOf(needs, context);
    return (await hasBackup(path)) ? saved(path) : { state: 'never-started' };
  };
  return {
    perform: async (context, signal) => await perform(needs, context, signal),
    probe: look,
    // It only reads: what it began is let go of.
    end: async (context) => {
      const seen = await look(context);
      return seen.state === 'never-started' ? ended('error', 'was ended before it was saved') : seen;
    },
  };
}

async function perform(needs: VdpNeeds, context: TaskContext, signal: AbortSignal): Promise<TaskOutcome> {
  const { plan, task } = context;
  const name = task.on ?? task.server ?? '';
  const secrets = passwordsOf(needs, serverOf(plan, name).server);
  try {
    const session = await openVdp(needs, plan, name, signal);
    return await withSession(session, signal, async () => {
      const path = pathOf(needs, context);
      await writeBackup(path, await describe(session, scriptRules(plan).timeoutMs));
      return saved(path);
    });
  } catch (error) {
    if (signal.aborted) return { state: 'interrupted', reason: 'the backup was let go of' };
    const end = plan.environment.backupAfter?.onFailure === 'stop' ? 'error' : 'warning';
    return ended(end, `no backup was saved: ${withoutSecrets(sentenceOf(error), secrets)}`);
  }
}

/** What it answers is looked at before it is kept: a backup that cannot be restored is none. */
async function describe(session: PostgresSession, timeoutMs: number): Promise<string> {
  const answer = await session.query(describeAll, timeoutMs);
  if (answer.state === 'failed') throw new Error(answer.message);
  if (answer.state === 'lost') throw new Error(answer.reason);
  if (answer.state === 'timed-out') throw new Error(`no answer in ${timeoutMs / 1_000} s`);
  const content = answer.rows.map((row) => Object.values(row)[0] ?? '').join('\n');
  const script = readVql(content);
  if (!script.ok) throw new Error(`what the server described cannot be read: ${script.fault}`);
  if (script.value.statements.length === 0) throw new Error('the server described nothing');
  const drop = script.value.statements.find(dropsInCascade);
  if (drop) throw new Error(`line ${drop.line} of what the server described drops in cascade`);
  return content;
}

function saved(path: string): TaskOutcome {
  return ended('ok', `saved as ${harmless(path)}`, [path]);
}

function pathOf({ dataDirectory }: VdpNeeds, { plan, deployment, attempt }: TaskContext): string {
  return join(backupDirectory(dataDirectory, plan.environment.name), `${deployment}-${attempt}.vql`);
}
