import { resolve } from 'node:path';

import type { startPage as StartPage } from '../../src/sandbox/page/start-page.ts';
import type { LocalSlack } from '../../src/sandbox/slack/start-slack.ts';

/** The built page over a stand-in for Slack alone: no fleet, and a bot whose process nobody handles. */
export async function startBlockPage(
  slack: LocalSlack,
): Promise<{ url: string; close: () => Promise<void> }> {
  const { startPage } = (await import(resolve('dist/sandbox/page/start-page.js'))) as {
    startPage: typeof StartPage;
  };
  const nothing = async (): Promise<void> => undefined;
  const none = { sent: 0, failed: 0, byRevision: {}, failures: [] };
  return await startPage(
    {
      slack,
      fleet: {
        directory: '',
        balancer: 'small',
        url: '',
        socket: '',
        servers: [],
        status: async () => [],
        breakNext: () => undefined,
        stopProcess: () => undefined,
        startProcess: nothing,
        slowDown: () => undefined,
        close: nothing,
      },
      load: { counts: () => none, stop: async () => none },
      requestsPerSecond: 0,
      bot: {
        state: () => ({ is: 'running', pid: 1, since: 0 }),
        start: nothing,
        kill: nothing,
        onChange: () => () => undefined,
      },
      players: ['U0ANA', 'U0BEN'],
      commands: [{ command: '/form', description: 'opens a form', usageHint: '' }],
      shortcuts: [],
      hintFor: () => null,
    },
    { port: 0 },
  );
}
