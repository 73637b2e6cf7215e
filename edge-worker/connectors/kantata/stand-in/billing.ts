// Invoices: what may go on one, what it comes to, and how it is changed and cancelled.
import { Refusal } from './answers.ts';
import type { Actor, Books } from './books.ts';
import { baseUnitOf, currencyFields, feeInCents } from './money.ts';
import { type Fields, type Input, ids, idText, isInput, numeric, type Row, text } from './rows.ts';

const dayMs = 86_400_000;

interface Draft {
  readonly workspaces: readonly Row[];
  readonly timeEntries: readonly Row[];
  readonly expenses: readonly Row[];
  readonly milestones: readonly Row[];
  readonly extras: readonly Row[];
}

const lineKeys = ['time_entries', 'expenses', 'billing_milestones'] as const;
const fieldOf = {
  time_entries: 'time_entry_ids',
  expenses: 'expense_ids',
  billing_milestones: 'billing_milestone_ids',
} as const;

function linesOf(books: Books, key: (typeof lineKeys)[number], fields: Fields): Row[] {
  const wanted = ids(fields, fieldOf[key]);
  const lines = books.rowsOf(key, wanted);
  if (lines.length !== wanted.length) throw Refusal.of(fieldOf[key], 'contains records that do not exist');
  return lines;
}

const invoiceOf = (line: Row): string => text(line, 'invoice_id') || (ids(line, 'invoice_ids')[0] ?? '');

/** Every line must be free, approved where the project asks for it, and of one of the invoice's projects. */
function checkLines(draft: Draft, invoiceId: string | null): void {
  const known = new Map(draft.workspaces.map((workspace) => [workspace.id, workspace]));
  const rules = [
    ['time_entry_ids', draft.timeEntries, 'require_time_approvals'],
    ['expense_ids', draft.expenses, 'require_expense_approvals'],
    ['billing_milestone_ids', draft.milestones, null],
  ] as const;
  for (const [field, lines, rule] of rules) {
    for (const line of lines) {
      const workspace = known.get(text(line, 'workspace_id'));
      if (!workspace) throw Refusal.of(field, 'contains records of another project');
      const billedOn = invoiceOf(line);
      if (billedOn !== '' && billedOn !== invoiceId)
        throw Refusal.of(field, 'contains records that have already been invoiced');
      if (rule && workspace[rule] === true && line['approved'] !== true)
        throw Refusal.of(field, 'contains records that have not been approved');
    }
  }
}

function totalInCents(draft: Draft, taxRate: number): number {
  const amounts: { cents: number; isTaxable: boolean }[] = [
    ...draft.timeEntries.map((line) => ({
      cents:
        line['billable'] === false ? 0 : feeInCents(numeric(line, 'time_in_minutes'), numeric(line, 'rate_in_cents')),
      isTaxable: line['taxable'] === true,
    })),
    ...draft.expenses.map((line) => ({
      cents: line['is_billable'] === false ? 0 : numeric(line, 'amount_in_cents'),
      isTaxable: line['taxable'] === true,
    })),
    ...draft.milestones.map((line) => ({ cents: numeric(line, 'amount_in_cents'), isTaxable: false })),
    ...draft.extras.map((line) => ({ cents: numeric(line, 'amount_in_cents'), isTaxable: line['taxable'] === true })),
  ];
  const net = amounts.reduce((sum, line) => sum + line.cents, 0);
  const taxable = amounts.reduce((sum, line) => sum + (line.isTaxable ? line.cents : 0), 0);
  return net + Math.round((taxable * taxRate) / 100);
}

/** The unit trap: an item's `amount` is sent in main units and read back as `amount_in_cents`. */
function createExtras(
  books: Books,
  key: 'additional_items' | 'fixed_fee_items',
  input: Input,
  workspace: Row,
  actor: Actor,
) {
  const list: unknown = input[key];
  const currency = text(workspace, 'currency');
  return (Array.isArray(list) ? list.filter(isInput) : []).map((sent) =>
    books.insert(
      key,
      {
        notes: typeof sent['notes'] === 'string' ? sent['notes'] : '',
        amount_in_cents: Math.round(Number(sent['amount'] ?? 0) * baseUnitOf(currency)),
        currency,
        taxable: sent['taxable'] === true,
        story_id: Number(idText(sent['story_id'])) || null,
        workspace_id: Number(idText(sent['workspace_id']) ?? workspace.id),
      },
      actor,
    ),
  );
}

