// More than a thousand random questions to a simulated firm: each answer is what the world remembers by itself.
import { expect, test } from 'vitest';
import { retention } from '../../edge-worker/store/retention.ts';
import { Simulation } from './run.ts';
import { Asking, publishNothingNew } from './why.ts';

const minuteMs = 60_000;

test('any value at any moment is explained as the world remembers it: record, version, event, mapping, people', {
  timeout: 300_000,
}, async () => {
  const tally = new Map<string, number>();
  for (const seed of [3, 5]) {
    // The record answers alone for ten minutes; what is older has gone to the archive.
    const minutes = { historyMs: 600_000, exceptionsMs: 600_000, auditMs: 1_200_000, gatheredMs: 60_000 };
    const simulation = new Simulation(seed, { hasCrashes: false, retention: { ...retention, ...minutes } });
    for (const [by, atMinute] of [
      ['Ada', 12],
      ['Grace', 30],
    ] as const)
      simulation.world.at(simulation.world.startMs + atMinute * minuteMs, () => void publishNothingNew(simulation, by));
    await simulation.open();
    await simulation.work();
    expect(await simulation.rest()).toBeNull();
    const asking = new Asking(simulation);
    await asking.ask(650);
    expect(asking.breaches, `seed ${seed}`).toEqual([]);
    const texts = [...simulation.host.r2.texts.keys()];
    expect(texts.length, `seed ${seed}`).toBeGreaterThan(30);
    // What people were asked and said has gone there too.
    expect(texts.filter((key) => key.endsWith('-closed.ndjson')).length, `seed ${seed}`).toBeGreaterThan(5);
    for (const [what, count] of asking.tally) tally.set(what, (tally.get(what) ?? 0) + count);
  }
  // So many of each kind that none can be right by luck.
  const least = { record: 500, now: 200, replaced: 50, given: 200, published: 100, entity: 10 };
  const kinds = { decided: 10, 'event delivery': 300, 'event feed': 5 };
  for (const [what, count] of Object.entries({ ...least, ...kinds }))
    expect(tally.get(what) ?? 0, what).toBeGreaterThanOrEqual(count);
});
