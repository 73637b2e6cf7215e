// The poller's promises, kept against an invented list: every change told, whatever the page size, lag and moment.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PollKey, type PollRow, type PollRules, type PollSource, poll, startCursor, tally } from './poller.ts';

const rules: PollRules = { overlapMs: 60_000, sweepEveryMs: 30_000, pageRowsMax: 3, checkEveryPages: 4 };
const beginMs = Date.UTC(2026, 10, 22, 10);

function stampOf(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString();
}

function isBehind(row: PollRow, key: PollKey | null): boolean {
  if (key === null || row.stamp > key.stamp) return true;
  return row.stamp === key.stamp && (key.id === null || row.id > key.id);
}

/** A list whose saves become visible a while after their stamp, and which a test may damage. */
class Ledger {
  nowMs = beginMs;
  pages = 0;
  readonly #saves: { id: string; stamp: string; visibleMs: number; isGone: boolean }[] = [];

  save(id: string, lagMs = 0, isGone = false): void {
    this.#saves.push({ id, stamp: stampOf(this.nowMs), visibleMs: this.nowMs + lagMs, isGone });
  }

  latest(): ReadonlyMap<string, { stamp: string; isGone: boolean }> {
    return new Map(this.#saves.map(({ id, stamp, isGone }) => [id, { stamp, isGone }]));
  }

  visible(isGone: boolean): PollRow[] {
    const rows = new Map<string, { id: string; stamp: string; isGone: boolean }>();
    for (const save of this.#saves) if (save.visibleMs <= this.nowMs) rows.set(save.id, save);
    return [...rows.values()]
      .filter((row) => row.isGone === isGone)
      .map(({ id, stamp }) => ({ id, stamp }))
      .sort((a, b) => (a.stamp === b.stamp ? (a.id < b.id ? -1 : 1) : a.stamp < b.stamp ? -1 : 1));
  }

  source(): PollSource<PollRow> {
    return {
      page: async (sinceStamp, afterId, limit) => {
        this.pages++;
        const key = sinceStamp === null ? null : { stamp: sinceStamp, id: afterId };
        const rows = this.visible(false).filter((row) => isBehind(row, key));
        return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
      },
      tombstones: async (sinceStamp) => this.visible(true).filter((row) => row.stamp >= sinceStamp),
      census: async (after, upTo) =>
        tally(this.visible(false).filter((row) => isBehind(row, after) && !isBehind(row, upTo))),
    };
  }
}

/** Asks again and again, as the hub does, and remembers what it was told. */
class Reader {
  cursor: string | null = null;
  readonly told = new Set<string>();
  readonly gone = new Set<string>();
  readonly source: PollSource<PollRow>;
  readonly ledger: Ledger;

  constructor(ledger: Ledger, source = ledger.source()) {
    this.ledger = ledger;
    this.source = source;
  }

  async once(): Promise<boolean> {
    const polled = await poll(this.source, this.cursor, rules, this.ledger.nowMs);
    for (const row of polled.rows) this.told.add(`${row.id} ${row.stamp}`);
    for (const row of polled.gone) this.gone.add(row.id);
    this.cursor = polled.cursor;
    return polled.hasMore;
  }

  async toEnd(): Promise<void> {
    while (await this.once());
  }
}

const saving = fc.record({
  kind: fc.constant('save' as const),
  id: fc.nat(30),
  lagMs: fc.nat(rules.overlapMs),
  isGone: fc.nat(9).map((draw) => draw === 0),
});
const step = fc.oneof(
  { weight: 5, arbitrary: saving },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(40_000) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('poll' as const), pages: fc.integer({ min: 1, max: 6 }) }) },
);

test('every edit is told at least once, whatever its lag within the overlap and the moments of asking', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 120 }), fc.boolean(), async (steps, isFirstLoad) => {
      const ledger = new Ledger();
      const reader = new Reader(ledger);
      if (!isFirstLoad) reader.cursor = startCursor(beginMs, rules.overlapMs);
      for (const move of steps) {
        if (move.kind === 'poll') for (let page = 0; page < move.pages && (await reader.once()); page++);
        else if (move.kind === 'wait') ledger.nowMs += move.ms;
        else if (!ledger.latest().get(`r${move.id}`)?.isGone) ledger.save(`r${move.id}`, move.lagMs, move.isGone);
      }
      ledger.nowMs += rules.overlapMs;
      await reader.toEnd();
      ledger.nowMs += rules.sweepEveryMs;
      await reader.toEnd();
      for (const [id, { stamp, isGone }] of ledger.latest()) {
        if (!isGone) expect([...reader.told]).toContain(`${id} ${stamp}`);
        else if ([...reader.told].some((key) => key.startsWith(`${id} `))) expect([...reader.gone]).toContain(id);
      }
    }),
    { numRuns: 200 },
  );
});

