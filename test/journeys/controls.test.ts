// Story: the books of a month are closed, a project is closed, more is worked than was sold, and things come in twice
// or in the wrong currency: each is held in words for who can help, and written once.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Action } from '../../shared/actions.ts';
import type { Firm } from '../support/firm.ts';
import { arrive, crmPage, holdsOn, holdsOnDeal, holdsOnTime, postedTime, sole } from '../support/pages.ts';
import { approveTime, jobOf, logTime, salesperson, sell, until, win } from '../support/people.ts';
import { legalEntity, role, type Sales, type SoldFirm, startSoldFirm } from '../support/sold-firm.ts';

const state = mkdtempSync(join(tmpdir(), 'tieout-journey-'));

let firm: Firm;
let { ines, workspaces, deals }: Omit<SoldFirm, 'firm'> = { ines: '', workspaces: new Map(), deals: new Map() };

const sales: Sales = {
  'Lakeside platform': { account: 'Lakeside Hospital' },
  'Orchard migration': { account: 'Orchard Foods' },
  // 10 hours are sold, and no purchase order says how much it may become.
  'Mill portal': { account: 'Mill & Ivy', rates: [[role, 185, 10]] },
};

beforeAll(async () => {
  ({ firm, ines, workspaces, deals } = await startSoldFirm(state, sales));
});

afterAll(async () => {
  await firm?.close();
  rmSync(state, { recursive: true, force: true });
});

interface Entry {
  readonly notes: string;
  readonly project?: string;
  readonly date?: string;
  readonly minutes?: number;
}

async function logged({ notes, project = 'Lakeside platform', date = '2026-11-03', minutes = 450 }: Entry) {
  const workspace = workspaces.get(project) ?? '';
  const entry = logTime(firm, { workspace, user: ines, date, minutes, role, rateMinor: 18_500, notes });
  approveTime(firm, [entry]);
  await arrive(firm);
  return entry;
}

async function spent(more: Readonly<Record<string, unknown>>): Promise<string> {
  const own = { workspace_id: workspaces.get('Lakeside platform'), user_id: ines, billable: true, reimbursable: true };
  const values = { date: '2026-11-04', category: 'Travel', amount_in_cents: 21_840, ...own, ...more };
  const expense = firm.psa.create('expenses', values);
  approveTime(firm, [expense]);
  await arrive(firm);
  return expense;
}

const dealOf = (name: string) => deals.get(name) ?? '';
const holdOn = async (entry: string) => sole(await holdsOnTime(firm, entry));
const holdOnExpense = async (expense: string) => sole(await holdsOn(firm, 'psa', 'expenses', expense));
const reportLines = (note: string) => firm.erp.rows('expensereport:expense').filter((line) => line['memo'] === note);

async function answer(hold: { readonly id: string }, given: Action, reason: string): Promise<void> {
  await firm.installation.answer(hold.id, given, reason);
  await firm.installation.settled();
}

/** People change an approved entry: it goes back to them, and is approved anew. */
async function corrected(entry: string, minutes: number): Promise<void> {
  firm.psa.act('reject', { ids: [Number(entry)] });
  firm.psa.update('time_entries', entry, { time_in_minutes: minutes });
  approveTime(firm, [entry]);
  await arrive(firm);
}

