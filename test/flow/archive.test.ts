// History that D1 does not keep any longer: it goes to the archive, and every question is answered as before.
import { describe, expect, it } from 'vitest';
import { doorOf } from '../support/door.ts';
import { client, LaneRig, RigSystem, rigStartMs } from '../support/lane-rig.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A customer whose phone changed thrice within five days, each time given to the ERP; and one who never changed. */
async function customers() {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: { system: erp, roles: ['erp'] } });
  crm.put('client', 'b', client('Berger'));
  await rig.notice('crm', 'client', 'b');
  for (const phone of ['+49 1', '+49 2', '+49 3']) {
    crm.put('client', 'a', client('Aldermann', phone));
    await rig.notice('crm', 'client', 'a');
    await rig.pass(2 * dayMs);
  }
  const rows = (table: string) => rig.d1.sqlite.db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3`).all();
  const ids = rig.rows('SELECT id FROM entities ORDER BY id').map(({ id }) => String(id));
  /** What people are told of everybody, at every moment that matters. */
  const answers = async () => {
    const door = doorOf(rig.d1, undefined, rig.r2);
    const moments = ['2026-11-22T08:00:30Z', '2026-11-24T12:00:00Z', '2026-11-26T12:00:00Z', '2026-12-20T00:00:00Z'];
    const asked = ids.flatMap((id) => [
      `/entities/${id}`,
      ...moments.flatMap((at) => ['phone', 'name'].map((field) => `/entities/${id}/why?field=${field}&at=${at}`)),
    ]);
    return Promise.all(asked.map(async (path) => [path, await door.get(path)]));
  };
  const archived = () => [...rig.r2.texts.keys()].filter((key) => key.startsWith('ins_1/history/'));
  return { rig, crm, rows, answers, ids, archived };
}

describe('History that D1 does not keep any longer', () => {
  it('answers the same questions in the same words, and the current version never leaves D1', async () => {
    const { rig, rows, answers, ids, archived } = await customers();
    const before = await answers();
    expect([rows('entity_versions').length, archived().length]).toEqual([4, 0]);
    await rig.pass(20 * dayMs);
    expect(rows('entity_versions')).toMatchObject([
      { entity: ids[0], version: 1 },
      { entity: ids[1], version: 3 },
    ]);
    expect([rows('timeline'), rows('receipts')]).toEqual([[], []]);
    expect(archived().map((key) => key.split('/').slice(0, 3).join('/'))).toEqual(
      ids.map((id) => `ins_1/history/${id}`),
    );
    expect(await answers()).toEqual(before);
  });

  it('leaves the versions in D1 that were in force within the time it keeps', async () => {
    const { rig, rows, ids } = await customers();
    await rig.pass(11 * dayMs);
    const versions = rows('entity_versions').filter(({ entity }) => entity === ids[1]);
    expect(versions.map(({ version }) => version)).toEqual([2, 3]);
    expect(rows('timeline').filter(({ entity }) => entity === ids[1]).length).toBeGreaterThan(0);
  });

  it('goes on telling of an entity that changes again: what is old from the archive, what is new from D1', async () => {
    const { rig, crm, answers, ids, archived } = await customers();
    await rig.pass(20 * dayMs);
    crm.put('client', 'a', client('Aldermann', '+49 4'));
    await rig.notice('crm', 'client', 'a');
    await rig.pass(dayMs);
    const door = doorOf(rig.d1, undefined, rig.r2);
    const { body } = await door.get<{ versions: { version: number }[]; receipts: unknown[] }>(`/entities/${ids[1]}`);
    expect(body.versions.map(({ version }) => version)).toEqual([4, 3, 2, 1]);
    expect(body.receipts).toHaveLength(4);
    const before = await answers();
    await rig.pass(20 * dayMs);
    expect(archived().filter((key) => key.includes(String(ids[1])))).toHaveLength(2);
    expect(await answers()).toEqual(before);
  });

  it('is in one place at least, whenever the lane stops: what is in both counts once', async () => {
    const { rig, rows, answers, archived } = await customers();
    const before = await answers();
    // Put into the archive, and the lane ends before D1 has been asked to let go of it.
    const kept = rows('timeline').length;
    rig.r2.before = (verb) => {
      if (verb === 'put' && rig.nowMs > rigStartMs + 20 * dayMs) rig.d1.failure = { when: 'before', times: null };
    };
    await rig.pass(20 * dayMs);
    expect([rows('timeline').length, archived().length]).toEqual([kept, 2]);
    rig.r2.before = null;
    rig.d1.failure = null;
    expect(await answers()).toEqual(before);
    await rig.restart();
    await rig.pass(60_000);
    expect([rows('timeline').length, archived().length]).toEqual([0, 2]);
    expect(await answers()).toEqual(before);
  });

  it('stays where it is while the archive is away, and goes once it is back', async () => {
    const { rig, rows, answers } = await customers();
    const before = await answers();
    rig.r2.failure = 'network connection lost';
    await rig.pass(20 * dayMs);
    expect(rig.logs.filter(([event]) => event === 'archive-unavailable')).toHaveLength(1);
    expect(rig.logs.filter(([event]) => event === 'loop-failed')).toEqual([]);
    expect(rows('timeline').length).toBeGreaterThan(0);
    expect(await answers()).toEqual(before);
    rig.r2.failure = null;
    await rig.pass(60_000);
    expect(rows('timeline')).toEqual([]);
    const away = doorOf(rig.d1, undefined, rig.r2);
    rig.r2.failure = 'network connection lost';
    expect(await away.get(`/entities/${rig.rows('SELECT id FROM entities')[0]?.['id']}`)).toMatchObject({
      status: 503,
      body: { type: 'record-unavailable' },
    });
  });
});
