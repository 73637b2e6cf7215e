// What a lane has found in its tables is remembered until something is written, and never what was taken back.
import { expect, it } from 'vitest';
import { client, LaneRig, RigSystem, rigMaps } from '../support/lane-rig.ts';

const rigOf = (crm: RigSystem) => new LaneRig({ crm: { system: crm, roles: ['crm'], maps: rigMaps } });

it('A lane at rest that is woken again looks nothing up', async () => {
  const rig = rigOf(new RigSystem());
  const woken = async () => {
    const before = rig.storage.statements;
    rig.lane.wake();
    await rig.settle();
    return rig.storage.statements - before;
  };
  await rig.pass(1_000);
  await woken();
  expect(await woken()).toBe(0);
});

it('What is written is seen at once, whatever was found before', async () => {
  const crm = new RigSystem();
  const rig = rigOf(crm);
  await rig.pass(1_000);
  expect(rig.lane.waitingCount()).toBe(0);
  crm.put('client', 'a', client('Acme'));
  rig.tell('crm', 'client', 'a');
  expect(rig.lane.waitingCount()).toBe(1);
  await rig.settle();
  expect(rig.lane.waitingCount()).toBe(0);
});

it('What a transaction found that was taken back is looked up anew', () => {
  const { storage, sql } = rigOf(new RigSystem()).lane.core.store;
  const count = () =>
    storage.remembered('waits', () => sql.exec('SELECT count(*) AS n FROM waits').toArray()[0] as { n: number });
  expect(count()).toEqual({ n: 0 });
  expect(() =>
    storage.transactionSync(() => {
      sql.exec("INSERT INTO waits (entity, connection, reference) VALUES ('a', 'crm', 'b')");
      expect(count()).toEqual({ n: 1 });
      throw new Error('taken back');
    }),
  ).toThrow('taken back');
  expect(count()).toEqual({ n: 0 });
});
