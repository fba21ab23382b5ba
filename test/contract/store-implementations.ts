import { fileURLToPath } from 'node:url';

import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';

const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url));

/** Every implementation, made empty: each keeps every promise of `Store`. */
export const implementations: { name: string; open: () => Promise<Store> }[] = [
  {
    name: 'SQLite',
    open: async () => await openSqliteStore({ file: ':memory:', migrationsFolder, now: () => 9_000 }),
  },
];
