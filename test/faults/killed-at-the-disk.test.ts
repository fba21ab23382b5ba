import { describe, expect, test } from 'vitest';

import { hasProgram } from '../helpers/has-program.ts';
import { type KilledInARow, type Round, startKilledInARow } from '../helpers/killed-in-a-row.ts';
import { type KilledWhileStarting, startKilledWhileStarting } from '../helpers/killed-while-starting.ts';
import { type Blow, type Trace, writesThatBegin } from '../helpers/strace.ts';

/** Where SQLite meets the disk, all on Node's first thread; and a handful where not all are tried. */
interface Moments {
  at: Blow['at'];
  /** Over approval, balancer, steps and what is told, counted from right before the approval. */
  ofDeployment: number[];
  /** In opening and settling what the dead one left, counted from the start of the process. */
  ofStart: number[];
  /** In the lock, and in taking up the step that ran meanwhile. */
  ofStartInStep: number[];
}

const all: Moments[] = [
  // What was committed stands, and nothing that follows from it was done.
  { at: 'sync', ofDeployment: [2, 9, 21, 34, 48], ofStart: [6], ofStartInStep: [2, 9] },
  // What was done since the last commit was not written down.
  { at: 'write', ofDeployment: [20, 130, 200, 290, 420], ofStart: [11], ofStartInStep: [9, 40] },
];
const tryAll = process.env['FAULTS'] === 'all';
const present = hasProgram('strace', 'nothing can kill the bot at the moment of a write');
/** Four minutes for each of five kills; they take seconds where nobody else wants the machine. */
const timeout = tryAll ? 3_600_000 : 5 * 240_000;

describe.skipIf(!present).each(all)(
  'the real process, killed at the N-th $at to the disk (needs strace)',
  { concurrent: true, timeout },
  ({ at, ofDeployment, ofStart, ofStartInStep }) => {
    test('of a deployment, on one database again and again: a new process goes on, and the record is true', async () => {
      const struck = struckIn(tryAll ? await killAtEach(at) : await killAtSome(at, ofDeployment));
      if (!tryAll) expect(struck).toEqual(ofDeployment);
      expect(struck.length).toBeGreaterThan(tryAll ? 50 : 4);
    });

    test('of its start, again and again: the next one comes further, and at last the record is true', async () => {
      const killed = await startKilledWhileStarting();
      try {
        await killed.request();
        const waiting = await killStarts(killed, at, ofStart);
        await killed.goOnToInstall();
        const installing = await killStarts(killed, at, ofStartInStep);
        await killed.finish();
        console.log(`killed at ${at} ${waiting.join(', ')} of a start`);
        console.log(`killed at ${at} ${installing.join(', ')} of a start in the middle of a step`);
        expect(waiting.length).toBeGreaterThan(0);
        expect(installing.length).toBeGreaterThan(waiting.length);
      } finally {
        await killed.close();
      }
    });
  },
);

/** What was tried, and whether there was so much to strike at. */
interface Tried {
  nth: number;
  trace: Trace;
}

type Killed = Tried & Round;

async function killAtSome(at: Blow['at'], some: number[]): Promise<Killed[]> {
  const row = await startKilledInARow();
  try {
    return await killInARow([row], at, some);
  } finally {
    await row.close();
  }
}

/** Two bots, each on its own database, share the moments. */
async function killAtEach(at: Blow['at']): Promise<Killed[]> {
  const first = await startKilledInARow();
  const rows = [first];
  try {
    rows.push(await startKilledInARow());
    const counted = await first.deploy(null);
    // Every sync there is; of the writes those that begin a commit, as counted where nothing was killed.
    return await killInARow(rows, at, at === 'sync' ? numbers(1) : writesThatBegin(counted.trace));
  } finally {
    for (const row of rows) await row.close();
  }
}

/** Tries one moment after the other until none is left, and says which, also when one of them fails. */
async function killInARow(rows: KilledInARow[], at: Blow['at'], nths: Iterable<number>): Promise<Killed[]> {
  const rounds: Killed[] = [];
  const moments = nths[Symbol.iterator]();
  try {
    await Promise.all(
      rows.map(async (row) => {
        for (let next = moments.next(); !next.done && !hasNoneLeft(rounds); next = moments.next())
          rounds.push(await killAt(row, { at, nth: next.value }));
      }),
    );
    return rounds;
  } finally {
    console.log(sayRounds(at, rounds));
  }
}

function* numbers(stride: number): Generator<number, void> {
  for (let nth = 1; ; nth += stride) yield nth;
}

/** How many there are depends on how much is told together: three in a row must have been too few. */
function hasNoneLeft(rounds: Tried[]): boolean {
  const last = rounds.toSorted((one, other) => one.nth - other.nth).slice(-3);
  return last.length === 3 && last.every(({ trace }) => !trace.wasKilled);
}

async function killAt(row: KilledInARow, blow: Blow): Promise<Killed> {
  try {
    return { ...(await row.deploy(blow)), nth: blow.nth };
  } catch (error) {
    throw new Error(`killed at ${blow.at} ${blow.nth}: ${String(error)}`, { cause: error });
  }
}

/** Kills starts, at each sync or every third write until none is left where all are tried; answers where it struck. */
async function killStarts(killed: KilledWhileStarting, at: Blow['at'], some: number[]): Promise<number[]> {
  const moments = tryAll ? numbers(at === 'sync' ? 1 : 3) : some;
  const tried: Tried[] = [];
  for (const nth of moments) {
    tried.push({ nth, trace: await killed.start({ at, nth }) });
    if (tryAll && hasNoneLeft(tried)) break;
  }
  if (!tryAll) expect(struckIn(tried)).toEqual(some);
  return struckIn(tried);
}

function struckIn(tried: Tried[]): number[] {
  return tried
    .filter(({ trace }) => trace.wasKilled)
    .map(({ nth }) => nth)
    .toSorted((one, other) => one - other);
}

function sayRounds(at: Blow['at'], rounds: Killed[]): string {
  const kinds = [...new Set(rounds.map(({ newest }) => newest))];
  const lines = kinds.map((kind) => {
    const struck = struckIn(rounds.filter(({ newest }) => newest === kind));
    return `  ${kind ?? 'none'} was the newest event: ${struck.join(', ')}`;
  });
  const spared = rounds.length - struckIn(rounds).length;
  return [`killed at ${struckIn(rounds).length} moments of ${at}, spared ${spared}`, ...lines].join('\n');
}
