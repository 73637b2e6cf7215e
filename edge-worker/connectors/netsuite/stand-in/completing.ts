// What the vendor fills in by itself while a record is saved: defaults, line amounts, totals, numbers.
import type { Books, Draft } from './books.ts';
import { canonical, fromMinor, timesMinor, toMinor } from './decimals.ts';
import type { Field } from './fields.ts';
import { completeApplied, completeInvoiceExpenses, completeInvoiceTime } from './settling.ts';
import { isoOf, isSet, type Line, textOf, type Value } from './values.ts';

type Values = Record<string, Value>;

/** Minor-unit digits of a currency; two when none is set. */
export function scaleOf(currency: string | null, books: Books): number {
  const entry = currency === null ? null : books.store.get('currency', currency);
  return Number(entry?.values['currencyprecision'] ?? 2);
}

const fill = (values: Values, key: string, value: Value | undefined) => {
  if (values[key] === undefined || values[key] === null) values[key] = value ?? null;
};

/** The customer or project behind an id: the two share one numbering. */
export function entityOf(id: string | null, books: Books) {
  if (id === null) return null;
  return books.store.get('customer', id) ?? books.store.get('job', id) ?? books.store.get('employee', id);
}

function completeEntity(draft: Draft, books: Books): void {
  const { values } = draft;
  const parent = draft.type.id === 'job' ? entityOf(textOf(values, 'parent'), books) : null;
  fill(values, 'subsidiary', parent?.values['subsidiary']);
  fill(values, 'currency', parent?.values['currency'] ?? baseCurrency(values, books));
  fill(values, 'isinactive', false);
  if (draft.type.id === 'job') {
    fill(values, 'allowtime', true);
    fill(values, 'allowexpenses', true);
    fill(values, 'limittimetoassignees', false);
    fill(values, 'entitystatus', '2');
    return;
  }
  const personal = [textOf(values, 'firstname'), textOf(values, 'lastname')].filter((each) => each !== null).join(' ');
  fill(values, 'entityid', textOf(values, 'companyname') ?? (personal === '' ? null : personal));
}

const baseCurrency = (values: Values, books: Books) =>
  books.store.get('subsidiary', textOf(values, 'subsidiary') ?? '')?.values['currency'];

function completeTime(draft: Draft, books: Books): void {
  const { values, before } = draft;
  if (draft.channel === 'api' && books.preferences.get('approvalRouting')) {
    values['approvalstatus'] = before?.values['approvalstatus'] ?? '2';
  }
  fill(values, 'approvalstatus', '1');
  fill(values, 'timetype', 'A');
  fill(values, 'posted', false);
  fill(values, 'isbillable', textOf(values, 'customer') !== null);
  values['subsidiary'] = books.store.get('employee', textOf(values, 'employee') ?? '')?.values['subsidiary'] ?? null;
  values['timesheet'] = sheetOf(values, books)?.id ?? null;
  const price = books.store.get('serviceitem', textOf(values, 'item') ?? '')?.values['rate'];
  // Without the override the vendor prices the hour itself, whatever rate was sent.
  if (!isSet(values, 'overriderate') && typeof price === 'string') values['rate'] = price;
}

/** The weekly timesheet that a time entry falls into. */
export function sheetOf(values: Values, books: Books) {
  const date = textOf(values, 'trandate') ?? '';
  const sheets = books.store.where('timesheet', 'employee', textOf(values, 'employee') ?? '');
  return sheets.find((each) => date >= String(each.values['startdate']) && date <= String(each.values['enddate']));
}

function completeSheet(draft: Draft): void {
  const start = textOf(draft.values, 'startdate');
  if (start) draft.values['enddate'] = isoOf(Date.parse(`${start}T00:00:00Z`) + 6 * 86_400_000).slice(0, 10);
  fill(draft.values, 'approvalstatus', '1');
  fill(draft.values, 'lockstatus', 'unlocked');
}

function completeHead(draft: Draft, books: Books): void {
  const { values } = draft;
  const entity = entityOf(textOf(values, 'entity'), books);
  fill(values, 'subsidiary', entity?.values['subsidiary']);
  fill(values, 'currency', entity?.values['currency'] ?? baseCurrency(values, books));
  fill(values, 'trandate', isoOf(books.clock()).slice(0, 10));
  fill(values, 'exchangerate', '1');
}

function completeTransaction(draft: Draft, books: Books): void {
  completeHead(draft, books);
  const { values, type } = draft;
  if (type.id === 'salesorder') {
    fill(values, 'orderstatus', 'B');
    values['status'] = values['orderstatus'] ?? null;
  }
  if (type.id === 'invoice') completeInvoiceTime(draft, books);
  if (type.id === 'invoice') completeInvoiceExpenses(draft, books);
  if (type.id === 'expensereport') completeReport(draft, books);
  totalUp(draft, books);
  if (type.id === 'invoice') settleTotals(draft, books);
  if (type.id === 'creditmemo' || type.id === 'customerpayment') completeApplied(draft, books);
}

/** What was spent in another currency is worth what the line's exchange rate makes of it; without one, the same. */
function completeReport(draft: Draft, books: Books): void {
  fill(draft.values, 'approvalstatus', draft.values['supervisorapproval'] === true ? '2' : '1');
  const lines = draft.sublists['expense'];
  if (!lines) return;
  const scale = scaleOf(textOf(draft.values, 'currency'), books);
  const own = draft.values['currency'] ?? null;
  draft.sublists['expense'] = lines.map((line) => {
    const spent = textOf(line, 'foreignamount');
    if (spent === null) return { ...line, foreignamount: line['amount'] ?? null, currency: line['currency'] ?? own };
    const rate = textOf(line, 'exchangerate') ?? '1';
    return { ...line, exchangerate: rate, amount: fromMinor(timesMinor(spent, rate, scale), scale) };
  });
}

