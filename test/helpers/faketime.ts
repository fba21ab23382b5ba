import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The library of the Debian package faketime; null where it is not installed. */
function findLibrary(): string | null {
  const folders = readdirSync('/usr/lib').map((name) => `/usr/lib/${name}/faketime/libfaketimeMT.so.1`);
  return folders.find((file) => existsSync(file)) ?? null;
}

/** True where clocks can be set; its tests are skipped otherwise, and with CI=true that is an error. */
export function hasFaketime(): boolean {
  if (findLibrary() !== null) return true;
  if (process.env['CI'] === 'true')
    throw new Error('the Debian package faketime is not installed, and with CI=true nothing is skipped');
  console.warn('skipped: the Debian package faketime is missing, so no clock can be set');
  return false;
}

/** A clock of its own for one process, which can be set while it runs. */
export interface FakeClock {
  /** Words before a program that let it, and all it starts, see this clock. */
  under: string[];
  /** Sets the clock: seconds ahead of the true time, or behind it. The process sees it within a second. */
  set(seconds: number): void;
}

/** Only the time of day is set, as by an administrator or after a sleep: what timers count goes on evenly. */
export function createFakeClock(directory: string): FakeClock {
  const file = join(directory, 'clock');
  const set = (seconds: number): void => {
    writeFileSync(`${file}.new`, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}`);
    renameSync(`${file}.new`, file);
  };
  set(0);
  return {
    set,
    under: [
      'env',
      `LD_PRELOAD=${findLibrary() ?? ''}`,
      `FAKETIME_TIMESTAMP_FILE=${file}`,
      'FAKETIME_CACHE_DURATION=1',
      'FAKETIME_DONT_FAKE_MONOTONIC=1',
    ],
  };
}
