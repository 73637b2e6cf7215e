// Hosts are told now and then that the hub is there: seldom, also across restarts, and only by a connection that works.
import { expect, it } from 'vitest';
import { Fault } from '../../edge-worker/faults.ts';
import { LaneRig, RigSystem } from '../support/lane-rig.ts';

const feeds = [{ name: 'news', everyMs: 60_000, activeMs: 60_000, startAt: () => '' }];

function firm() {
  const crm = new RigSystem();
  const told: number[] = [];
  const system = {
    session: () => ({ ...crm.session(), present: async ({ atMs }: { atMs: number }) => void told.push(atMs) }),
  };
  const rig = new LaneRig({ crm: { system, roles: ['crm'], feeds, showsPresence: true } });
  const pass = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute++) await rig.pass(60_000);
  };
  return { crm, rig, told, pass };
}

it('A host is told a few times an hour that the hub is there, also when the lane was restarted', async () => {
  const { rig, told, pass } = firm();
  await pass(5);
  expect(told).toHaveLength(1);
  await rig.restart();
  await pass(55);
  expect(told).toHaveLength(4);
});

it('A connection that does not work is not said to be there', async () => {
  const { crm, told, pass } = firm();
  crm.onChanges = () => {
    throw new Fault('unreachable', 'Down');
  };
  await pass(30);
  expect(told).toEqual([]);
  crm.onChanges = null;
  await pass(5);
  expect(told).toHaveLength(1);
});
