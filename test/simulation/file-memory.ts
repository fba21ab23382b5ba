import { Database } from '../../src/store/sqlite/driver.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-sqlite-store.ts';
import { type Memory, memoryOver } from './memory.ts';

/** A memory on a real file: a process that starts alone opens it anew, as a restarted bot does. */
export interface FileMemory extends Memory {
  close(): Promise<void>;
}

/** Opens a file and the eyes of the witnesses beside it. */
export async function openFileMemory(file: string, now: () => number): Promise<FileMemory> {
  const open = async (): Promise<Memory['store']> =>
    await openSqliteStore({ file, migrationsFolder: 'migrations', now });
  let store = await open();
  const eyes = new Database(file, { readonly: true });
  return {
    ...memoryOver(eyes, store),
    get store() {
      return store;
    },
    settleAfterDeath: async () => {
      await store.close();
      store = await open();
    },
    close: async () => {
      eyes.close();
      await store.close();
    },
  };
}
