// Two records that people merge are one entity from then on: what other systems hold goes over to the winner, and where
// both had a record exactly one question is asked.
import { describe, expect, it } from 'vitest';
import { textOrNull } from '../../edge-worker/connectors/codecs.ts';
import { at } from '../../edge-worker/connectors/connector.ts';
import { Fault } from '../../edge-worker/faults.ts';
import { answer } from '../../edge-worker/flow/answer.ts';
import { billedFirm, billOver } from '../support/billed-firm.ts';
import { client, LaneRig, RigSystem, rigMaps } from '../support/lane-rig.ts';

const { customer, project } = rigMaps;
if (!customer || !project) throw new Error('the rig keeps clients and jobs');
const maps = {
  ...rigMaps,
  customer: {
    ...customer,
    fields: { ...customer.fields, terms: at('terms', textOrNull), parent: at('parent', textOrNull) },
  },
  project: {
    ...project,
    required: ['customer'],
    fields: { ...project.fields, customer: at('client', textOrNull) },
  },
} as const;

/** Two customers, each with a job; the ledger holds all four. */
async function firm({ isLoserPosted = true, isWinnerPosted = true } = {}) {
  const [crm, psa, erp] = [new RigSystem(), new RigSystem(), new RigSystem()];
  const rig = new LaneRig({
    crm: { system: crm, roles: ['crm'], maps },
    psa: { system: psa, roles: ['psa'], maps },
    erp: { system: erp, roles: ['erp'], maps },
  });
  const lead = (name: string) => ({ ...client(name), stage: 'prospect' });
  crm.put('client', 'w', isWinnerPosted ? client('Acme') : lead('Acme'));
  crm.put('client', 'l', isLoserPosted ? client('Acme Ltd') : lead('Acme Ltd'));
  await rig.notice('crm', 'client', 'w', 'l');
  const entityOf = (id: string) =>
    String(rig.rows(`SELECT entity FROM links WHERE connection = 'crm' AND record_id = '${id}'`)[0]?.['entity']);
  const [winner, loser] = [entityOf('w'), entityOf('l')];
  const recordIn = (system: string, entity: string) =>
    rig.rows(`SELECT record_id FROM links WHERE connection = '${system}' AND entity = '${entity}'`)[0]?.['record_id'];
  const merge = async () => {
    crm.merge('client', 'w', 'l');
    await rig.notice('crm', 'client', 'l');
    await rig.pass(1_000);
  };
  const holds = () => rig.rows('SELECT control, connection FROM holds ORDER BY connection');
  return { rig, crm, psa, erp, winner, loser, recordIn, merge, holds };
}

const holdOn = (rig: LaneRig, connection: string) =>
  String(rig.rows(`SELECT id FROM holds WHERE connection = '${connection}'`)[0]?.['id']);

