// The outside systems in a process of their own, with what people do there in bulk. A firm is three stand-ins and one
// installation; every record is distinct.
import type { Row, StandIn } from '../../edge-worker/connectors/stand-in.ts';
import { startStandIns } from '../stand-ins.ts';
import { Operator } from '../support/operator.ts';
import { approveTime, hire, jobOf, logTime, salesperson, sell, until, win, workspaceOf } from '../support/people.ts';
import { type Audit, auditOf } from './audit.ts';
import { answerCalls } from './child.ts';
import { crmToken, erpToken } from './tokens.ts';

interface Systems {
  readonly crm: StandIn;
  readonly psa: StandIn;
  readonly erp: StandIn;
}

interface Project {
  readonly customer: string;
  readonly job: string;
  readonly workspace: string;
}

interface Office extends Systems {
  readonly projects: Project[];
  readonly users: string[];
  serial: number;
}

/** What the bench needs to send notices as the firm's ERP does. */
export interface Opened {
  readonly firm: number;
  readonly installation: string;
  readonly account: string;
  readonly environment: 'production' | 'sandbox';
  readonly hookUrl: string;
  readonly hookKey: string;
}

const legalEntity = 'Northwind Consulting GmbH';
const role = 'Senior Consultant';
const rate = 185;
const projectsPerFirm = 2;
const peoplePerFirm = 4;
const firstDayMs = Date.parse('2026-11-02T00:00:00Z');
const dayMs = 86_400_000;
const mirrorType = 'tieout__Invoice__c';
const statusType = 'tieout__Sync_Status__c';

/** No figure is about how often a PSA lets us ask. */
const briskPsa = { requestsPerSecond: 50 };

const offices: Office[] = [];
let founded = 0;

function officeAt(firm: number): Office {
  const office = offices[firm];
  if (!office) throw new Error(`there is no firm ${firm}`);
  return office;
}

const dayOf = (index: number) => new Date(firstDayMs + (index % 20) * dayMs).toISOString().slice(0, 10);

/**
 * The directory knows an account once per environment: a second firm with the same accounts says it is the other one.
 */
function environmentOf(standIn: StandIn, firm: number): 'production' | 'sandbox' {
  const { environment } = standIn.connection;
  if (firm === 0) return environment;
  return environment === 'sandbox' ? 'production' : 'sandbox';
}

async function startOffice(): Promise<number> {
  const firm = founded++;
  const { running } = await startStandIns(0);
  const named = (name: string) => running.find((one) => one.name === name)?.standIn as StandIn;
  const systems = { crm: named('salesforce'), psa: named('kantata'), erp: named('netsuite') };
  offices[firm] = { ...systems, projects: [], users: [], serial: 0 };
  return firm;
}

/** Founds an installation on the hub and connects the three systems. */
async function open(
  hubUrl: string,
  operatorKey: string,
  ledger: Readonly<Record<string, unknown>> = {},
): Promise<Opened> {
  const firm = await startOffice();
  const { crm, psa, erp } = officeAt(firm);
  return connectTo(new Operator(hubUrl, operatorKey), firm, { crm, psa, erp }, ledger);
}

/** A firm with a CRM and a ledger under accounts that only it has. Of what happens there only the bench tells. */
async function openSmall(hubUrl: string, operatorKey: string): Promise<Opened> {
  const firm = await openBare();
  const { crm, erp } = officeAt(firm);
  return connectTo(new Operator(hubUrl, operatorKey), firm, { crm, erp }, {});
}

