import { fileURLToPath } from 'node:url';

/** The migrations that belong to this build: beside `src` and `dist` alike. */
export const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url));
