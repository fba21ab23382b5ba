import { spawnSync } from 'node:child_process';

/** True where a program of a Debian package is there; its tests are skipped otherwise, and with CI=true that is an error. */
export function hasProgram(program: string, what: string): boolean {
  if (spawnSync(program, ['-V']).error === undefined) return true;
  const sentence = `the Debian package ${program} is missing: ${what}`;
  if (process.env['CI'] === 'true') throw new Error(sentence);
  console.warn(`skipped: ${sentence}`);
  return false;
}