describe('A month whose books are closed', () => {
  const notes = 'October workshop';
  let entry = '';

  it('holds its hours for finance, who are told which day is the next open one', async () => {
    firm.erp.act('close-period', { period: '2026-10' });
    await firm.installation.ask('erp');
    await firm.installation.settled();
    entry = await logged({ notes, date: '2026-10-29' });
    const hold = await holdOn(entry);
    expect(hold).toMatchObject({ control: 'closed-period', owner: 'finance', connection: 'erp' });
    expect(hold.words.text).toBe(
      '2026-10-29 lies in Oct 2026, which is closed in NetSuite. The next open day is: 2026-11-01.',
    );
    expect(hold.actions.map(({ action }) => action)).toEqual(['post-next', 'wait', 'retry', 'reject']);
    expect(postedTime(firm, notes)).toEqual([]);
  });

  it('posts them once on that day, with a reason; their own day stays where the hours are kept', async () => {
    await expect(firm.installation.answer((await holdOn(entry)).id, 'post-next', ' ')).rejects.toThrow(
      'reason-missing',
    );
    await answer(await holdOn(entry), 'post-next', 'Booked late, agreed with the auditor');
    expect(postedTime(firm, notes)).toMatchObject([{ trandate: '2026-11-01', hours: '7.5' }]);
    await arrive(firm);
    expect(postedTime(firm, notes)).toHaveLength(1);
    expect(firm.psa.rows('time_entries').find((row) => row.id === entry)).toMatchObject({
      date_performed: '2026-10-29',
    });
  });

  it('holds them again once they change', async () => {
    await corrected(entry, 480);
    await until('the new hold', async () => (await holdsOnTime(firm, entry))[0]?.control === 'closed-period');
    await answer(await holdOn(entry), 'post-next', 'Still the auditor’s word');
    expect(postedTime(firm, notes)).toMatchObject([{ trandate: '2026-11-01', hours: '8' }]);
  });

  it('lets those go by themselves that finance has told to wait, once it is opened again', async () => {
    const late = await logged({ notes: 'October travel day', date: '2026-10-30' });
    await answer(await holdOn(late), 'wait', '');
    expect(await holdOn(late)).toMatchObject({ code: 'awaiting-reopening', owner: 'finance' });
    expect(postedTime(firm, 'October travel day')).toEqual([]);
    firm.erp.act('open-period', { period: '2026-10' });
    await firm.installation.ask('erp');
    await until('the hours in the ERP', () => postedTime(firm, 'October travel day').length > 0, 60_000);
    await firm.installation.settled();
    expect(postedTime(firm, 'October travel day')).toMatchObject([{ trandate: '2026-10-30' }]);
  });
});

describe('A project that is closed', () => {
  it('takes no more hours; opened again, it takes all of them', async () => {
    const workspace = workspaces.get('Orchard migration') ?? '';
    firm.psa.update('workspaces', workspace, { archived: true });
    await arrive(firm);
    const entry = await logged({ notes: 'Handover', project: 'Orchard migration' });
    const hold = await holdOn(entry);
    expect(hold).toMatchObject({ control: 'project-not-open-for-time', owner: 'delivery' });
    expect(hold.words.text).toContain('Orchard migration');
    expect(postedTime(firm, 'Handover')).toEqual([]);
    const second = await logged({ notes: 'Handover call', project: 'Orchard migration' });
    firm.psa.update('workspaces', workspace, { archived: false });
    await arrive(firm);
    await until('the hours in the ERP', () => postedTime(firm, 'Handover call').length > 0, 60_000);
    await firm.installation.settled();
    expect([...postedTime(firm, 'Handover'), ...postedTime(firm, 'Handover call')]).toHaveLength(2);
    expect(await holdsOnTime(firm, second)).toEqual([]);
  });
});

describe('More hours than were sold', () => {
  it('are held for delivery, released once with a reason, and held again when they change', async () => {
    const within = await logged({ notes: 'Build', project: 'Mill portal', minutes: 600 });
    expect(await holdsOnTime(firm, within)).toEqual([]);
    const over = await logged({ notes: 'Overrun', project: 'Mill portal', minutes: 60 });
    const hold = await holdOn(over);
    expect(hold).toMatchObject({ control: 'over-budget', code: 'over-budget', owner: 'delivery' });
    expect(hold.words.text).toContain('1850.00 EUR; 1850.00 is used, so 185.00 more was not sold');
    expect(postedTime(firm, 'Overrun')).toEqual([]);
    await answer(hold, 'approve', 'Goodwill of the partner');
    expect(postedTime(firm, 'Overrun')).toMatchObject([{ hours: '1' }]);
    await corrected(over, 120);
    await until('the new hold', async () => (await holdsOnTime(firm, over))[0]?.control === 'over-budget');
    expect(postedTime(firm, 'Overrun')).toMatchObject([{ hours: '1' }]);
    await answer(await holdOn(over), 'reject', 'One hour was agreed');
  });

  it('that a change order would cover wait for its approval, and go on by themselves then', async () => {
    const order = {
      Name: 'Second language',
      tieout__Opportunity__c: dealOf('Mill portal'),
      tieout__Status__c: 'submitted',
      tieout__Amount__c: 1850,
      CurrencyIsoCode: 'EUR',
    };
    const change = firm.crm.create('tieout__Change_Order__c', order, salesperson);
    await firm.installation.settled();
    const entry = await logged({ notes: 'Translations', project: 'Mill portal', minutes: 240 });
    const hold = await holdOn(entry);
    expect(hold).toMatchObject({ control: 'over-budget', code: 'unapproved-change-order', owner: 'delivery' });
    expect(hold.words.next).toContain('3700.00');
    firm.crm.update('tieout__Change_Order__c', change, { tieout__Status__c: 'approved' }, salesperson);
    await until('the hours in the ERP', () => postedTime(firm, 'Translations').length > 0, 60_000);
    await firm.installation.settled();
    expect(postedTime(firm, 'Translations')).toHaveLength(1);
  });
});

