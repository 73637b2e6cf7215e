// What each address of the API does once a request has been let in: lists, records, saves and the vendor's verbs.
import { type Answer, json, noContent, notFound, Refusal } from './answers.ts';
import { checkResolvable, type Resolution, resolve } from './approvals.ts';
import { cancelInvoice, nextInvoiceNumber } from './billing.ts';
import type { Actor, Books } from './books.ts';
import { eventTypes, type Habits, listEvents } from './feed.ts';
import { isShown, list } from './listing.ts';
import { envelope, type Renaming } from './present.ts';
import { createOrUpdateReference } from './references.ts';
import { type Input, idText, isInput, type Row, readIds } from './rows.ts';
import { createRecord, removeRecord, updateRecord } from './saves.ts';
import type { Shape, Test } from './shape.ts';
import { shapes } from './shapes.ts';
import { SortedList } from './sorted-list.ts';
import { entryOf } from './table.ts';

export interface Call {
  readonly method: string;
  /** Below `/api/v1`, e.g. `['invoices', '555', 'cancel']`. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Input;
  readonly actor: Actor;
  /** Whether a list leaves this record out because search lags behind. */
  readonly hide: Test | null;
  readonly habits: Habits;
  readonly renaming: Renaming | null;
}

const resolutions: Readonly<Record<string, Resolution>> = {
  approve: 'approval',
  reject: 'rejection',
  cancel: 'cancellation',
};

const bulkResolutions: Readonly<Record<string, Resolution>> = {
  timesheet_approvals: 'approval',
  timesheet_rejections: 'rejection',
  timesheet_cancellations: 'cancellation',
};

/** The route with its ids taken out, as calls are counted: `PUT /api/v1/invoices/{id}/cancel`. */
export function patternOf(method: string, path: string): string {
  return `${method} ${path.replace(/\/\d+(?=\/|$)/g, '/{id}')}`;
}

/** Saved records come back in the collection's default order, not in the order they were sent. */
function inDefaultOrder(shape: Shape, rows: readonly Row[]): Row[] {
  const [name = '', direction] = shape.defaultOrder.split(':');
  const keyOf = shape.orders[name];
  if (!keyOf || rows.length < 2) return [...rows];
  const byId = new Map(rows.map((row) => [row.id, row]));
  const sorted: Row[] = [];
  const order = new SortedList(
    direction === 'desc',
    rows.map((row) => entryOf(row, keyOf)),
  );
  order.each(0, rows.length, (id) => sorted.push(byId.get(id)!));
  return sorted;
}

function answer(books: Books, call: Call, shape: Shape, rows: readonly Row[]): Answer {
  const page = { rows: inDefaultOrder(shape, rows), count: rows.length, number: 1, size: 20 };
  return json(200, envelope(books, shape, page, call.query, call.renaming));
}

/** What comes in under a new field name is kept under the old one; the old name no longer means anything. */
function renamed(input: Input, shape: Shape, renaming: Renaming | null): Input {
  if (renaming?.key !== shape.key) return input;
  const { [renaming.from]: _unknown, [renaming.to]: value, ...others } = input;
  return value === undefined ? others : { ...others, [renaming.from]: value };
}

function createBulk(books: Books, call: Call, shape: Shape, inputs: readonly unknown[]): Answer {
  if (shape.bulkMax === 0 || inputs.length > shape.bulkMax)
    throw Refusal.query(`Bulk create is limited to ${shape.bulkMax} objects`);
  const rows: Row[] = [];
  try {
    for (const input of inputs)
      rows.push(createRecord(books, shape.key, renamed(isInput(input) ? input : {}, shape, call.renaming), call.actor));
  } catch (error) {
    // The call is taken back as a whole: all or nothing. FACTS.md#unverified
    throw error instanceof Refusal ? error.at(rows.length) : error;
  }
  return answer(books, call, shape, rows);
}

function create(books: Books, call: Call, shape: Shape): Answer {
  const many: unknown = call.body[shape.key];
  if (Array.isArray(many)) return createBulk(books, call, shape, many);
  const one = call.body[shape.singular];
  if (!isInput(one)) throw Refusal.query(`param is missing or the value is empty: ${shape.singular}`);
  return answer(books, call, shape, [createRecord(books, shape.key, renamed(one, shape, call.renaming), call.actor)]);
}

