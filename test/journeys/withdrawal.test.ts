// Story: what was approved is taken back. Before the invoice the ledger's entry goes with it and comes back as the same
// one; after the invoice finance decide, and what they decide is followed to its end.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Firm, startFirm } from '../support/firm.ts';
import { arrive, holdsOn, holdsOnDeal, holdsOnTime, postedTime, sole, timelineOf, timePage } from '../support/pages.ts';
import { approveTime, hire, jobOf, logTime, sell, until, win, workspaceOf } from '../support/people.ts';

const legalEntity = 'Northwind Consulting GmbH';
const role = 'Senior Consultant';
const project = 'Lakeside data platform';
const state = mkdtempSync(join(tmpdir(), 'tieout-journey-'));

let firm: Firm;
let user = '';
let workspace = '';
let day = 2;

beforeAll(async () => {
  firm = await startFirm({ state });
  ({ user } = hire(firm, 'Ines Carvalho', 'ines.carvalho@northwind.example', role, legalEntity));
  const { opportunity } = sell(firm, {
    ...{ account: 'Lakeside Hospital', name: project, legalEntity, country: 'DE', purchaseOrder: 'PO-1201' },
    rates: [[role, 185, 300]],
    purchaseOrderLimit: 10_000,
  });
  win(firm, opportunity);
  workspace = await until('the workspace', () => workspaceOf(firm, project), 60_000);
  await until('the job', () => jobOf(firm, project), 60_000);
  // The PSA locks what it has invoiced; this firm keeps its invoices in the ledger and in the CRM only.
  await firm.installation.setFlow('psa', 'invoice', 'observe');
  await firm.installation.settled();
});

afterAll(async () => {
  await firm?.close();
  rmSync(state, { recursive: true, force: true });
});

/** Approved hours that have arrived in the ledger. */
async function posted(notes: string): Promise<string> {
  const date = `2026-11-${String(day++).padStart(2, '0')}`;
  const entry = logTime(firm, { workspace, user, date, minutes: 450, role, rateMinor: 18_500, notes });
  approveTime(firm, [entry]);
  await arrive(firm);
  expect(postedTime(firm, notes)).toHaveLength(1);
  return entry;
}

async function revoke(entry: string): Promise<void> {
  firm.psa.act('reject', { ids: [Number(entry)] });
  await arrive(firm);
}

async function reapprove(entry: string): Promise<void> {
  approveTime(firm, [entry]);
  await arrive(firm);
}

const bill = (): string => String(firm.erp.act('bill', { job: jobOf(firm, project), date: '2026-11-30' }));

async function invoiced(notes: string): Promise<{ readonly entry: string; readonly invoice: string }> {
  const entry = await posted(notes);
  const invoice = bill();
  await until('the invoice in the CRM', () => mirrorOf(invoice));
  await firm.installation.settled();
  await revoke(entry);
  return { entry, invoice };
}

const numberOf = (invoice: string) => String(firm.erp.rows('invoice').find((row) => row.id === invoice)?.['tranid']);
const mirrorOf = (invoice: string) =>
  firm.crm.rows('tieout__Invoice__c').find((row) => row['Name'] === numberOf(invoice));

const standing = (notes: string) =>
  postedTime(firm, notes).map((row) => [row.id, row['approvalstatus'], row['isbillable']]);

describe('An approval that is revoked before invoicing', () => {
  const notes = 'Interface workshop';
  let entry = '';
  let first: string | undefined;

  it('takes the entry back in the ledger, where it can be billed no more, and its page says so', async () => {
    entry = await posted(notes);
    first = postedTime(firm, notes)[0]?.id;
    await revoke(entry);
    expect(standing(notes)).toEqual([[first, '4', false]]);
    expect(() => bill()).toThrow('has nothing to bill');
    expect(timePage(firm, entry)).toMatchObject({ external_status: 'Not carried over' });
    expect(timePage(firm, entry)?.['external_message']).toContain('was taken back there');
    expect(await holdsOnTime(firm, entry)).toEqual([]);
  });

  it('and given again revives the same entry, never a second; its timeline tells both', async () => {
    await reapprove(entry);
    expect(standing(notes)).toEqual([[first, '3', true]]);
    expect(timePage(firm, entry)).toMatchObject({ external_status: 'In step' });
    const told = await timelineOf(firm, 'psa', 'time_entries', entry);
    const steps = told.filter((title) => title === 'Withdrawn' || title === 'Revived');
    expect(steps).toEqual(['Withdrawn', 'Revived']);
  });

  it('frees what the entry took from the purchase order', async () => {
    const big = logTime(firm, {
      workspace,
      user,
      date: '2026-11-20',
      minutes: 2_400,
      role,
      rateMinor: 18_500,
      notes: 'Big',
    });
    approveTime(firm, [big]);
    await arrive(firm);
    const more = logTime(firm, {
      workspace,
      user,
      date: '2026-11-21',
      minutes: 600,
      role,
      rateMinor: 18_500,
      notes: 'More',
    });
    approveTime(firm, [more]);
    await arrive(firm);
    expect(sole(await holdsOnTime(firm, more))).toMatchObject({ control: 'exhausted-purchase-order' });
    await revoke(big);
    await until('the hours that fit now', () => postedTime(firm, 'More').length > 0);
    await firm.installation.settled();
    expect(await holdsOnTime(firm, more)).toEqual([]);
  });
});

