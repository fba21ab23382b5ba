import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A disk of a few MiB that a test fills, frees and makes read-only. */
export interface SmallDisk {
  /** Leaves no room for another byte. */
  fill(): void;
  free(): void;
  unmount(): void;
}

/** True where this process may mount a disk of its own; says its sentence where not, and fails in CI. */
export function canMount(): boolean {
  const place = join('/tmp', `ll-mount-${process.pid}`);
  mkdirSync(place);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', place]).status === 0;
  if (mounted) spawnSync('umount', [place]);
  rmSync(place, { recursive: true });
  if (mounted) return true;
  const sentence = 'only root can mount the small disk that this test fills';
  if (process.env['CI'] === 'true') throw new Error(sentence);
  console.warn(`skipped: ${sentence}`);
  return false;
}

/** Puts a disk of so many MiB at a directory, which is made. */
export function mountSmallDisk(directory: string, mebibytes: number): SmallDisk {
  mkdirSync(directory, { recursive: true });
  run('mount', '-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=700`, 'tmpfs', directory);
  const filler = join(directory, 'filler');
  return {
    fill: () => {
      for (const bytes of [65_536, 4_096, 512, 1])
        while (append(filler, bytes)) {
          // Until not one byte more finds room.
        }
    },
    free: () => rmSync(filler),
    unmount: () => run('umount', '-l', directory),
  };
}

function append(file: string, bytes: number): boolean {
  try {
    writeFileSync(file, Buffer.alloc(bytes), { flag: 'a' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
    throw error;
  }
}

function run(program: string, ...words: string[]): void {
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stderr}`);
}
