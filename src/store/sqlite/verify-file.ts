import type Database from 'better-sqlite3';

import { countPending } from './migrate.ts';
import { StoreRefused } from './refused.ts';
import { walkLog } from './walk-log.ts';

/** What a sound database holds. */
export interface Holdings {
  deployments: number;
  events: number;
  lastHash: string;
  /** Of the last event, epoch milliseconds. */
  lastAt: number | null;
}

/** Throws `StoreRefused` unless every page of an open database is sound and its migrations are known here. */
export function checkPages(client: Database.Database, file: string, migrationsFolder: string): void {
  const found = client.pragma('integrity_check(1)', { simple: true });
  if (found !== 'ok')
    throw new StoreRefused(`${file} is damaged: ${String(found).replaceAll(/\s+/g, ' ').trim()}`);
  countPending({ client, file }, migrationsFolder);
}

/** Throws `StoreRefused` unless the log of an open database is whole. */
export function checkLog(client: Database.Database, file: string): Holdings {
  const state = walkLog(client);
  if (!state.unbroken)
    throw new StoreRefused(
      `the log in ${file} is broken at event ${state.version} of #${state.deployment}: ${state.why}`,
    );
  const { events, lastHash, lastAt } = state;
  const deployments = client.prepare<[], number>('SELECT count(*) FROM deployments').pluck().get() ?? 0;
  return { deployments, events, lastHash, lastAt };
}
