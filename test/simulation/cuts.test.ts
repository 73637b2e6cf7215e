// An invoice whose create takes effect and is cut before its answer is in CRM and PSA once, and known. Ten thousand of
// them by `npm run cuts`.
import { expect, test } from 'vitest';
import { runCuts } from './cuts.ts';
import { plants } from './plants.ts';

const kept = { second: 0, orphans: 0, unresolved: 0 };

test('a hundred invoices, each create cut off after it took effect: none twice, none lost, each found out', {
  timeout: 300_000,
}, async () => {
  const tally = await runCuts({ points: 100, seed: 7 });
  expect(tally).toMatchObject(kept);
  expect(tally.restarts).toBeGreaterThan(0);
  const cutInPsa = Object.entries(tally.cuts).filter(([what]) => what.startsWith('psa'));
  expect(cutInPsa.reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThanOrEqual(100);
});

test('a hub that keys a create by its attempt makes second invoices, and is caught', {
  timeout: 300_000,
}, async () => {
  const tally = await runCuts({ points: 6, seed: 7, plant: plants['key-per-attempt']?.() ?? {} });
  expect(tally.second).toBeGreaterThan(0);
});
