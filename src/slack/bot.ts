import type { Logger } from 'pino';

import type { CatalogEntry } from '../app/needs.ts';
import type { AppNeeds } from '../app/needs.ts';

/** What was looked at when the installation was examined. */
export interface Examined {
  area: string;
  name: string;
  state: 'ok' | 'warning' | 'fault';
  /** One sentence; with the way out unless all is well. */
  message: string;
}

/** What the handlers of clicks and commands are built with. */
export interface BotNeeds {
  app: AppNeeds;
  /** What can be chosen in the form: revisions, newest first, packages after them. */
  listCatalog: () => Promise<CatalogEntry[]>;
  /** Looks whether the installation is well; absent where this process cannot. */
  examine?: () => Promise<Examined[]>;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
}
