// A deal that is won no more, or comes down, once its project is provisioned: delivery are asked once, nothing changes
// meanwhile, and each answer is carried out wherever the project is.
import { describe, expect, it } from 'vitest';
import { flag, orNull, text, textOrNull } from '../../edge-worker/connectors/codecs.ts';
import { at, type Connector } from '../../edge-worker/connectors/connector.ts';
import { maps as exampleMaps } from '../../edge-worker/connectors/example/map.ts';
import { answer } from '../../edge-worker/flow/answer.ts';
import { startAnswers } from '../../edge-worker/flow/cause-job.ts';
import { changeJob } from '../../edge-worker/flow/job-requests.ts';
import { client, LaneRig, RigSystem, rigMaps } from '../support/lane-rig.ts';

const sale = { recordType: 'sale', canCreate: false, canWrite: false, required: [] } as const;
const amount = exampleMaps.contract.fields.total;
const sold = {
  ...{ name: at('name', text), customer: at('client', textOrNull), total: amount },
  ...{ legalEntity: at('entity', textOrNull), deliveryRegion: at('region', textOrNull) },
  billingSchedule: exampleMaps.contract.fields.billingSchedule,
  ...{ taxProfile: at('tax', textOrNull), terms: at('terms', textOrNull), purchaseOrder: at('order', textOrNull) },
} as const;
const customer = rigMaps.customer as typeof exampleMaps.customer;
const crmMaps: Connector['maps'] = {
  customer,
  deal: {
    ...sale,
    fields: {
      ...{ name: at('name', text), customer: at('client', textOrNull), isWon: at('won', flag) },
      currency: at('currency', text),
    },
  },
  contract: { ...sale, fields: { ...sold, isSigned: at('won', flag), currency: at('currency', text) } },
};
const job = {
  ...{ recordType: 'job', canCreate: true, canWrite: true, required: ['customer'] },
  fields: { name: at('name', text), customer: at('client', textOrNull), status: at('state', orNull(text)) },
} as const;
const order = {
  ...{ recordType: 'order', canCreate: true, canWrite: true, required: ['project'] },
  fields: {
    ...{ name: at('name', text), project: at('job', textOrNull) },
    ...{ currency: at('currency', text), currentTotal: amount, terms: at('terms', textOrNull) },
    billingSchedule: exampleMaps.contract.fields.billingSchedule,
  },
} as const;
const whole = { region: 'DACH', entity: 'Northwind Consulting GmbH', tax: 'standard', terms: 'NET30', order: 'PO-1' };
const deal = { name: 'Rollout', client: 'a', won: true, total: '1000.00', currency: 'EUR', ...whole };

/** A won deal with its job in the PSA, and its job and order in the ledger. */
async function provisioned({ isByHand = false } = {}) {
  const [crm, psa, erp] = [new RigSystem(), new RigSystem(), new RigSystem()];
  const projects = { ...job, withdrawal: 'closed' } as unknown as typeof exampleMaps.project;
  const byHand = job as unknown as typeof exampleMaps.project;
  const contracts = { ...order, withdrawal: 'closed' } as unknown as typeof exampleMaps.contract;
  const rig = new LaneRig({
    crm: { system: crm, roles: ['crm'], maps: crmMaps },
    psa: { system: psa, roles: ['psa'], maps: { customer, project: isByHand ? byHand : projects } },
    erp: {
      system: erp,
      roles: ['erp'],
      maps: { customer, project: projects, contract: contracts },
    },
  });
  crm.put('client', 'a', client('Acme'));
  await rig.notice('crm', 'client', 'a');
  const change = async (values: object) => {
    crm.put('sale', 's', { ...deal, ...values });
    await rig.notice('crm', 'sale', 's');
    await rig.pass(1_000);
  };
  await change({});
  await rig.pass(60_000);
  const ofType = (system: RigSystem, type: string) =>
    [...system.rows.values()].filter((row) => row.recordType === type);
  const standing = () =>
    [ofType(psa, 'job'), ofType(erp, 'job'), ofType(erp, 'order')].map((rows) =>
      rows.map((row) => row.isWithdrawn ?? false),
    );
  const holds = () => rig.rows('SELECT id, control, connection, kind, owner FROM holds ORDER BY connection, kind');
  const say = async (action: Parameters<typeof answer>[2], reason = '') => {
    answer(rig.lane.core, String(holds()[0]?.['id']), action, 'ana', reason);
    await rig.settle();
    await rig.pass(1_000);
  };
  const ordered = () => ofType(erp, 'order')[0]?.wire ?? {};
  return { rig, crm, psa, erp, change, standing, holds, say, ordered, total: () => ordered()['total'] };
}

