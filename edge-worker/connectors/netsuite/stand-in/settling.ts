// What one record's save does to others: time becomes billed, invoices become paid.
import type { Books, Draft } from './books.ts';
import { paidMinor, paidState, scaleOf } from './completing.ts';
import { fromMinor, timesMinor, toMinor } from './decimals.ts';
import type { RecordType } from './fields.ts';
import type { Entry } from './shelf.ts';
import { type Line, textOf } from './values.ts';

/** FACTS.md#unverified: whether billing a time entry runs its user event script; its stamp moves either way. */
const tellsBilledTime = false;
/** FACTS.md#unverified: whether a payment also shows as a change of the invoice it settles. */
const tellsPaidInvoices = true;

const linesOf = (entry: Entry | null, name: string) => entry?.sublists[name] ?? [];

const appliedDocs = (lines: readonly Line[]) =>
  lines.filter((line) => line['apply'] === true).map((line) => textOf(line, 'doc') ?? '');

/** A time line takes its figures from the time entry it bills. */
export function completeInvoiceTime(draft: Draft, books: Books): void {
  const lines = draft.sublists['time'];
  if (!lines || draft.values['status'] === 'void') return;
  const scale = scaleOf(textOf(draft.values, 'currency'), books);
  draft.sublists['time'] = lines.map((line) => {
    const time = books.store.get('timebill', textOf(line, 'doc') ?? '');
    if (!time || line['apply'] !== true) return line;
    const quantity = textOf(line, 'quantity') ?? textOf(time.values, 'hours') ?? '0';
    const rate = textOf(line, 'rate') ?? textOf(time.values, 'rate') ?? '0';
    return {
      billeddate: time.values['trandate'] ?? null,
      employee: time.values['employee'] ?? null,
      item: time.values['item'] ?? null,
      job: time.values['customer'] ?? null,
      memo: time.values['memo'] ?? null,
      ...line,
      quantity,
      rate,
      amount: textOf(line, 'amount') ?? fromMinor(timesMinor(rate, quantity, scale), scale),
    };
  });
}

/** The line of an expense report that an invoice line bills: FACTS.md#unverified, `line` is its number there. */
export function billedExpense(line: Line, books: Books): Line | null {
  const report = books.store.get('expensereport', textOf(line, 'doc') ?? '');
  return (report?.sublists['expense'] ?? []).find((one) => one['line'] === line['line']) ?? null;
}

/** An expense line takes its figures from the line of the report it bills. */
export function completeInvoiceExpenses(draft: Draft, books: Books): void {
  const lines = draft.sublists['expcost'];
  if (!lines || draft.values['status'] === 'void') return;
  draft.sublists['expcost'] = lines.map((line) => {
    const spent = line['apply'] === true ? billedExpense(line, books) : null;
    if (!spent) return line;
    const { amount = null, customer: job = null, memo = null } = spent;
    return { job, memo, ...line, originalamount: amount, amount: line['amount'] ?? spent['foreignamount'] ?? amount };
  });
}

/** Spreads a payment or credit over the invoices it names, in the order of its lines. */
export function completeApplied(draft: Draft, books: Books): void {
  const { values, before } = draft;
  const scale = scaleOf(textOf(values, 'currency'), books);
  const own = toMinor(textOf(values, draft.type.id === 'creditmemo' ? 'total' : 'payment') ?? '0', scale);
  let left = own;
  const lines = draft.sublists['apply'] ?? [];
  draft.sublists['apply'] = lines.map((line) => {
    const invoice = books.store.get('invoice', textOf(line, 'doc') ?? '');
    if (!invoice || line['apply'] === false) return line;
    const earlier = before ? (books.applied.get(invoice.id)?.get(before.id) ?? 0n) : 0n;
    const total = toMinor(textOf(invoice.values, 'total') ?? '0', scale);
    const due = total - paidMinor(invoice.id, books) + earlier;
    const asked = textOf(line, 'amount');
    const minor = asked === null ? (due < left ? due : left) : toMinor(asked, scale);
    left -= minor;
    return {
      ...line,
      apply: true,
      amount: fromMinor(minor, scale),
      due: fromMinor(due, scale),
      total: fromMinor(total, scale),
      refnum: invoice.values['tranid'] ?? null,
      job: invoice.values['job'] ?? null,
      type: 'Invoice',
    };
  });
  values['applied'] = fromMinor(own - left, scale);
  values['unapplied'] = fromMinor(left, scale);
  if (draft.type.id === 'creditmemo') values['status'] = left === 0n ? 'applied' : 'open';
  else values['status'] = values['undepfunds'] === true ? 'A' : 'C';
}

