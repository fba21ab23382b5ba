import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { type FileMemory, openFileMemory } from '../../simulation/file-memory.ts';
import { runHistory } from '../../simulation/history.ts';
import { type Action, people, type Scenario } from '../../simulation/scenario.ts';
import { withoutDecisions } from '../../simulation/shape.ts';
import type { Outcome } from '../../simulation/stage.ts';

const press = (button: 'approve' | 'retry', by: string, at: number): Action => ({
  do: 'press',
  button,
  on: 0,
  by,
  at,
  twice: false,
  stale: false,
});

/** Two servers one by one, approved, with a step that fails and a retry: every kind of point is reached. */
function dyingAt(nth: number): Scenario {
  return {
    seed: 7,
    shape: {
      groups: 'one-by-one',
      clusters: [2],
      idempotent: false,
      onServerFailure: 'stop',
      maxFailures: null,
      minInService: 0,
      approvals: 1,
      onMissed: 'run',
      whenBusy: 'queue',
      defaultAnswer: 'stop',
      pauseBetweenClusters: false,
      longestStepMs: 2_000,
      ...withoutDecisions,
    },
    actions: [
      { do: 'request', at: 0, by: people.ana, twice: false, startsInMs: null, servers: null },
      press('approve', people.ben, 3_000),
      press('retry', people.ana, 60_000),
    ],
    faults: [
      { do: 'step', nth: 5, how: 'fails' },
      { do: 'kill', point: 'any', nth, forMs: 1_000 },
    ],
  };
}

const shownLines = 40;
const fewestPoints = 60;
const mostPoints = 400;

test('a process that dies at the first, the second, … the last fault point is followed by one that goes on to the end', async () => {
  let nth = 1;
  for (; nth <= mostPoints; nth += 1) {
    const { violation, tally, story } = await onFile(dyingAt(nth));
    if (violation) console.log(`killed at point ${nth}:\n${story().slice(-shownLines).join('\n')}`);
    expect(violation).toBeNull();
    expect(tally['attempts']).toBe(2);
    if (tally['kill any'] === undefined) break;
  }
  expect(nth).toBeGreaterThan(fewestPoints);
  expect(nth).toBeLessThan(mostPoints);
  console.log(`the process died at each of ${nth - 1} fault points`);
}, 1_200_000);

async function onFile(scenario: Scenario): Promise<Outcome> {
  const directory = mkdtempSync(join(tmpdir(), 'll-fault-points-'));
  const opened: FileMemory[] = [];
  try {
    return await runHistory(scenario, async (now) => {
      const memory = await openFileMemory(join(directory, 'lamplighter.db'), now);
      opened.push(memory);
      return memory;
    });
  } finally {
    for (const memory of opened) await memory.close();
    rmSync(directory, { recursive: true });
  }
}
