// Story: what is wrong is held, with owner and words, on people's own pages; it is written once, after they mended it
// or said why it is right.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Firm } from '../support/firm.ts';
import { arrive, crmPage, holdsOn, holdsOnDeal, holdsOnTime, postedTime, sole, timePage } from '../support/pages.ts';
import { approveTime, jobOf, logTime, sell, until, win } from '../support/people.ts';
import { legalEntity, role, type Sales, type SoldFirm, startSoldFirm } from '../support/sold-firm.ts';

const state = mkdtempSync(join(tmpdir(), 'tieout-journey-'));

let firm: Firm;
let { ines, workspaces, deals }: Omit<SoldFirm, 'firm'> = { ines: '', workspaces: new Map(), deals: new Map() };

const sales: Sales = {
  'Lakeside data platform': { account: 'Lakeside Hospital' },
  'Orchard migration': { account: 'Orchard Foods', purchaseOrder: 'PO-310', purchaseOrderLimit: 1000 },
  'Mill portal': { account: 'Mill & Ivy', purchaseOrder: null },
};

beforeAll(async () => {
  ({ firm, ines, workspaces, deals } = await startSoldFirm(state, sales));
});

afterAll(async () => {
  await firm?.close();
  rmSync(state, { recursive: true, force: true });
});

interface Entry {
  readonly project: string;
  readonly notes: string;
  readonly by?: string;
  readonly minutes?: number;
  readonly rateMinor?: number;
}

function log({ project, notes, by = ines, minutes = 450, rateMinor = 18_500 }: Entry): string {
  const workspace = workspaces.get(project) ?? '';
  return logTime(firm, { workspace, user: by, date: '2026-11-03', minutes, role, rateMinor, notes });
}

function logApproved(entry: Entry): string {
  const logged = log(entry);
  approveTime(firm, [logged]);
  return logged;
}

const dealOf = (name: string) => deals.get(name) ?? '';
const orderOf = (name: string) => firm.erp.rows('salesorder').filter((row) => row['memo'] === name);
const holdOn = async (entry: string) => sole(await holdsOnTime(firm, entry));

async function answer(
  hold: { readonly id: string },
  given: 'approve' | 'reject' | 'retry',
  reason: string,
): Promise<void> {
  await firm.installation.answer(hold.id, given, reason);
  await firm.installation.settled();
}

/** Taken back, corrected and approved anew, as people do it in the PSA. */
function correctHours(entry: string, minutes: number): void {
  firm.psa.act('reject', { ids: [Number(entry)] });
  firm.psa.update('time_entries', entry, { time_in_minutes: minutes });
  approveTime(firm, [entry]);
}

describe('Time that is not approved', () => {
  const notes = 'Interface workshop';
  let entry = '';

  it('is held for the delivery manager, in words, on its own page; nobody may let it on from here', async () => {
    entry = log({ project: 'Lakeside data platform', notes });
    firm.psa.act('submit-time', { ids: [Number(entry)] });
    await arrive(firm);
    const hold = await holdOn(entry);
    expect(hold).toMatchObject({ control: 'unapproved-time', owner: 'delivery', connection: 'erp' });
    expect(hold.words.text).toContain('The time of 2026-11-03, 7.5 h');
    expect(timePage(firm, entry)).toMatchObject({ status: 'failed', external_status: 'Held' });
    expect(timePage(firm, entry)?.['external_message']).toContain(hold.words.text);
    expect(postedTime(firm, notes)).toEqual([]);
    await expect(firm.installation.answer(hold.id, 'approve', 'In a hurry')).rejects.toThrow('action-not-offered');
  });

  it('goes on by itself once it is approved where the hours are kept, and its page says so', async () => {
    approveTime(firm, [entry]);
    await arrive(firm);
    expect(postedTime(firm, notes)).toHaveLength(1);
    expect(await holdsOnTime(firm, entry)).toEqual([]);
    expect(timePage(firm, entry)).toMatchObject({ status: 'successful', external_status: 'In step' });
  });
});

