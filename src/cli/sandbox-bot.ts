import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { createSecretReader } from '../config/env.ts';
import { loadConfiguration } from '../config/load-configuration.ts';
import { socketFileOf } from '../control/socket-file.ts';
import { createLog } from '../health/log.ts';
import { type Fleet, startFleet } from '../sandbox/fleet/start-fleet.ts';
import { writeFleetConfiguration } from '../sandbox/fleet/write-configuration.ts';
import type { LocalSlack } from '../sandbox/slack/start-slack.ts';
import { slackPace } from '../slack/outbox/outbox.ts';
import { openSqliteStore } from '../store/sqlite/open-sqlite-store.ts';
import { type Bot, startBot } from './bot.ts';
import { migrationsFolder } from './migrations-folder.ts';

/** The people and the channel of the sandbox. */
export const people = {
  people: [
    { id: 'U0ANA', name: 'ana', realName: 'Ana', timezone: 'Europe/Madrid' },
    { id: 'U0BEN', name: 'ben', realName: 'Ben', timezone: 'Europe/London' },
    { id: 'U0CHLOE', name: 'chloe', realName: 'Chloé', timezone: 'America/Toronto' },
  ],
  channels: [
    { id: 'C0SHOP', name: 'shop' },
    { id: 'C0TALK', name: 'talk' },
  ],
  usergroups: [{ id: 'S0PROMADM', handle: 'promotion-admins', users: ['U0ANA', 'U0BEN'] }],
};

/** Where the deployments of `sandbox --denodo` are shown. */
export const denodoChannel = { id: 'C0DENODO', name: 'denodo' };

/** Six servers in two clusters, behind HAProxy where it is installed. */
export async function startSandboxFleet(directory: string): Promise<Fleet> {
  return await startFleet({
    directory: join(directory, 'fleet'),
    clusters: [
      { name: 'north', servers: ['web-1', 'web-2', 'web-3'] },
      { name: 'south', servers: ['web-4', 'web-5', 'web-6'] },
    ],
    balancer: 'auto',
  });
}

/** Posts go out faster than a real workspace allows; the stand-in does not mind. */
const sandboxPace = {
  ...slackPace,
  betweenPosts: 50,
  betweenEdits: 100,
  betweenEditsOfOneCard: 500,
  betweenTellings: 50,
};

/** The real bot, against the sandbox's Slack and the sandbox's fleet. */
export async function startSandboxBot(parts: {
  directory: string;
  fleet: Fleet;
  slack: LocalSlack;
}): Promise<Bot> {
  const { directory, fleet, slack } = parts;
  const file = await writeFleetConfiguration(fleet, { directory, channel: 'C0SHOP', usergroup: 'S0PROMADM' });
  const loaded = loadConfiguration(file);
  if (!loaded.ok) throw new Error(loaded.faults.join('\n'));
  const database = join(directory, 'data', 'lamplighter.db');
  const store = await openSqliteStore({ file: database, migrationsFolder });
  const bot = await startBot({
    store,
    configuration: loaded.configuration,
    slack: {
      botToken: 'xoxb-demo',
      apiUrl: slack.apiUrl,
      transport: { by: 'socket', appToken: 'xapp-demo' },
    },
    health: { host: '127.0.0.1', port: 0 },
    socketFile: socketFileOf(database),
    dataDirectory: join(directory, 'data'),
    readSecret: createSecretReader({}, (path) => readFileSync(path, 'utf8')),
    pace: sandboxPace,
    log: createLog({ level: 'error', format: 'pretty' }),
  });
  return {
    ...bot,
    stop: async () => {
      await bot.stop();
      await store.close();
    },
  };
}
