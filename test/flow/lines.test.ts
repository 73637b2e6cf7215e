// Lines that are entities by themselves: an expense is a line of a report that it shares with others.
import { expect, it } from 'vitest';
import { maps } from '../../edge-worker/connectors/example/map.ts';
import { LaneRig, RigSystem } from '../support/lane-rig.ts';

const { project: _engagement, resource: _person, ...fields } = maps.expense.fields;
const expense = { ...maps.expense, required: [], fields };
const cost = {
  date: '2026-11-04',
  amount: '218.40',
  currency: 'EUR',
  billable: true,
  approval: 'approved',
  text: 'Train',
};

async function reported() {
  const [psa, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({
    psa: { system: psa, roles: ['psa'], maps: { expense } },
    erp: { system: erp, roles: ['erp'], maps: { expense: { ...expense, recordType: 'report:costs' } } },
  });
  // The ledger makes a line of each create: the third of report 88, then the fourth.
  erp.onWrite = async (writes, carryOut) => {
    if (writes.some((write) => write.recordId !== null)) return carryOut();
    return writes.map((write) => {
      const recordId = `88:${erp.rows.size + 2}`;
      const snapshot = erp.put(write.recordType, recordId, write.wire, write.externalId);
      return { outcome: 'applied' as const, created: true, snapshot, requestId: null };
    });
  };
  erp.put('report', '88', {});
  psa.put('cost', 'a', cost);
  psa.put('cost', 'b', { ...cost, text: 'Hotel' });
  await rig.notice('psa', 'cost', 'a', 'b');
  return { psa, erp, rig };
}

const lineOf = (erp: RigSystem, recordId: string) => erp.rows.get(`report:costs|${recordId}`)?.wire;

it('Two expenses become two lines of one report, each linked by its own', async () => {
  const { rig } = await reported();
  const links = rig.rows("SELECT record_id AS id FROM links WHERE connection = 'erp' ORDER BY id");
  expect(links).toEqual([{ id: '88:3' }, { id: '88:4' }]);
});

it('A notice of the report brings its lines along: what was edited there is put right', async () => {
  const { erp, rig } = await reported();
  erp.put('report:costs', '88:4', { ...lineOf(erp, '88:4'), amount: '1.00' });
  await rig.notice('erp', 'report', '88');

  expect(lineOf(erp, '88:4')).toMatchObject({ amount: '218.40', text: 'Hotel' });
});

it('A line that was taken out of the report is asked for once more, and then is somebody’s work', async () => {
  const { erp, rig } = await reported();
  erp.rows.delete('report:costs|88:3');
  await rig.notice('erp', 'report', '88');
  expect(rig.held()).toEqual([]);
  await rig.pass(3_000);
  await rig.pass(125_000);
  expect(rig.held()).toEqual(['target-gone']);
});

it('A line that was added after the report was read is not taken for gone', async () => {
  const { psa, erp, rig } = await reported();
  const late = erp.rows.get('report:costs|88:3');
  erp.rows.delete('report:costs|88:3');
  await rig.notice('erp', 'report', '88');
  if (late) erp.rows.set('report:costs|88:3', late);
  await rig.pass(3_000);
  expect(rig.held()).toEqual([]);
  psa.put('cost', 'a', { ...cost, text: 'Train, first class' });
  await rig.notice('psa', 'cost', 'a');
  expect(lineOf(erp, '88:3')).toMatchObject({ text: 'Train, first class' });
});
