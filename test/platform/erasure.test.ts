// An erasure is cut off at every single step and gone on with; what comes late is erased too; the neighbour keeps all.
import { describe, expect, it } from 'vitest';
import { endingsToGoOn, goOnEnding } from '../../edge-worker/platform/erasure.ts';
import { claim, enlist, laneOf } from '../../edge-worker/store/directory.ts';
import { askEnding, endingOf, isWhole, openEndings, takeBackEnding } from '../../edge-worker/store/endings.ts';
import { countRows, installationTables } from '../../edge-worker/store/erase.ts';
import { shapeOf } from '../../edge-worker/store/rows.ts';
import { migratedDirectory, migratedRecord } from '../support/migrated.ts';

const dayMs = 86_400_000;
const lateMs = 120_000;
const place = { shard: 'main', jurisdiction: '' } as const;
type World = Awaited<ReturnType<typeof world>>;

/** Two installations with rows in every table, texts in the archive, and a call that can be cut off. */
async function world() {
  const [directory, record] = [migratedDirectory(), migratedRecord()];
  const archive = new Map<string, string>();
  const homes = new Map<string, number>();
  let left = Number.POSITIVE_INFINITY;
  let isDone = false;
  /** Before the call that is cut off, or after it has taken effect. */
  const cuttable = async <Result>(work: () => Result): Promise<Result> => {
    const isCut = --left < 0;
    if (isCut && !isDone) throw new Error('cut');
    const result = work();
    if (isCut) throw new Error('cut');
    return result;
  };
  for (const d1 of [directory, record]) {
    d1.wait = async () => {
      if (--left >= 0) return;
      d1.failure = { when: isDone ? 'after' : 'before', times: 1 };
    };
  }
  const home = (name: string) => ({
    end: () => cuttable(() => undefined),
    inventory: () => cuttable(() => ({ rows: homes.get(name) ?? 0, auditHead: null })),
    count: () => cuttable(() => homes.get(name) ?? 0),
    erase: () =>
      cuttable(() => {
        const rows = homes.get(name) ?? 0;
        homes.delete(name);
        return rows;
      }),
  });
  const homesOf = { idFromName: (name: string) => name, get: home };
  const bucket = {
    list: ({ prefix }: { prefix: string }) =>
      cuttable(() => {
        const found = [...archive.keys()].filter((key) => key.startsWith(prefix)).map((key) => ({ key }));
        return { objects: found, truncated: false };
      }),
    delete: (keys: string[]) =>
      cuttable(() => {
        for (const key of keys) archive.delete(key);
      }),
  };
  const bindings = { DIRECTORY: directory, RECORD: record, ARCHIVE: bucket, LANE: homesOf, OVERFLOW: homesOf };
  const env = bindings as unknown as Parameters<typeof goOnEnding>[0];
  for (const installation of ['ins_1', 'ins_2']) {
    await enlist(directory, { installation, ...place, createdMs: 0 });
    const account = { system: 'example', environment: 'production', account: installation, claimedMs: 0 };
    await claim(directory, { ...account, installation, connection: 'crm', ...place });
    homes.set(installation, 7).set(`overflow:${installation}`, 2);
    archive.set(`${installation}/history/cus_1/1.ndjson`, 'Acme');
    for (const table of installationTables) insert(record, table, installation, 'Acme');
  }
  const cut = (calls: number, how: 'before' | 'after') => {
    left = calls;
    isDone = how === 'after';
  };
  const whole = () => {
    left = Number.POSITIVE_INFINITY;
    directory.failure = null;
    record.failure = null;
  };
  return { env, directory, record, archive, homes, cut, whole, nowMs: 0 };
}

function insert(
  record: World['record'],
  table: (typeof installationTables)[number],
  installation: string,
  text: string,
) {
  const { name, columns } = shapeOf(table);
  const values = columns.map((column) => (column === 'installation' ? installation : text));
  const marks = columns.map(() => '?').join(', ');
  record.sqlite.db
    .prepare(`INSERT INTO "${name}" (${columns.map((column) => `"${column}"`).join(', ')}) VALUES (${marks})`)
    .run(...values);
}

const ask = ({ directory, nowMs }: World, days: number) =>
  askEnding(directory, {
    ...{ installation: 'ins_1', ...place, askedMs: nowMs, endsMs: nowMs + days * dayMs },
    ...{ askedBy: 'admin', askedByHash: 'of ada' },
  });

async function sweep(one: World, afterMs: number): Promise<void> {
  one.nowMs += afterMs;
  await goOnEnding(one.env, () => one.nowMs, 'ins_1');
}

async function leftOf({ directory, record, archive, homes }: World, installation: string) {
  const accounts = directory.sqlite.db
    .prepare('SELECT count(*) AS n FROM directory WHERE installation = ?')
    .get(installation);
  return {
    rows: await countRows(record, installation),
    texts: [...archive.keys()].filter((key) => key.startsWith(installation)).length,
    homes: [...homes.keys()].filter((name) => name.endsWith(installation)).length,
    accounts: accounts?.['n'],
    isListed: (await laneOf(directory, installation)) !== null,
  };
}

