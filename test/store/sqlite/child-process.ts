import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the project. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The migrations of the project. */
export const migrationsFolder = join(root, 'migrations');

/** The folder of one test, which takes it away again. */
export function makeFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'lamplighter-store-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A program of the tests as plain JavaScript: Node 20 runs no TypeScript. It lies where it finds the project's packages. */
export function buildChild(
  name: string,
  source = 'test/store/sqlite/child.ts',
): { script: string; remove: () => void } {
  const folder = join(root, 'node_modules', '.cache', `lamplighter-${name}-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const settings = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: { noEmit: false, noCheck: true, rootDir: root, outDir: folder },
    include: [],
    files: [join(root, source)],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { stdio: 'inherit' });
  return {
    script: join(folder, source.replace(/\.ts$/, '.js')),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A started child with what it has said so far. */
export interface Child {
  process: ChildProcessWithoutNullStreams;
  output: () => string;
  /** Waits until it has printed this often; throws when it ends before. */
  printed: (lines: number) => Promise<void>;
  /** Its exit code (null after a signal) and what it said on stderr. */
  ended: Promise<{ code: number | null; errors: string }>;
}

/** Starts a program and listens to it. */
export function start(program: string, args: string[]): Child {
  const child = spawn(program, args);
  let output = '';
  let errors = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const ended = new Promise<{ code: number | null; errors: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, errors }));
  });
  const printed = async (lines: number): Promise<void> => {
    let over = false;
    void ended.then(() => (over = true));
    while (output.split('\n').length <= lines) {
      if (over) throw new Error(`it ended after ${JSON.stringify(output)}: ${errors}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  return { process: child, output: () => output, printed, ended };
}
