// How tests are found and run: `unit` side by side, `journeys` one by one on a real Worker runtime with time to start.
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

const never = ['**/node_modules/**', '**/dist/**', '**/build/**', '**/.wrangler/**'];

/** How Playwright and our own `until` say that nothing came. */
const waitedInVain = /Timeout \d+ms exceeded|in vain for/;

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line.ts'],
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          environment: 'node',
          pool: 'threads',
          include: ['**/*.test.ts'],
          exclude: [...never, 'test/journeys/**'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'journeys',
          // After the quick ones, so that two cores are not shared with a hub that is being timed.
          sequence: { groupOrder: 1 },
          environment: 'node',
          pool: 'forks',
          include: ['test/journeys/**/*.test.ts'],
          exclude: never,
          // Each journey starts workerd and its databases; side by side they would starve each other on two cores.
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // A story that waited in vain is told once more, and the end of the run names it: a machine that stood still
          // must not cost a release. A wrong answer is wrong at once.
          retry: { count: 1, condition: waitedInVain },
        },
      },
    ],
  },
});
