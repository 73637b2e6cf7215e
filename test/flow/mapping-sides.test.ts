// The record that formulas are tried on: one of the newest of its kind, found without going through all of them.
import { expect, it } from 'vitest';
import { newestOf, newestWhere } from '../../edge-worker/flow/mapping-sides.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';

it('The record that has changed last is shown to formulas, and is found by the key', async () => {
  const crm = new RigSystem();
  const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] } });
  expect(newestOf(rig.lane.core, 'customer')).toBe(null);
  const ids = Array.from({ length: 130 }, (_, at) => `c${at}`);
  for (const id of ids) crm.put('client', id, client(`Customer ${id}`));
  await rig.notice('crm', 'client', ...ids);
  await rig.pass(1_000);
  const byName = rig.rows("SELECT canonical ->> 'name' AS name FROM entities ORDER BY id DESC");
  const changed = String(byName[50]?.['name']);
  const id = changed.replace('Customer ', '');
  crm.put('client', id, client(changed, '+49 7'));
  rig.lane.accept(
    'crm',
    'changed',
    [{ recordType: 'client', recordId: id, kind: 'changed', occurredAtMs: 60_000 }],
    [],
  );
  await rig.settle();
  expect(newestOf(rig.lane.core, 'customer')).toMatchObject({ name: changed, phone: '+49 7' });
  expect(newestOf(rig.lane.core, 'project')).toBe(null);
  const plan = rig.storage.sql
    .exec(`EXPLAIN QUERY PLAN SELECT canonical FROM entities ${newestWhere}`, 'cus_', 'cus_~')
    .toArray()
    .map(({ detail }) => String(detail));
  const searches = plan.filter((step) => step.includes('entities'));
  expect(searches).toHaveLength(2);
  for (const step of searches) expect(step).toMatch(/^SEARCH entities USING PRIMARY KEY \(id/);
});
