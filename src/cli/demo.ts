import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startSlack } from '../sandbox/slack/start-slack.ts';
import { playStory } from './demo-story.ts';
import { people, startSandboxBot, startSandboxFleet } from './sandbox-bot.ts';

/** `demo`: the sandbox plays one whole story by itself in the terminal. Exit code 0 when it came out as told. */
export async function runDemo(): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'lamplighter-demo-'));
  const closers: (() => Promise<void>)[] = [];
  try {
    const fleet = await startSandboxFleet(directory);
    closers.push(async () => await fleet.close());
    const slack = await startSlack({ botToken: 'xoxb-demo', appToken: 'xapp-demo', ...people });
    closers.push(async () => await slack.close());
    const bot = await startSandboxBot({ directory, fleet, slack });
    closers.push(async () => await bot.stop());
    return await playStory({ fleet, slack, print: (line) => void process.stdout.write(`${line}\n`) });
  } finally {
    for (const close of closers.toReversed()) await close();
    rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
