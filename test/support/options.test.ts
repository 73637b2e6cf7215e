// What tests hand to a session keeps the hub's promises: counted calls, cuts rightly named, one token for all.
import { expect, it } from 'vitest';
import { ConnectionCut } from '../../edge-worker/connectors/stand-in.ts';
import { Clock, type Counts, chanceOf, countedFetch, tokensInMemory } from './options.ts';

function newCounts(): Counts {
  return { calls: 0, inFlight: 0, mostInFlight: 0, tokensMinted: 0, routes: [] };
}

it('calls a cut read unreachable and any other cut uncertain, and counts what is in flight', async () => {
  const counts = newCounts();
  const fetch = countedFetch(async (request) => {
    if (request.url.endsWith('/cut')) throw new ConnectionCut();
    return new Response();
  }, counts);
  await expect(fetch(new Request('http://x.test/cut'))).rejects.toMatchObject({ code: 'unreachable' });
  const post = new Request('http://x.test/cut', { method: 'POST' });
  await expect(fetch(post)).rejects.toMatchObject({ code: 'uncertain' });
  await Promise.all(Array.from({ length: 4 }, () => fetch(new Request('http://x.test/'))));
  expect(counts).toMatchObject({ calls: 6, inFlight: 0, mostInFlight: 4 });
  expect(counts.routes.slice(0, 2)).toEqual(['GET /cut', 'POST /cut']);
});

it('mints a token once for all who wait, again when it is over or dropped by its holder', async () => {
  const clock = new Clock(0);
  const counts = newCounts();
  const tokens = tokensInMemory(clock.nowMs, counts);
  const get = () =>
    tokens.get('access', async () => ({ value: `t${counts.tokensMinted + 1}`, expiresAtMs: clock.ms + 100 }));
  expect(await Promise.all([get(), get(), get()])).toEqual(['t1', 't1', 't1']);
  tokens.drop('access', 'older');
  expect(await get()).toBe('t1');
  tokens.drop('access', 't1');
  expect(await get()).toBe('t2');
  clock.advance(100);
  expect(await get()).toBe('t3');
});

it('draws the same chances from the same seed', () => {
  const draw = (seed: number) => Array.from({ length: 3 }, chanceOf(seed));
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});