describe('A merge', () => {
  it('makes the loser another name of the winner, and keeps its links as former ones', async () => {
    const { rig, winner, loser, merge } = await firm();
    await merge();
    expect(rig.rows('SELECT entity, "into" FROM aliases')).toEqual([{ entity: loser, into: winner }]);
    expect(rig.rows(`SELECT * FROM links WHERE entity = '${loser}'`)).toEqual([]);
    await rig.pass(1_000);
    const former = rig.d1.sqlite.db.prepare('SELECT entity, connection FROM links WHERE ended_ms IS NOT NULL').all();
    expect(former.map((row) => [row['entity'], row['connection']]).sort()).toEqual(
      ['crm', 'erp', 'psa'].map((connection) => [loser, connection]),
    );
    const names = rig.d1.sqlite.db.prepare('SELECT entity, "into" FROM aliases').all();
    expect(names.map((row) => ({ ...row }))).toEqual([{ entity: loser, into: winner }]);
  });

  it('lets the jobs of the loser be the winner’s in every system', async () => {
    const { rig, psa, erp, winner, loser, recordIn, merge } = await firm();
    psa.put('job', 'p', { name: 'Rollout', client: String(recordIn('psa', loser)) });
    await rig.notice('psa', 'job', 'p');
    await merge();
    const job = [...erp.rows.values()].find((row) => row.recordType === 'job');
    expect(job?.wire['client']).toBe(recordIn('erp', winner));
    expect(rig.rows("SELECT json_extract(canonical, '$.customer') AS c FROM entities WHERE kind = 'project'")).toEqual([
      { c: winner },
    ]);
  });

  it('asks exactly once per system that holds a record of each, and says which', async () => {
    const { rig, winner, loser, recordIn, merge, holds } = await firm();
    const [kept, other] = [recordIn('erp', winner), recordIn('erp', loser)];
    await merge();
    expect(holds()).toEqual([
      { control: 'two-records', connection: 'erp' },
      { control: 'two-records', connection: 'psa' },
    ]);
    const [hold] = rig.rows("SELECT params FROM holds WHERE connection = 'erp'");
    expect(JSON.parse(String(hold?.['params']))).toMatchObject({ recordId: kept, other });
    await rig.notice('crm', 'client', 'l');
    await rig.notice('erp', 'client', String(other));
    expect(holds()).toHaveLength(2);
  });

  it('asks nobody where only one had a record: it is the winner’s now and is given what the winner says', async () => {
    const { erp, loser, winner, recordIn, merge, holds } = await firm({ isWinnerPosted: false });
    const record = recordIn('erp', loser);
    await merge();
    expect(holds()).toEqual([]);
    expect(recordIn('erp', winner)).toBe(record);
    expect(erp.rows.get(`client|${record}`)?.wire['name']).toBe('Acme');
    expect([...erp.rows.values()].filter((row) => row.recordType === 'client')).toHaveLength(1);
  });

  it('carries over what the ledger alone knew of the loser, where the winner was not there', async () => {
    const { rig, crm, erp, loser, recordIn, merge } = await firm({ isWinnerPosted: false });
    const record = String(recordIn('erp', loser));
    erp.put('client', record, { ...erp.rows.get(`client|${record}`)?.wire, terms: 'NET45' }, loser);
    await rig.notice('erp', 'client', record);
    await merge();
    await rig.pass(1_000);
    expect([crm, erp].map((system) => [...system.rows.values()].map((row) => row.wire['terms']))).toEqual([
      ['NET45'],
      ['NET45'],
    ]);
  });

  it('lets what was won with the loser count for the winner: it is a customer and no lead any more', async () => {
    const { rig, crm, erp, winner, merge, recordIn } = await firm({ isWinnerPosted: false });
    crm.put('client', 'c', { ...client('Acme North'), parent: 'l' });
    await rig.notice('crm', 'client', 'c');
    await merge();
    await rig.pass(1_000);
    expect(
      rig.rows(`SELECT json_extract(canonical, '$.lifecycle') AS is_now FROM entities WHERE id = '${winner}'`),
    ).toEqual([{ is_now: 'customer' }]);
    expect(erp.rows.get(`client|${recordIn('erp', winner)}`)?.wire['stage']).toBe('customer');
  });

  it('lets who waited for the loser go on with the winner', async () => {
    const { rig, psa, erp, winner, loser, merge, recordIn } = await firm({ isLoserPosted: false });
    psa.put('client', 'x', client('Acme Ltd'), loser);
    await rig.notice('psa', 'client', 'x');
    psa.put('job', 'p', { name: 'Rollout', client: 'x' });
    await rig.notice('psa', 'job', 'p');
    const jobs = () => [...erp.rows.values()].filter((row) => row.recordType === 'job');
    const before = jobs().length;
    await merge();
    await rig.pass(1_000);
    expect([before <= 1, jobs().map((row) => row.wire['client'])]).toEqual([true, [recordIn('erp', winner)]]);
  });

  it('waits while a call to one of the two is of unknown outcome', async () => {
    const { rig, crm, erp, loser, merge } = await firm();
    erp.onWrite = async () => {
      throw new Fault('uncertain', 'Cut off');
    };
    crm.put('client', 'l', client('Acme Ltd', '2'));
    await rig.notice('crm', 'client', 'l');
    erp.onWrite = null;
    await merge();
    expect(rig.rows('SELECT * FROM aliases')).toEqual([]);
    await rig.pass(10_000);
    await rig.pass(31_000);
    expect(rig.rows('SELECT entity FROM aliases')).toEqual([{ entity: loser }]);
  });

  it('is not believed when a notice says so and the record is there', async () => {
    const { rig } = await firm();
    rig.lane.accept('crm', 'forged', [{ recordType: 'client', recordId: 'l', kind: 'deleted', occurredAtMs: 0 }], []);
    await rig.settle();
    expect(rig.rows('SELECT * FROM aliases')).toEqual([]);
  });

  it('in a target itself moves the link to the record that goes on', async () => {
    const { rig, erp, winner, recordIn, holds } = await firm();
    const record = String(recordIn('erp', winner));
    erp.put('client', 'twin', client('Acme'));
    erp.merge('client', 'twin', record);
    await rig.notice('erp', 'client', record);
    expect([recordIn('erp', winner), holds()]).toEqual(['twin', []]);
  });
});

