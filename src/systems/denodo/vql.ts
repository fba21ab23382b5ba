import type { Plan, PlannedTask } from '../../domain/plan/plan.ts';
import { type Revision, revisionName } from '../../domain/revision.ts';
import { Unreachable } from '../../drivers/command.ts';
import type { PostgresSession } from '../../drivers/postgres/postgres-driver.ts';
import type { System, TaskContext, TaskOutcome } from '../system.ts';
import { fillRevision, type ReadyScript } from './fill-script.ts';
import { runScript, type ScriptRules, type ScriptRun } from './run-script.ts';
import { ended, outcomeOfScript, sayExecuted, sayFaults, sentenceOf } from './script-outcome.ts';
import { openVdp, type VdpNeeds, withSession } from './server.ts';
import { findInvalidViews } from './verify-views.ts';

/** What performs one type of task. */
export type TaskWork = Pick<System, 'perform' | 'probe' | 'end'>;

const singleUserModeMs = 120_000;
const sayWaitingMs = 5_000;
const graceMs = 5_000;
/** A script may be repeated unasked this often; then a person is asked. */
const mostRuns = 3;

/** Executes the VQL of revisions: one connection for a script, one command at a time, stopping at the first that fails. */
export function createVqlTasks(needs: VdpNeeds): TaskWork {
  /** What was cut off by this process, for whoever ends it afterwards. */
  const cutOff = new Map<string, ScriptRun>();
  return {
    perform: async (context, signal) => {
      const made = await makeReady(needs, context);
      if ('state' in made) return made;
      return await execute(needs, { context, script: made, cutOff }, signal);
    },
    probe: async (context) => probeScript(context),
    end: async (context) => {
      const run = cutOff.get(keyOf(context));
      cutOff.delete(keyOf(context));
      return run ? sayCutOff(run) : probeScript(context);
    },
  };
}

/** The rules for scripts of an environment. */
export function scriptRules({ environment }: Plan): ScriptRules {
  return { timeoutMs: environment.stepTimeoutSeconds * 1_000, singleUserModeMs, sayWaitingMs, graceMs };
}

/** A server keeps no record of what was sent to it: only a script that may be executed again is no matter for a person. */
export function probeScript({ run }: Pick<TaskContext, 'run'>): TaskOutcome {
  const reason =
    'a VDP server keeps no record of the commands it was sent: how many were executed is not known';
  if (run < mostRuns) return { state: 'lost', reason, lastLines: [] };
  return ended('unknown', `it was begun ${run} times and never came to an end: ${reason}`);
}

interface Work {
  context: TaskContext;
  script: ReadyScript;
  cutOff: Map<string, ScriptRun>;
}

/** Everything before the connection: what fails here has executed nothing. */
async function makeReady(needs: VdpNeeds, { plan, task }: TaskContext): Promise<ReadyScript | TaskOutcome> {
  try {
    const revision = revisionOf(plan, task);
    const changed = await needs.findRevisionChange(revision);
    if (changed !== null) return ended('error', changed);
    const ready = await fillRevision(needs, plan, revision, task.server ?? '');
    return ready.ok ? ready.value : ended('error', sayFaults(ready.faults), ready.faults);
  } catch (error) {
    return ended('error', sentenceOf(error));
  }
}

function revisionOf({ revisions }: Plan, task: PlannedTask): Revision {
  const revision = revisions.find((candidate) => revisionName(candidate) === task.revision);
  if (!revision) throw new Error(`task ${task.id} of the plan names a revision that it does not hold`);
  return revision;
}

async function execute(
  needs: VdpNeeds,
  { context, script, cutOff }: Work,
  signal: AbortSignal,
): Promise<TaskOutcome> {
  const { plan, task } = context;
  let session: PostgresSession;
  try {
    session = await openVdp(needs, plan, task.server ?? '', signal);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return signal.aborted
      ? { state: 'never-started' }
      : ended('error', `${error.message}; no VQL command was executed`);
  }
  try {
    const run = await runScript({ session, script, rules: scriptRules(plan), context }, signal);
    if (signal.aborted && run.end.state !== 'done') return await cut(context, run, cutOff, script);
    const outcome = outcomeOfScript(run, script.secrets);
    if (outcome?.state === 'lost' && context.run >= mostRuns) return ended('unknown', outcome.reason);
    return outcome ?? (await verified(session, context, { script, run }, signal));
  } finally {
    session.close();
  }
}

/** Said while it is known: after a restart nobody else could say how far it came. */
async function cut(
  context: TaskContext,
  run: ScriptRun,
  cutOff: Map<string, ScriptRun>,
  { secrets }: ReadyScript,
): Promise<TaskOutcome> {
  const outcome = outcomeOfScript(run, secrets);
  const said = outcome && 'reason' in outcome ? outcome.reason : sayExecuted(run);
  await context.tell(`cut-off-${context.run}`, `was interrupted: ${said}`).catch(() => undefined);
  if (outcome?.state === 'ended' || outcome?.state === 'fenced') return outcome;
  cutOff.set(keyOf(context), run);
  return { state: 'interrupted', reason: said };
}

function sayCutOff(run: ScriptRun): TaskOutcome {
  const isKnown = run.end.state === 'stopped';
  const next = `whether command ${run.executed + 1} was executed too is not known`;
  return ended(isKnown ? 'error' : 'unknown', `was ended. ${sayExecuted(run)}${isKnown ? '' : `; ${next}`}`);
}

/** Created cleanly does not mean that it works: the server is asked what is broken now. */
async function verified(
  session: PostgresSession,
  { plan }: TaskContext,
  { script, run }: { script: ReadyScript; run: ScriptRun },
  signal: AbortSignal,
): Promise<TaskOutcome> {
  const { timeoutMs } = scriptRules(plan);
  const found = await withSession(
    session,
    signal,
    async () => await findInvalidViews(session, script, timeoutMs),
  );
  const warning =
    found !== null && signal.aborted ? 'it was interrupted before its views were looked at' : found;
  const said = sayExecuted(run);
  return warning === null ? ended('ok', said) : ended('warning', `${said}; ${warning}`);
}

function keyOf({ plan, deployment, attempt, task, run }: TaskContext): string {
  return [plan.environment.name, deployment, attempt, task.id, run].join('/');
}
