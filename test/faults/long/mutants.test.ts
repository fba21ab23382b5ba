import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { describe, expect, test } from 'vitest';

import { runHistory } from '../../simulation/history.ts';
import { openReusable } from '../../simulation/run-seeds.ts';
import { scenarioOf } from '../../simulation/scenario.ts';
import { compileSimulation } from './compiled.ts';
import { type Mutant, mutants } from './mutants.ts';

const mostSeeds = 4_000;

describe('the simulation notices when the product is broken', () => {
  test.each(mutants)(
    '$name: seed $seed, invariant $caughtBy',
    async (mutant) => {
      const sound = await runHistory(scenarioOf(mutant.seed), await openReusable());
      expect(sound.violation).toBeNull();
      expect(sound.story().at(-1)).toContain('all has come to rest');
      const copy = copyProject();
      try {
        for (const edit of mutant.edits) applyOnce(copy, edit);
        const simulation = await compileSimulation(copy);
        const broken = await simulation.runSeeds(mutant.seed, mostSeeds, false).finally(simulation.remove);
        const [, seed, invariant] = /^seed (\d+) breaks invariant (.+?):/.exec(broken.failure ?? '') ?? [];
        // After a change of the product the same seed is another history, and the next that notices will do.
        if (Number(seed) !== mutant.seed) console.log(`${mutant.name}: caught by seed ${seed} now`);
        expect(invariant).toBe(mutant.caughtBy);
      } finally {
        rmSync(copy, { recursive: true });
      }
    },
    300_000,
  );
});

function copyProject(): string {
  const copy = mkdtempSync(join(tmpdir(), 'll-mutant-'));
  for (const part of ['src', 'test/simulation', 'test/helpers', 'package.json', 'tsconfig.json'])
    cpSync(part, join(copy, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
  return copy;
}

function applyOnce(copy: string, { file, find, put }: Mutant['edits'][number]): void {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  expect({ file, times: text.split(find).length - 1 }).toEqual({ file, times: 1 });
  writeFileSync(
    path,
    text.replace(find, () => put),
  );
}
