// The three systems' own records, read over their control routes and put into plain words: what the tally and the
// table are made from.
import type { Row } from '../../edge-worker/connectors/stand-in.ts';
import { edits } from './events.ts';
import type { Entry } from './hours.ts';
import { dateOf, type Month, type System } from './month.ts';

export type Books = Readonly<Record<System, Readonly<Record<string, readonly Row[]>>>>;

export const bookTypes = {
  crm: ['Account', 'Opportunity', 'tieout__Invoice__c'],
  psa: ['workspace_groups', 'workspaces', 'users', 'roles', 'time_entries', 'invoices'],
  erp: ['customer', 'job', 'employee', 'currency', 'term', 'salesorder', 'timebill', 'invoice', 'customerpayment'],
} as const satisfies Record<System, readonly string[]>;

export type Ask = (system: System, type: string) => Promise<readonly Row[]> | readonly Row[];

export async function readBooks(ask: Ask): Promise<Books> {
  const read = async (system: System) =>
    Object.fromEntries(
      await Promise.all(bookTypes[system].map(async (type) => [type, await ask(system, type)] as const)),
    );
  const [crm, psa, erp] = await Promise.all([read('crm'), read('psa'), read('erp')]);
  return { crm, psa, erp };
}

/** Asks the control routes of stand-ins that run somewhere. */
export function askOver(urls: Readonly<Record<System, string>>): Ask {
  return async (system, type) => {
    const response = await fetch(`${urls[system]}/__stand-in/rows/${type}`);
    if (!response.ok) throw new Error(`${system} shows no ${type}: ${response.status}`);
    return (await response.json()) as readonly Row[];
  };
}

/** A decimal text or number times a power or a factor, as a whole number; NaN when it is none. */
export function whole(value: unknown, factor: number): number {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value ?? ''));
  if (!match) return Number.NaN;
  const [, sign, digits = '', fraction = ''] = match;
  const scaled = BigInt(digits + fraction) * BigInt(factor);
  const divisor = 10n ** BigInt(fraction.length);
  if (scaled % divisor !== 0n) return Number.NaN;
  return Number(scaled / divisor) * (sign === '-' ? -1 : 1);
}

export const minor = (value: unknown, exponent: number): number => whole(value, 10 ** exponent);

/** What a time entry is known by wherever it is kept; never its rate, which is compared. */
export function timeKey(
  deal: string,
  email: string,
  date: string,
  minutes: number,
  role: string,
  note: string,
): string {
  return [deal, email, date, minutes, role, note].join(' | ');
}

export function keyOfEntry(month: Month, entry: Entry): string {
  const email = month.people.find((one) => one.key === entry.person)?.email ?? '';
  return timeKey(entry.deal, email, dateOf(entry.day), entry.minutes, entry.role, entry.note);
}

/** The deal behind a project's name, whatever it was called in the course of the month. */
export function dealNames(month: Month): ReadonlyMap<string, string> {
  const names = new Map(month.deals.map((deal) => [deal.name, deal.key]));
  for (const [, step] of edits) {
    if (step.does === 'edit' && step.subject === 'project' && step.field === 'name')
      names.set(String(step.value), step.key);
  }
  return names;
}

export interface KnownTime {
  readonly id: string;
  readonly key: string;
  readonly deal: string;
  readonly rate: unknown;
  readonly minutes: number;
}

/** The ledger's time entries. */
export function timeInLedger(month: Month, erp: Books['erp']): KnownTime[] {
  const names = dealNames(month);
  const jobs = new Map(erp['job']?.map((row) => [row.id, names.get(String(row['companyname'])) ?? `job ${row.id}`]));
  const emails = new Map(erp['employee']?.map((row) => [row.id, String(row['email'])]));
  return (erp['timebill'] ?? []).map((row) => {
    const deal = jobs.get(String(row['customer'])) ?? '';
    const minutes = whole(row['hours'], 60);
    const role = String(row['custcol_tieout_role'] ?? '');
    const email = emails.get(String(row['employee'])) ?? '';
    const key = timeKey(deal, email, String(row['trandate']), minutes, role, String(row['memo'] ?? ''));
    return { id: row.id, key, deal, rate: row['rate'], minutes };
  });
}

/** The PSA's time entries. */
export function timeInPsa(month: Month, psa: Books['psa']): KnownTime[] {
  const names = dealNames(month);
  const deals = new Map(
    psa['workspaces']?.map((row) => [row.id, names.get(String(row['title'])) ?? `workspace ${row.id}`]),
  );
  const emails = new Map(psa['users']?.map((row) => [row.id, String(row['email_address'])]));
  const roles = new Map(psa['roles']?.map((row) => [row.id, String(row['name'])]));
  return (psa['time_entries'] ?? []).map((row) => {
    const deal = deals.get(String(row['workspace_id'])) ?? '';
    const minutes = Number(row['time_in_minutes']);
    const role = roles.get(String(row['role_id'])) ?? '';
    const email = emails.get(String(row['user_id'])) ?? '';
    const key = timeKey(deal, email, String(row['date_performed']), minutes, role, String(row['notes'] ?? ''));
    return { id: row.id, key, deal, rate: row['rate_in_cents'], minutes };
  });
}
