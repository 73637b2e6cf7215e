// Story: all systems are full before the hub comes. It reads, proposes, waits for a person, links what is the same
// thing, and makes nothing twice.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Firm, type LegalEntity, startFirm } from '../support/firm.ts';
import type { Candidate } from '../support/operator.ts';
import { arrive, holdsOnTime, postedTime, sole } from '../support/pages.ts';
import { approveTime, hire, logTime, sell, until, win } from '../support/people.ts';

const legalEntity: LegalEntity = 'Northwind Consulting GmbH';
const role = 'Senior Consultant';
const state = mkdtempSync(join(tmpdir(), 'tieout-journey-'));
const cutoverOn = '2026-11-01';
/** Deals that were won before the hub came; the last customer is only known to sales so far. */
const won = {
  'Harbour ERP rollout': 'Harbour & Pine Architects',
  'Lakeside data platform': 'Lakeside Hospital',
  'Orchard migration': 'Orchard Foods',
  'Mill portal': 'Mill & Ivy',
  'Quarry dashboards': 'Quarry & Stone Holding',
} as const;
const known = ['Harbour & Pine Architects', 'Lakeside Hospital', 'Orchard Foods'] as const;
/** As somebody has written them in the PSA. */
const inPsa = { customer: 'Quarry and Stone Holdings Ltd', project: 'Lakeside data-platform' } as const;
/** The telephone number that the ledger has always had, and that nobody is to lose. */
const ledgerPhone = '+49 40 555 0199';

type Systems = Pick<Firm, 'crm' | 'psa' | 'erp'>;
let firm: Firm;
let workspace = '';
let ines = { user: '', employee: '' };

beforeAll(async () => {
  firm = await startFirm({ state, flow: 'matching' }, fill);
});

afterAll(async () => {
  await firm?.close();
  rmSync(state, { recursive: true, force: true });
});

function fill(systems: Systems): void {
  const { crm, psa, erp } = systems;
  for (const [name, account] of Object.entries(won)) {
    const rates = [[role, 185, 300]] as const;
    const sale = { account, name, legalEntity, country: 'DE', purchaseOrder: `PO-${account.length}`, rates };
    win(systems, sell(systems, sale).opportunity);
  }
  for (const account of crm.rows('Account')) crm.update('Account', account.id, { Phone: '+49 40 555 0100' });
  ines = hire(systems, 'Ines Carvalho', 'ines.carvalho@northwind.example', role, legalEntity);
  const groups = known.map((name) => psa.create('workspace_groups', { name, company: true }));
  // Written in another way there, and by somebody in a hurry.
  psa.create('workspace_groups', { name: inPsa.customer, company: true });
  // Somebody made this customer a second time, long ago.
  psa.create('workspace_groups', { name: 'Orchard Foods', company: true });
  const project = { title: 'Harbour ERP rollout', creator_role: 'maven', currency: 'EUR' };
  workspace = psa.create('workspaces', { ...project, primary_workspace_group_id: Number(groups[0]) });
  psa.create('workspaces', { ...project, title: inPsa.project, primary_workspace_group_id: Number(groups[1]) });
  const [harbour = ''] = known.map((companyname) =>
    erp.create('customer', { companyname, subsidiary: '3', currency: '3', phone: ledgerPhone }),
  );
  const job = erp.create('job', { companyname: 'Harbour ERP rollout', parent: harbour, subsidiary: '3' });
  logged('2026-10-20', 'Kick-off', systems);
  logged('2026-10-21', 'Forgotten at the time', systems);
  erp.create('timebill', {
    ...{ customer: job, employee: ines.employee, trandate: '2026-10-20', hours: '7.5', rate: '185' },
    ...{ memo: 'Kick-off', custcol_tieout_role: role, isbillable: true },
  });
}

function logged(date: string, notes: string, systems: Systems): string {
  const hours = { workspace, user: ines.user, date, minutes: 450, role, rateMinor: 18_500, notes };
  const entry = logTime(systems, hours);
  approveTime(systems, [entry]);
  return entry;
}

/** How much there is in the two systems that the hub writes to. */
const holdings = () => ({
  customersInPsa: firm.psa.rows('workspace_groups').length,
  projectsInPsa: firm.psa.rows('workspaces').length,
  customers: firm.erp.rows('customer').length,
  projects: firm.erp.rows('job').length,
  orders: firm.erp.rows('salesorder').length,
  time: firm.erp.rows('timebill').length,
});
const atFirst = { customersInPsa: 5, projectsInPsa: 2, customers: 3, projects: 1, orders: 0, time: 1 };

