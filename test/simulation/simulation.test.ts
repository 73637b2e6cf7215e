// Fifty seeds keep every promise. A seed that fails names the command that replays it.
import { expect, test } from 'vitest';
import { simulate } from './simulation.ts';

const seeds = 50;
const perTest = 10;

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
