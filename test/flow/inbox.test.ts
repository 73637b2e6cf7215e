// The inbox is the size of its last hour, however many deliveries come in one.
import { expect, it } from 'vitest';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';

it('Deliveries are known for an hour after they were decided, and all of them are gone soon after', async () => {
  const crm = new RigSystem();
  const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] } });
  const kept = () => Number(rig.rows('SELECT count(*) AS n FROM deliveries')[0]?.['n']);
  crm.put('client', 'a', client('Acme'));
  await rig.pass(1_000);
  for (let delivery = 0; delivery < 4_500; delivery++) rig.tell('crm', 'client', 'a');
  await rig.settle();
  expect(rig.lane.waitingCount()).toBe(0);
  await rig.pass(3_590_000);
  expect(kept()).toBe(4_500);
  await rig.pass(610_000);
  const overMs = rig.nowMs;
  // It wakes itself for each portion.
  while (kept() > 1 && rig.nowMs < overMs + 10_000) await rig.pass(rig.alarms.at(-1) ?? 0);
  expect(kept()).toBe(1);
  // Its number is what the next delivery is counted from.
  await rig.notice('crm', 'client', 'a');
  expect(rig.lane.waitingCount()).toBe(0);
});

it('A lane that is told of the same records for a day keeps no more rows than after an hour of it', async () => {
  const systems = { crm: new RigSystem(), erp: new RigSystem() };
  const rig = new LaneRig({
    crm: { system: systems.crm, roles: ['crm'] },
    erp: { system: systems.erp, roles: ['erp'], statusBatch: 100 },
  });
  const tables = rig.rows("SELECT name FROM sqlite_master WHERE type = 'table'").map(({ name }) => String(name));
  const rows = () =>
    Object.fromEntries(tables.map((name) => [name, Number(rig.rows(`SELECT count(*) AS n FROM "${name}"`)[0]?.['n'])]));
  const told = ['a', 'b', 'c'];
  let turns = 0;
  const work = async (hours: number) => {
    for (const until = turns + 6 * hours; turns < until; turns++) {
      for (const id of told) systems.crm.put('client', id, client(`${id} of turn ${turns}`));
      await rig.notice('crm', 'client', ...told);
      await rig.pass(600_000);
    }
    // What was told is forgotten, what was written is in D1 and in the archive.
    await rig.pass(4_300_000);
    await rig.pass(1_000);
    return rows();
  };
  const early = await work(1);
  expect(early).toMatchObject({ entities: 3, deliveries: 1, commands: 0, flush_log: 0 });
  const late = await work(12);
  // One row for each measure and day.
  expect({ ...late, tallies: 0 }).toEqual({ ...early, tallies: 0 });
  expect([...systems.erp.rows.values()].map(({ wire }) => wire['name']).sort()).toEqual(
    told.map((id) => `${id} of turn ${turns - 1}`),
  );
});