/** What is held is rejected for the whole cause, and that is taken back. */
async function rejectAndUndo(rig: LaneRig): Promise<void> {
  const [row] = rig.rows('SELECT cause FROM holds');
  const asked = { id: 'job_1', cause: String(row?.['cause']), answer: 'reject', reason: 'No', owners: null } as const;
  startAnswers(rig.lane.core, asked, 'ana');
  await rig.pass(1_000);
  expect(rig.held()).toEqual([]);
  changeJob(rig.lane.core, { step: 'undo', job: 'job_2', undoes: 'job_1', owners: null }, 'ana');
  await rig.pass(1_000);
}

const stands = [[false], [false], [false]];
const instalment = (amount: string) => ({ title: 'Design', due: '2026-12-01', amount });

describe('A deal that is won no more', () => {
  it('is asked about once, where delivery work, and nothing is changed anywhere meanwhile', async () => {
    const { change, standing, holds, rig, psa, erp } = await provisioned();
    expect(standing()).toEqual(stands);
    const writes = psa.count('write') + erp.count('write');
    await change({ won: false, name: 'Rollout, lost' });
    await rig.pass(600_000);
    expect(holds()).toMatchObject([{ control: 'deal-unwon', connection: 'psa', kind: 'project', owner: 'delivery' }]);
    expect(standing()).toEqual(stands);
    expect(psa.count('write') + erp.count('write')).toBe(writes);
  });

  it('stopped, goes from every system, and won again the same records count again', async () => {
    const { change, standing, say, rig, psa, erp } = await provisioned();
    const count = () => psa.rows.size + erp.rows.size;
    const before = count();
    await change({ won: false });
    await say('stop');
    expect(standing()).toEqual([[true], [true], [true]]);
    expect(rig.held()).toEqual([]);
    await rig.pass(600_000);
    expect([psa.count('withdraw'), erp.count('withdraw')]).toEqual([1, 2]);
    await change({});
    await rig.pass(60_000);
    expect(standing()).toEqual(stands);
    expect(count()).toBe(before);
    // What was said is over: lost once more, delivery are asked once more.
    await change({ won: false });
    expect(rig.held()).toEqual(['deal-unwon']);
  });

  it('kept, goes on: the PSA’s word for the project reaches the ledger, and nobody is asked again', async () => {
    const { change, standing, say, rig, psa, erp } = await provisioned();
    await change({ won: false });
    await say('keep', 'Signed on paper, the deal is being corrected');
    const [id] = [...psa.rows.values()].filter((row) => row.recordType === 'job').map((row) => row.recordId);
    psa.put('job', String(id), { ...psa.rows.get(`job ${id}`)?.wire, name: 'Rollout, first part' });
    await rig.notice('psa', 'job', String(id));
    await change({ won: false, total: '900.00' });
    await rig.pass(60_000);
    expect(standing()).toEqual(stands);
    expect([...erp.rows.values()].filter((row) => row.recordType === 'job').map((row) => row.wire['name'])).toEqual([
      'Rollout, first part',
    ]);
    expect(rig.held()).toEqual([]);
  });

  it('is taken back by hand where a system offers no way, by delivery in their own', async () => {
    const { change, say, holds, standing } = await provisioned({ isByHand: true });
    await change({ won: false });
    await say('stop');
    expect(holds()).toMatchObject([{ control: 'withdraw-by-hand', connection: 'psa', owner: 'delivery' }]);
    await say('done');
    expect(holds()).toEqual([]);
    expect(standing()).toEqual([[false], [true], [true]]);
  });

  it('provisions nothing when it was lost before the call came through', async () => {
    const { crm, psa, erp, rig } = await provisioned();
    psa.onWrite = async (writes) => writes.map(() => ({ outcome: 'not-attempted' }));
    crm.put('sale', 't', { ...deal, name: 'Second' });
    await rig.notice('crm', 'sale', 't');
    crm.put('sale', 't', { ...deal, name: 'Second', won: false });
    await rig.notice('crm', 'sale', 't');
    psa.onWrite = null;
    await rig.pass(120_000);
    expect([...psa.rows.values()].filter((row) => row.wire['name'] === 'Second')).toEqual([]);
    expect(rig.held().filter((control) => control === 'deal-unwon')).toEqual(
      [...erp.rows.values()].some((row) => row.wire['name'] === 'Second') ? ['deal-unwon'] : [],
    );
  });
});

