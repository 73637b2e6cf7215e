// Change orders: what was signed stays what it is, what holds now is that and every approved change order, once.
import { expect, it } from 'vitest';
import { maps } from '../../edge-worker/connectors/example/map.ts';
import { LaneRig, RigSystem } from '../support/lane-rig.ts';

const { customer, contract, project } = maps;
const agreement = {
  title: 'Warehouse',
  client_id: 'a',
  signed: true,
  biller: 'ledger',
  model: 'hourly',
  po: 'PO-1',
  po_limit: '50000.00',
  terms: 'NET30',
  tax: 'standard',
  entity: 'Northwind Consulting GmbH',
  region: 'DACH',
  currency: 'EUR',
  total: '48000.00',
  ends: '2027-02-26',
  rates: [{ job: 'Consultant', price: '142.5', quantity: '100', text: null }],
};
const change = {
  title: 'Second warehouse',
  agreement_id: 'k',
  client_id: 'a',
  state: 'submitted',
  amount: '9000.00',
  currency: 'EUR',
  po_raise: '9000.00',
  ends: '2027-04-30',
  rates: [{ job: 'Architect', price: '210', quantity: '24', text: null }],
};

async function signed() {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({
    crm: { system: crm, roles: ['crm'], maps: { customer, contract, 'change-order': maps['change-order'] } },
    erp: { system: erp, roles: ['erp'], maps: { customer, contract, project: { ...project, required: [] } } },
  });
  crm.put('client', 'a', { display_name: 'Acme', stage: 'client', currency: 'EUR', active: true });
  crm.put('agreement', 'k', agreement);
  await rig.notice('crm', 'agreement', 'k');
  const inLedger = () => [...erp.rows.values()].find((row) => row.recordType === 'agreement')?.wire;
  const orders = async (id: string, values: object) => {
    crm.put('change', id, { ...change, ...values });
    await rig.notice('crm', 'change', id);
  };
  return { crm, erp, rig, inLedger, orders };
}

it('Nothing of a change order counts before it is approved, and all of it afterwards', async () => {
  const { inLedger, orders } = await signed();
  const before = { total: '48000.00', current: { total: '48000.00', po_limit: '50000.00', ends: '2027-02-26' } };
  expect(inLedger()).toMatchObject(before);
  await orders('c1', {});
  expect(inLedger()).toMatchObject(before);
  await orders('c1', { state: 'approved' });
  expect(inLedger()).toMatchObject({
    total: '48000.00',
    ends: '2027-02-26',
    current: {
      total: '57000.00',
      po_limit: '59000.00',
      ends: '2027-04-30',
      rates: [{ job: 'Consultant' }, { job: 'Architect' }],
    },
  });
});

it('An approved change order counts once, however often it is told, and no more once it is rejected', async () => {
  const { inLedger, orders, rig } = await signed();
  await orders('c1', { state: 'approved' });
  await orders('c2', { state: 'approved', amount: '-1000.00', po_raise: null, ends: null, rates: [] });
  await rig.notice('crm', 'change', 'c1', 'c2');
  expect(inLedger()).toMatchObject({ current: { total: '56000.00', po_limit: '59000.00', ends: '2027-04-30' } });
  await orders('c1', { state: 'approved', amount: '4000.00' });
  expect(inLedger()).toMatchObject({ current: { total: '51000.00' } });
  await orders('c1', { state: 'rejected' });
  expect(inLedger()).toMatchObject({ current: { total: '47000.00', po_limit: '50000.00', ends: '2027-02-26' } });
});

it('A later change of what was signed leaves the change orders in force', async () => {
  const { crm, inLedger, orders, rig } = await signed();
  await orders('c1', { state: 'approved' });
  crm.put('agreement', 'k', { ...agreement, total: '50000.00' });
  await rig.notice('crm', 'agreement', 'k');
  expect(inLedger()).toMatchObject({ total: '50000.00', current: { total: '59000.00' } });
});

it('A project that was sold before has the budget that was agreed later', async () => {
  const { rig, orders } = await signed();
  const id = String(rig.rows("SELECT id FROM entities WHERE kind = 'contract'")[0]?.['id']).replace('con_', 'prj_');
  const sold = JSON.stringify({ name: 'Warehouse', currency: 'EUR' });
  rig.storage.sql.exec("INSERT INTO entities VALUES (?, 'project', 1, ?, '[]', 0)", id, sold);
  await orders('c1', { state: 'approved' });
  const minor = "SELECT canonical ->> '$.budget.amountMinor' AS minor FROM entities WHERE id = 'PRJ'";
  const [row] = rig.rows(minor.replace('PRJ', id));
  expect(row).toEqual({ minor: '5700000' });
});