/** Lines get their number and amount, the body its totals. */
function totalUp(draft: Draft, books: Books): void {
  const scale = scaleOf(textOf(draft.values, 'currency'), books);
  let subtotal = 0n;
  for (const name of ['item', 'time', 'expcost', 'expense']) {
    const lines = draft.sublists[name];
    if (!lines) continue;
    const priced = lines.map((line) => pricedLine(line, scale));
    draft.sublists[name] = priced;
    for (const line of priced) {
      const counts = name === 'item' || name === 'expense' || line['apply'] === true;
      if (counts) subtotal += toMinor(textOf(line, 'amount') ?? '0', scale);
    }
  }
  const tax = toMinor(textOf(draft.values, 'taxtotal') ?? '0', scale);
  if (draft.type.id === 'customerpayment') return;
  if (draft.type.id === 'expensereport') draft.values['amount'] = fromMinor(subtotal, scale);
  else draft.values['subtotal'] = fromMinor(subtotal, scale);
  draft.values['total'] = fromMinor(subtotal + tax, scale);
}

function pricedLine(line: Line, scale: number): Line {
  const rate = textOf(line, 'rate');
  const quantity = textOf(line, 'quantity');
  if (textOf(line, 'amount') !== null || rate === null || quantity === null) return line;
  return { ...line, amount: fromMinor(timesMinor(rate, quantity, scale), scale) };
}

function settleTotals(draft: Draft, books: Books): void {
  const { values, before } = draft;
  const scale = scaleOf(textOf(values, 'currency'), books);
  if (values['status'] === 'void') {
    for (const key of ['subtotal', 'taxtotal', 'total', 'amountpaid', 'amountremaining']) values[key] = '0';
    for (const [name, lines] of Object.entries(draft.sublists)) {
      draft.sublists[name] = lines.map((line) => ({
        ...line,
        amount: '0',
        ...(name === 'time' ? { apply: false } : {}),
      }));
    }
    return;
  }
  const total = toMinor(textOf(values, 'total') ?? '0', scale);
  Object.assign(values, paidState(total, paidMinor(before?.id ?? null, books), scale));
}

export function paidMinor(invoice: string | null, books: Books): bigint {
  let paid = 0n;
  for (const minor of (invoice === null ? null : books.applied.get(invoice))?.values() ?? []) paid += minor;
  return paid;
}

export const paidState = (total: bigint, paid: bigint, scale: number) => ({
  amountpaid: fromMinor(paid, scale),
  amountremaining: fromMinor(total - paid, scale),
  status: total > 0n && paid >= total ? 'paid' : 'open',
});

export function complete(draft: Draft, books: Books): void {
  switch (draft.type.id) {
    case 'customer':
    case 'job':
    case 'employee':
      completeEntity(draft, books);
      break;
    case 'timebill':
      completeTime(draft, books);
      break;
    case 'timesheet':
      completeSheet(draft);
      break;
    case 'projecttask':
      fill(draft.values, 'status', 'NOTSTART');
      break;
    default:
      if (draft.type.transactionCode !== null) completeTransaction(draft, books);
  }
}

const prefixes: Readonly<Record<string, string>> = {
  invoice: 'INV',
  salesorder: 'SO',
  creditmemo: 'CM',
  customerpayment: 'PYMT',
  expensereport: 'EXP',
};

/** Automatic numbers, given only once nothing can refuse the save any more. */
export function number(draft: Draft, serial: number, books: Books): void {
  if (draft.type.id === 'job') fill(draft.values, 'entityid', `PRJ${serial}`);
  const prefix = prefixes[draft.type.id];
  if (prefix && textOf(draft.values, 'tranid') === null) {
    draft.values['tranid'] = `${prefix}${books.store.next(`tranid:${draft.type.id}`)}`;
  }
  for (const [name, lines] of Object.entries(draft.sublists)) {
    let last = lines.reduce((highest, line) => Math.max(highest, Number(line['line'] ?? 0)), 0);
    if (lines.every((line) => typeof line['line'] === 'string')) continue;
    draft.sublists[name] = lines.map((line) => (line['line'] ? line : { ...line, line: String(++last) }));
  }
}

/** Amounts are kept to the digits of their currency. */
export function finishAmounts(draft: Draft, books: Books): void {
  const own =
    textOf(draft.values, 'currency') ?? (draft.type.cost === 'custom' ? null : baseCurrency(draft.values, books));
  const scale = scaleOf(typeof own === 'string' ? own : null, books);
  const fix = (fields: ReadonlyMap<string, Field>, values: Values) => {
    for (const field of fields.values()) {
      const figure = field.kind === 'amount' ? values[field.key] : null;
      if (typeof figure === 'string') values[field.key] = fromMinor(toMinor(canonical(figure) ?? '0', scale), scale);
    }
  };
  fix(draft.type.fields, draft.values);
  for (const sublist of draft.type.sublists.values()) {
    const lines = draft.sublists[sublist.id];
    if (!lines || lines.length === 0) continue;
    draft.sublists[sublist.id] = lines.map((line) => {
      const copy = { ...line };
      fix(sublist.fields, copy);
      return copy;
    });
  }
}
