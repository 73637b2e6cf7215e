// How tests are found and run: `unit` in one process each, `journeys` against a real Worker runtime with time to start it.
import { defineConfig } from 'vitest/config';

const never = ['**/node_modules/**', '**/dist/**', '**/build/**', '**/.wrangler/**'];

export default defineConfig({
  test: {
    reporters: ['default'],
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          pool: 'threads',
          include: ['**/*.test.ts'],
          exclude: [...never, 'test/journeys/**'],
          testTimeout: 10_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'journeys',
          environment: 'node',
          pool: 'forks',
          include: ['test/journeys/**/*.test.ts'],
          exclude: never,
          // Each journey starts workerd and its databases; side by side they would starve each other on two cores.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
