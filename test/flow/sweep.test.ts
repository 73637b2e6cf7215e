// The sweep: every lane is woken by pages, and the one that cannot be is named, whatever the others do.
import { expect, it } from 'vitest';
import { type SweepPage, sweepAll, sweepPage, unwoken } from '../../edge-worker/flow/sweep.ts';

const places = Array.from({ length: 250 }, (_, index) => ({
  installation: `ins_${String(index).padStart(3, '0')}`,
  jurisdiction: index % 2 === 0 ? '' : 'eu',
}));
const page: SweepPage = { v: 1, installations: places.slice(0, 3) };

it('Every lane is on exactly one page of at most a hundred', async () => {
  const pages: SweepPage[] = [];
  const after = async (name: string, limit: number) =>
    places.filter(({ installation }) => installation > name).slice(0, limit);
  expect(await sweepAll(after, async (one) => pages.push(one))).toBe(250);
  expect(pages.map(({ installations }) => installations.length)).toEqual([100, 100, 50]);
  expect(pages.flatMap(({ installations }) => installations)).toEqual(places);
});

it('A lane that cannot be woken brings its page again, keeps no other asleep, and is named in the end', async () => {
  const woken: string[] = [];
  const wake = async ({ installation }: { readonly installation: string }) => {
    if (installation === 'ins_001') throw new Error('No seal key');
    woken.push(installation);
  };
  await expect(sweepPage(page, wake)).rejects.toThrow('1 of 3 lanes');
  expect(woken).toEqual(['ins_000', 'ins_002']);
  expect(await unwoken(page, wake)).toEqual([{ installation: 'ins_001', message: 'No seal key' }]);
});