describe('A rate that differs from the contract', () => {
  const notes = 'Cut-over weekend';
  let entry = '';

  it('is held for finance, who release it once, with a reason', async () => {
    entry = logApproved({ project: 'Lakeside data platform', notes, rateMinor: 19_000 });
    await arrive(firm);
    const hold = await holdOn(entry);
    expect(hold).toMatchObject({ control: 'rate-mismatch', owner: 'finance' });
    expect(hold.words.text).toBe('The rate for Senior Consultant is 190 EUR; the contract says 185 EUR.');
    expect(postedTime(firm, notes)).toEqual([]);
    await expect(firm.installation.answer(hold.id, 'approve', ' ')).rejects.toThrow('reason-missing');

    await answer(hold, 'approve', 'Weekend rate agreed by mail on 2 November');
    expect(postedTime(firm, notes).map((row) => row['rate'])).toEqual(['190']);
    await expect(firm.installation.answer(hold.id, 'approve', 'Once more')).rejects.toThrow('hold-not-open');
  });

  it('is held again when the hours change, because the release was for what it said then', async () => {
    await arrive(firm);
    correctHours(entry, 480);
    await until('the new hold', async () => {
      await arrive(firm);
      return (await holdsOnTime(firm, entry))[0]?.control === 'rate-mismatch';
    });
    expect(postedTime(firm, notes).map((row) => [row['hours'], row['rate']])).toEqual([['7.5', '190']]);
    await answer(await holdOn(entry), 'approve', 'Still the weekend rate');
    expect(postedTime(firm, notes).map((row) => [row['hours'], row['rate']])).toEqual([['8', '190']]);
  });

  it('is dropped when finance reject it: not written, not asked about again, and its page says so', async () => {
    const rejected = logApproved({ project: 'Lakeside data platform', notes: 'Goodwill hours', rateMinor: 100 });
    await arrive(firm);
    await answer(await holdOn(rejected), 'reject', 'Not to be billed');
    await arrive(firm);
    expect(postedTime(firm, 'Goodwill hours')).toEqual([]);
    expect(await holdsOnTime(firm, rejected)).toEqual([]);
    expect(timePage(firm, rejected)).toMatchObject({ external_status: 'Not carried over' });
  });

  it('goes on by itself once the rate card was corrected, and nobody has to press anything', async () => {
    const raised = logApproved({ project: 'Orchard migration', notes: 'Kick-off', rateMinor: 20_000, minutes: 60 });
    await arrive(firm);
    const hold = await holdOn(raised);
    const deal = dealOf('Orchard migration');
    const line = firm.crm.rows('OpportunityLineItem').find((row) => row['OpportunityId'] === deal);
    firm.crm.update('OpportunityLineItem', line?.id ?? '', { UnitPrice: 200 });
    firm.crm.update('Opportunity', deal, { Description: 'Rate corrected' });
    await until('the new rate in the order', () => JSON.stringify(orderOf('Orchard migration')).includes('"200"'));
    await firm.installation.settled();
    await expect(firm.installation.answer(hold.id, 'retry', '')).rejects.toThrow('hold-not-open');
    expect(postedTime(firm, 'Kick-off').map((row) => row['rate'])).toEqual(['200']);
  });
});

