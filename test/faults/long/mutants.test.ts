import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, test } from 'vitest';

import { type Mutant, mutants } from './mutants.ts';

const mostSeeds = 4_000;

describe('the simulation notices when the product is broken', () => {
  test.each(mutants)(
    '$name: seed $seed, invariant $caughtBy',
    async (mutant) => {
      const copy = copyProject();
      try {
        const sound = await replay(copy, mutant.seed, 1);
        expect(sound.passed).toBe(true);
        expect(sound.output).toContain('all has come to rest');
        for (const edit of mutant.edits) applyOnce(copy, edit);
        const broken = await replay(copy, mutant.seed, mostSeeds);
        const caught = Number(/^seed (\d+)$/m.exec(broken.output)?.[1]);
        // After a change of the product the same seed is another history, and the next that notices will do.
        if (caught !== mutant.seed) console.log(`${mutant.name}: caught by seed ${caught} now`);
        expect(broken.passed).toBe(false);
        expect(broken.output).toContain(`"invariant": "${mutant.caughtBy}"`);
      } finally {
        rmSync(copy, { recursive: true });
      }
    },
    300_000,
  );
});

function copyProject(): string {
  const copy = mkdtempSync(join(tmpdir(), 'll-mutant-'));
  for (const part of [
    'src',
    'test/simulation',
    'test/helpers',
    'migrations',
    'package.json',
    'tsconfig.json',
  ])
    cpSync(part, join(copy, part), { recursive: true });
  cpSync('vitest.config.ts', join(copy, 'vitest.config.ts'));
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

async function replay(
  copy: string,
  seed: number,
  seeds: number,
): Promise<{ passed: boolean; output: string }> {
  const vitest = join(copy, 'node_modules', 'vitest', 'vitest.mjs');
  const options = {
    cwd: copy,
    env: { ...process.env, SEED: String(seed), SEEDS: String(seeds) },
    maxBuffer: 1e8,
  };
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [vitest, 'run', 'test/simulation/replay.test.ts'],
      options,
    );
    return { passed: true, output: stdout };
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return { passed: false, output: stdout + stderr };
  }
}
