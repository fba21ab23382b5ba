import { basename } from 'node:path';

import type { MemberStatus } from '../domain/attempt/judge-group.ts';
import type { Script } from '../domain/configured/balancer-scripts.ts';
import type { Value } from '../domain/configured/connection.ts';
import { findServer, type Plan } from '../domain/plan/plan.ts';
import { harmless } from '../domain/quote.ts';
import type { CommandSession } from '../drivers/command.ts';
import { type Order, type Performed, performWork, resumeWork } from '../drivers/perform.ts';
import type { OnSeen, TaskContext, TaskOutcome, TaskPerformer } from '../systems/system.ts';
import { scriptCall, scriptOf } from './arguments.ts';
import { askStatus } from './status.ts';

/** What the balancer is built with. */
export interface BalancerNeeds {
  /** This machine: scripts run here through the same runner as steps, so that a crash never hides their end. */
  openLocalSession: (signal: AbortSignal) => Promise<CommandSession>;
  readSecret: (reference: Exclude<Value, string>) => string;
  /** Where scripts run. */
  directory: string;
  /** All that a status script finds of this process's environment. */
  variables: Record<string, string | undefined>;
}

/** The load balancer, moved by the environment's own scripts: never through a shell, ended as a session at the timeout. */
export interface Balancer extends TaskPerformer {
  /** What the status script says of a member; `unknown` where none is configured or it gave no clear answer. */
  status(
    plan: Pick<Plan, 'environment' | 'level'>,
    member: string,
    signal: AbortSignal,
  ): Promise<MemberStatus>;
}

/** Builds the balancer. */
export function createBalancer(needs: BalancerNeeds): Balancer {
  return {
    perform: async (context, signal) => await perform(needs, context, signal),
    probe: async (context, onSeen, signal) => await probe(needs, context, onSeen, signal),
    status: async (plan, member, signal) => await status(needs, plan, member, signal),
  };
}

/** A script says a sentence or two. */
const maxOutputBytes = 1_048_576;

interface ScriptOrder extends Order {
  script: Script;
  words: string[];
}

function prepare(
  needs: BalancerNeeds,
  { plan, task, run, deployment, attempt, fence }: TaskContext,
): ScriptOrder {
  const script = scriptOf(plan, task);
  const { words, secrets } = scriptCall(plan, script, task, needs.readSecret);
  const name = `${task.id}-${task.action ?? ''}-${task.server ?? task.cluster}`;
  return {
    script,
    words,
    secrets,
    marker: { installation: fence.installation, deployment, attempt, task: name, run },
    fence,
    timeoutMs: script.timeoutSeconds * 1_000,
    maxOutputBytes,
  };
}

async function perform(
  needs: BalancerNeeds,
  context: TaskContext,
  signal: AbortSignal,
): Promise<TaskOutcome> {
  let order: ScriptOrder;
  try {
    order = prepare(needs, context);
  } catch (error) {
    return ended('error', null, sentence(error), []);
  }
  return await withSession(needs, signal, async (session) =>
    outcomeOf(
      order,
      await performWork(
        session,
        order,
        { kind: 'words', words: order.words, directory: needs.directory },
        signal,
      ),
    ),
  );
}

/** Where a script began and left nothing, the balancer itself is asked; only a clear answer counts, and `down` is none. */
async function probe(
  needs: BalancerNeeds,
  context: TaskContext,
  onSeen: OnSeen,
  signal: AbortSignal,
): Promise<TaskOutcome> {
  const outcome = await withSession(needs, signal, async (session) => {
    const order = prepare(needs, context);
    const performed = await resumeWork(session, order, signal, async (seen) => {
      await onSeen(seen.state, seen.state === 'ended' ? `ended with exit code ${seen.exitCode}` : seen.state);
    });
    return outcomeOf(order, performed);
  });
  if (outcome.state !== 'lost') return outcome;
  const { task, plan } = context;
  const found = await status(needs, plan, task.server ?? task.cluster, signal);
  const wanted = task.action === 'enable' ? found === 'up' : found === 'drain';
  return wanted ? ended('ok', null, `the load balancer says ${found}`, outcome.lastLines) : outcome;
}

async function withSession(
  needs: BalancerNeeds,
  signal: AbortSignal,
  work: (session: CommandSession) => Promise<TaskOutcome>,
): Promise<TaskOutcome> {
  try {
    const session = await needs.openLocalSession(signal);
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  } catch (error) {
    return { state: 'interrupted', reason: sentence(error) };
  }
}

function outcomeOf(order: ScriptOrder, performed: Performed): TaskOutcome {
  const name = basename(order.script.run);
  const late = `${name} did not finish in ${order.script.timeoutSeconds} s and was ended`;
  switch (performed.state) {
    case 'never-started':
    case 'interrupted':
      return performed;
    case 'fenced':
      return { state: 'fenced' };
    case 'lost':
      if (!performed.timedOut)
        return { state: 'lost', reason: performed.reason, lastLines: performed.lastLines };
      return { ...ended('error', null, late, performed.lastLines), output: performed.output };
    case 'ended': {
      const { exitCode, timedOut, lastLines } = performed;
      if (exitCode === 0) return ended('ok', 0, `${name} is done`, lastLines);
      const message = timedOut ? late : `${name} ended with exit code ${exitCode}`;
      return { ...ended('error', exitCode, message, lastLines), output: performed.output };
    }
  }
}

function ended(
  end: 'ok' | 'error',
  exitCode: number | null,
  message: string,
  lastLines: string[],
): Extract<TaskOutcome, { state: 'ended' }> {
  return { state: 'ended', end, exitCode, message, lastLines, readBack: null };
}

function sentence(error: unknown): string {
  return harmless(error instanceof Error ? error.message : String(error));
}

async function status(
  needs: BalancerNeeds,
  plan: Pick<Plan, 'environment' | 'level'>,
  member: string,
  signal: AbortSignal,
): Promise<MemberStatus> {
  const { scripts } = plan.environment;
  const script = plan.level === 'cluster' ? scripts.statusCluster : scripts.statusServer;
  if (!script) return 'unknown';
  const subject =
    plan.level === 'cluster'
      ? { cluster: member, server: null }
      : { cluster: findServer(plan.environment, member)?.cluster.name ?? '', server: member };
  try {
    const { words } = scriptCall(plan, script, subject, needs.readSecret);
    return await askStatus(words, needs, script.timeoutSeconds * 1_000, signal);
  } catch {
    return 'unknown';
  }
}