describe('A purchase order', () => {
  it('that is missing holds the contract and its hours for finance; let on once, it is held again', async () => {
    const hold = sole(await holdsOnDeal(firm, dealOf('Mill portal')));
    expect(hold).toMatchObject({ control: 'missing-purchase-order', owner: 'finance', connection: 'erp' });
    expect(hold.words.title).toBe('Purchase order is missing');
    const page = {
      tieout__Status__c: 'held',
      tieout__Reason__c: 'missing-purchase-order',
      tieout__Owner__c: 'finance',
    };
    expect(crmPage(firm, dealOf('Mill portal'), 'netsuite')).toMatchObject(page);
    expect(orderOf('Mill portal')).toEqual([]);

    const entry = logApproved({ project: 'Mill portal', notes: 'Sitemap' });
    await arrive(firm);
    expect(await holdOn(entry)).toMatchObject({ control: 'missing-purchase-order', owner: 'finance' });
    await answer(hold, 'approve', 'Signed; the number follows by mail');
    const written = sole(orderOf('Mill portal'));
    firm.crm.update('Opportunity', dealOf('Mill portal'), { tieout__Payment_Terms__c: 'NET60' });
    const again = await until('the new hold', async () => (await holdsOnDeal(firm, dealOf('Mill portal')))[0]);
    expect(again).toMatchObject({ control: 'missing-purchase-order', owner: 'finance' });
    expect(sole(orderOf('Mill portal'))).toEqual(written);
    firm.crm.update('Opportunity', dealOf('Mill portal'), { tieout__Purchase_Order__c: 'PO-88' });
    await until('the number in the order', () => orderOf('Mill portal')[0]?.['otherrefnum'] === 'PO-88');
    await firm.installation.settled();
    expect(orderOf('Mill portal').map((row) => row['otherrefnum'])).toEqual(['PO-88']);
    expect(crmPage(firm, dealOf('Mill portal'), 'netsuite')).toMatchObject({ tieout__Status__c: 'in-step' });
    expect(await holdsOnTime(firm, entry)).toEqual([]);
    expect(postedTime(firm, 'Sitemap')).toHaveLength(1);
  });

  it('that is used up holds the hours that pass its limit, to the cent, and again when they change', async () => {
    const fits = logApproved({ project: 'Orchard migration', notes: 'Cleansing', rateMinor: 20_000, minutes: 240 });
    await arrive(firm);
    expect(await holdsOnTime(firm, fits)).toEqual([]);
    const passes = logApproved({ project: 'Orchard migration', notes: 'Overrun', rateMinor: 20_000, minutes: 15 });
    await arrive(firm);
    const hold = await holdOn(passes);
    expect(hold).toMatchObject({ control: 'exhausted-purchase-order', owner: 'finance' });
    expect(hold.params).toMatchObject({ purchaseOrder: 'PO-310', currency: 'EUR' });
    expect(postedTime(firm, 'Overrun')).toEqual([]);
    await answer(hold, 'approve', 'The customer raises the order');
    expect(postedTime(firm, 'Overrun').map((row) => row['hours'])).toEqual(['0.25']);
    correctHours(passes, 30);
    await until('the new hold', async () => {
      await arrive(firm);
      return (await holdsOnTime(firm, passes))[0]?.control === 'exhausted-purchase-order';
    });
    expect(postedTime(firm, 'Overrun').map((row) => row['hours'])).toEqual(['0.25']);
    firm.crm.update('Opportunity', dealOf('Orchard migration'), { tieout__Purchase_Order_Limit__c: 1100 });
    await until('the new limit in the order', () => JSON.stringify(orderOf('Orchard migration')).includes('1100'));
    await firm.installation.settled();
    expect(postedTime(firm, 'Cleansing')).toHaveLength(1);
    expect(postedTime(firm, 'Overrun').map((row) => row['hours'])).toEqual(['0.5']);
  });
});

