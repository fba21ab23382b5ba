import { defineConfig } from 'vitest/config';

/** `npm run check:faults`: the long proofs, one file each in `test/faults/`. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
