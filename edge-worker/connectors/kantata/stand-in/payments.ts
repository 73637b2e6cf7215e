// Payments recorded against invoices, and the milestones of a billing schedule.
import { Refusal } from './answers.ts';
import type { Actor, Books } from './books.ts';
import { need } from './lines.ts';
import { type Fields, type Input, ids, numeric, type Row, text } from './rows.ts';

/** The trap of FACTS.md#payments: with an invoice the amount sent is ignored, the whole balance is paid. */
export function createPayment(books: Books, fields: Fields, _input: Input, actor: Actor): Row {
  const workspace = need(books, 'workspaces', fields, 'workspace_id');
  if (text(fields, 'message').length > 255) throw Refusal.of('message', 'is too long (maximum is 255 characters)');
  const blank = { message: '', invoice_id: null, user_id: actor.userId };
  if (text(fields, 'invoice_id') === '') {
    if (!numeric(fields, 'amount_in_cents')) throw Refusal.of('amount_in_cents', "can't be blank");
    return books.insert('external_payments', { ...blank, ...fields, workspace_id: workspace.id }, actor);
  }
  const invoice = need(books, 'invoices', fields, 'invoice_id');
  if (invoice['status'] !== 'new' || invoice['draft'] === true)
    throw Refusal.of('invoice_id', 'must be a pending invoice');
  if (ids(invoice, 'workspace_ids').length !== 1 || ids(invoice, 'workspace_ids')[0] !== workspace.id)
    throw Refusal.of('invoice_id', 'must be an invoice of this project alone');
  const amount = numeric(invoice, 'balance_in_cents');
  const row = books.insert('external_payments', { ...blank, ...fields, amount_in_cents: amount }, actor);
  books.change('invoices', invoice.id, { status: 'accepted payment', balance_in_cents: 0 }, actor);
  return row;
}

export function createMilestone(books: Books, fields: Fields, _input: Input, actor: Actor): Row {
  const workspace = need(books, 'workspaces', fields, 'workspace_id');
  const type = text(fields, 'billing_type') || 'fixed_date';
  if (!['fixed_date', 'upon_completion'].includes(type))
    throw Refusal.of('billing_type', 'is not included in the list');
  if (type === 'upon_completion') need(books, 'stories', fields, 'story_id');
  return books.insert(
    'billing_milestones',
    {
      date_to_invoice: null,
      story_id: null,
      invoice_ids: [],
      currency: text(workspace, 'currency'),
      ...fields,
      billing_type: type,
    },
    actor,
  );
}
