// Story: the hub is killed in the midst of a first load; another workflow goes on where it stood. A hundred thousand
// records and twenty kills by `npm run kills`.
import { expect, test } from 'vitest';
import { runKills } from '../kills.ts';

test('A first load whose hub is killed twice is complete by count and by hash, at most one page repeated per kill', {
  timeout: 120_000,
}, async () => {
  const { records, known, isSame, repeated, drives } = await runKills({ records: 2_000, kills: 2 });
  expect({ known, isSame }).toEqual({ known: records, isSame: true });
  expect(repeated).toBeLessThanOrEqual(2);
  expect(drives).toBeGreaterThan(1);
});
