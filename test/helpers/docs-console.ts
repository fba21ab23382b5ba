import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What to read, where it runs, and what stands in this test for the words of the page. */
export interface DocsConsole {
  file: string;
  heading: string;
  directory: string;
  words: Record<string, string>;
}

/** Runs the `$` lines of the first console under a heading in one shell; answers what it printed and what the page says it prints. */
export async function runDocsConsole(
  { file, heading, directory, words }: DocsConsole,
  environment: Record<string, string> = {},
): Promise<{ printed: string; promised: string }> {
  const [, section = ''] = readFileSync(file, 'utf8').split(`\n## ${heading}\n`);
  const [, block] = /```console\n(.*?)```/s.exec(section) ?? [];
  if (!block) throw new Error(`${file} has no console under ${heading}`);
  const lines = block.trim().split('\n');
  let script = lines.flatMap((line) => (line.startsWith('$ ') ? [line.slice(2)] : [])).join('\n');
  for (const [word, real] of Object.entries(words)) {
    if (!script.includes(word)) throw new Error(`${file} does not say ${word} under ${heading}`);
    script = script.replaceAll(word, real);
  }
  const env = { ...process.env, ...environment };
  const { stdout } = await run('/bin/sh', ['-euc', script], { cwd: directory, env });
  return { printed: stdout.trim(), promised: lines.filter((line) => !line.startsWith('$ ')).join('\n') };
}
