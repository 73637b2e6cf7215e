// Story: approved time is posted to the ERP once, the ERP bills it, and the invoice and its payment are seen in CRM
// and PSA.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Firm, startFirm } from '../support/firm.ts';
import { approveTime, hire, jobOf, logTime, sell, until, win, workspaceOf } from '../support/people.ts';

let firm: Firm;
let user = '';
let workspace = '';
const project = 'Lakeside Hospital data platform';
const state = mkdtempSync(join(tmpdir(), 'tieout-journey-'));

beforeAll(async () => {
  firm = await startFirm({ state });
  ({ user } = hire(
    firm,
    'Ines Carvalho',
    'ines.carvalho@northwind.example',
    'Senior Consultant',
    'Northwind Consulting GmbH',
  ));
  const { opportunity } = sell(firm, {
    account: 'Lakeside Hospital',
    name: project,
    legalEntity: 'Northwind Consulting GmbH',
    country: 'DE',
    purchaseOrder: 'PO-1201',
    rates: [['Senior Consultant', 185, 300]],
  });
  win(firm, opportunity);
  await until('the job in the ERP', () => jobOf(firm, project));
  workspace = await until('the workspace in the PSA', () => workspaceOf(firm, project));
}, 120_000);

afterAll(async () => {
  await firm?.close();
  rmSync(state, { recursive: true, force: true });
});

describe('Time', () => {
  it('is posted to the ERP once it is approved, and only then', async () => {
    const entry = logTime(firm, {
      workspace,
      user,
      date: '2026-11-03',
      minutes: 450,
      role: 'Senior Consultant',
      rateMinor: 18_500,
      notes: 'Source systems workshop',
    });
    firm.psa.act('submit-time', { ids: [Number(entry)] });
    await firm.installation.ask('psa');
    await firm.installation.settled();
    expect(firm.erp.rows('timebill')).toHaveLength(0);

    approveTime(firm, [entry]);
    await firm.installation.ask('psa');
    await until('the time in the ERP', () => firm.erp.rows('timebill').length > 0, 60_000);
    await firm.installation.settled();
    const [posted] = firm.erp.rows('timebill');
    expect(firm.erp.rows('timebill')).toHaveLength(1);
    expect(posted).toMatchObject({ trandate: '2026-11-03', customer: jobOf(firm, project), approvalstatus: '3' });
  }, 120_000);

  it('comes back as an invoice in CRM and PSA when the ERP bills it, and as paid when the customer pays', async () => {
    const invoice = String(firm.erp.act('bill', { job: jobOf(firm, project), date: '2026-11-30' }));
    const mirrored = await until('the invoice in the CRM', () => firm.crm.rows('tieout__Invoice__c')[0], 60_000);
    expect(mirrored).toMatchObject({ tieout__Status__c: 'open', CurrencyIsoCode: 'EUR', tieout__Subtotal__c: 1387.5 });
    await until('the invoice in the PSA', () => firm.psa.rows('invoices').length > 0);

    firm.erp.act('pay', { invoice, amount: firm.erp.rows('invoice')[0]?.['total'] });
    await until(
      'the payment in the CRM',
      () => firm.crm.rows('tieout__Invoice__c')[0]?.['tieout__Status__c'] === 'paid',
      60_000,
    );
    await firm.installation.settled();
    expect(firm.crm.rows('tieout__Invoice__c')).toHaveLength(1);
    expect(firm.psa.rows('invoices')).toHaveLength(1);
    expect(firm.crm.rows('tieout__Invoice__c')[0]).toMatchObject({ tieout__Balance__c: 0 });
  }, 120_000);
});