async function connectTo(
  operator: Operator,
  firm: number,
  systems: Partial<Systems>,
  ledger: Readonly<Record<string, unknown>>,
): Promise<Opened> {
  const isSmall = !systems.psa;
  const suffix = isSmall ? `-${firm}` : '';
  const installation = await operator.found(`Bench firm ${firm}${suffix}`);
  let opened: Omit<Opened, 'firm' | 'installation'> | null = null;
  for (const [seat, standIn] of Object.entries(systems) as [keyof Systems, StandIn][]) {
    const { settings: usual, secrets } = standIn.connection;
    const account = `${standIn.connection.account}${suffix}`;
    const settings = { ...usual, ...(seat === 'erp' && ledger), ...(seat === 'psa' && briskPsa) };
    const environment = environmentOf(standIn, firm);
    const connection = { id: seat, system: standIn.name, roles: [seat], account, environment, settings, secrets };
    const { hookUrl, hookKey } = await installation.connect({ ...connection, flow: 'open' });
    if (!hookUrl) continue;
    if (!isSmall) standIn.subscribe({ url: hookUrl, installation: installation.id, ...(hookKey && { key: hookKey }) });
    if (seat === 'erp') opened = { account, environment, hookUrl, hookKey: hookKey ?? '' };
  }
  if (!opened) throw new Error('the ledger was given no address for its notices');
  return { firm, installation: installation.id, ...opened };
}

/** Won deals that have become customers and projects in all three systems, and people who work on them. */
async function staff(firm: number): Promise<void> {
  const office = officeAt(firm);
  for (let index = 0; index < peoplePerFirm; index++) {
    const email = `consultant${index}@northwind.example`;
    office.users.push(hire(office, `Consultant No ${index}`, email, role, legalEntity).user);
  }
  const names = Array.from({ length: projectsPerFirm }, (_, index) => `Rollout phase ${index}`);
  for (const [index, name] of names.entries()) {
    const { opportunity } = sell(office, {
      account: `Harbour Works ${index}`,
      name,
      legalEntity,
      country: 'DE',
      purchaseOrder: `PO-${7000 + index}`,
      purchaseOrderLimit: 1_000_000_000,
      rates: [[role, rate, 1_000_000]],
    });
    win(office, opportunity);
  }
  for (const name of names) {
    const job = await until(`the job of ${name}`, () => jobOf(office, name), 60_000);
    const workspace = await until(`the workspace of ${name}`, () => workspaceOf(office, name), 60_000);
    const customer = String(office.erp.rows('job').find((row) => row.id === job)?.['parent']);
    office.projects.push({ customer, job, workspace });
  }
}

/** Invoices that were in the ledger before anybody told of them. Returns their ids. */
function seedInvoices(firm: number, count: number): string[] {
  const office = officeAt(firm);
  const rows = Array.from({ length: count }, () => {
    const serial = ++office.serial;
    const project = office.projects[serial % office.projects.length] as Project;
    const line = { item: '1', quantity: 1 + (serial % 160), rate, description: `Work package ${serial}` };
    return {
      tranId: `INV${100_000 + serial}`,
      entity: project.customer,
      job: project.job,
      tranDate: dayOf(serial),
      dueDate: '2026-12-30',
      startDate: '2026-11-01',
      endDate: '2026-11-30',
      otherRefNum: `PO-${serial}`,
      terms: '2',
      memo: `Services of phase ${serial}`,
      item: [line],
    };
  });
  return office.erp.act('seed', { type: 'invoice', rows }) as string[];
}

/** Somebody corrects each of these invoices, `times` times; the package's outbox tells of every save. */
function editInvoices(firm: number, ids: readonly string[], times: number): void {
  const { erp } = officeAt(firm);
  erp.disarm('lose-notices');
  for (let time = 0; time < times; time++) {
    for (const id of ids) erp.update('invoice', id, { memo: `Correction ${time} of ${id}` });
  }
}

/** The same without a word from the package: who is told, and when, is the bench's affair. */
function touchInvoices(firm: number, ids: readonly string[], mark: string): void {
  const { erp } = officeAt(firm);
  erp.arm({ how: 'lose-notices', times: null });
  for (const id of ids) erp.update('invoice', id, { memo: `${mark} ${id}` });
}

/** Hours that people logged and their manager approved. Returns their ids. */
function logApproved(firm: number, count: number): string[] {
  const office = officeAt(firm);
  const ids = Array.from({ length: count }, () => {
    const serial = ++office.serial;
    return logTime(office, {
      workspace: (office.projects[serial % office.projects.length] as Project).workspace,
      user: office.users[serial % office.users.length] as string,
      date: dayOf(serial),
      minutes: 15 * (1 + (serial % 32)),
      role,
      rateMinor: rate * 100,
      notes: `Work package ${serial}`,
    });
  });
  for (let start = 0; start < ids.length; start += 500) approveTime(office, ids.slice(start, start + 500));
  return ids;
}

