import type { Logger } from 'pino';

import type { CatalogEntry } from '../app/needs.ts';
import type { AppNeeds } from '../app/needs.ts';

/** What the handlers of clicks and commands are built with. */
export interface BotNeeds {
  app: AppNeeds;
  /** What can be chosen in the form: revisions, newest first, packages after them. */
  listCatalog: () => Promise<CatalogEntry[]>;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
}
