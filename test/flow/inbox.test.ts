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
