import { defineConfig } from 'vitest/config';

/** Measurements: they print figures and claim nothing about time. `npx vitest run --config bench/vitest.config.ts` */
export default defineConfig({
  test: { include: ['bench/**/*.bench.ts'], testTimeout: 900_000, pool: 'forks', maxWorkers: 1 },
});
