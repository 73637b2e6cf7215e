// Each planted bug is caught.
import { expect, test } from 'vitest';
import { plants } from './plants.ts';
import { simulate } from './simulation.ts';

/** Each planted bug is caught within this many seeds; most by the first or second. */
const plantSeedsMax = 8;

test.each(Object.keys(plants))('a planted bug is caught: %s', { timeout: 300_000 }, async (plant) => {
  for (let seed = 1; seed <= plantSeedsMax; seed++) {
    const { breaches } = await simulate(seed, plant);
    if (breaches.length > 0) return;
  }
  expect.fail(`${plantSeedsMax} seeds ran and none showed it`);
});