function settleTime(before: Entry | null, after: Entry | null, books: Books): void {
  const earlier = new Set(appliedDocs(linesOf(before, 'time')));
  const now = new Set(appliedDocs(linesOf(after, 'time')));
  const mark = (doc: string, billed: boolean) => {
    const time = books.store.get('timebill', doc);
    if (time) books.amend(books.type('timebill'), time, { billed }, tellsBilledTime);
  };
  for (const doc of earlier) {
    if (now.has(doc)) continue;
    books.billedTime.delete(doc);
    mark(doc, false);
  }
  for (const doc of now) {
    if (after) books.billedTime.set(doc, after.id);
    if (!earlier.has(doc)) mark(doc, true);
  }
}

function settleApplied(before: Entry | null, after: Entry | null, books: Books): void {
  const source = (after ?? before)?.id ?? '';
  const touched = new Set([...appliedDocs(linesOf(before, 'apply')), ...appliedDocs(linesOf(after, 'apply'))]);
  for (const id of touched) books.applied.get(id)?.delete(source);
  for (const line of linesOf(after, 'apply')) {
    if (line['apply'] !== true) continue;
    const id = textOf(line, 'doc') ?? '';
    const scale = scaleOf(textOf(after?.values ?? {}, 'currency'), books);
    const sources = books.applied.get(id) ?? new Map<string, bigint>();
    sources.set(source, (sources.get(source) ?? 0n) + toMinor(textOf(line, 'amount') ?? '0', scale));
    books.applied.set(id, sources);
  }
  for (const id of touched) {
    const invoice = books.store.get('invoice', id);
    if (!invoice) continue;
    const scale = scaleOf(textOf(invoice.values, 'currency'), books);
    const total = toMinor(textOf(invoice.values, 'total') ?? '0', scale);
    books.amend(books.type('invoice'), invoice, paidState(total, paidMinor(id, books), scale), tellsPaidInvoices);
  }
}

/** `<report>/<line>` of what an invoice bills of expenses. */
const billedExpensesOf = (entry: Entry | null) =>
  new Set(
    linesOf(entry, 'expcost')
      .filter((line) => line['apply'] === true)
      .map((line) => `${textOf(line, 'doc')}/${textOf(line, 'line')}`),
  );

function settleExpenses(before: Entry | null, after: Entry | null, books: Books): void {
  const now = billedExpensesOf(after);
  for (const key of billedExpensesOf(before)) if (!now.has(key)) books.billedExpenses.delete(key);
  if (after) for (const key of now) books.billedExpenses.set(key, after.id);
}

/** Months alone are posted into. */
function settlePeriod({ values }: Entry, books: Books): void {
  if (['isyear', 'isquarter', 'isadjust'].some((flag) => values[flag] === true)) return;
  const month = String(values['startdate']).slice(0, 7);
  const isClosed = ['closed', 'alllocked', 'arlocked'].some((flag) => values[flag] === true);
  if (isClosed) books.closedPeriods.add(month);
  else books.closedPeriods.delete(month);
}

export function settle(type: RecordType, before: Entry | null, after: Entry | null, books: Books): void {
  if (type.id === 'invoice') settleTime(before, after, books);
  if (type.id === 'invoice') settleExpenses(before, after, books);
  if (type.id === 'customerpayment' || type.id === 'creditmemo') settleApplied(before, after, books);
  if (type.id === 'accountingperiod' && after) settlePeriod(after, books);
  const order = type.id === 'invoice' && after && !before ? textOf(after.values, 'createdfrom') : null;
  const salesOrder = order === null ? null : books.store.get('salesorder', order);
  if (salesOrder) books.amend(books.type('salesorder'), salesOrder, { status: 'G', orderstatus: 'G' }, true);
}
