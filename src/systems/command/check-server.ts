import type { Value } from '../../domain/configured/connection.ts';
import { harmless } from '../../domain/quote.ts';
import type { Revision } from '../../domain/revision.ts';
import { type CommandSession, Unreachable } from '../../drivers/command.ts';
import { collectTail } from '../../drivers/output-tail.ts';
import { createRedactor } from '../../drivers/redact.ts';
import type { CheckContext, CheckOutcome } from '../system.ts';
import type { Sessions } from './sessions.ts';
import { fillStep, type FilledStep } from './step-order.ts';

/** What a check before the hour is run with. */
interface CheckNeeds {
  readSecret: (reference: Exclude<Value, string>) => string;
  findRevisionChange: (revision: Revision) => Promise<string | null>;
  maxOutputBytes: () => number;
}

const longestReason = 200;
/** A failure may end with empty lines; what it says last stands among these. */
const lastLines = 20;
const unlessMs = 30_000;

/** Runs a step that only looks as the hour would, but without a marker: whoever asked gives it up with `signal`. */
export async function checkServer(
  needs: CheckNeeds,
  sessions: Sessions,
  context: CheckContext,
  signal: AbortSignal,
): Promise<CheckOutcome> {
  const { plan, task, startsAt } = context;
  const server = task.server ?? '';
  try {
    const filled = fillStep(needs, { ...context, startedAt: startsAt, backupPath: null });
    const changed = await needs.findRevisionChange(filled.revision);
    if (changed !== null) return { state: 'not-run', reason: changed };
    return await look(needs, await sessions.get(plan, server, signal), filled, signal);
  } catch (error) {
    if (error instanceof Unreachable) await sessions.drop(plan, server);
    const why = harmless(error instanceof Error ? error.message : String(error));
    return { state: 'not-run', reason: why.startsWith(`${server}: `) ? why.slice(server.length + 2) : why };
  }
}

async function look(
  { maxOutputBytes }: CheckNeeds,
  session: CommandSession,
  { revision, step, line, unless, variables, secrets }: FilledStep,
  signal: AbortSignal,
): Promise<CheckOutcome> {
  const timeoutMs = step.timeoutSeconds * 1_000;
  const asked =
    unless === null ? null : await session.ask(unless, variables, null, Math.min(timeoutMs, unlessMs));
  if (asked?.exitCode === 0) return { state: 'passed' };
  const tail = collectTail(createRedactor(secrets), lastLines);
  const most = maxOutputBytes();
  const onOutput = (chunk: Buffer, offset: number): void => {
    if (offset < most) tail.push(chunk.subarray(0, most - offset));
  };
  const { exitCode, timedOut, reason } = await session.lookWith(
    revision,
    { line, variables, timeoutMs },
    onOutput,
    signal,
  );
  if (exitCode === 0) return { state: 'passed' };
  if (timedOut) return { state: 'not-run', reason: `it did not finish in ${step.timeoutSeconds} s` };
  if (exitCode === null) return { state: 'not-run', reason: harmless(reason) };
  const last = harmless(tail.finish().findLast((said) => said !== '') ?? '', longestReason);
  return { state: 'failed', reason: last || `it ended with exit code ${exitCode} and said nothing` };
}
