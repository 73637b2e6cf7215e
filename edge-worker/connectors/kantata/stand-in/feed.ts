// The change feed: `GET /subscribed_events` with its own filters, its nine days, and its bad habits on demand.
import { Refusal } from './answers.ts';
import type { Books } from './books.ts';
import { matching, type Page, paging, take } from './listing.ts';
import { type Row, text } from './rows.ts';
import { readFlag, type Test } from './shape.ts';
import { shapes } from './shapes.ts';

export interface Habits {
  readonly isDoubled: boolean;
  readonly isShuffled: boolean;
  readonly chance: () => number;
}

/** Of the events that `nameOf` puts together, the latest alone. */
function latest(events: readonly Row[], nameOf: (event: Row) => string): Row[] {
  const best = new Map<string, Row>();
  for (const event of events) {
    const known = best.get(nameOf(event));
    if (!known || Number(event.id) > Number(known.id)) best.set(nameOf(event), event);
  }
  const kept = new Set(best.values());
  return events.filter((event) => kept.has(event));
}

function shuffled(events: readonly Row[], chance: () => number): Row[] {
  const rows = [...events];
  for (let last = rows.length - 1; last > 0; last--) {
    const other = Math.floor(chance() * (last + 1));
    [rows[last], rows[other]] = [rows[other]!, rows[last]!];
  }
  return rows;
}

export function listEvents(books: Books, query: URLSearchParams, hide: Test | null, habits: Habits): Page {
  books.trimEvents();
  const perSubject = readFlag(query.get('most_recent') ?? '') === true;
  const perType = readFlag(query.get('most_recent_by_event_type') ?? '') === true;
  if (perSubject && perType) throw Refusal.query('most_recent cannot be used with most_recent_by_event_type');
  if (query.get('subject_id') && !query.get('subject_type'))
    throw Refusal.query('subject_type is required when subject_id is provided');
  const { start, size, number } = paging(query);
  const matched = matching(books, books.shape('subscribed_events'), query, hide);
  const isWhole = perSubject || perType || habits.isDoubled || Boolean(query.get('only'));
  let { rows, count } = isWhole ? take(matched, 0, Number.MAX_SAFE_INTEGER) : take(matched, start, size);
  const subjectOf = (event: Row) => `${text(event, 'subject_type')}/${String(event['subject_id'])}`;
  if (perSubject) rows = latest(rows, subjectOf);
  if (perType) rows = latest(rows, (event) => `${subjectOf(event)}/${text(event, 'event_type')}`);
  if (habits.isDoubled) rows = rows.flatMap((event) => [event, event]);
  if (isWhole) {
    count = rows.length;
    if (!query.get('only')) rows = rows.slice(start, start + size);
  }
  return { rows: habits.isShuffled ? shuffled(rows, habits.chance) : rows, count, number, size };
}

/** The runtime registry of event types, as far as this stand-in tells them. */
export function eventTypes(): unknown {
  const schemas: Record<string, unknown> = {};
  const add = (name: string, subject: string, fields: readonly string[]) => {
    schemas[name] = {
      name,
      description: `${subject} ${name.slice(name.indexOf(':') + 1).replaceAll('_', ' ')}`,
      fields: Object.fromEntries(fields.map((field) => [field, { name: field, type: 'string', description: field }])),
    };
  };
  const withCustomFields = ['workspace', 'workspace_group', 'story', 'user'];
  for (const shape of shapes.values()) {
    if (!shape.event) continue;
    const { name, subject, hasDeleted } = shape.event;
    const fields = ['id', ...Object.keys(shape.kinds), 'created_at', 'updated_at'];
    for (const verb of hasDeleted ? ['created', 'updated', 'deleted'] : ['created', 'updated'])
      add(`${name}:${verb}`, subject, fields);
    if (withCustomFields.includes(name))
      for (const verb of ['created', 'updated', 'deleted'])
        add(`${name}:custom_field_value_${verb}`, subject, ['custom_field_id', 'value']);
  }
  add('timesheet:time_entry_added', 'TimesheetSubmission', ['id', 'time_entry_ids']);
  add('expense_report:expense_added', 'ExpenseReportSubmission', ['id', 'expense_ids']);
  return { subscribed_event_types: Object.keys(schemas).sort(), subscribed_event_type_schemas: schemas };
}