function onRecord(books: Books, call: Call, shape: Shape, row: Row): Answer {
  if (call.method === 'GET' && shape.verbs.includes('show'))
    return isShown(books, shape, row, call.query) ? answer(books, call, shape, [row]) : notFound;
  if (call.method === 'PUT' && shape.verbs.includes('update')) {
    const input = call.body[shape.singular];
    if (!isInput(input)) throw Refusal.query(`param is missing or the value is empty: ${shape.singular}`);
    const after = updateRecord(books, shape.key, row, renamed(input, shape, call.renaming), call.actor);
    return answer(books, call, shape, [after]);
  }
  if (call.method !== 'DELETE' || !shape.verbs.includes('delete')) return notFound;
  removeRecord(books, shape.key, row, call.actor);
  return noContent;
}

function onVerb(books: Books, call: Call, shape: Shape, row: Row, verb: string): Answer {
  if (call.method !== 'PUT') return notFound;
  if (shape.key === 'invoices' && verb === 'cancel')
    return answer(books, call, shape, [cancelInvoice(books, row, call.actor)]);
  const how = resolutions[verb];
  if (!how || !shape.key.endsWith('_submissions')) return notFound;
  resolve(books, shape.key, row, how, descriptionIn(call.body), call.actor);
  return answer(books, call, shape, books.rowsOf(shape.key, [row.id]));
}

function descriptionIn(body: Input): string {
  const resolution = body['resolution'];
  const description = isInput(resolution) ? resolution['description'] : undefined;
  return typeof description === 'string' ? description : '';
}

/** Several submissions at once: all of them or none. Unlike everything else this answers with a plain array. */
function resolveBulk(books: Books, call: Call, how: Resolution): Answer {
  const resolution = call.body['resolution'];
  const wanted = isInput(resolution) ? readIds(resolution['submission_ids'] ?? []) : [];
  if (wanted.length === 0) throw Refusal.of('submission_ids', "can't be blank");
  const rows = books.rowsOf('timesheet_submissions', wanted);
  if (rows.length !== wanted.length) throw Refusal.missing();
  for (const row of rows) checkResolvable(books, 'timesheet_submissions', row, how, call.actor);
  const saved = rows.map((row) =>
    resolve(books, 'timesheet_submissions', row, how, descriptionIn(call.body), call.actor),
  );
  return json(200, { resolutions: saved.map((row) => ({ ...row, id: Number(row.id) })) });
}

function deleteTimeEntries(books: Books, call: Call): Answer {
  const wanted = readIds(call.query.get('ids') ?? call.body['ids'] ?? []);
  const rows = books.rowsOf('time_entries', wanted);
  if (rows.length !== wanted.length || wanted.length > 100) throw Refusal.of('ids', 'is invalid');
  for (const row of rows) removeRecord(books, 'time_entries', row, call.actor);
  return noContent;
}

function onCollection(books: Books, call: Call, shape: Shape): Answer {
  if (call.method === 'GET') {
    const page =
      shape.key === 'subscribed_events'
        ? listEvents(books, call.query, call.hide, call.habits)
        : list(books, shape, call.query, call.hide);
    return json(200, envelope(books, shape, page, call.query, call.renaming));
  }
  if (call.method === 'DELETE' && shape.key === 'time_entries') return deleteTimeEntries(books, call);
  return call.method === 'POST' && shape.verbs.includes('create') ? create(books, call, shape) : notFound;
}

function onNamed(books: Books, call: Call, route: string): Answer | null {
  switch (route) {
    case 'GET subscribed_events/event_types':
      return json(200, eventTypes());
    case 'GET invoices/next_invoice_number':
      return json(200, { next_invoice_number: String(nextInvoiceNumber(books)) });
    case 'GET users/me':
      return answer(books, call, books.shape('users'), books.rowsOf('users', [call.actor.userId]));
    case 'POST external_references/create_or_update': {
      const input = call.body['external_reference'];
      const row = createOrUpdateReference(books, isInput(input) ? input : {}, call.actor);
      return answer(books, call, books.shape('external_references'), [row]);
    }
    default:
      return null;
  }
}

export function dispatch(books: Books, call: Call): Answer {
  const [key = '', id, verb] = call.segments;
  const bulk = bulkResolutions[key];
  if (bulk && call.method === 'POST' && !id) return resolveBulk(books, call, bulk);
  const named = onNamed(books, call, `${call.method} ${call.segments.join('/')}`);
  if (named) return named;
  const shape = shapes.get(key);
  if (!shape || call.segments.length > 3) return notFound;
  if (id === undefined) return onCollection(books, call, shape);
  const row = idText(id) ? books.table(key).get(id) : undefined;
  if (!row) return notFound;
  return verb === undefined ? onRecord(books, call, shape, row) : onVerb(books, call, shape, row, verb);
}
