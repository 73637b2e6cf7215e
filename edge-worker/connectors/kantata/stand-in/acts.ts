// What people do in the vendor's pages beyond saving a record, and the levers tests pull. FACTS.md#verbs lists them.
import { type Resolution, resolve, submitLines } from './approvals.ts';
import { cancelInvoice } from './billing.ts';
import type { Actor, Books } from './books.ts';
import { firstToken, type TokenDesk } from './oauth.ts';
import { makeRateCard } from './rates.ts';
import { type Input, idText, type Row, readIds, text } from './rows.ts';
import { createRecord } from './saves.ts';
import type { Server } from './server.ts';

export interface Stage {
  readonly books: Books;
  readonly desk: TokenDesk;
  readonly server: Server;
}

type Verb = (stage: Stage, parameters: Input, actor: Actor) => unknown;

const submissionKeys = ['timesheet_submissions', 'expense_report_submissions'] as const;
const lineKeys = ['time_entries', 'expenses'] as const;

function found(books: Books, key: string, id: unknown): Row {
  const row = books.table(key).get(idText(id) ?? '');
  if (!row) throw new Error(`No record ${String(id)} in ${key}`);
  return row;
}

/** Time and expenses of one person in one project make one submission each. Returns the submissions' ids. */
function submit(books: Books, idList: readonly string[], actor: Actor): string[] {
  for (const id of idList)
    if (!lineKeys.some((key) => books.table(key).get(id))) throw new Error(`No time entry or expense ${id}`);
  return lineKeys.flatMap((key) => {
    const own = idList.filter((id) => books.table(key).get(id));
    return own.length === 0 ? [] : submitLines(books, key, own, actor).map((row) => row.id);
  });
}

/** `ids` may name submissions or their lines; lines that were never submitted are submitted first. */
function submissionsOf(books: Books, parameters: Input, actor: Actor): { key: string; id: string }[] {
  const named = readIds(parameters['ids'] ?? parameters['submission_id'] ?? []);
  const direct: { key: string; id: string }[] = [];
  const wanted = new Set<string>();
  const open: string[] = [];
  for (const id of named) {
    const key = submissionKeys.find((one) => books.table(one).get(id));
    if (key) direct.push({ key, id });
    else {
      const line = lineKeys.map((one) => books.table(one).get(id)).find((row) => row !== undefined);
      const active = line ? text(line, 'active_submission_id') : '';
      if (active === '') open.push(id);
      else wanted.add(active);
    }
  }
  for (const id of submit(books, open, actor)) wanted.add(id);
  for (const id of wanted) {
    const key = submissionKeys.find((one) => books.table(one).get(id));
    if (key) direct.push({ key, id });
  }
  if (direct.length === 0) throw new Error('Nothing to resolve: give submission_id or ids');
  return direct;
}

const resolving =
  (how: Resolution): Verb =>
  ({ books }, parameters, actor) => {
    const note = typeof parameters['description'] === 'string' ? parameters['description'] : '';
    return submissionsOf(books, parameters, actor).map(({ key, id }) => {
      resolve(books, key, found(books, key, id), how, note, actor);
      return id;
    });
  };

const logTime: Verb = ({ books }, parameters, actor) => {
  const { date, minutes, ...others } = parameters;
  return createRecord(books, 'time_entries', { ...others, date_performed: date, time_in_minutes: minutes }, actor).id;
};

const verbs: Readonly<Record<string, Verb>> = {
  'log-time': logTime,
  'submit-time': ({ books }, parameters, actor) => submit(books, readIds(parameters['ids'] ?? []), actor),
  approve: resolving('approval'),
  reject: resolving('rejection'),
  cancel: resolving('cancellation'),
  /** A week as the timesheet page submits it: named by project, whatever is open in it. */
  'submit-week': ({ books }, parameters, actor) => {
    const open = books
      .table('time_entries')
      .by('workspace_id', idText(parameters['workspace_id']) ?? '')
      .filter((row) => text(row, 'active_submission_id') === '' && row['is_invoiced'] !== true);
    return submitLines(
      books,
      'time_entries',
      open.map((row) => row.id),
      actor,
    ).map((row) => row.id);
  },
  archive: ({ books }, parameters, actor) =>
    books.change('workspaces', found(books, 'workspaces', parameters['workspace_id']).id, { archived: true }, actor).id,
  'make-rate-card': ({ books }, parameters, actor) => makeRateCard(books, parameters, actor).id,
  'cancel-invoice': ({ books }, parameters, actor) =>
    cancelInvoice(books, found(books, 'invoices', parameters['invoice_id']), actor).id,
  /** Shrinks what the token may write on one project. */
  restrict: ({ books }, parameters, actor) => {
    const fields = Array.isArray(parameters['fields']) ? parameters['fields'].map(String) : [];
    const row = found(books, 'workspaces', parameters['workspace_id']);
    return books.change('workspaces', row.id, { update_whitelist: fields }, actor).id;
  },
  forbid: ({ books }, parameters) => {
    books.denied.add(String(parameters['collection']));
  },
  permit: ({ books }, parameters) => {
    books.denied.delete(String(parameters['collection']));
  },
  proxy: ({ books }, parameters) => {
    books.hasProxy = parameters['on'] === true;
  },
  'quiet-approvals': ({ books }, parameters) => {
    books.hasQuietApprovals = parameters['on'] === true;
  },
  limit: ({ server }, parameters) => {
    server.limits.concurrentMax = Number(parameters['concurrentMax'] ?? Number.POSITIVE_INFINITY);
    server.limits.perMinuteMax = Number(parameters['perMinuteMax'] ?? Number.POSITIVE_INFINITY);
  },
  'revoke-token': ({ desk }, parameters) => {
    desk.revoke(typeof parameters['token'] === 'string' ? parameters['token'] : firstToken);
  },
};

export function perform(stage: Stage, verb: string, parameters: Input, actor: Actor): unknown {
  const known = verbs[verb];
  if (!known) throw new Error(`The stand-in knows no verb ${verb}: ${Object.keys(verbs).join(', ')}`);
  return stage.books.atomically(() => known(stage, parameters, actor));
}
