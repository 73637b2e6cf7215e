// Story: who bills a contract. The PSA issues the invoices of one; they become the ledger's, once and to the cent, and
// are paid there.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Firm, startFirm } from '../support/firm.ts';
import { approveTime, hire, jobOf, logTime, salesperson, sell, until, win, workspaceOf } from '../support/people.ts';

let firm: Firm;
let user = '';
let workspace = '';
const project = 'Lakeside Hospital data platform';
const legalEntity = 'Northwind Consulting GmbH';
const state = mkdtempSync(join(tmpdir(), 'tieout-journey-'));

beforeAll(async () => {
  firm = await startFirm({ state });
  ({ user } = hire(firm, 'Ines Carvalho', 'ines.carvalho@northwind.example', 'Senior Consultant', legalEntity));
  const { opportunity } = sell(firm, {
    ...{ account: 'Lakeside Hospital', name: project, legalEntity, country: 'DE', purchaseOrder: 'PO-1201' },
    ...{ rates: [['Senior Consultant', 185, 300]] as const, billingMode: 'psa' as const },
  });
  win(firm, opportunity);
  await until('the job in the ERP', () => jobOf(firm, project));
  workspace = await until('the workspace in the PSA', () => workspaceOf(firm, project));
});

afterAll(async () => {
  await firm?.close();
  rmSync(state, { recursive: true, force: true });
});

const work = { role: 'Senior Consultant', rateMinor: 18_500, notes: 'Source systems workshop' };

/** Approved in the PSA, and with the ledger. */
async function worked(date: string, minutes: number): Promise<string> {
  const entry = logTime(firm, { workspace, user, date, minutes, ...work });
  approveTime(firm, [entry]);
  await firm.installation.ask('psa');
  await until('the time in the ERP', () => firm.erp.rows('timebill').some((row) => row['trandate'] === date), 60_000);
  return entry;
}

it('What the PSA bills is in the ledger for its cost, and the PSA’s invoice becomes the ledger’s', async () => {
  // 80 minutes are no whole number of hundredths of an hour: 246.67 all the same.
  const entries = [await worked('2026-11-03', 450), await worked('2026-11-04', 80)];
  expect(firm.erp.rows('timebill').map((row) => row['isbillable'])).toEqual([false, false]);
  firm.psa.create('invoices', {
    ...{ workspace_id: workspace, payment_schedule: 30, invoice_date: '2026-11-30', user_invoice_number: 4711 },
    time_entry_ids: entries.map(Number),
  });
  await firm.installation.ask('psa');
  const posted = await until('the invoice in the ERP', () => firm.erp.rows('invoice')[0], 60_000);
  await firm.installation.settled();
  expect(posted).toMatchObject({ tranid: '4711', subtotal: '1634.17', job: jobOf(firm, project) });
  expect(firm.erp.rows('invoice')).toHaveLength(1);
  expect(firm.psa.rows('invoices')).toHaveLength(1);
  await until(
    'the invoice in the CRM',
    () => firm.crm.rows('tieout__Invoice__c')[0]?.['tieout__Subtotal__c'] === 1634.17,
  );
});

it('It is paid in the ledger, and that is seen where it was issued', async () => {
  const [invoice] = firm.erp.rows('invoice');
  firm.erp.act('pay', { invoice: invoice?.id });
  const issued = () => firm.psa.rows('invoices')[0]?.['status'];
  await until('the payment in the PSA', () => issued() === 'accepted payment', 60_000);
  const mirrored = () => firm.crm.rows('tieout__Invoice__c')[0]?.['tieout__Status__c'];
  await until('the payment in the CRM', () => mirrored() === 'paid', 60_000);
  await firm.installation.settled();
  expect(firm.erp.rows('invoice')).toHaveLength(1);
});

it('Hours that the ledger has billed too are held for finance as billed twice', async () => {
  const entry = await worked('2026-11-05', 60);
  const [posted] = firm.erp.rows('timebill').filter((row) => row['trandate'] === '2026-11-05');
  // Somebody in the ledger ticks the hours as billable, and bills them before anybody notices.
  firm.erp.update('timebill', posted?.id ?? '', { isbillable: true });
  firm.erp.act('bill', { job: jobOf(firm, project), date: '2026-11-30' });
  const exceptions = async () => (await firm.installation.exceptions()).map(({ control }) => control);
  await until('the wrong biller', async () => (await exceptions()).includes('wrong-biller'), 60_000);
  firm.psa.create('invoices', {
    ...{ workspace_id: workspace, payment_schedule: 30, invoice_date: '2026-11-30', time_entry_ids: [Number(entry)] },
  });
  await firm.installation.ask('psa');
  await until('the double', async () => (await exceptions()).includes('billed-twice'), 60_000);
  expect(firm.erp.rows('invoice')).toHaveLength(2);
});

it('A contract that changes its biller in mid-month: finance let it pass, and nothing is billed by both', async () => {
  const other = 'Lakeside Hospital ward planning';
  const { opportunity } = sell(firm, {
    ...{ account: 'Lakeside Hospital', name: other, legalEntity, country: 'DE', purchaseOrder: 'PO-1202' },
    rates: [['Senior Consultant', 185, 300]] as const,
  });
  win(firm, opportunity);
  await until('the order in the ERP', () => firm.erp.rows('salesorder').some((row) => row['memo'] === other), 60_000);
  const place = await until('the workspace in the PSA', () => workspaceOf(firm, other), 60_000);
  await firm.installation.settled();
  const days = ['2026-11-12', '2026-11-17'];
  const entries = days.map((date) => logTime(firm, { workspace: place, user, date, minutes: 60, ...work }));
  approveTime(firm, entries);
  await firm.installation.ask('psa');
  const billable = () =>
    days.map((day) => firm.erp.rows('timebill').find((row) => row['trandate'] === day)?.['isbillable']);
  await until('both days in the ERP', () => billable().every((one) => one === true), 60_000);
  const change = { tieout__Billing_Mode__c: 'psa', tieout__Billing_From__c: '2026-11-15' };
  firm.crm.update('Opportunity', opportunity, change, salesperson);
  const asked = await until(
    'finance to be asked',
    async () => (await firm.installation.exceptions()).find(({ control }) => control === 'biller-changed'),
    60_000,
  );
  await firm.installation.answer(asked.id, 'approve', 'Agreed with the customer');
  await until('the later day to be the PSA’s', () => billable()[1] === false, 60_000);
  expect(billable()).toEqual([true, false]);
});

it('An expense that nobody has approved is held for delivery, and goes on once it is', async () => {
  const spent = { category: 'Travel', amount_in_cents: 21_840, notes: 'Train to Hamburg', date: '2026-11-04' };
  const expense = firm.psa.create('expenses', {
    ...{ workspace_id: workspace, user_id: user, billable: true, reimbursable: true },
    ...spent,
  });
  firm.psa.act('submit-time', { ids: [Number(expense)] });
  await firm.installation.ask('psa');
  const held = async () =>
    (await firm.installation.exceptions()).find(({ control }) => control === 'unapproved-expense');
  expect(await until('the hold', held, 60_000)).toMatchObject({ owner: 'delivery' });
  approveTime(firm, [expense]);
  await firm.installation.ask('psa');
  // Its contract is billed by the PSA: paid back by the ledger, and billed by nobody there.
  const line = await until('the expense in the ERP', () => firm.erp.rows('expensereport:expense')[0], 60_000);
  expect(line).toMatchObject({ isbillable: false });
  await until('the hold to be gone', async () => !(await held()), 60_000);
});
