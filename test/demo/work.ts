// Hours, expenses and milestones: by what each is known in the script, in the PSA's books and in the ledger's.
import type { Row } from '../../edge-worker/connectors/stand-in.ts';
import { expenseCategories } from '../support/firm.ts';
import { type Books, dealNames, whole } from './books.ts';
import { amountOf, type Entry } from './hours.ts';
import { dateOf, type Month } from './month.ts';
import type { Expense, Milestone } from './spending.ts';

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

export function keyOfExpense(month: Month, { deal, person, day, category, note }: Expense): string {
  const email = month.people.find((one) => one.key === person)?.email ?? '';
  return [deal, email, dateOf(day), category, note].join(' | ');
}

export const keyOfMilestone = ({ deal, name }: Pick<Milestone, 'deal' | 'name'>): string => `${deal} | ${name}`;

export interface KnownTime {
  readonly id: string;
  readonly key: string;
  readonly deal: string;
  readonly rate: unknown;
  readonly minutes: number;
  readonly isBillable: boolean;
  /** It stands in the books and counts no more. */
  readonly isTakenBack: boolean;
}

/** A third of an hour has no end: with six decimals it is right to a few millionths of a minute, with two it is not. */
function minutesOf(hours: unknown): number {
  const millionths = whole(hours, 60_000_000);
  const minutes = Math.round(millionths / 1_000_000);
  return Math.abs(millionths - minutes * 1_000_000) <= 30 ? minutes : Number.NaN;
}

/** The ledger's time entries. */
export function timeInLedger(month: Month, erp: Books['erp']): KnownTime[] {
  const jobs = dealsOf(month, erp['job'] ?? [], 'companyname');
  const emails = new Map(erp['employee']?.map((row) => [row.id, String(row['email'])]));
  return (erp['timebill'] ?? []).map((row) => {
    const deal = jobs.get(String(row['customer'])) ?? '';
    const minutes = minutesOf(row['hours']);
    const role = String(row['custcol_tieout_role'] ?? '');
    const email = emails.get(String(row['employee'])) ?? '';
    const key = timeKey(deal, email, String(row['trandate']), minutes, role, String(row['memo'] ?? ''));
    return {
      id: row.id,
      key,
      deal,
      rate: row['rate'],
      minutes,
      isBillable: row['isbillable'] === true,
      isTakenBack: row['approvalstatus'] === '4',
    };
  });
}

/** The PSA's time entries. */
export function timeInPsa(month: Month, psa: Books['psa']): KnownTime[] {
  const deals = dealsOf(month, psa['workspaces'] ?? [], 'title');
  const emails = new Map(psa['users']?.map((row) => [row.id, String(row['email_address'])]));
  const roles = new Map(psa['roles']?.map((row) => [row.id, String(row['name'])]));
  return (psa['time_entries'] ?? []).map((row) => {
    const deal = deals.get(String(row['workspace_id'])) ?? '';
    const minutes = Number(row['time_in_minutes']);
    const role = roles.get(String(row['role_id'])) ?? '';
    const email = emails.get(String(row['user_id'])) ?? '';
    const key = timeKey(deal, email, String(row['date_performed']), minutes, role, String(row['notes'] ?? ''));
    return {
      id: row.id,
      key,
      deal,
      rate: row['rate_in_cents'],
      minutes,
      isBillable: row['billable'] === true,
      isTakenBack: false,
    };
  });
}

/** Anything else that is known by a key and comes to an amount as its system writes it. */
export interface KnownAmount {
  readonly key: string;
  readonly deal: string;
  readonly amount: unknown;
}

export function expensesInLedger(month: Month, erp: Books['erp']): KnownAmount[] {
  const jobs = dealsOf(month, erp['job'] ?? [], 'companyname');
  const emails = new Map(erp['employee']?.map((row) => [row.id, String(row['email'])]));
  const categories = new Map<string, string>(Object.entries(expenseCategories).map(([name, id]) => [id, name]));
  return (erp['expensereport'] ?? []).flatMap((report) =>
    ((report['expense'] ?? []) as Readonly<Record<string, unknown>>[]).map((line) => {
      const deal = jobs.get(String(line['customer'])) ?? '';
      const email = emails.get(String(report['entity'])) ?? '';
      const category = categories.get(String(line['category'])) ?? '';
      const key = [deal, email, line['expensedate'], category, line['memo'] ?? ''].join(' | ');
      return { key, deal, amount: line['foreignamount'] };
    }),
  );
}