describe('A deal that comes down', () => {
  it('leaves the ledger as it is until delivery approve the cut', async () => {
    const { change, say, holds, total, standing } = await provisioned();
    await change({ total: '800.00' });
    expect(holds()).toMatchObject([{ control: 'deal-cut', connection: 'erp', kind: 'contract', owner: 'delivery' }]);
    expect(total()).toBe('1000.00');
    await say('approve', 'Agreed with the customer');
    expect(total()).toBe('800.00');
    expect(standing()).toEqual(stands);
  });

  it('rejected, the ledger keeps what was provisioned; back to what it was, nobody is asked', async () => {
    const { change, say, total, rig } = await provisioned();
    await change({ total: '800.00' });
    await say('reject');
    await rig.pass(600_000);
    expect([total(), rig.held()]).toEqual(['1000.00', []]);
    await change({ total: '1000.00' });
    await change({ total: '1200.00' });
    expect([total(), rig.held()]).toEqual(['1200.00', []]);
  });

  it('rejected, keeps no later change of the contract away from the ledger, and nobody is asked anew', async () => {
    const { change, say, ordered, rig } = await provisioned();
    await change({ total: '800.00', schedule: [instalment('800.00')], terms: 'NET45' });
    await say('reject');
    // What was changed beside the cut goes at once; the instalments are a part of it.
    expect(ordered()).toMatchObject({ total: '1000.00', schedule: [], terms: 'NET45' });
    await change({ total: '800.00', schedule: [instalment('800.00')], terms: 'NET60', name: 'Rollout, phase one' });
    expect(ordered()).toMatchObject({ total: '1000.00', schedule: [], terms: 'NET60', name: 'Rollout, phase one' });
    await change({ total: '800.00', schedule: [instalment('500.00')] });
    expect(ordered()).toMatchObject({ total: '1000.00', schedule: [instalment('500.00')] });
    // However long it lasts, and whatever stops meanwhile.
    await rig.restart();
    await rig.pass(200 * 86_400_000);
    await rig.pass(1_000);
    await change({ total: '800.00', schedule: [instalment('500.00')], terms: 'NET15' });
    expect([ordered(), rig.held()]).toMatchObject([{ total: '1000.00', terms: 'NET15' }, []]);
    await change({ total: '1200.00', schedule: [instalment('500.00')] });
    expect([ordered()['total'], rig.held()]).toEqual(['1200.00', []]);
  });

  it('rejected, is asked about again once it is another cut, or the same one after a rise', async () => {
    const { change, say, total, rig } = await provisioned();
    await change({ total: '800.00' });
    await say('reject');
    await change({ total: '700.00' });
    expect([total(), rig.held()]).toEqual(['1000.00', ['deal-cut']]);
    await say('reject');
    await change({ total: '1200.00' });
    await change({ total: '800.00' });
    expect([total(), rig.held()]).toEqual(['1200.00', ['deal-cut']]);
    await say('approve', 'Agreed with the customer');
    expect(total()).toBe('800.00');
    expect(rig.rows("SELECT 1 FROM approvals WHERE outcome = 'rejected'")).toEqual([]);
  });

  it('rejected for a whole cause and undone, waits for delivery again, and the cut can still be approved', async () => {
    const { change, say, total, rig } = await provisioned();
    await change({ total: '800.00' });
    await rejectAndUndo(rig);
    expect([total(), rig.held()]).toEqual(['1000.00', ['deal-cut']]);
    await say('approve', 'Agreed with the customer');
    expect(total()).toBe('800.00');
  });

  it('rejected, has what is asked of its contract later undone like that of any other', async () => {
    const { change, say, ordered, rig } = await provisioned();
    await change({ total: '800.00' });
    await say('reject');
    await change({ total: '800.00', terms: null });
    expect(rig.held()).toEqual(['missing-terms']);
    await rejectAndUndo(rig);
    expect(rig.held()).toEqual(['missing-terms']);
    await say('approve', 'They pay at once');
    expect([ordered(), rig.held()]).toMatchObject([{ total: '1000.00', terms: null }, []]);
  });
});
