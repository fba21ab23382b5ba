import type { Value } from '../../domain/configured/connection.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { harmless } from '../../domain/quote.ts';
import type { Revision } from '../../domain/revision.ts';
import { type CommandDriver, type CommandSession, Unreachable, type Work } from '../../drivers/command.ts';
import { endWork, performWork, resumeWork } from '../../drivers/perform.ts';
import type { Inspection, OnSeen, System, TaskContext, TaskOutcome } from '../system.ts';
import { checkServer } from './check-server.ts';
import { outcomeOf, outcomeOfEnding } from './outcome.ts';
import { readBack, verify } from './read-back.ts';
import { openSessions, type Sessions } from './sessions.ts';
import { prepareStep, resolveValues, type StepOrder } from './step-order.ts';

/** What the command system is built with. */
export interface CommandSystemNeeds {
  drivers: { ssh: CommandDriver; local: CommandDriver };
  readSecret: (reference: Exclude<Value, string>) => string;
  /** Null when the revision's files are still those that were signed; else a sentence. */
  findRevisionChange: (revision: Revision) => Promise<string | null>;
  /** How much of a step's output is read; asked for each step. */
  maxOutputBytes: () => number;
}

/** `system: command`: runbook steps over ssh or on this machine. */
export function createCommandSystem(needs: CommandSystemNeeds): System {
  const sessions = openSessions(needs.drivers);
  return {
    perform: async (context, signal) => await perform(needs, sessions, context, signal),
    probe: async (context, onSeen, signal) => await probe(needs, sessions, { context, onSeen }, signal),
    end: async (context, signal) => await endStep(needs, sessions, context, signal),
    inspect: async (plan, server, signal) => await inspect(needs, sessions, { plan, server }, signal),
    check: async (context, signal) => await checkServer(needs, sessions, context, signal),
    prepare: (plan, server) => {
      sessions.get(plan, server, new AbortController().signal).catch(() => undefined);
    },
    release: async (plan) => await sessions.releaseAll(plan),
  };
}

async function perform(
  needs: CommandSystemNeeds,
  sessions: Sessions,
  context: TaskContext,
  signal: AbortSignal,
): Promise<TaskOutcome> {
  return await withSession(sessions, context, signal, async (session) => {
    if (context.task.type === 'VERIFY') return await verify(needs, session, context);
    const ready = await makeReady(needs, session, context);
    if ('end' in ready) return ready;
    return outcomeOf(ready.order, await performWork(session, ready.order, ready.work, signal));
  });
}

/** Everything before the start: what fails here has started nothing, so it is an error and not unknown. */
async function makeReady(
  needs: CommandSystemNeeds,
  session: CommandSession,
  context: TaskContext,
): Promise<{ order: StepOrder; work: Work } | Extract<TaskOutcome, { state: 'ended' }>> {
  try {
    const order = prepareStep(needs, context);
    if (await isAlreadyRight(session, order))
      return ended('skipped', `step ${order.stepId} was already right`);
    const changed = await needs.findRevisionChange(order.revision);
    if (changed !== null) return ended('error', changed);
    const directory = await session.push(order.revision);
    return { order, work: { ...order.work, directory } };
  } catch (error) {
    if (error instanceof Unreachable) throw error;
    return ended('error', sentenceOf(error));
  }
}

async function probe(
  needs: CommandSystemNeeds,
  sessions: Sessions,
  { context, onSeen }: { context: TaskContext; onSeen: OnSeen },
  signal: AbortSignal,
): Promise<TaskOutcome> {
  if (context.task.type === 'VERIFY') return { state: 'never-started' };
  return await withSession(sessions, context, signal, async (session) => {
    const order = prepareStep(needs, context);
    const performed = await resumeWork(session, order, signal, async (seen) => {
      await onSeen(seen.state, sayReason(seen));
    });
    return outcomeOf(order, performed);
  });
}

/** Only looking at a server cannot be ended, and need not be. */
async function endStep(
  needs: CommandSystemNeeds,
  sessions: Sessions,
  context: TaskContext,
  signal: AbortSignal,
): Promise<TaskOutcome> {
  if (context.task.type === 'VERIFY') return { state: 'never-started' };
  return await withSession(sessions, context, signal, async (session) => {
    const order = prepareStep(needs, context);
    return outcomeOfEnding(order, await endWork(session, order, signal));
  });
}

function sayReason(seen: { state: string; exitCode?: number; reason?: string }): string {
  if (seen.exitCode !== undefined) return `ended with exit code ${seen.exitCode}`;
  return seen.reason ?? seen.state;
}

/** A broken way says nothing about the run: the session is forgotten, and the caller probes again. */
async function withSession(
  sessions: Sessions,
  { plan, task }: TaskContext,
  signal: AbortSignal,
  work: (session: CommandSession) => Promise<TaskOutcome>,
): Promise<TaskOutcome> {
  const server = task.server ?? '';
  try {
    const outcome = await work(await sessions.get(plan, server, signal));
    if (outcome.state === 'interrupted') await sessions.drop(plan, server);
    return outcome;
  } catch (error) {
    await sessions.drop(plan, server);
    return { state: 'interrupted', reason: sentenceOf(error) };
  }
}

async function isAlreadyRight(session: CommandSession, order: StepOrder): Promise<boolean> {
  if (order.unless === null || order.work.kind !== 'line') return false;
  const answer = await session.ask(order.unless, order.work.variables, null, order.timeoutMs);
  return answer.exitCode === 0;
}

function ended(end: 'skipped' | 'error', message: string): Extract<TaskOutcome, { state: 'ended' }> {
  return { state: 'ended', end, exitCode: null, message, lastLines: [], readBack: null };
}

async function inspect(
  needs: CommandSystemNeeds,
  sessions: Sessions,
  { plan, server }: { plan: Plan; server: string },
  signal: AbortSignal,
): Promise<Inspection> {
  try {
    const session = await sessions.get(plan, server, signal);
    const ready = await session.check();
    if (!ready.ok) return { problem: `${server}: ${ready.reason}`, readBack: null };
    return { problem: null, readBack: await readBack(session, plan, resolveValues(needs, plan, server)) };
  } catch (error) {
    await sessions.drop(plan, server);
    if (error instanceof Unreachable) return { problem: error.message, readBack: null };
    return { problem: `${server}: ${sentenceOf(error)}`, readBack: null };
  }
}

/** Names of files and words of programs may stand in it. */
function sentenceOf(error: unknown): string {
  return harmless(error instanceof Error ? error.message : String(error));
}