export function expensesInPsa(month: Month, psa: Books['psa']): KnownAmount[] {
  const deals = dealsOf(month, psa['workspaces'] ?? [], 'title');
  const emails = new Map(psa['users']?.map((row) => [row.id, String(row['email_address'])]));
  return (psa['expenses'] ?? []).map((row) => {
    const deal = deals.get(String(row['workspace_id'])) ?? '';
    const email = emails.get(String(row['user_id'])) ?? '';
    const key = [deal, email, row['date'], row['category'], row['notes'] ?? ''].join(' | ');
    return { key, deal, amount: row['amount_in_cents'] };
  });
}

/** What somebody has approved there, or brought to its end: hours, expenses and milestones. */
export function deliveredInPsa(month: Month, psa: Books['psa']): { deal: string; amountMinor: number }[] {
  const deals = dealsOf(month, psa['workspaces'] ?? [], 'title');
  const approved = new Set([...(psa['time_entries'] ?? [])].filter((row) => row['approved'] === true).map(idOf));
  const worked = timeInPsa(month, psa).filter(({ id }) => approved.has(id));
  const spent = (psa['expenses'] ?? []).filter((row) => row['approved'] === true);
  const done = new Set((psa['stories'] ?? []).filter((row) => row['state'] === 'completed').map(idOf));
  const reached = (psa['billing_milestones'] ?? []).filter((row) => done.has(String(row['story_id'])));
  return [
    ...worked.map(({ deal, minutes, rate }) => ({ deal, amountMinor: amountOf({ minutes, rateMinor: Number(rate) }) })),
    ...[...spent, ...reached].map((row) => ({
      deal: deals.get(String(row['workspace_id'])) ?? '',
      amountMinor: Number(row['amount_in_cents']),
    })),
  ];
}

const idOf = ({ id }: Row): string => id;

/** Milestones that the ledger may bill: reached, with an amount. */
export function milestonesInLedger(month: Month, erp: Books['erp']): (KnownAmount & { readonly isReached: boolean })[] {
  const jobs = dealsOf(month, erp['job'] ?? [], 'companyname');
  return (erp['projecttask'] ?? []).map((row) => {
    const deal = jobs.get(String(row['project'])) ?? '';
    const key = keyOfMilestone({ deal, name: String(row['title']) });
    return { key, deal, amount: row['custevent_tieout_amount'], isReached: row['status'] === 'COMPLETE' };
  });
}

function dealsOf(month: Month, rows: readonly Row[], field: string): ReadonlyMap<string, string> {
  const names = dealNames(month);
  return new Map(rows.map((row) => [row.id, names.get(String(row[field])) ?? `${field} ${String(row[field])}`]));
}

/** Keys of all work that the ledger may bill: what is still on its way is not among them. */
export function workInLedger(month: Month, erp: Books['erp']): string[] {
  const reached = milestonesInLedger(month, erp).filter(({ isReached }) => isReached);
  const standing = timeInLedger(month, erp).filter(({ isTakenBack }) => !isTakenBack);
  return [...standing, ...expensesInLedger(month, erp), ...reached].map(({ key }) => key);
}

/** What the script's hour, expense or milestone is known by there. */
export function keyOfSource(month: Month, key: string): string {
  const entry = month.entries.find((one) => one.key === key);
  if (entry) return keyOfEntry(month, entry);
  const expense = month.expenses.find((one) => one.key === key);
  if (expense) return keyOfExpense(month, expense);
  const milestone = month.milestones.find((one) => one.key === key);
  if (milestone) return keyOfMilestone(milestone);
  throw new Error(`the month has no ${key}`);
}