/** Systems without a hub, whose ledger holds a customer and a project to write invoices for. */
async function openBare(): Promise<number> {
  const firm = await startOffice();
  const { erp, projects } = officeAt(firm);
  const entry = (type: string, values: Readonly<Record<string, unknown>>) =>
    (erp.act('seed', { type, rows: [{ subsidiary: '3', currency: '3', ...values }] }) as string[])[0] as string;
  const customer = entry('customer', { companyName: 'Harbour Works' });
  projects.push({ customer, job: entry('job', { companyName: 'Rollout', parent: customer }), workspace: '' });
  return firm;
}

const invoicesById = (office: Office) => new Map(office.erp.rows('invoice').map((row) => [row.id, row] as const));

const verbs = {
  open,
  openSmall,
  openBare,
  staff,
  seedInvoices,
  editInvoices,
  touchInvoices,
  logApproved,
  /** Whether each invoice is in the CRM, once, with the ledger's own total. */
  auditInvoices(firm: number, ids: readonly string[]): Audit {
    const office = officeAt(firm);
    const invoices = invoicesById(office);
    const key = (number: unknown, total: unknown, memo: unknown) =>
      `${String(number)} ${Number(total)} ${String(memo).split(' (')[0]}`;
    const keyOf = (row: Row | undefined) => key(row?.['tranid'], row?.['total'], row?.['memo']);
    const shown = office.crm
      .rows(mirrorType)
      .map((row) => key(row['Name'], row['tieout__Total__c'], row['tieout__Memo__c']));
    return auditOf(
      ids.map((id) => keyOf(invoices.get(id))),
      shown,
    );
  },
  /** Whether each time entry is in the ledger, once. */
  auditTime(firm: number, ids: readonly string[]): Audit {
    const office = officeAt(firm);
    const notes = new Map(office.psa.rows('time_entries').map((row) => [row.id, String(row['notes'])] as const));
    return auditOf(
      ids.map((id) => notes.get(id) ?? id),
      office.erp.rows('timebill').map((row) => String(row['memo'])),
    );
  },
  count(firm: number, seat: keyof Systems, type: string): number {
    return officeAt(firm)[seat].rows(type).length;
  },
  /** Invoices made or changed in the CRM so far. */
  invoiceSaves(firm: number): number {
    return officeAt(firm).crm.act('saves', { type: mirrorType }) as number;
  },
  statusCount(firm: number): number {
    return officeAt(firm).crm.rows(statusType).length;
  },
  calls(
    firm: number,
    seat: keyof Systems,
  ): readonly { readonly route: string; readonly status: number; readonly count: number }[] {
    return officeAt(firm)[seat].calls();
  },
  /** Calls to the systems that are written to. */
  callsMade(firm: number): number {
    const { crm, erp } = officeAt(firm);
    return [...crm.calls(), ...erp.calls()].reduce((sum, call) => sum + call.count, 0);
  },
  pressSyncNow(firm: number): void {
    const { crm } = officeAt(firm);
    const account = crm.rows('Account')[0]?.id ?? '';
    const asked = { tieout__Kind__c: 'SYNC_NOW', tieout__Object_Name__c: 'Account', tieout__Record_Id__c: account };
    crm.create('tieout__Outbox__c', asked, salesperson);
  },
  crmToken: (firm: number) => crmToken(officeAt(firm).crm),
  erpToken: (firm: number) => erpToken(officeAt(firm).erp),
  /** Systems without a hub; what a connector needs to reach the ERP. */
  async openAlone() {
    const { account, environment, settings, secrets } = officeAt(await startOffice()).erp.connection;
    return { account, environment, settings, secrets };
  },
  act(firm: number, seat: keyof Systems, verb: string, parameters: Readonly<Record<string, unknown>>): unknown {
    return officeAt(firm)[seat].act(verb, parameters);
  },
};
export type SystemVerbs = typeof verbs;

if (process.send) answerCalls(verbs);
