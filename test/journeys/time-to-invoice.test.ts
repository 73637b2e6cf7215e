// Story: approved time is posted to the ERP once, the ERP bills it, and the invoice and its payment are seen in CRM
// and PSA.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Firm, startFirm } from '../support/firm.ts';
import { crmPage } from '../support/pages.ts';
import { approveTime, hire, jobOf, logTime, sell, until, win, workspaceOf } from '../support/people.ts';

let firm: Firm;
let opportunity = '';
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
  ({ opportunity } = sell(firm, {
    account: 'Lakeside Hospital',
    name: project,
    legalEntity: 'Northwind Consulting GmbH',
    country: 'DE',
    purchaseOrder: 'PO-1201',
    rates: [['Senior Consultant', 185, 300]],
  }));
  win(firm, opportunity);
  await until('the job in the ERP', () => jobOf(firm, project));
  workspace = await until('the workspace in the PSA', () => workspaceOf(firm, project));
});

afterAll(async () => {
  await firm?.close();
  rmSync(state, { recursive: true, force: true });
});

/** A decimal of the ledger as people read it. */
const figure = (decimal: unknown) => String(decimal).replace(/\B(?=(\d{3})+\.)/g, ',');

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
  });

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
    // Billing time fires no script in the ledger: that an entry is billed is known after the sweep of its type.
    await firm.installation.ask('erp', ['timebill']);
    const amounts = () =>
      JSON.parse(String(crmPage(firm, opportunity, 'netsuite')?.['tieout__Amounts__c'])) as Record<string, string>;
    await until('the page to show that nothing is left to bill', () => amounts()['unbilled'] === '0.00 EUR');
    // Sold 300 hours at 185; 7.5 delivered and billed; paid with tax.
    expect(amounts()).toEqual({
      sold: '55,500.00 EUR',
      delivered: '1,387.50 EUR',
      unbilled: '0.00 EUR',
      billed: '1,387.50 EUR',
      paid: `${figure(firm.erp.rows('invoice')[0]?.['total'])} EUR`,
      outstanding: '0.00 EUR',
    });
    expect(firm.crm.rows('tieout__Sync_Status_Changed__e').length).toBeGreaterThan(0);
  });

  it('leaves a margin: what was billed, less what the hours cost by the ledger', async () => {
    const margin = async () => (await firm.installation.indicators()).find(({ name }) => name === 'project-margin');
    // 7.5 hours at 85.50 out of 1,387.50.
    await until('the margin', async () => (await margin())?.n === 1);
    expect(await margin()).toMatchObject({
      value: 0.537837,
      amounts: [{ amountMinor: '74625', currency: 'EUR' }],
    });
  });

  it('says how far she is utilised, once the PSA tells of a working week', async () => {
    const november = () => firm.installation.utilisation<{ until: string; available: string | null }>('2026-11');
    expect(await november()).toMatchObject({ available: null, share: null });
    const day = { monday_minutes: 480, tuesday_minutes: 480, wednesday_minutes: 480, thursday_minutes: 480 };
    firm.psa.create('workweeks', { start_date: '2026-01-04', ...day, friday_minutes: 240 });
    await firm.installation.ask('psa', ['working_weeks']);
    await until('the working week', async () => (await november()).available !== null);
    const { until: last, ...told } = await november();
    // All of November holds 21 days from Monday to Friday, four of them Fridays: 17 x 8 + 4 x 4 = 152 hours.
    const hours = Array.from({ length: Number(last.slice(8)) }, (_, index) => (index + 6) % 7).reduce(
      (sum, weekday) => sum + ([8, 8, 8, 8, 4][weekday] ?? 0),
      0,
    );
    expect(told).toMatchObject({
      charged: '7.5',
      available: String(hours),
      share: Math.round((7.5 / hours) * 1e6) / 1e6,
      people: [{ name: 'Ines Carvalho', charged: '7.5' }],
    });
  });
});
