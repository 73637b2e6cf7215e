// The closing table: per customer what was sold, delivered, billed and paid, what is held, and whose turn it is.
import { wordsFor } from '../../shared/words.ts';
import type { Installation, OpenException } from '../support/operator.ts';
import { type Books, dealNames, minor } from './books.ts';
import { amountText } from './fields.ts';
import { currencyOf, exponentOf, goesOnAs, type Month } from './month.ts';
import { deliveredInPsa } from './work.ts';

export interface CustomerLine {
  readonly customer: string;
  readonly currency: string;
  readonly sold: string;
  readonly delivered: string;
  readonly billed: string;
  readonly paid: string;
  /** Records that wait for somebody, by reason. */
  readonly held: number;
  readonly turn: string;
}

/** One open exception with the customer it is about. */
export interface HeldFor {
  readonly customer: string;
  readonly exception: OpenException;
}

/** Follows an exception's record to its customer, through the hub's own pages. */
export async function heldFor(
  installation: Installation,
  exceptions: readonly OpenException[],
): Promise<readonly HeldFor[]> {
  const records = new Map<string, Readonly<Record<string, unknown>>>();
  const recordOf = async (id: string) => {
    const known = records.get(id);
    if (known) return known;
    const record = (await installation.entity(id)).versions[0]?.canonical ?? {};
    records.set(id, record);
    return record;
  };
  const held: HeldFor[] = [];
  for (const exception of exceptions) {
    let record = await recordOf(exception.entity);
    if (typeof record['project'] === 'string' && typeof record['customer'] !== 'string')
      record = await recordOf(record['project']);
    if (typeof record['customer'] === 'string') record = await recordOf(record['customer']);
    held.push({ customer: String(record['name'] ?? 'unknown'), exception });
  }
  return held;
}

export function tableOf(month: Month, books: Books, held: readonly HeldFor[]): readonly CustomerLine[] {
  const names = [...new Set(month.customers.filter((one) => !one.mergedInto).map((one) => one.name))];
  return names.map((name): CustomerLine => {
    const customer = month.customers.find((one) => one.name === name) as Month['customers'][number];
    const currency = currencyOf(customer);
    const sums = sumsOf(month, books, name, exponentOf(currency));
    const mine = held.filter((one) => one.customer === name).map((one) => one.exception);
    const show = (amountMinor: number) => grouped(amountText(amountMinor, currency));
    return {
      customer: name,
      currency,
      sold: show(sums.sold),
      delivered: show(sums.delivered),
      billed: show(sums.billed),
      paid: show(sums.paid),
      held: mine.length,
      turn: turnsOf(mine),
    };
  });
}

/** Each figure from the system that owns it: sold in the CRM, delivered in the PSA, billed and paid in the ledger. */
function sumsOf(month: Month, books: Books, name: string, exponent: number) {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const accounts = new Set(books.crm['Account']?.filter((row) => row['Name'] === name).map((row) => row.id));
  const won = (books.crm['Opportunity'] ?? []).filter(
    (row) => row['IsWon'] === true && accounts.has(String(row['AccountId'])),
  );
  const wonIds = new Set(won.map(({ id }) => id));
  const agreed = (books.crm['tieout__Change_Order__c'] ?? [])
    .filter((row) => row['tieout__Status__c'] === 'approved' && wonIds.has(String(row['tieout__Opportunity__c'])))
    .map((row) => row['tieout__Amount__c']);
  const named = new Set(month.customers.filter((one) => one.name === name).map((one) => one.key));
  const customers = new Set(month.customers.filter((one) => named.has(goesOnAs(one))).map((one) => one.key));
  const deals = new Set(month.deals.filter((deal) => customers.has(deal.customer)).map((deal) => deal.key));
  const delivered = deliveredInPsa(month, books.psa).filter(({ deal }) => deals.has(deal));
  const names = dealNames(month);
  const jobs = new Map(books.erp['job']?.map((row) => [row.id, names.get(String(row['companyname']))]));
  const invoices = (books.erp['invoice'] ?? []).filter((row) => deals.has(jobs.get(String(row['job'])) ?? ''));
  return {
    sold: sum([...won.map(({ Amount }) => Amount), ...agreed].map((amount) => minor(amount, exponent))),
    delivered: sum(delivered.map(({ amountMinor }) => amountMinor)),
    billed: sum(invoices.map((row) => minor(row['total'], exponent))),
    paid: sum(invoices.map((row) => minor(row['amountpaid'], exponent))),
  };
}

function turnsOf(exceptions: readonly OpenException[]): string {
  const counts = new Map<string, number>();
  for (const { owner, code } of exceptions) {
    const turn = `${owner}: ${wordsFor(code).title}`;
    counts.set(turn, (counts.get(turn) ?? 0) + 1);
  }
  return [...counts].map(([turn, count]) => (count > 1 ? `${turn} (${count})` : turn)).join('; ');
}

function grouped(amount: string): string {
  return amount.replace(/\B(?=(\d{3})+(?!\d))/g, ',').replace(/(\.\d*),/g, '$1');
}

/** Columns as wide as their widest cell; figures to the right. */
export function printTable(lines: readonly CustomerLine[], print: (line: string) => void): void {
  const heads = ['customer', '', 'sold', 'delivered', 'billed', 'paid', 'held', 'whose turn it is'];
  const rows = lines.map((line) => [
    line.customer,
    line.currency,
    line.sold,
    line.delivered,
    line.billed,
    line.paid,
    String(line.held || ''),
    line.turn,
  ]);
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => (row[column] ?? '').length)));
  const isFigure = (column: number) => column >= 2 && column <= 6;
  const shown = (row: readonly string[]) =>
    row
      .map((cell, column) => (isFigure(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  print(shown(heads));
  print(widths.map((width) => '─'.repeat(width)).join('  '));
  for (const row of rows) print(shown(row));
}

/** How far people's hours were charged, as the hub's own overview says it. */
export async function utilisationLine(installation: Installation, month: string): Promise<string> {
  const { charged, available, share, counted, notKnown } = await installation.utilisation<{
    readonly charged: string;
    readonly available: string | null;
    readonly share: number | null;
    readonly counted: number;
    readonly notKnown: { readonly text: string } | null;
  }>(month);
  if (share === null) return `Utilisation: ${notKnown?.text ?? 'not known'}`;
  const whole = (hours: string | null) => Math.round(Number(hours)).toLocaleString('en');
  const hours = `${whole(charged)} of the ${whole(available)} working hours of ${counted} people`;
  return `Utilisation: ${Math.round(share * 100)} %; ${hours} are charged to customers.`;
}

export function heldByControl(exceptions: readonly OpenException[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { control } of exceptions) counts[control] = (counts[control] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => a.localeCompare(b)));
}