describe('Somebody whom the ledger does not know', () => {
  it('holds their hours for the integration admin; nobody may let them on, hired there they go on', async () => {
    const email = 'tomas.brandt@northwind.example';
    const tomas = firm.psa.create('users', { full_name: 'Tomas Brandt', email_address: email });
    const entry = logApproved({ project: 'Lakeside data platform', notes: 'Runbook', by: tomas });
    await arrive(firm);
    const hold = await holdOn(entry);
    expect(hold).toMatchObject({ control: 'unknown-reference', owner: 'integration' });
    expect(postedTime(firm, 'Runbook')).toEqual([]);
    await expect(firm.installation.answer(hold.id, 'approve', 'Known here')).rejects.toThrow('action-not-offered');
    expect(timePage(firm, entry)).toMatchObject({ external_status: 'Held' });
    firm.erp.create('employee', { firstname: 'Tomas', lastname: 'Brandt', email, subsidiary: '3' });
    await until('the hours in the ERP', () => postedTime(firm, 'Runbook').length > 0);
    await firm.installation.settled();
    expect(postedTime(firm, 'Runbook')).toHaveLength(1);
  });
});

describe('The same thing twice', () => {
  it('by its business key: hours are held for delivery, and written as second ones only on their word', async () => {
    const first = logApproved({ project: 'Lakeside data platform', notes: 'Steering committee' });
    await arrive(firm);
    const second = logApproved({ project: 'Lakeside data platform', notes: 'Steering committee' });
    await arrive(firm);
    expect(await holdsOnTime(firm, first)).toEqual([]);
    const hold = await holdOn(second);
    expect(hold).toMatchObject({ code: 'duplicate-time', owner: 'delivery' });
    expect(postedTime(firm, 'Steering committee')).toHaveLength(1);
    await answer(hold, 'approve', 'Morning and afternoon session');
    expect(postedTime(firm, 'Steering committee')).toHaveLength(2);
    // Hours that lie in the ledger are nobody's second: a correction goes to the entry that is there.
    correctHours(second, 300);
    await arrive(firm);
    const inLedger = () => postedTime(firm, 'Steering committee').map((row) => row['hours']);
    await until('the correction', () => `${inLedger()}` === '7.5,5');
  });

  it('by its business key: a second customer of one name is held in each system', async () => {
    const { opportunity } = sell(firm, {
      account: 'Orchard Foods (new)',
      name: 'Orchard loyalty',
      legalEntity,
      country: 'DE',
      purchaseOrder: 'PO-9',
      rates: [[role, 185, 20]],
    });
    const account = firm.crm.rows('Account').find((row) => row['Name'] === 'Orchard Foods (new)')?.id ?? '';
    firm.crm.update('Account', account, { Name: 'Orchard Foods' });
    win(firm, opportunity);
    const named = () => firm.erp.rows('customer').filter((row) => row['companyname'] === 'Orchard Foods');
    const holds = await until('a hold towards both systems', async () => {
      const open = (await firm.installation.exceptions()).filter((hold) => hold.control === 'duplicate');
      return open.length === 2 ? open : null;
    });
    await firm.installation.settled();
    expect(holds.map((hold) => [hold.connection, hold.owner]).sort()).toEqual([
      ['erp', 'integration'],
      ['psa', 'integration'],
    ]);
    expect(holds.find((hold) => hold.connection === 'erp')?.words.text).toMatch(/looks the same: customer \d+\./);
    expect(named()).toHaveLength(1);
    expect(crmPage(firm, account, 'netsuite')).toMatchObject({
      tieout__Status__c: 'held',
      tieout__Reason__c: 'duplicate',
    });
    for (const hold of holds) await answer(hold, 'approve', 'A sister company that trades under the same name');
    // The ledger has a rule of its own: a customer's name is unique.
    const refused = sole((await firm.installation.exceptions()).filter((hold) => hold.control === 'refused'));
    expect(refused.words.text).toContain('This entity already exists');
    firm.crm.update('Account', account, { Name: 'Orchard Foods Loyalty' });
    await until('the job of the second customer', () => jobOf(firm, 'Orchard loyalty'));
    await firm.installation.settled();
    expect(named()).toHaveLength(1);
    const left = [await holdsOnDeal(firm, opportunity), await holdsOn(firm, 'crm', 'Account', account)];
    expect(left).toEqual([[], []]);
  });
});
