// Story: people delete records. One entry is taken back in the ledger, thirty at once wait for somebody; a customer is
// asked about; an invoice takes its copy with it and frees what it billed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Firm, startFirm } from '../support/firm.ts';
import { arrive, crmPage, holdsOn, postedTime, sole } from '../support/pages.ts';
import { approveTime, hire, jobOf, logTime, sell, until, win, workspaceOf } from '../support/people.ts';

const legalEntity = 'Northwind Consulting GmbH';
const role = 'Senior Consultant';
const project = 'Lakeside data platform';
const state = mkdtempSync(join(tmpdir(), 'tieout-journey-'));

let firm: Firm;
let user = '';
let workspace = '';
let account = '';

beforeAll(async () => {
  const vars = { DELETION_GRACE_MS: '1500' };
  firm = await startFirm({ state, vars });
  ({ user } = hire(firm, 'Ines Carvalho', 'ines.carvalho@northwind.example', role, legalEntity));
  const sale = sell(firm, {
    ...{ account: 'Lakeside Hospital', name: project, legalEntity, country: 'DE', purchaseOrder: 'PO-1201' },
    rates: [[role, 185, 300]],
  });
  ({ account } = sale);
  win(firm, sale.opportunity);
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

async function posted(...notes: string[]): Promise<string[]> {
  const entries = notes.map((note, index) =>
    logTime(firm, { workspace, user, date: '2026-11-03', minutes: 60 + index, role, rateMinor: 18_500, notes: note }),
  );
  approveTime(firm, entries);
  await arrive(firm);
  for (const note of notes) expect(postedTime(firm, note)).toHaveLength(1);
  return entries;
}

const standing = (notes: string) => postedTime(firm, notes).map((row) => [row['approvalstatus'], row['isbillable']]);
const withdrawn = ['4', false];
const exceptions = async (control: string) =>
  (await firm.installation.exceptions()).filter((hold) => hold.control === control);

describe('An entry that is deleted in the PSA', () => {
  it('is taken back in the ledger, and nobody is asked', async () => {
    const [entry = ''] = await posted('Entered by mistake');
    firm.psa.remove('time_entries', entry);
    await firm.installation.ask('psa');
    await until('the withdrawal', () => String(standing('Entered by mistake')[0]) === String(withdrawn));
    await firm.installation.settled();
    expect(await firm.installation.exceptions()).toEqual([]);
    expect(postedTime(firm, 'Entered by mistake')).toHaveLength(1);
  });
});

describe('Thirty entries that are deleted at once', () => {
  const notes = Array.from({ length: 30 }, (_, index) => `Migrated ${index}`);

  it('wait under one exception with an owner, and are let through when they are meant', async () => {
    const entries = await posted(...notes);
    for (const entry of entries) firm.psa.remove('time_entries', entry);
    await firm.installation.ask('psa');
    await until('the exception', async () => (await exceptions('delete-guard')).length > 0);
    await firm.installation.settled();
    const hold = sole(await exceptions('delete-guard'));
    expect(hold).toMatchObject({ owner: 'integration', connection: 'psa' });
    expect(hold.words.text).toBe(
      '30 records of time_entries were deleted in Kantata OX within an hour. Nothing follows from it yet.',
    );
    expect(hold.actions.map(({ action }) => action)).toEqual(['let-through', 'mistake']);
    expect(notes.flatMap(standing)).toEqual(notes.map(() => ['3', true]));

    await firm.installation.answer(hold.id, 'let-through', 'The import of October was entered twice', 'admin');
    await until('the last withdrawal', () => notes.every((note) => String(standing(note)[0]) === String(withdrawn)));
    await firm.installation.settled();
    expect(await exceptions('delete-guard')).toEqual([]);
  });
});

describe('An account that is deleted in the CRM', () => {
  const inErp = () => firm.erp.rows('customer').filter((row) => row['companyname'] === 'Lakeside Hospital');

  it('is asked about and stays elsewhere meanwhile; restored from the recycle bin, nothing has happened', async () => {
    firm.crm.remove('Account', account);
    await until('the question', async () => (await exceptions('deleted-at-source')).length > 0);
    await firm.installation.settled();
    const hold = sole(await exceptions('deleted-at-source'));
    expect(hold).toMatchObject({ owner: 'sales', connection: 'crm' });
    expect(hold.actions.map(({ action }) => action)).toEqual(['withdraw', 'keep', 'retry']);
    expect(inErp()).toHaveLength(1);
    firm.crm.act('undelete', { id: account });
    await firm.installation.answer(hold.id, 'retry', '', 'sales');
    await firm.installation.settled();
    expect(await exceptions('deleted-at-source')).toEqual([]);
    expect(crmPage(firm, account, 'netsuite')).toMatchObject({ tieout__Status__c: 'in-step' });
  });
});

describe('An invoice that is deleted in the ledger', () => {
  it('takes its copy in the CRM with it and frees what it billed', async () => {
    const [entry = ''] = await posted('Steering committee');
    const invoice = String(firm.erp.act('bill', { job: jobOf(firm, project), date: '2026-11-30' }));
    const mirrors = () => firm.crm.rows('tieout__Invoice__c').filter((row) => row['IsDeleted'] !== true);
    await until('the invoice in the CRM', () => mirrors().length > 0);
    await firm.installation.settled();
    firm.erp.remove('invoice', invoice);
    await until('the copy to go', () => mirrors().length === 0, 60_000);
    await firm.installation.settled();
    expect(await holdsOn(firm, 'psa', 'time_entries', entry)).toEqual([]);
    firm.erp.act('bill', { job: jobOf(firm, project), date: '2026-11-30' });
    await until('the next invoice in the CRM', () => mirrors().length === 1, 60_000);
  });
});
