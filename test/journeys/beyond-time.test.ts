// Story: a contract with instalments is changed by a change order; people spend money and reach milestones; the ledger
// bills all of it once, is paid in two parts, and says what revenue it has recognised.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Firm, startFirm } from '../support/firm.ts';
import { approveTime, hire, jobOf, logTime, salesperson, sell, until, win, workspaceOf } from '../support/people.ts';

let firm: Firm;
let opportunity = '';
let user = '';
let workspace = '';
const project = 'Harbour & Pine second warehouse';
const legalEntity = 'Northwind Consulting GmbH';
const state = mkdtempSync(join(tmpdir(), 'tieout-journey-'));

beforeAll(async () => {
  firm = await startFirm({ state });
  ({ user } = hire(firm, 'Ines Carvalho', 'ines.carvalho@northwind.example', 'Senior Consultant', legalEntity));
  ({ opportunity } = sell(firm, {
    account: 'Harbour & Pine Architects',
    name: project,
    legalEntity,
    country: 'DE',
    purchaseOrder: 'PO-1201',
    purchaseOrderLimit: 70_000,
    rates: [['Senior Consultant', 185, 300]],
  }));
  const phase = firm.crm.create('Product2', { Name: 'Fixed price' }, salesperson);
  firm.crm.create(
    'OpportunityLineItem',
    {
      OpportunityId: opportunity,
      Product2Id: phase,
      UnitPrice: 12_000,
      Quantity: 1,
      ServiceDate: '2026-11-20',
      Description: 'Design signed off',
    },
    salesperson,
  );
  const revenue = { tieout__Revenue_Rule__c: 'Percent complete', tieout__Revenue_Start__c: '2026-11-02' };
  firm.crm.update('Opportunity', opportunity, revenue, salesperson);
  win(firm, opportunity);
  await until('the job in the ERP', () => jobOf(firm, project));
  workspace = await until('the workspace in the PSA', () => workspaceOf(firm, project));
});

afterAll(async () => {
  await firm?.close();
  rmSync(state, { recursive: true, force: true });
});

const order = () => firm.erp.rows('salesorder').find((row) => row['memo'] === project);

it('The contract reaches the ledger with instalments and revenue rule; a change order only once approved', async () => {
  await until('the contract', order);
  await firm.installation.settled();
  expect(order()).toMatchObject({
    custbody_tieout_total: '67500.00',
    custbody_tieout_rev_rule: 'Percent complete',
    item: [{ rate: '185' }, { rate: '12000', custcol_tieout_instalment: 'Design signed off' }],
  });
  const values = {
    Name: 'Second warehouse',
    tieout__Opportunity__c: opportunity,
    tieout__Status__c: 'submitted',
    tieout__Amount__c: 9000,
    tieout__Purchase_Order_Raise__c: 9000,
    CurrencyIsoCode: 'EUR',
    tieout__Role__c: 'Architect',
    tieout__Rate__c: 210.5,
    tieout__Hours__c: 24,
  };
  const change = firm.crm.create('tieout__Change_Order__c', values, salesperson);
  await firm.installation.settled();
  expect(order()).toMatchObject({ custbody_tieout_total: '67500.00' });
  firm.crm.update('tieout__Change_Order__c', change, { tieout__Status__c: 'approved' }, salesperson);
  await until('the amended contract', () => order()?.['custbody_tieout_total'] === '76500.00', 60_000);
  expect(order()).toMatchObject({
    custbody_tieout_po_limit: '79000.00',
    item: [{ rate: '185' }, { custcol_tieout_role: 'Architect', rate: '210.5' }, { rate: '12000' }],
  });
  const budget = () => firm.psa.rows('workspaces').find((row) => row.id === workspace)?.['price_in_cents'];
  await until('the amended budget in the PSA', () => budget() === 7_650_000, 60_000);
});

