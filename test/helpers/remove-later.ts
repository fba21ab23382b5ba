import { rmSync } from 'node:fs';

/** Removes a directory of a test. A process that was just killed may write a last line; what stays behind in /tmp fails no test. */
export function removeLater(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  } catch (error) {
    console.warn(`${directory} stays behind: ${String(error)}`);
  }
}