test('rows that share a second are told across pages, none of them lost', async () => {
  const ledger = new Ledger();
  for (let index = 0; index < 20; index++) ledger.save(`r${String(index).padStart(2, '0')}`);
  const reader = new Reader(ledger);
  await reader.toEnd();
  expect(reader.told.size).toBe(20);
});

test('a quiet list costs one page each time it is asked', async () => {
  const ledger = new Ledger();
  for (let index = 0; index < 9; index++) ledger.save(`r${index}`);
  const reader = new Reader(ledger);
  await reader.toEnd();
  const before = ledger.pages;
  ledger.nowMs += 5000;
  expect(await reader.once()).toBe(false);
  expect(ledger.pages - before).toBe(1);
});

test('a row that becomes visible late and behind the cursor is told by the next sweep', async () => {
  const ledger = new Ledger();
  ledger.save('late', 50_000);
  ledger.nowMs += 10_000;
  ledger.save('early');
  const reader = new Reader(ledger);
  await reader.toEnd();
  expect([...reader.told].map((key) => key.split(' ')[0])).toEqual(['early']);
  ledger.nowMs += 45_000;
  await reader.toEnd();
  expect([...reader.told].map((key) => key.split(' ')[0])).toContain('late');
});

test('a reading that takes longer than the overlap loses no row that was late while it ran', async () => {
  const ledger = new Ledger();
  for (let index = 0; index < 4; index++) ledger.save(`old${index}`);
  const reader = new Reader(ledger);
  await reader.once();
  ledger.nowMs += 5000;
  ledger.save('late', 50_000);
  ledger.nowMs += 5000;
  for (let index = 0; index < 9; index++) ledger.save(`new${index}`);
  for (let page = 0; page < 2; page++) expect(await reader.once()).toBe(true);
  ledger.nowMs += 200_000;
  ledger.save('newest');
  await reader.toEnd();
  ledger.nowMs += rules.sweepEveryMs;
  await reader.toEnd();
  expect([...reader.told].map((key) => key.split(' ')[0])).toContain('late');
});

test('stamps of a clock that was ahead for a while do not hide what is saved after it was put right', async () => {
  const ledger = new Ledger();
  const reader = new Reader(ledger);
  ledger.nowMs += 3_600_000;
  ledger.save('ahead');
  const polled = await poll(reader.source, null, rules, beginMs);
  reader.cursor = polled.cursor;
  const behind = new Ledger();
  behind.save('right');
  behind.nowMs += rules.sweepEveryMs;
  const after = await poll(behind.source(), reader.cursor, rules, behind.nowMs);
  expect(after.rows.map((row) => row.id)).toEqual(['right']);
});

test('a page that left out a row is read again when the count says so, and not for ever', async () => {
  const ledger = new Ledger();
  for (let index = 0; index < 8; index++) ledger.save(`r${index}`);
  const honest = ledger.source();
  let left = 1;
  const forgetful: PollSource<PollRow> = {
    ...honest,
    page: async (since, after, limit) => {
      const page = await honest.page(since, after, limit);
      return left-- > 0 ? { ...page, rows: page.rows.filter((row) => row.id !== 'r1') } : page;
    },
  };
  const reader = new Reader(ledger, forgetful);
  await reader.toEnd();
  expect(reader.told.size).toBe(8);

  left = Number.POSITIVE_INFINITY;
  const stubborn = new Reader(ledger, forgetful);
  await stubborn.toEnd();
  expect(stubborn.told.size).toBe(7);
});

test('deletions are told by every sweep and repeat within the overlap only', async () => {
  const ledger = new Ledger();
  ledger.save('r1');
  ledger.save('r2');
  const reader = new Reader(ledger);
  await reader.toEnd();
  ledger.nowMs += 5000;
  ledger.save('r1', 0, true);
  ledger.nowMs += rules.sweepEveryMs;
  await reader.toEnd();
  expect([...reader.gone]).toEqual(['r1']);
});

test('a cursor survives ids of any characters and stays short', async () => {
  const ledger = new Ledger();
  ledger.save('a|b~c é');
  const reader = new Reader(ledger);
  await reader.toEnd();
  expect(reader.cursor?.length).toBeLessThan(200);
  ledger.nowMs += 1000;
  ledger.save('d');
  await reader.once();
  expect(reader.told.size).toBe(2);
});

test('a text that is no cursor of the poller is refused', async () => {
  const source = new Ledger().source();
  for (const cursor of ['', 'p0|', 'p1|x', 'p1||||||1~1~1~!']) {
    await expect(poll(source, cursor, rules, beginMs)).rejects.toThrow(RangeError);
  }
});
