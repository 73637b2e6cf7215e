// Story: a firm without a PSA keeps its projects and time in the ERP. A won deal becomes a project there; hours are
// entered, approved and billed there; the CRM sees it; and the ERP is never told what it said itself.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Firm, startFirm } from '../support/firm.ts';
import { crmPage } from '../support/pages.ts';
import { jobOf, sell, until, win } from '../support/people.ts';

const name = 'Lakeside data platform';
const role = 'Senior Consultant';
const state = mkdtempSync(join(tmpdir(), 'tieout-journey-'));
let firm: Firm;
let opportunity = '';
let employee = '';
let job = '';
let entry = '';

beforeAll(async () => {
  const sold = { [role]: '2', '*': '1' };
  firm = await startFirm({ state, isWithoutPsa: true, settings: { erp: { serviceItems: sold } } });
  const person = { firstname: 'Ines', lastname: 'Carvalho', email: 'ines.carvalho@northwind.example' };
  employee = firm.erp.create('employee', { ...person, subsidiary: '3' });
});

afterAll(async () => {
  await firm?.close();
  rmSync(state, { recursive: true, force: true });
});

/** What the hub knows of an entry: its entity's newest version, and what was ever sent anywhere for it. */
async function timeInHub(id: string) {
  const { entities } = await firm.installation.status('erp', 'timebill', id);
  const { versions, receipts } = await firm.installation.entity(entities[0]?.entity ?? '');
  return { record: versions[0]?.canonical, receipts };
}

const timeRow = () => firm.erp.rows('timebill').find((row) => row.id === entry);

describe('A firm that keeps projects and time in the ERP', () => {
  it('gets customer, project and contract there when a deal is won, each once, and nothing anywhere else', async () => {
    const sale = {
      account: 'Lakeside Hospital',
      name,
      legalEntity: 'Northwind Consulting GmbH',
      country: 'DE',
    } as const;
    ({ opportunity } = sell(firm, { ...sale, purchaseOrder: 'PO-1201', rates: [[role, 185, 300]] }));
    win(firm, opportunity);
    await until('the contract in the ERP', () => firm.erp.rows('salesorder').length > 0);
    await firm.installation.settled();
    job = jobOf(firm, name) ?? '';
    const held = ['customer', 'job', 'salesorder'].map((type) => firm.erp.rows(type).length);
    expect(held).toEqual([1, 1, 1]);
    expect(firm.psa.rows('workspaces')).toEqual([]);
    expect(await firm.installation.exceptions()).toEqual([]);
    expect(crmPage(firm, opportunity, 'netsuite')).toMatchObject({ tieout__Status__c: 'in-step' });
  });

  it('has its time known as it is entered there, with the role and currency that it does not spell out', async () => {
    const work = { customer: job, employee, trandate: '2026-11-03', hours: '7.5', memo: 'Source systems workshop' };
    entry = firm.erp.create('timebill', { ...work, item: '2', rate: '185', overriderate: true, isbillable: true });
    firm.erp.act('submit-time', { id: entry });
    const submitted = await until('the time in the hub', async () => {
      const { record } = await timeInHub(entry).catch(() => ({ record: undefined }));
      return record?.['approval'] === 'submitted' ? record : null;
    });
    expect(submitted).toMatchObject({ role, currency: 'EUR', hours: '7.5', rate: '185', isBillable: true });
    expect(await firm.installation.exceptions()).toEqual([]);

    firm.erp.update('timebill', entry, { hours: '8' });
    firm.erp.act('approve-time', { id: entry });
    await until('the approval in the hub', async () => (await timeInHub(entry)).record?.['approval'] === 'approved');
  });

  it('has its invoice and payment seen in the CRM', async () => {
    const invoice = String(firm.erp.act('bill', { job, date: '2026-11-30' }));
    const mirrored = await until('the invoice in the CRM', () => firm.crm.rows('tieout__Invoice__c')[0]);
    expect(mirrored).toMatchObject({ tieout__Status__c: 'open', tieout__Subtotal__c: 1480, tieout__Hours__c: 8 });
    firm.erp.act('pay', { invoice, amount: firm.erp.rows('invoice')[0]?.['total'] });
    await until(
      'the payment in the CRM',
      () => firm.crm.rows('tieout__Invoice__c')[0]?.['tieout__Status__c'] === 'paid',
    );
    await firm.installation.settled();
    expect(firm.crm.rows('tieout__Invoice__c')).toHaveLength(1);
    expect(await firm.installation.exceptions()).toEqual([]);
  });

  it('is never told what it said itself: no command for time or invoices goes back where they came from', async () => {
    // Billing it fires no script there, so the sweep is what tells of it.
    await firm.installation.ask('erp', ['timebill']);
    await until('the entry to be known as billed', async () => (await timeInHub(entry)).record?.['isInvoiced']);
    await firm.installation.settled();
    const { record, receipts } = await timeInHub(entry);
    expect(record).toMatchObject({ approval: 'approved', hours: '8', isInvoiced: true });
    expect(receipts).toEqual([]);
    expect(timeRow()?.['custcol_tieout_label'] ?? null).toBeNull();
    expect(timeRow()?.['externalid'] ?? null).toBeNull();
    const { entities } = await firm.installation.status('erp', 'invoice', firm.erp.rows('invoice')[0]?.id ?? '');
    const history = await firm.installation.entity(entities[0]?.entity ?? '');
    expect(new Set(history.receipts.map(({ connection }) => connection))).toEqual(new Set(['crm']));
  });
});
