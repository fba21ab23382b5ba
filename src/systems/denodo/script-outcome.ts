import { harmless } from '../../domain/quote.ts';
import type { TaskOutcome } from '../system.ts';
import type { ScriptRun } from './run-script.ts';
import { withoutSecrets } from './server.ts';

const longestFaults = 2_000;

/** A task's end in words, without lines and without a read-back. */
export function ended(
  end: Extract<TaskOutcome, { state: 'ended' }>['end'],
  message: string,
  lastLines: string[] = [],
): Extract<TaskOutcome, { state: 'ended' }> {
  return { state: 'ended', end, exitCode: null, message, lastLines, readBack: null };
}

/** What a person reads of an error: one line, without marks. */
export function sentenceOf(error: unknown): string {
  return harmless(error instanceof Error ? error.message : String(error));
}

/** Several sentences in one; names of properties may be called anything. */
export function sayFaults(faults: string[]): string {
  return harmless(faults.join('; '), longestFaults);
}

/** How far it came, in Denodo's words. */
export function sayExecuted({ executed, total }: Pick<ScriptRun, 'executed' | 'total'>): string {
  return `Executed ${executed} of ${total} VQL commands`;
}

/** What a script's end means for its task. Null where it was done. */
export function outcomeOfScript(run: ScriptRun, secrets: string[]): TaskOutcome | null {
  const { end, executed, total } = run;
  switch (end.state) {
    case 'done':
      return null;
    case 'fenced':
      return { state: 'fenced' };
    case 'stopped':
      return { state: 'interrupted', reason: sayExecuted(run) };
    case 'not-alone':
      return ended('error', `${withoutSecrets(end.reason, secrets)}. ${sayExecuted(run)}`);
    case 'failed': {
      const said = withoutSecrets(end.message, secrets);
      const where = `VQL command ${executed + 1} of ${total} (line ${end.at.line})`;
      const lines = [`${where}: ${end.at.name}`, ...said.split('\n')];
      return ended('error', `${where} failed: ${harmless(said)}. ${sayExecuted(run)}`, lines);
    }
    case 'lost':
      return { state: 'lost', reason: sayUnknown(run, end, secrets), lastLines: [] };
    case 'timed-out':
      // Not "lost": a script that may be repeated would run into the same wall without end.
      return ended('unknown', sayUnknown(run, end, secrets));
  }
}

function sayUnknown(
  run: ScriptRun,
  { at, reason }: { at: { line: number }; reason: string },
  secrets: string[],
): string {
  const where = `VQL command ${run.executed + 1} of ${run.total} (line ${at.line})`;
  const said = harmless(withoutSecrets(reason, secrets));
  return `${sayExecuted(run)}; whether ${where} was executed too is not known: ${said}`;
}
