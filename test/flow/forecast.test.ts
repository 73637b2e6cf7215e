// The forecast: a backlog clears when it said it would, to within fifteen percent, whatever the system's pace, what
// comes meanwhile, and how often it asks to be left alone.
import { describe, expect, it } from 'vitest';
import type { WriteResult } from '../../edge-worker/connectors/connector.ts';
import { Fault } from '../../edge-worker/faults.ts';
import { type Forecast, forecastOf } from '../../edge-worker/flow/forecast.ts';
import { change } from '../../edge-worker/flow/requests.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';
import { chanceOf } from '../support/options.ts';

const second = 1_000;
const stepMs = 2 * second;
const calm = { restEvery: 0, restMs: 0, awayMs: 0, marks: [0.75, 0.5, 0.35] };

interface World {
  readonly records: number;
  /** Records per call, and how long a call takes for each of them. */
  readonly batch: number;
  readonly perRecordMs: number;
  /** New records a minute while the backlog clears. */
  readonly arrivals: number;
  /** A call in so many is refused with a wish to be left alone for this long. */
  readonly restEvery: number;
  readonly restMs: number;
  /** At 0.6 of its work it goes away for as long. */
  readonly awayMs: number;
  /** When the forecast is asked for, as shares of the work that was there at first. */
  readonly marks: readonly number[];
}

/** A CRM with many new customers, and an ERP that takes its time. */
class Harbour {
  readonly rig: LaneRig;
  readonly #crm = new RigSystem();
  readonly #erp = new RigSystem();
  readonly #world: World;
  readonly #chance: () => number;
  readonly #under: { readonly doneMs: number; readonly go: () => void }[] = [];
  #awayUntilMs: number | null = null;
  #told = 0;
  #calls = 0;

  constructor(world: World, seed: number) {
    this.#world = world;
    this.#chance = chanceOf(seed);
    this.rig = new LaneRig({
      crm: { system: this.#crm, roles: ['crm'] },
      erp: { system: this.#erp, roles: ['erp'], batch: world.batch },
    });
    this.#erp.onWrite = (writes, carryOut) => this.#answer(writes.length, carryOut);
  }

  #answer(n: number, carryOut: () => readonly WriteResult[]): Promise<readonly WriteResult[]> {
    const { perRecordMs, restEvery, restMs, awayMs, records } = this.#world;
    const nowMs = this.rig.nowMs;
    if (awayMs > 0 && this.left < 0.6 * records) this.#awayUntilMs ??= nowMs + awayMs;
    if (nowMs < (this.#awayUntilMs ?? 0)) return Promise.reject(new Fault('unreachable', 'Nobody answers'));
    this.#calls++;
    if (restEvery > 0 && this.#calls % restEvery === 0)
      return Promise.reject(new Fault('throttled', 'Too many requests', { retryAfterMs: restMs }));
    const tookMs = n * perRecordMs * (0.6 + 0.8 * this.#chance());
    return new Promise((resolve) =>
      this.#under.push({ doneMs: this.rig.nowMs + tookMs, go: () => resolve(carryOut()) }),
    );
  }

  async come(n: number): Promise<void> {
    for (let from = 0; from < n; from += 50) {
      const ids = Array.from({ length: Math.min(50, n - from) }, () => `c${++this.#told}`);
      for (const id of ids) this.#crm.put('client', id, client(`Customer ${id}`));
      await this.rig.notice('crm', 'client', ...ids);
    }
  }

  async step(): Promise<void> {
    const due = this.#world.arrivals * (stepMs / (60 * second));
    const n = Math.floor(due) + (this.#chance() < due % 1 ? 1 : 0);
    if (n > 0) await this.come(n);
    const nowMs = this.rig.nowMs + stepMs;
    for (const call of this.#under.splice(0)) (call.doneMs <= nowMs ? call.go : () => this.#under.push(call))();
    await this.rig.pass(stepMs);
  }

  get forecast(): Forecast {
    return forecastOf(this.rig.lane.core);
  }

  get left(): number {
    return Number(this.rig.rows("SELECT count(*) AS n FROM commands WHERE connection = 'erp'")[0]?.['n']);
  }
}

/** [when it was asked, when it said, when it came true]. */
async function said(world: World, seed: number): Promise<readonly (readonly [number, number, number])[]> {
  const harbour = new Harbour(world, seed);
  await harbour.come(world.records);
  const asked: [number, number][] = [];
  const marks = world.marks.map((share) => share * world.records);
  while (harbour.left > 0) {
    await harbour.step();
    if (asked.length === marks.length || harbour.left > (marks[asked.length] ?? 0)) continue;
    const { clearsAtMs, state } = harbour.forecast;
    expect(state).toBe('clearing');
    asked.push([harbour.rig.nowMs, clearsAtMs ?? 0]);
  }
  return asked.map(([askedMs, saidMs]) => [askedMs, saidMs, harbour.rig.nowMs]);
}

describe('A backlog is clear when it was said to be, within fifteen percent of the time that was left', () => {
  const plain = { records: 700, batch: 10, perRecordMs: 700, arrivals: 0, ...calm };
  it.each([
    ['of a system that takes its time', plain],
    ['while more comes', { ...plain, arrivals: 45 }],
    ['of a system that asks to be left alone now and then', { ...plain, restEvery: 5, restMs: 8 * second }],
    ['of a system that was away for some minutes', { ...plain, awayMs: 180 * second, marks: [0.5, 0.35] }],
    ['of a quick system with small calls, while more comes', { ...plain, records: 400, batch: 5, arrivals: 60 }],
  ])(
    '%s',
    async (_, world) => {
      for (const [askedMs, saidMs, trueMs] of await said(world, 1))
        expect(Math.abs(saidMs - trueMs) / (trueMs - askedMs)).toBeLessThanOrEqual(0.15);
    },
    60_000,
  );
});

describe('A forecast says', () => {
  const world = { records: 0, batch: 10, perRecordMs: 700, arrivals: 0, ...calm };

  it('that nothing waits, that more comes than goes, or that it was not watched long enough', async () => {
    const harbour = new Harbour({ ...world, arrivals: 600 }, 1);
    expect(harbour.forecast).toMatchObject({ state: 'clear', clearsAtMs: harbour.rig.nowMs });
    await harbour.come(30);
    harbour.rig.nowMs += 5 * second;
    expect(harbour.forecast).toMatchObject({ state: 'not-known', clearsAtMs: null });
    for (let passedMs = 0; passedMs < 120 * second; passedMs += stepMs) await harbour.step();
    const { state, systems } = harbour.forecast;
    expect(state).toBe('growing');
    const erp = systems.find(({ connection }) => connection === 'erp');
    expect(erp?.waiting).toBeGreaterThan(200);
    expect(erp?.arrivesPerMinute).toBeGreaterThan(500);
    expect(erp?.donePerMinute).toBeLessThan(400);
  });

  it('that a person has stopped the system, and names a time again once it runs', async () => {
    const harbour = new Harbour(world, 1);
    await harbour.come(300);
    for (let passedMs = 0; passedMs < 50 * second; passedMs += stepMs) await harbour.step();
    expect(harbour.forecast.state).toBe('clearing');
    const { lane } = harbour.rig;
    const by = 'ada';
    await change(lane, { verb: 'pause', connection: 'erp', reason: 'Closing the month', by }, async () => '');
    expect(harbour.forecast).toMatchObject({ state: 'stopped', clearsAtMs: null });
    await change(lane, { verb: 'resume', connection: 'erp', by }, async () => '');
    expect(harbour.forecast.state).toBe('clearing');
  });
});