describe('A change order in another currency than its contract', () => {
  it('holds the contract for finance, until it is corrected', async () => {
    const deal = dealOf('Lakeside platform');
    const order = {
      Name: 'Dashboards',
      tieout__Opportunity__c: deal,
      tieout__Status__c: 'approved',
      tieout__Amount__c: 5000,
      CurrencyIsoCode: 'USD',
    };
    const change = firm.crm.create('tieout__Change_Order__c', order, salesperson);
    const held = async () => (await holdsOnDeal(firm, deal)).filter(({ connection }) => connection === 'erp');
    await until('the hold', async () => (await held()).length > 0, 60_000);
    await firm.installation.settled();
    const hold = sole(await held());
    expect(hold).toMatchObject({ control: 'currency-mismatch', owner: 'finance' });
    expect(hold.words.text).toBe('The contract is in EUR, but a change order is in USD.');
    expect(crmPage(firm, deal, 'netsuite')).toMatchObject({ tieout__Status__c: 'held' });
    firm.crm.update('tieout__Change_Order__c', change, { CurrencyIsoCode: 'EUR' }, salesperson);
    // Not every org has currencies, so the package does not watch them: the next sweep sees it.
    await firm.installation.ask('crm');
    const total = () => firm.erp.rows('salesorder').find((row) => row['memo'] === 'Lakeside platform');
    await until('the amended order', () => total()?.['custbody_tieout_total'] === '60500.00', 60_000);
    await firm.installation.settled();
    expect(await held()).toEqual([]);
  });
});

describe('A legal entity that the ledger does not have', () => {
  it('holds the customer and what is sold to it for finance; once corrected, all of it goes on, once', async () => {
    const name = 'Quay forecast';
    const { opportunity, account } = sell(firm, {
      ...{ account: 'Quayside Logistics', name, legalEntity, country: 'FR', purchaseOrder: 'PO-9' },
      rates: [[role, 185, 20]],
    });
    const wrong = { tieout__Legal_Entity__c: 'Northwind Consulting SARL' };
    firm.crm.update('Account', account, wrong, salesperson);
    win(firm, opportunity);
    await until('the hold', async () => (await holdsOn(firm, 'crm', 'Account', account)).length > 0, 60_000);
    await firm.installation.settled();
    const hold = sole(
      (await holdsOn(firm, 'crm', 'Account', account)).filter(({ connection }) => connection === 'erp'),
    );
    expect(hold).toMatchObject({ control: 'unknown-legal-entity', owner: 'finance' });
    expect(hold.words.text).toContain('NetSuite keeps no books for Northwind Consulting SARL.');
    expect(firm.erp.rows('customer').filter((row) => row['companyname'] === 'Quayside Logistics')).toEqual([]);
    await expect(firm.installation.answer(hold.id, 'approve', 'Never mind')).rejects.toThrow('action-not-offered');
    firm.crm.update('Account', account, { tieout__Legal_Entity__c: legalEntity }, salesperson);
    await until('the job in the ERP', () => jobOf(firm, name), 60_000);
    await firm.installation.settled();
    expect(firm.erp.rows('customer').filter((row) => row['companyname'] === 'Quayside Logistics')).toHaveLength(1);
  });
});

describe('An expense that was entered twice', () => {
  it('is held for delivery, and posted as a second one only on their word', async () => {
    const first = await spent({ notes: 'Train to Hamburg' });
    expect(await holdsOn(firm, 'psa', 'expenses', first)).toEqual([]);
    const second = await spent({ notes: 'Train to Hamburg' });
    const hold = await holdOnExpense(second);
    expect(hold).toMatchObject({ control: 'duplicate-expense', owner: 'delivery' });
    expect(hold.words.text).toContain('218.40 EUR on 2026-11-04');
    expect(reportLines('Train to Hamburg')).toHaveLength(1);
    await answer(hold, 'approve', 'There and back');
    expect(reportLines('Train to Hamburg')).toHaveLength(2);
    expect(firm.erp.rows('expensereport')).toHaveLength(1);
  });
});