const hasExtras = (input: Input, key: string): boolean => Array.isArray(input[key]) && input[key].length > 0;

function dueDate(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

const titleOf = (number: number, isDraft: boolean) => `${isDraft ? 'Draft Invoice' : 'Invoice'} #${number}`;

export function nextInvoiceNumber(books: Books): number {
  let highest = 1000;
  for (const invoice of books.table('invoices').all())
    highest = Math.max(highest, numeric(invoice, 'user_invoice_number'));
  return highest + 1;
}

function workspacesOf(books: Books, fields: Fields): Row[] {
  const wanted = new Set(ids(fields, 'workspace_ids'));
  if (text(fields, 'workspace_id') !== '') wanted.add(text(fields, 'workspace_id'));
  if (wanted.size === 0) throw Refusal.of('workspace_id', "can't be blank");
  const workspaces = books.rowsOf('workspaces', [...wanted]);
  if (workspaces.length !== wanted.size) throw Refusal.of('workspace_id', 'is invalid');
  if (new Set(workspaces.map((workspace) => workspace['currency'])).size > 1)
    throw Refusal.of('workspace_ids', 'must all have the same currency');
  return workspaces;
}

function mark(books: Books, lines: Draft, invoiceId: string | null, actor: Actor): void {
  for (const line of lines.timeEntries)
    books.change('time_entries', line.id, { is_invoiced: invoiceId !== null, invoice_id: invoiceId }, actor);
  for (const line of lines.expenses)
    books.change('expenses', line.id, { is_invoiced: invoiceId !== null, invoice_id: invoiceId }, actor);
  for (const line of lines.milestones)
    books.change('billing_milestones', line.id, { invoice_ids: invoiceId === null ? [] : [invoiceId] }, actor);
}

export function createInvoice(books: Books, fields: Fields, input: Input, actor: Actor): Row {
  const workspaces = workspacesOf(books, fields);
  const [timeEntries, expenses, milestones] = lineKeys.map((key) => linesOf(books, key, fields));
  const lines: Draft = {
    workspaces,
    timeEntries: timeEntries ?? [],
    expenses: expenses ?? [],
    milestones: milestones ?? [],
    extras: [],
  };
  checkLines(lines, null);
  const isEmpty = lines.timeEntries.length + lines.expenses.length + lines.milestones.length === 0;
  if (isEmpty && !hasExtras(input, 'additional_items') && !hasExtras(input, 'fixed_fee_items'))
    throw Refusal.saying('base', 'An invoice must have at least one line item');
  const [first] = workspaces;
  if (!first) throw Refusal.of('workspace_id', 'is invalid');
  const additional = createExtras(books, 'additional_items', input, first, actor);
  const fixed = createExtras(books, 'fixed_fee_items', input, first, actor);
  const number = numeric(fields, 'user_invoice_number') || nextInvoiceNumber(books);
  const day = text(fields, 'invoice_date') || books.today();
  const total = totalInCents({ ...lines, extras: [...additional, ...fixed] }, numeric(fields, 'tax_rate'));
  const { workspace_id: _one, workspace_ids: _many, suppress_emails: _silent, ...sent } = fields;
  const row = books.insert(
    'invoices',
    {
      message: '',
      tax_rate: 0,
      purchase_order: '',
      project_code: '',
      user_invoice_title: '',
      recipient_id: text(first, 'primary_counterpart_id') || null,
      ...currencyFields(text(first, 'currency')),
      ...sent,
      status: 'new',
      draft: fields['draft'] === true,
      user_invoice_number: number,
      title: titleOf(number, fields['draft'] === true),
      invoice_date: day,
      due_date: dueDate(day, numeric(fields, 'payment_schedule')),
      balance_in_cents: total,
      total_in_cents: total,
      workspace_ids: workspaces.map((workspace) => workspace.id),
      time_entry_ids: lines.timeEntries.map((line) => line.id),
      expense_ids: lines.expenses.map((line) => line.id),
      billing_milestone_ids: lines.milestones.map((line) => line.id),
      additional_item_ids: additional.map((row) => row.id),
      fixed_fee_item_ids: fixed.map((row) => row.id),
      user_id: actor.userId,
    },
    actor,
  );
  mark(books, lines, row.id, actor);
  return row;
}

/** The trap of FACTS.md#invoice-update: a list of time or expenses that is left out unlinks all of them. */
function listsAfter(row: Row, fields: Fields): Fields {
  return {
    time_entry_ids: [...ids(fields, 'time_entry_ids')],
    expense_ids: [...ids(fields, 'expense_ids')],
    billing_milestone_ids: [...ids('billing_milestone_ids' in fields ? fields : row, 'billing_milestone_ids')],
  };
}

export function updateInvoice(books: Books, row: Row, fields: Fields, actor: Actor): Row {
  if (actor.isPerson && !lineKeys.some((key) => fieldOf[key] in fields))
    return books.change('invoices', row.id, fields, actor);
  if (row['status'] !== 'new') throw Refusal.saying('base', `This invoice is ${row['status']} and cannot be changed`);
  const lists = listsAfter(row, fields);
  const draft = (of: Fields): Draft => ({
    workspaces: books.rowsOf('workspaces', ids(row, 'workspace_ids')),
    timeEntries: linesOf(books, 'time_entries', of),
    expenses: linesOf(books, 'expenses', of),
    milestones: linesOf(books, 'billing_milestones', of),
    extras: [
      ...books.rowsOf('additional_items', ids(row, 'additional_item_ids')),
      ...books.rowsOf('fixed_fee_items', ids(row, 'fixed_fee_item_ids')),
    ],
  });
  const [before, after] = [draft(row), draft(lists)];
  checkLines(after, row.id);
  if (after.timeEntries.length + after.expenses.length + after.milestones.length + after.extras.length === 0)
    throw Refusal.saying('base', 'An invoice must have at least one line item');
  mark(books, dropped(before, after), null, actor);
  mark(books, after, row.id, actor);
  const number = numeric({ ...row, ...fields }, 'user_invoice_number');
  const day = text({ ...row, ...fields }, 'invoice_date');
  const total = totalInCents(after, numeric({ ...row, ...fields }, 'tax_rate'));
  const computed = {
    title: titleOf(number, (fields['draft'] ?? row['draft']) === true),
    due_date: dueDate(day, numeric({ ...row, ...fields }, 'payment_schedule')),
    balance_in_cents: total,
    total_in_cents: total,
  };
  return books.change('invoices', row.id, { ...fields, ...lists, ...computed }, actor);
}

function dropped(before: Draft, after: Draft): Draft {
  const left = (rows: readonly Row[], kept: readonly Row[]) =>
    rows.filter((row) => !kept.some((one) => one.id === row.id));
  return {
    ...before,
    timeEntries: left(before.timeEntries, after.timeEntries),
    expenses: left(before.expenses, after.expenses),
    milestones: left(before.milestones, after.milestones),
  };
}

function freeLines(books: Books, row: Row, actor: Actor): void {
  for (const key of lineKeys)
    for (const line of books.rowsOf(key, ids(row, fieldOf[key])))
      books.change(
        key,
        line.id,
        key === 'billing_milestones' ? { invoice_ids: [] } : { is_invoiced: false, invoice_id: null },
        actor,
      );
}

/** Active invoices are cancelled, drafts deleted; either way their lines become free again. */
export function cancelInvoice(books: Books, row: Row, actor: Actor): Row {
  if (row['draft'] === true) throw Refusal.saying('base', 'Draft invoices cannot be cancelled');
  if (row['status'] === 'cancelled') throw Refusal.saying('base', 'This invoice has already been cancelled');
  freeLines(books, row, actor);
  return books.change('invoices', row.id, { status: 'cancelled' }, actor);
}

export function checkInvoiceRemoval(books: Books, row: Row, actor: Actor): void {
  if (row['draft'] !== true && !actor.isPerson)
    throw Refusal.saying('base', 'Active invoices cannot be deleted. They must be cancelled instead');
  freeLines(books, row, actor);
}
