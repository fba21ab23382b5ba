import { type Logger as BoltLogger, SocketModeReceiver } from '@slack/bolt';

import type { Transport } from './transport.ts';

/** What Socket Mode is opened with. */
export interface SocketModeSettings {
  by: 'socket';
  appToken: string;
}

interface SocketModeNeeds {
  /** Base of the Web API, ends in `/api/`; undefined means Slack's own. */
  apiUrl: string | undefined;
  logger: BoltLogger;
}

const callTimeoutMs = 8_000;
/** Connecting goes on for ever, at least twice a minute. */
const connectRetry = { forever: true, factor: 1.5, minTimeout: 500, maxTimeout: 30_000 };
const pingTimeoutMs = 3_000;

/** Socket Mode over two websockets, so that a refresh of one loses nothing. */
export function createSocketMode({ appToken }: SocketModeSettings, needs: SocketModeNeeds): Transport {
  const receivers = [createReceiver(appToken, needs), createReceiver(appToken, needs)];
  return {
    isConnected: () => receivers.some((receiver) => receiver.client.websocket?.isActive() ?? false),
    start: async (app) => {
      for (const receiver of receivers) receiver.init(app);
      await Promise.all(receivers.map(async (receiver) => await receiver.start()));
    },
    // An answer travels over the socket that brought the question: it is closed last.
    stop: async (settled) => {
      await settled();
      await Promise.allSettled(receivers.map(async (receiver) => await receiver.client.disconnect()));
    },
  };
}

function createReceiver(appToken: string, { apiUrl, logger }: SocketModeNeeds): SocketModeReceiver {
  return new SocketModeReceiver({
    appToken,
    logger,
    clientPingTimeout: pingTimeoutMs,
    installerOptions: {
      clientOptions: {
        timeout: callTimeoutMs,
        retryConfig: connectRetry,
        logger,
        ...(apiUrl && { slackApiUrl: apiUrl }),
      },
    },
  } as ConstructorParameters<typeof SocketModeReceiver>[0]);
}