describe('An approval that is revoked after invoicing', () => {
  const voided = (invoice: string) => {
    firm.erp.act('void', { invoice });
  };

  it('leaves the ledger as it is and asks finance: on its page, in words, with three choices', async () => {
    const { entry, invoice } = await invoiced('Cut-over plan');
    const hold = sole(await holdsOnTime(firm, entry));
    expect(hold).toMatchObject({ control: 'withdrawn-after-invoice', owner: 'finance', connection: 'erp' });
    expect(hold.words.text).toContain(numberOf(invoice));
    expect(hold.actions.map(({ action }) => action)).toEqual(['credit', 'keep', 'reapprove']);
    expect(timePage(firm, entry)).toMatchObject({ external_status: 'Held' });
    expect(standing('Cut-over plan').map(([, ...rest]) => rest)).toEqual([['3', true]]);
    await expect(firm.installation.answer(hold.id, 'keep', ' ')).rejects.toThrow('reason-missing');

    await firm.installation.answer(hold.id, 'keep', 'Agreed with the customer on 3 December');
    await firm.installation.settled();
    expect(await holdsOnTime(firm, entry)).toEqual([]);
    expect(standing('Cut-over plan').map(([, ...rest]) => rest)).toEqual([['3', true]]);
  });

  it('credited and rebilled: tracked until the ledger has voided the invoice, then withdrawn by itself', async () => {
    const { entry, invoice } = await invoiced('Data cleansing');
    await firm.installation.answer(sole(await holdsOnTime(firm, entry)).id, 'credit', '');
    await firm.installation.settled();
    expect(sole(await holdsOnTime(firm, entry))).toMatchObject({ code: 'awaiting-credit', owner: 'finance' });
    voided(invoice);
    await until('the withdrawal in the ledger', () => standing('Data cleansing')[0]?.[1] === '4', 60_000);
    await firm.installation.settled();
    expect(await holdsOnTime(firm, entry)).toEqual([]);
    expect(await timelineOf(firm, 'psa', 'time_entries', entry)).toContain('Billable again');
  });

  it('asked for again: delivery’s turn, and over once they approve; the ledger was never touched', async () => {
    const { entry } = await invoiced('Training');
    const before = standing('Training');
    await firm.installation.answer(sole(await holdsOnTime(firm, entry)).id, 'reapprove', '');
    await firm.installation.settled();
    expect(sole(await holdsOnTime(firm, entry))).toMatchObject({ code: 'awaiting-reapproval', owner: 'delivery' });
    await reapprove(entry);
    expect(await holdsOnTime(firm, entry)).toEqual([]);
    expect(standing('Training')).toEqual(before);
  });

  it('an invoice that is voided frees its lines: the next invoice bills them, and nobody is asked', async () => {
    await posted('Go-live');
    const first = bill();
    await until('the invoice in the CRM', () => mirrorOf(first));
    voided(first);
    await until('the void in the CRM', () => mirrorOf(first)?.['tieout__Status__c'] === 'void');
    await firm.installation.settled();
    const second = bill();
    await until('the second invoice in the CRM', () => mirrorOf(second)?.['tieout__Status__c'] === 'open');
    await firm.installation.settled();
    expect((await firm.installation.exceptions()).filter(({ kind }) => kind === 'invoice')).toEqual([]);
  });
});

describe('A deal that is won no more once its project is there', () => {
  const name = 'Quay reporting';
  let deal = '';
  const stageIs = async (StageName: string) => {
    firm.crm.update('Opportunity', deal, { StageName });
    await firm.installation.settled();
  };
  const isOrdered = () => firm.erp.rows('salesorder').some((row) => row['memo'] === name);
  const open = async () => (await holdsOnDeal(firm, deal)).map(({ control }) => control);

  it('asks delivery once and changes nothing meanwhile; won again, it simply goes on', async () => {
    const sale = { account: 'Quayside Logistics', name, legalEntity, country: 'DE', purchaseOrder: 'PO-72' } as const;
    ({ opportunity: deal } = sell(firm, { ...sale, rates: [[role, 185, 40]] }));
    win(firm, deal);
    await until('its order', isOrdered, 60_000);
    await firm.installation.settled();
    await stageIs('Closed Lost');
    const hold = await until('the question', async () => (await holdsOnProject()).at(0));
    expect(hold).toMatchObject({ control: 'deal-unwon', owner: 'delivery', connection: 'psa' });
    expect(workspaceOf(firm, name)).not.toBeNull();
    await stageIs('Closed Won');
    await until('no question', async () => (await holdsOnProject()).length === 0);
    expect([isOrdered(), await open()]).toEqual([true, []]);
  });

  it('stopped by delivery, it is taken back by whoever can, by hand where a system offers no way', async () => {
    await stageIs('Closed Lost');
    const hold = await until('the question', async () => (await holdsOnProject()).at(0));
    await firm.installation.answer(hold.id, 'stop', '');
    await firm.installation.settled();
    const left = await holdsOnProject();
    expect(new Set(left.map(({ control }) => control))).toEqual(new Set(['withdraw-by-hand']));
    for (const { id } of left) await firm.installation.answer(id, 'done', '');
    await firm.installation.settled();
    expect(await holdsOnProject()).toEqual([]);
  });

  async function holdsOnProject() {
    const project = workspaceOf(firm, name);
    return project === null ? [] : holdsOn(firm, 'psa', 'workspaces', project);
  }
});
