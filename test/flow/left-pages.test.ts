// The page of a record that a merge has left, in a system that had both: it does not go on saying that all is well, it
// names the record that stands for it.
import { expect, it } from 'vitest';
import { answer } from '../../edge-worker/flow/answer.ts';
import { ask } from '../../edge-worker/flow/questions.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';
import { copyOf, putBack } from '../support/put-back.ts';

/** Two customers that the ledger, which shows statuses, and the PSA both have. */
async function firm() {
  const [crm, psa, erp] = [new RigSystem(), new RigSystem(), new RigSystem()];
  const rig = new LaneRig({
    crm: { system: crm, roles: ['crm'] },
    psa: { system: psa, roles: ['psa'] },
    erp: { system: erp, roles: ['erp'], statusBatch: 10 },
  });
  const rows = new Map<string, string>();
  erp.onStatus = async (statuses) => {
    for (const { recordId, status } of statuses)
      rows.set(`${recordId} ${status.system}`, [status.state, status.reason, status.params?.['into']].join(' ').trim());
    return statuses.map(() => ({ outcome: 'applied' }));
  };
  crm.put('client', 'w', client('Acme'));
  crm.put('client', 'l', client('Acme Ltd'));
  await rig.notice('crm', 'client', 'w', 'l');
  const entityOf = (id: string) =>
    String(rig.rows(`SELECT entity FROM links WHERE connection = 'crm' AND record_id = '${id}'`)[0]?.['entity']);
  const inErp = (entity: string) =>
    String(rig.rows(`SELECT record_id FROM links WHERE connection = 'erp' AND entity = '${entity}'`)[0]?.['record_id']);
  const [winner, loser] = [entityOf('w'), entityOf('l')];
  const [kept, left] = [inErp(winner), inErp(loser)];
  /** Until what was marked has been shown. */
  const show = async () => {
    for (let turn = 0; turn < 3; turn++) await rig.pass(5_000);
  };
  await show();
  const merge = async (into: string, former: string) => {
    crm.merge('client', into, former);
    await rig.notice('crm', 'client', former);
    await show();
  };
  const say = async (connection: string, given: 'this-one' | 'other-one') => {
    const [hold] = rig.rows(`SELECT id FROM holds WHERE connection = '${connection}'`);
    answer(rig.lane.core, String(hold?.['id']), given, 'admin', '');
    await show();
  };
  /** What stands in the ledger about the two other systems. */
  const page = (record: string) => ['crm', 'psa'].map((system) => rows.get(`${record} ${system}`));
  const earlier = () => copyOf(rig.storage.sqlite.db);
  /** The lane is put back, and what stands on the pages of the ledger is what it shows from then on. */
  const goBack = async (to: ReturnType<typeof earlier>) => {
    await show();
    rows.clear();
    putBack(rig.storage.sqlite.db, to);
    await rig.restart();
    for (let turn = 0; turn < 5; turn++) await rig.pass(60_000);
  };
  return { rig, crm, erp, earlier, goBack, winner, loser, kept, left, entityOf, inErp, merge, say, page };
}

const inStep = ['in-step', 'in-step'];
const namesIt = (into: string) => Array(2).fill(`ignored left-by-merge ${into}`);

it('It names the record that stands for it, and that one says how things are', async () => {
  const { rig, winner, loser, kept, left, merge, say, page } = await firm();
  expect(page(left)).toEqual(inStep);
  await merge('w', 'l');
  expect(page(left)).toEqual(namesIt(`Acme (${kept})`));
  expect(page(kept)).toEqual(['in-step', 'held two-records']);
  await say('psa', 'this-one');
  expect([page(left), page(kept)]).toEqual([namesIt(`Acme (${kept})`), inStep]);
  const question = { about: 'status', connection: 'erp', recordType: 'client', recordId: left } as const;
  const told = ask(rig.lane, question, {}) as { entities: object[]; statuses: { counterpart: string | null }[] };
  expect(told.entities).toEqual([{ entity: loser, kind: 'customer' }]);
  expect(told.statuses[0]).toMatchObject({ system: 'crm', state: 'ignored', counterpart: 'w' });
  const copies = rig.d1.sqlite.db.prepare('SELECT reason, params FROM statuses WHERE entity = ?').all(loser);
  const merged = { reason: 'entity-merged', params: JSON.stringify({ into: winner }) };
  expect(copies.map((row) => ({ ...row }))).toEqual([merged, merged, merged]);
});

it('It is the record’s own again when the admin says that this one goes on; then the other one names it', async () => {
  const { kept, left, merge, say, page } = await firm();
  await merge('w', 'l');
  await say('psa', 'this-one');
  await say('erp', 'other-one');
  expect([page(kept), page(left)]).toEqual([namesIt(`Acme (${left})`), inStep]);
});

it.each([['the merge'], ['the answer']])(
  'Both pages are shown as they are after the lane was put back to before %s',
  async (moment) => {
    const { rig, kept, left, merge, say, page, earlier, goBack } = await firm();
    const before = earlier();
    await merge('w', 'l');
    await say('psa', 'this-one');
    const asked = earlier();
    await say('erp', 'other-one');
    const leftRecords = () => rig.rows('SELECT * FROM left_records ORDER BY 1, 2, 3');
    const known = leftRecords();
    await goBack(moment === 'the merge' ? before : asked);
    expect([page(kept), page(left)]).toEqual([namesIt(`Acme (${left})`), inStep]);
    expect(leftRecords()).toEqual(known);
    expect(rig.held()).not.toContain('two-records');
  },
);

it('A page that names another record is shown anew after a put-back, with what that is called by now', async () => {
  const { crm, rig, kept, left, merge, say, page, earlier, goBack } = await firm();
  await merge('w', 'l');
  await say('psa', 'this-one');
  await say('erp', 'this-one');
  const before = earlier();
  crm.put('client', 'w', client('Acme Group'));
  await rig.notice('crm', 'client', 'w');
  await goBack(before);
  expect([page(left), page(kept)]).toEqual([namesIt(`Acme Group (${kept})`), inStep]);
});

it('It names another one once that is merged as well', async () => {
  const { rig, crm, kept, left, entityOf, inErp, merge, page } = await firm();
  await merge('w', 'l');
  crm.put('client', 'x', client('Acme Group'));
  await rig.notice('crm', 'client', 'x');
  const last = inErp(entityOf('x'));
  await merge('x', 'w');
  const says = namesIt(`Acme Group (${last})`);
  expect([page(left), page(kept)]).toEqual([says, says]);
});

it('It is shown nothing more once the record is merged there too, and nobody is asked about it', async () => {
  const { rig, erp, kept, left, merge } = await firm();
  erp.onStatus = async (statuses) =>
    statuses.map(({ recordId }) =>
      recordId === left ? { outcome: 'refused', message: 'No such record' } : { outcome: 'applied' },
    );
  await merge('w', 'l');
  expect(rig.rows('SELECT tries > 0 AS tried FROM status_due')).toEqual([{ tried: 1 }]);
  erp.merge('client', kept, left);
  await rig.notice('erp', 'client', left);
  for (let turn = 0; turn < 10; turn++) await rig.pass(61_000);
  expect(rig.rows("SELECT control FROM holds WHERE connection = 'erp'")).toEqual([]);
  expect(rig.rows('SELECT * FROM status_due')).toEqual([]);
});