const nothing = { rows: 0, texts: 0, homes: 0, accounts: 0, isListed: false };
const everything = { rows: installationTables.length, texts: 1, homes: 2, accounts: 1, isListed: true };

describe('An installation that was ended', () => {
  it('keeps everything for thirty days, in which it can be taken back', async () => {
    const one = await world();
    await ask(one, 30);
    await sweep(one, 30 * dayMs - 1);
    expect(await leftOf(one, 'ins_1')).toEqual(everything);
    expect(await takeBackEnding(one.directory, 'ins_1')).toBe(true);
    await sweep(one, 60 * dayMs);
    expect(await leftOf(one, 'ins_1')).toEqual(everything);
  });

  it('is then erased wherever it lay, but for a proof without content; its neighbour keeps all', async () => {
    const one = await world();
    await ask(one, 30);
    await sweep(one, 30 * dayMs);
    expect(await takeBackEnding(one.directory, 'ins_1')).toBe(false);
    await sweep(one, lateMs);
    expect(await leftOf(one, 'ins_1')).toEqual(nothing);
    expect(await leftOf(one, 'ins_2')).toEqual(everything);
    const proof = await endingOf(one.directory, 'ins_1');
    expect(proof).toMatchObject({ step: 'done', askedBy: 'admin', erasedMs: 30 * dayMs + lateMs });
    expect(JSON.parse(proof?.counts ?? '')).toEqual({
      ...{ laneRows: 7, overflowed: 2, recordRows: installationTables.length, archived: 1 },
    });
    expect([isWhole(proof!), isWhole({ ...proof!, erasedMs: 1 })]).toEqual([true, false]);
    expect(JSON.stringify(proof)).not.toContain('Acme');
    expect(await openEndings(one.directory)).toEqual([]);
  });

  it('is never founded again under its name', async () => {
    const one = await world();
    await ask(one, 0);
    await sweep(one, 0);
    await sweep(one, lateMs);
    expect(await enlist(one.directory, { installation: 'ins_1', ...place, createdMs: 1 })).toBe(false);
    expect(await laneOf(one.directory, 'ins_1')).toBeNull();
  });

  it('is erased once more by itself when D1 is put back to before that, and its neighbour keeps all', async () => {
    const one = await world();
    await ask(one, 0);
    await sweep(one, 0);
    await sweep(one, lateMs);
    const first = await endingOf(one.directory, 'ins_1');
    one.nowMs += 29 * dayMs;
    expect(await endingsToGoOn(one.env, one.nowMs)).toEqual([]);
    for (const table of installationTables) insert(one.record, table, 'ins_1', 'Acme');
    expect(await endingsToGoOn(one.env, one.nowMs)).toEqual(['ins_1']);
    await sweep(one, 0);
    expect(await endingsToGoOn(one.env, one.nowMs)).toEqual(['ins_1']);
    await sweep(one, lateMs);
    expect(await leftOf(one, 'ins_1')).toEqual(nothing);
    expect(await leftOf(one, 'ins_2')).toEqual(everything);
    const again = await endingOf(one.directory, 'ins_1');
    expect(again).toMatchObject({ step: 'done', counts: first?.counts, erasedMs: one.nowMs });
    expect([isWhole(again!), await endingsToGoOn(one.env, one.nowMs)]).toEqual([true, []]);
  });

  it('is looked at once more when what was under way must have come: a late flush keeps nothing', async () => {
    const one = await world();
    await ask(one, 0);
    await sweep(one, 0);
    insert(one.record, installationTables[2]!, 'ins_1', 'Acme, late');
    one.homes.set('overflow:ins_1', 1);
    await sweep(one, lateMs - 1);
    expect((await leftOf(one, 'ins_1')).rows).toBe(1);
    await sweep(one, 1);
    expect(await leftOf(one, 'ins_1')).toEqual({ ...nothing, isListed: true });
    await sweep(one, lateMs);
    expect(await leftOf(one, 'ins_1')).toEqual(nothing);
    expect((await endingOf(one.directory, 'ins_1'))?.step).toBe('done');
  });

  it.each(['before', 'after'] as const)(
    'is erased all the same when each step is cut off once, %s it is done',
    async (how) => {
      for (let calls = 0; ; calls++) {
        const one = await world();
        await ask(one, 0);
        one.cut(calls, how);
        let wasCut = false;
        for (let turn = 0; turn < 6; turn++) {
          await sweep(one, lateMs).catch(() => {
            wasCut = true;
            one.whole();
          });
        }
        one.whole();
        expect([calls, await leftOf(one, 'ins_1')]).toEqual([calls, nothing]);
        const proof = await endingOf(one.directory, 'ins_1');
        expect(JSON.parse(proof?.counts ?? '{}')).toMatchObject({ laneRows: 7, recordRows: installationTables.length });
        if (!wasCut) {
          expect(calls).toBeGreaterThan(20);
          return;
        }
      }
    },
  );
});
