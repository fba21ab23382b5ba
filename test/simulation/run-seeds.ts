import { type OpenMemory, runHistory } from './history.ts';
import { openMemory } from './memory.ts';
import { type Scenario, scenarioOf } from './scenario.ts';
import { shrink } from './shrink.ts';
import type { Outcome } from './stage.ts';
import { addAll, type Tally } from './tally.ts';

/** What many histories came to. */
export interface Report {
  histories: number;
  turns: number;
  tally: Tally;
  /** The first that broke an invariant, in words and with the way to play it again; null where none did. */
  failure: string | null;
}

/** Runs the histories of consecutive seeds until one breaks an invariant, and shrinks that one if it is wanted. */
export async function runSeeds(from: number, count: number, shrinks = true): Promise<Report> {
  const open = await openReusable();
  const report: Report = { histories: 0, turns: 0, tally: {}, failure: null };
  for (let seed = from; seed < from + count && report.failure === null; seed += 1) {
    const outcome = await runHistory(scenarioOf(seed), open);
    report.histories += 1;
    report.turns += outcome.turns;
    addAll(report.tally, outcome.tally);
    if (outcome.violation) report.failure = await sayFailure(scenarioOf(seed), outcome, open, shrinks);
  }
  return report;
}

/** Memory for one history after another. */
export async function openReusable(): Promise<OpenMemory> {
  const memory = await openMemory();
  return async (now) => {
    await memory.empty(now);
    return memory;
  };
}

const shownLines = 40;

async function sayFailure(
  scenario: Scenario,
  { violation }: Outcome,
  open: OpenMemory,
  shrinks: boolean,
): Promise<string> {
  if (!violation) return '';
  const attempt = async (smaller: Scenario) => (await runHistory(smaller, open)).violation;
  const smallest = shrinks ? await shrink(scenario, violation.invariant, attempt) : scenario;
  const { violation: last, story } = await runHistory(smallest, open);
  return [
    `seed ${scenario.seed} breaks invariant ${violation.invariant}: ${violation.says}`,
    `Because: ${last?.because ?? violation.because}.`,
    `The events that led there${shrinks ? ', in its smallest form' : ''}:`,
    ...story()
      .slice(-shownLines)
      .map((line) => `  ${line}`),
    `To play it again: SCENARIO='${JSON.stringify(smallest)}' npx vitest run test/simulation/replay.test.ts`,
  ].join('\n');
}