it('Expenses are posted once approved, as lines of one report, and a milestone when its task is done', async () => {
  const spent = [
    { category: 'Travel', amount_in_cents: 21_840, notes: 'Train to Hamburg', date: '2026-11-04' },
    { category: 'Hotel', amount_in_cents: 14_900, notes: 'Two nights', date: '2026-11-05' },
  ].map((one) =>
    firm.psa.create('expenses', { workspace_id: workspace, user_id: user, billable: true, reimbursable: true, ...one }),
  );
  const story = firm.psa.create('stories', { workspace_id: workspace, title: 'Design', story_type: 'milestone' });
  firm.psa.create('billing_milestones', {
    workspace_id: workspace,
    title: 'Design signed off',
    amount_in_cents: 1_200_000,
    date_to_invoice: '2026-11-20',
    story_id: story,
  });
  firm.psa.act('submit-time', { ids: spent.map(Number) });
  await firm.installation.ask('psa');
  await firm.installation.settled();
  expect(firm.erp.rows('expensereport')).toHaveLength(0);
  approveTime(firm, spent);
  firm.psa.update('stories', story, { state: 'completed', percentage_complete: 100 });
  await firm.installation.ask('psa');
  await until('the report in the ERP', () => firm.erp.rows('expensereport:expense').length === 2, 60_000);
  const complete = () => firm.erp.rows('projecttask').some((task) => task['status'] === 'COMPLETE');
  await until('the milestone in the ERP', complete, 60_000);
  await firm.installation.settled();
  expect(firm.erp.rows('expensereport')).toHaveLength(1);
  expect(firm.erp.rows('expensereport')[0]).toMatchObject({ total: '367.40' });
});

it('What is billed, paid in parts and recognised comes back to PSA and CRM, to the cent and once', async () => {
  const hours = { date: '2026-11-03', minutes: 450, role: 'Senior Consultant', rateMinor: 18_500, notes: 'Workshop' };
  approveTime(firm, [logTime(firm, { workspace, user, ...hours })]);
  await firm.installation.ask('psa');
  await until('the time in the ERP', () => firm.erp.rows('timebill').length === 1, 60_000);
  await firm.installation.settled();
  const invoice = String(firm.erp.act('bill', { job: jobOf(firm, project), date: '2026-11-30' }));
  // 1,387.50 of time, 367.40 of expenses, 12,000.00 of the milestone.
  const billed = await until('the invoice in the PSA', () => firm.psa.rows('invoices')[0], 60_000);
  expect(billed).toMatchObject({ total_in_cents: 1_375_490 });
  expect([billed['expense_ids'], billed['billing_milestone_ids'], billed['time_entry_ids']]).toMatchObject([
    [expect.anything(), expect.anything()],
    [expect.anything()],
    [expect.anything()],
  ]);
  const total = Number(firm.erp.rows('invoice')[0]?.['total']);
  firm.erp.act('pay', { invoice, amount: '1000.00' });
  firm.erp.act('pay', { invoice, amount: (total - 1000).toFixed(2) });
  const mirrored = () => firm.crm.rows('tieout__Invoice__c')[0];
  await until('paid in the CRM', () => mirrored()?.['tieout__Status__c'] === 'paid', 60_000);
  await firm.installation.ask('erp');
  await firm.installation.settled();
  expect(firm.crm.rows('tieout__Invoice__c')).toHaveLength(1);
  const paid = () => firm.psa.rows('external_payments').reduce((sum, row) => sum + Number(row['amount_in_cents']), 0);
  await until('both payments in the PSA', () => paid() === Math.round(total * 100), 60_000);

  const amounts = { custbody_tieout_recognised: '9600.00', custbody_tieout_deferred: '2400.00' };
  firm.erp.update('salesorder', order()?.id ?? '', amounts);
  const deal = () => firm.crm.rows('Opportunity').find((row) => row.id === opportunity);
  await until('the recognised revenue on the deal', () => deal()?.['tieout__Recognised__c'] === 9600, 60_000);
  expect(deal()).toMatchObject({ tieout__Deferred__c: 2400 });
});