async function accepted(connection: string, kind: string, day: string | null = null) {
  const { linked, open } = await firm.installation.accept(connection, kind, day);
  await firm.installation.settled();
  return { linked, open };
}

const placeOf = ({ recordType = '', recordId = '', entity = '' }: Partial<Candidate> = {}) => ({
  ...{ recordType, recordId, entity },
});

describe('On the first day', () => {
  it('everything is read and nothing is written', async () => {
    await firm.installation.load('crm', ['customer', 'deal']);
    await firm.installation.load('psa', ['customer', 'project', 'resource', 'time', 'invoice']);
    await firm.installation.load('erp', ['customer', 'project', 'resource', 'contract', 'time', 'invoice']);
    const { commands, entities } = await firm.installation.settled();
    expect(commands).toEqual([]);
    expect(entities).toContainEqual({ kind: 'customer', n: 5 });
    expect(entities).toContainEqual({ kind: 'project', n: 5 });
    expect(holdings()).toEqual(atFirst);
  });

  it('records that agree on a business key are proposed, and where two look the same nobody guesses', async () => {
    const inLedger = await firm.installation.matches('erp', 'customer');
    expect(inLedger.map((match) => [match.candidates.length, match.rivals.length])).toEqual([
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
    const inPsa = await firm.installation.matches('psa', 'customer');
    expect(inPsa.map((match) => match.rivals.length).sort()).toEqual([0, 0, 0, 1, 1]);
    expect(holdings()).toEqual(atFirst);
  });

  it('accepting the customers links them, makes the missing ones, and leaves existing differences alone', async () => {
    expect(await accepted('erp', 'customer')).toEqual({ linked: 3, open: 0 });
    expect(await accepted('psa', 'customer')).toEqual({ linked: 2, open: 3 });
    expect(holdings()).toEqual({ ...atFirst, customers: 5, customersInPsa: 6 });
    const named = firm.erp.rows('customer').map((row) => [row['companyname'], row['phone'] ?? null]);
    const made = ['Mill & Ivy', 'Quarry & Stone Holding'].map((name) => [name, '+49 40 555 0100']);
    expect(named.sort()).toEqual([...known.map((name) => [name, ledgerPhone]), ...made].sort());
  });

  it('what may be one of two, or is written otherwise, is held for an admin, and the rest go on', async () => {
    const holds = await firm.installation.exceptions();
    for (const hold of holds)
      expect(hold).toMatchObject({ connection: 'psa', kind: 'customer', control: 'duplicate', owner: 'integration' });
    const texts = holds.map(({ words }) => words.text).sort((a, b) => a.length - b.length);
    expect(texts).toEqual([
      expect.stringMatching(/looks the same: workspace_groups \d+\./),
      expect.stringMatching(/looks the same: workspace_groups \d+, workspace_groups \d+\./),
    ]);
  });

  it('what is written otherwise is proposed with reasons, and linked once somebody says so', async () => {
    const likely = (await firm.installation.candidates('psa', 'customer')).find(
      ({ record }) => record === inPsa.customer,
    );
    expect(likely).toMatchObject({ name: 'Quarry & Stone Holding', reasons: [{ text: 'Name nearly the same' }] });
    await firm.installation.match('psa', 'customer', { is: 'this', ...placeOf(likely) });
    await firm.installation.settled();
    expect(holdings()).toMatchObject({ customersInPsa: 6 });
    // The record hears of it after the lane.
    const left = await until('one hold to be left', async () => {
      const holds = await firm.installation.exceptions();
      return holds.length === 1 && holds;
    });
    expect(sole(left).words.text).toMatch(/groups \d+, workspace_groups \d+\.$/);
  });

  it('accepting projects, people and contracts makes none of them twice', async () => {
    expect(await accepted('psa', 'project')).toEqual({ linked: 1, open: 1 });
    const running = sole(await firm.installation.candidates('psa', 'project'));
    expect(running.reasons.map(({ text }) => text)).toEqual(['Same name', 'Same customer']);
    await firm.installation.match('psa', 'project', { is: 'likely', from: 80 });
    await firm.installation.settled();
    expect(await accepted('erp', 'project')).toEqual({ linked: 1, open: 0 });
    expect(await accepted('psa', 'resource')).toEqual({ linked: 1, open: 0 });
    expect(await accepted('erp', 'contract')).toEqual({ linked: 0, open: 0 });
    expect(await accepted('psa', 'contract')).toEqual({ linked: 0, open: 0 });
    const titles = firm.psa.rows('workspaces').map((row) => row['title']);
    expect(titles.sort()).toEqual(['Harbour ERP rollout', inPsa.project, 'Mill portal', 'Quarry dashboards']);
    const jobs = firm.erp.rows('job').map((row) => row['companyname']);
    // Its own system's name counts from now on.
    const names = Object.keys(won).map((name) => (name === 'Lakeside data platform' ? inPsa.project : name));
    expect(jobs.sort()).toEqual(names.sort());
    expect(holdings()).toMatchObject({ projects: 5, orders: 5, time: 1 });
  });

  it('time from before the cut-over is matched and never created', async () => {
    expect(await accepted('erp', 'time', cutoverOn)).toEqual({ linked: 1, open: 0 });
    await arrive(firm);
    expect(firm.erp.rows('timebill').map((row) => row['memo'])).toEqual(['Kick-off']);
    logged('2026-11-03', 'Data model', firm);
    await arrive(firm);
    expect(firm.erp.rows('timebill').map((row) => row['memo'])).toEqual(['Kick-off', 'Data model']);
  });

  it('a difference is overwritten only once our own value changes', async () => {
    const account = firm.crm.rows('Account').find((row) => row['Name'] === 'Lakeside Hospital')?.id ?? '';
    firm.crm.update('Account', account, { Website: 'https://lakeside.example' });
    const inLedger = () => firm.erp.rows('customer').find((row) => row['companyname'] === 'Lakeside Hospital');
    await until('the new address in the ledger', () => inLedger()?.['url'] === 'https://lakeside.example');
    expect(inLedger()?.['phone']).toBe(ledgerPhone);
    firm.crm.update('Account', account, { Phone: '+49 40 555 0177' });
    await until('the new number in the ledger', () => inLedger()?.['phone'] === '+49 40 555 0177');
  });

  it('what an admin applies to all of them after a look can be undone, and every number is there again', async () => {
    type Job = { job: string; state: string; found: { written: number; left: number } };
    const post = (path: string, body?: object) =>
      firm.operator.call<Job>('POST', `/installations/${firm.installation.id}${path}`, body);
    const ended = (job: string, state: string) =>
      until(`${job} to be ${state}`, async () => {
        const now = (await firm.installation.job(job)) as Job;
        return now.state === state ? now : undefined;
      });
    const phones = () => firm.erp.rows('customer').map((row) => row['phone']);
    const before = phones();
    expect(before.filter((phone) => phone === ledgerPhone)).toHaveLength(2);
    const { job } = await post('/applications', { connection: 'erp', kinds: ['customer'], withDifferences: true });
    await ended(job, 'ready');
    await post(`/jobs/${job}/run`);
    await until('our number in the ledger', () => !phones().includes(ledgerPhone));
    await ended(job, 'done');
    const undoing = await ended((await post(`/jobs/${job}/undo`)).job, 'done');
    expect(undoing.found.left).toBe(0);
    await until('the numbers of before', () => String(phones()) === String(before));
    await firm.installation.settled();
    expect(phones()).toEqual(before);
  });
});

describe('Two records for one customer', () => {
  it('go on by themselves once somebody has cleared up which of them counts', async () => {
    const [, spare] = firm.psa.rows('workspace_groups').filter((row) => row['name'] === 'Orchard Foods');
    firm.psa.update('workspace_groups', spare?.id ?? '', { name: 'Orchard Foods (closed 2019)' });
    await until('the project of the customer in the PSA', async () => {
      await arrive(firm);
      return firm.psa.rows('workspaces').some((row) => row['title'] === 'Orchard migration');
    });
    expect(await firm.installation.exceptions()).toEqual([]);
    expect(firm.psa.rows('workspace_groups')).toHaveLength(6);
    expect(firm.psa.rows('workspaces')).toHaveLength(5);
  });
});

describe('A flow that only observes', () => {
  it('decides beside an old integration and relays nothing; opened, it writes once what is missing', async () => {
    await firm.installation.setFlow('erp', 'time', 'observe', cutoverOn);
    const entry = logged('2026-11-04', 'Interface design', firm);
    await arrive(firm);
    const progress = await firm.installation.progress();
    expect(progress.entities).toContainEqual({ kind: 'time', n: 4 });
    expect(progress.commands).toEqual([]);
    expect(await holdsOnTime(firm, entry)).toEqual([]);
    expect(postedTime(firm, 'Interface design')).toEqual([]);

    await firm.installation.setFlow('erp', 'time', 'open', cutoverOn);
    await firm.installation.settled();
    expect(firm.erp.rows('timebill').map((row) => row['memo'])).toEqual(['Kick-off', 'Data model', 'Interface design']);
  });
});
