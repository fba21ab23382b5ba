import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import type { Report } from '../../simulation/run-seeds.ts';

const run = promisify(execFile);

/** The simulation of a project as plain JavaScript, which runs quicker than what a test runner makes of it. */
export interface Compiled {
  /** Runs the histories of consecutive seeds in a process of their own. With `shrinks`, the first that breaks is made smaller. */
  runSeeds(from: number, count: number, shrinks: boolean): Promise<Report>;
  remove: () => void;
}

/** Compiles the project in a folder as it stands; its types are checked elsewhere. */
export async function compileSimulation(project: string): Promise<Compiled> {
  const place = mkdtempSync(join(tmpdir(), 'll-simulation-'));
  const tsc = resolve('node_modules', 'typescript', 'bin', 'tsc');
  const asItStands = ['-p', project, '--noEmit', 'false', '--noCheck', '--outDir', place];
  await run(process.execPath, [tsc, ...asItStands]);
  writeFileSync(join(place, 'package.json'), '{ "type": "module" }');
  symlinkSync(resolve('node_modules'), join(place, 'node_modules'));
  const program = join(place, 'test', 'simulation', 'play-seeds.js');
  return {
    runSeeds: async (from, count, shrinks) => {
      const words = [String(from), String(count), ...(shrinks ? ['shrink'] : [])];
      const { stdout } = await run(process.execPath, [program, ...words], { maxBuffer: 1e8 });
      return JSON.parse(stdout) as Report;
    },
    remove: () => rmSync(place, { recursive: true }),
  };
}