describe('Of two records after a merge', () => {
  it('the linked one goes on when the admin says so', async () => {
    const { rig, winner, recordIn, merge } = await firm();
    const kept = recordIn('erp', winner);
    await merge();
    answer(rig.lane.core, holdOn(rig, 'erp'), 'this-one', 'admin', '');
    expect([recordIn('erp', winner), rig.rows("SELECT * FROM holds WHERE connection = 'erp'")]).toEqual([kept, []]);
  });

  it('the other one goes on when the admin says so, and is given what the winner says', async () => {
    const { rig, erp, winner, loser, recordIn, merge } = await firm();
    const other = String(recordIn('erp', loser));
    await merge();
    answer(rig.lane.core, holdOn(rig, 'erp'), 'other-one', 'admin', '');
    await rig.pass(1_000);
    expect(recordIn('erp', winner)).toBe(other);
    expect(erp.rows.get(`client|${other}`)?.wire['name']).toBe('Acme');
  });

  it('nothing is asked any more once they were merged there as well', async () => {
    const { rig, erp, winner, loser, recordIn, merge } = await firm();
    const [kept, other] = [String(recordIn('erp', winner)), String(recordIn('erp', loser))];
    await merge();
    erp.merge('client', kept, other);
    answer(rig.lane.core, holdOn(rig, 'erp'), 'retry', 'admin', '');
    await rig.pass(1_000);
    expect(rig.rows("SELECT * FROM holds WHERE connection = 'erp'")).toEqual([]);
    expect(recordIn('erp', winner)).toBe(kept);
  });
});

it('An invoice that names the record which a merge has left stays the winner’s, however often it is read', async () => {
  const { rig, crm, psa, erp, all, deliver, engagement } = await billedFirm('ledger');
  await deliver('hours', 'h');
  crm.put('client', 'b', { display_name: 'Harbour and Pine', stage: 'client', currency: 'EUR', active: true });
  await rig.notice('crm', 'client', 'b');
  const named = (name: string) => all(erp, 'client').find(({ wire }) => wire['display_name'] === name)?.recordId;
  const [loser, winner] = [named('Harbour & Pine'), named('Harbour and Pine')];
  expect([loser, winner]).not.toContain(undefined);
  const bill = {
    ...billOver([all(erp, 'hours')[0]?.recordId ?? '']),
    client_id: loser,
    no: 'INV-1',
    ledger_no: 'INV-1',
  };
  const save = async (changes = {}) => {
    erp.put('bill', 'e', { ...bill, engagement_id: all(erp, 'engagement')[0]?.recordId, ...changes });
    await rig.notice('erp', 'bill', 'e');
    await rig.pass(1_000);
  };
  await save();
  crm.merge('client', 'b', 'a');
  await rig.notice('crm', 'client', 'a');
  await rig.pass(1_000);
  for (const { id } of rig.rows("SELECT id FROM holds WHERE control = 'two-records'"))
    answer(rig.lane.core, String(id), 'this-one', 'admin', '');
  await save({ state: 'paid', paid: '400.00', open: '0.00' });
  const inPsa = all(psa, 'client').find(({ wire }) => wire['display_name'] === 'Harbour and Pine')?.recordId;
  expect(all(psa, 'bill').map(({ wire }) => [wire['client_id'], wire['state']])).toEqual([[inPsa, 'paid']]);
  expect([engagement, rig.held()]).toEqual([expect.any(String), []]);
});
