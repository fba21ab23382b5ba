import type { Logger } from 'pino';

import type { Configuration } from '../domain/configured/configuration.ts';
import type { SecretReference } from '../domain/configured/connection.ts';
import type { SlackConnection } from '../slack/connection/connect.ts';
import type { Pace } from '../slack/outbox/outbox.ts';
import type { Store } from '../store/store.ts';

/** Everything a bot is built from. */
export interface BotOptions {
  store: Store;
  configuration: Configuration;
  slack: Pick<SlackConnection, 'botToken' | 'apiUrl' | 'transport'>;
  health: { host: string; port: number };
  /** Where the command line is heard: beside the database. */
  socketFile: string;
  /** Where marks of balancer scripts and copies of repositories are kept: beside the database. */
  dataDirectory: string;
  readSecret: (reference: SecretReference) => string;
  pace: Pace;
  log: Logger;
}
