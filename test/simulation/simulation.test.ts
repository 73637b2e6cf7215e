// Fifty seeds keep every promise, and each planted bug is caught. A seed that fails names the command that replays it.
import { expect, test } from 'vitest';
import { plants } from './plants.ts';
import { simulate } from './simulation.ts';

const seeds = 50;
const perTest = 10;
/** Each planted bug is caught within this many seeds; most by the first or second. */
const plantSeedsMax = 8;

for (let from = 1; from <= seeds; from += perTest) {
  const these = `seeds ${from} to ${from + perTest - 1}`;
  test(`whatever fails and whenever the lane is struck dead, every promise is kept: ${these}`, {
    timeout: 300_000,
  }, async () => {
    for (let seed = from; seed < from + perTest; seed++) {
      const { breaches } = await simulate(seed);
      expect(breaches, `npm run sim -- --seed ${seed}`).toEqual([]);
    }
  });
}

test.each(Object.keys(plants))('a planted bug is caught: %s', { timeout: 300_000 }, async (plant) => {
  for (let seed = 1; seed <= plantSeedsMax; seed++) {
    const { breaches } = await simulate(seed, plant);
    if (breaches.length > 0) return;
  }
  expect.fail(`${plantSeedsMax} seeds ran and none showed it`);
});
