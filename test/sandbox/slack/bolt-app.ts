import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';

import { type LocalSlack, type SlackSetup, startSlack } from '../../../src/sandbox/slack/start-slack.ts';

const botToken = 'xoxb-test';
const appToken = 'xapp-test';

/** A workspace with Ana, Ben and a guest, two channels and one group. */
export async function startWorkspace(more: Partial<SlackSetup> = {}): Promise<LocalSlack> {
  return await startSlack({
    botToken,
    appToken,
    people: [
      { id: 'U0ANA', name: 'ana', realName: 'Ana', timezone: 'Europe/Madrid' },
      { id: 'U0BEN', name: 'ben', timezone: 'Europe/London' },
      { id: 'U0GUEST', name: 'guest', isGuest: true },
    ],
    channels: [
      { id: 'C0DEPLOY', name: 'deploy' },
      { id: 'C0ONLYANA', name: 'only-ana', members: ['U0ANA', 'U0BOT'] },
      { id: 'C0CLOSED', name: 'closed', members: ['U0ANA'] },
    ],
    usergroups: [{ id: 'S0OPS', handle: 'ops', users: ['U0ANA', 'U0BEN'] }],
    ...more,
  });
}

/** A real Bolt app with two Socket Mode receivers, listening as `listen` says; `stop` ends its sockets. */
export async function startBolt(
  slack: LocalSlack,
  listen: (app: App) => void,
): Promise<{ app: App; stop: () => Promise<void> }> {
  const logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
    setLevel: () => undefined,
    getLevel: () => LogLevel.ERROR,
    setName: () => undefined,
  };
  const clientOptions = { slackApiUrl: slack.apiUrl, logger, retryConfig: { retries: 0 } };
  const receivers = [1, 2].map(
    () =>
      new SocketModeReceiver({
        appToken,
        logger,
        clientPingTimeout: 300,
        installerOptions: {
          clientOptions: { ...clientOptions, retryConfig: { forever: true, minTimeout: 50 } },
        },
      }),
  );
  const app = new App({
    token: botToken,
    receiver: receivers[0]!,
    clientOptions,
    logger,
    deferInitialization: true,
  });
  await app.init();
  receivers[1]!.init(app);
  app.error(async () => undefined);
  listen(app);
  await Promise.all(receivers.map(async (receiver) => await receiver.start()));
  await slack.until(() => slack.connections() === 2);
  return {
    app,
    stop: async () => {
      await Promise.allSettled(receivers.map(async (receiver) => await receiver.client.disconnect()));
    },
  };
}
