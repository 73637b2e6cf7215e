// The three systems' own records, read over their control routes and put into plain words: what the tally and the
// table are made from.
import type { Row } from '../../edge-worker/connectors/stand-in.ts';
import { edits } from './events.ts';
import type { Month, System } from './month.ts';

export type Books = Readonly<Record<System, Readonly<Record<string, readonly Row[]>>>>;

export const bookTypes = {
  crm: ['Account', 'Opportunity', 'tieout__Change_Order__c', 'tieout__Invoice__c'],
  psa: [
    ...['workspace_groups', 'workspaces', 'users', 'roles', 'time_entries', 'expenses', 'invoices'],
    ...['stories', 'billing_milestones', 'external_payments'],
  ],
  erp: [
    ...['customer', 'job', 'employee', 'currency', 'term', 'salesorder', 'timebill', 'expensereport', 'projecttask'],
    ...['invoice', 'customerpayment'],
  ],
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

/** The deal behind a project's name, whatever it was called in the course of the month. */
export function dealNames(month: Month): ReadonlyMap<string, string> {
  const names = new Map(month.deals.map((deal) => [deal.name, deal.key]));
  for (const [, step] of edits) {
    if (step.does === 'edit' && step.subject === 'project' && step.field === 'name')
      names.set(String(step.value), step.key);
  }
  return names;
}
