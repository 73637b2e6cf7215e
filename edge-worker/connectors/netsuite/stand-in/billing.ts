// What people and record actions do beyond a save: approve time, bill a project, take a payment, void an invoice.
import type { Books, Channel, Patch } from './books.ts';
import { refusals } from './refusal.ts';
import type { Entry } from './shelf.ts';
import { isSet, type Line, textOf, type Value } from './values.ts';

const milestoneKey = 'custcol_tieout_milestone';
/** The service that fixed prices are sold as: FACTS.md#the-stand-in. */
const fixedFeeService = '5';

const approvalOf: Readonly<Record<string, string>> = { submit: '2', approve: '3', reject: '4' };

/** Submitting is a save like any other. */
const eventOf: Readonly<Record<string, string>> = { approve: 'approve', reject: 'reject' };

/** A timesheet takes its time entries with it. */
export function approve(entry: Entry, action: string, books: Books, note: string | null = null): void {
  const approvalstatus = approvalOf[action] ?? '1';
  const values: Record<string, Value> = { approvalstatus };
  if (entry.type === 'timebill') {
    values['supervisorapproval'] = action === 'approve';
    if (action === 'reject') values['rejectionnote'] = note;
  }
  books.save(books.type(entry.type), entry.id, { values, event: eventOf[action] ?? 'edit' }, 'action');
  if (entry.type !== 'timesheet') return;
  for (const time of books.store.where('timebill', 'employee', textOf(entry.values, 'employee') ?? '')) {
    if (time.values['timesheet'] === entry.id) approve(time, action, books, note);
  }
}

const invoiceFromOrder = [
  'entity',
  'job',
  'subsidiary',
  'currency',
  'exchangerate',
  'terms',
  'otherrefnum',
  'memo',
  'department',
  'class',
  'location',
];

/** What a transaction hands on to the next one of its chain. */
export function invoiceOf(order: Entry): Required<Pick<Patch, 'values' | 'sublists'>> {
  if (['A', 'C', 'G', 'H'].includes(textOf(order.values, 'status') ?? '')) {
    throw refusals.invalidValue(order.id, 'createdfrom', 'createdFrom');
  }
  const values: Record<string, Value> = { createdfrom: order.id };
  for (const key of invoiceFromOrder) values[key] = order.values[key] ?? null;
  const lines = (order.sublists['item'] ?? []).filter((line) => line['isclosed'] !== true);
  const item: Line[] = lines.map(({ billingschedule, isclosed, line, ...kept }) => ({
    ...kept,
    orderdoc: order.id,
    orderline: line ?? null,
  }));
  return { values, sublists: { item } };
}

/** What the caller sends wins. */
export function orderToInvoice(order: Entry, overrides: Patch, books: Books, channel: Channel): Entry {
  const { values, sublists } = invoiceOf(order);
  const patch: Patch = {
    ...overrides,
    values: { ...values, ...overrides.values },
    sublists: { ...sublists, ...overrides.sublists },
  };
  return books.save(books.type('invoice'), null, patch, channel);
}

/** Billable lines of approved reports that no invoice has, of one project. */
function ripeExpenses(books: Books, jobId: string): Line[] {
  return [...books.store.shelf('expensereport').values()]
    .filter((report) => report.values['approvalstatus'] === '2')
    .flatMap((report) =>
      (report.sublists['expense'] ?? [])
        .filter((line) => line['customer'] === jobId && isSet(line, 'isbillable'))
        .filter((line) => !books.billedExpenses.has(`${report.id}/${textOf(line, 'line')}`))
        .map((line) => ({ apply: true, doc: report.id, line: line['line'] ?? null })),
    );
}

/** Milestones of a project that are complete and that no invoice line names. */
function ripeMilestones(books: Books, jobId: string): Line[] {
  const invoices = books.store.where('invoice', 'job', jobId).filter((invoice) => invoice.values['status'] !== 'void');
  const billed = new Set(
    invoices.flatMap((invoice) => (invoice.sublists['item'] ?? []).map((line) => textOf(line, milestoneKey))),
  );
  return books.store
    .where('projecttask', 'project', jobId)
    .filter((task) => task.values['status'] === 'COMPLETE' && textOf(task.values, 'custevent_tieout_amount') !== null)
    .filter((task) => !billed.has(task.id))
    .map((task) => ({
      item: fixedFeeService,
      quantity: '1',
      rate: textOf(task.values, 'custevent_tieout_amount'),
      description: task.values['title'] ?? null,
      [milestoneKey]: task.id,
    }));
}

/** An invoice of all that is approved, billable and unbilled of a project: time, expenses, milestones. */
export function billProject(books: Books, jobId: string, date: string, tranId: string | null): Entry {
  const job = books.store.get('job', jobId);
  if (!job) throw refusals.unknownRecord();
  const ripe = books.store
    .where('timebill', 'customer', jobId)
    .filter((time) => time.values['approvalstatus'] === '3' && isSet(time.values, 'isbillable'))
    .filter((time) => !books.billedTime.has(time.id))
    .sort((a, b) => a.serial - b.serial);
  const expcost = ripeExpenses(books, jobId);
  const item = ripeMilestones(books, jobId);
  if (ripe.length + expcost.length + item.length === 0) throw new Error(`Project ${jobId} has nothing to bill.`);
  const values: Record<string, Value> = {
    entity: textOf(job.values, 'parent') ?? jobId,
    job: jobId,
    trandate: date,
    tranid: tranId,
    subsidiary: job.values['subsidiary'] ?? null,
    currency: job.values['currency'] ?? null,
  };
  const time = ripe.map((each) => ({ apply: true, doc: each.id }));
  const lists = Object.entries({ time, expcost, item }).filter(([, lines]) => lines.length > 0);
  return books.save(books.type('invoice'), null, { values, sublists: Object.fromEntries(lists) }, 'person');
}

export function payInvoice(books: Books, invoiceId: string, amount: string | null, date: string | null): Entry {
  const invoice = books.store.get('invoice', invoiceId);
  if (!invoice) throw refusals.unknownRecord();
  const due = amount ?? textOf(invoice.values, 'amountremaining');
  const values: Record<string, Value> = {
    entity: invoice.values['entity'] ?? null,
    payment: due,
    trandate: date,
    subsidiary: invoice.values['subsidiary'] ?? null,
    currency: invoice.values['currency'] ?? null,
  };
  const apply = [{ apply: true, doc: invoiceId, amount: due }];
  return books.save(books.type('customerpayment'), null, { values, sublists: { apply } }, 'person');
}

/** The vendor keeps a voided invoice with all its amounts at zero; its time can be billed again. */
export function voidInvoice(books: Books, invoiceId: string): void {
  const invoice = books.store.get('invoice', invoiceId);
  if (!invoice) throw refusals.unknownRecord();
  const isPaid = [...(books.applied.get(invoiceId)?.values() ?? [])].some((minor) => minor !== 0n);
  if (isPaid) throw refusals.dependents();
  books.save(books.type('invoice'), invoiceId, { values: { status: 'void', memo: 'VOID' } }, 'person');
}
