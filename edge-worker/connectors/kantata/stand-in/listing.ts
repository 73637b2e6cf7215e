// Which records a list answers with: filters, their defaults, time ranges, order and page, as FACTS.md#lists has it.
import { Refusal } from './answers.ts';
import { type Books, stampOf } from './books.ts';
import type { Row } from './rows.ts';
import { csv, readFlag, type Shape, type Test } from './shape.ts';
import { type Key, SortedList } from './sorted-list.ts';
import { entryOf, type SortKey, type Table } from './table.ts';

/** The rows between two places of an ordered list, as far as they pass the test. */
export interface Matched {
  readonly list: SortedList;
  readonly from: number;
  readonly until: number;
  readonly test: Test | null;
  readonly table: Table;
  /** The list holds only what a look-up named. */
  readonly isNarrowed: boolean;
}

export interface Page {
  readonly rows: readonly Row[];
  readonly count: number;
  readonly number: number;
  readonly size: number;
}

interface Range {
  readonly field: 'created_at' | 'updated_at' | 'last_synced_at';
  readonly after: string | null;
  readonly before: string | null;
}

const sizeMax = 200;
const sizeDefault = 20;
const refsMax = 200;

function wholeNumber(query: URLSearchParams, name: string): number {
  return Math.trunc(Number(query.get(name) ?? '')) || 0;
}

/** `limit` with `offset` wins over `page` with `per_page`; everything is capped at 200. */
export function paging(query: URLSearchParams): { start: number; size: number; number: number } {
  const asked = wholeNumber(query, 'per_page');
  const size = asked < 1 ? sizeDefault : Math.min(asked, sizeMax);
  const number = Math.max(1, wholeNumber(query, 'page'));
  if (!query.get('limit') || !query.get('offset')) return { start: size * (number - 1), size, number };
  const limit = Math.min(Math.max(1, wholeNumber(query, 'limit')), sizeMax);
  return { start: Math.max(0, wholeNumber(query, 'offset')), size: limit, number };
}

function readMoment(query: URLSearchParams, name: string): number | null {
  const value = query.get(name);
  if (!value) return null;
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) throw Refusal.query(`${name} is not a valid ISO 8601 date`);
  return ms;
}

/** Stamps have whole seconds and `after` is strict: what changed within the second asked for is not found. */
function rangesIn(shape: Shape, query: URLSearchParams): Range[] {
  const names: ('created' | 'updated' | 'last_synced')[] = [...shape.ranges];
  if (shape.key === 'external_references') names.push('last_synced');
  const ranges: Range[] = [];
  for (const name of names) {
    const afterMs = readMoment(query, `${name}_after`);
    const beforeMs = readMoment(query, `${name}_before`);
    if (afterMs === null && beforeMs === null) continue;
    ranges.push({
      field: `${name}_at`,
      after: afterMs === null ? null : stampOf(Math.floor(afterMs / 1000) * 1000),
      before: beforeMs === null ? null : stampOf(Math.ceil(beforeMs / 1000) * 1000),
    });
  }
  return ranges;
}

const isWithin = (range: Range, stamp: Key): boolean =>
  (range.after === null || stamp > range.after) && (range.before === null || stamp < range.before);

function orderOf(shape: Shape, query: URLSearchParams): { name: string; isDescending: boolean; keyOf: SortKey } {
  // An order the collection does not know is ignored, not refused.
  for (const order of [query.get('order') ?? '', shape.defaultOrder]) {
    const [name = '', direction] = order.split(':');
    const keyOf = Object.hasOwn(shape.orders, name) ? shape.orders[name] : undefined;
    if (keyOf) return { name, isDescending: direction === 'desc', keyOf };
  }
  throw new Error(`${shape.key} has no order ${shape.defaultOrder}`);
}

const referenceFields = ['service_name', 'service_model', 'status', 'external_status', 'external_message'] as const;

/** One and the same reference of the record has to meet all that was asked of references. */
function referenceTest(books: Books, query: URLSearchParams, hide: Test | null): Test | null {
  const wanted = referenceFields
    .map((field) => [field, query.get(`external_reference_${field}`) ?? ''] as const)
    .filter(([, value]) => value !== '');
  const refs = query.get('external_reference_service_model_refs') ?? query.get('external_reference_service_model_ref');
  if (wanted.length === 0 && !refs) return null;
  const refSet = refs ? csv(refs) : null;
  return (reference) =>
    wanted.every(([field, value]) => reference[field] === value) &&
    (!refSet || refSet.has(String(reference['service_model_ref']))) &&
    !books.isHidden('external_references', reference.id) &&
    !hide?.(reference);
}

interface Narrowed {
  readonly candidates: readonly Row[] | null;
  readonly tests: Test[];
}

function byReferences(books: Books, shape: Shape, query: URLSearchParams, hide: Test | null): Narrowed {
  const subject = shape.subject;
  if (!subject) return { candidates: null, tests: [] };
  const tests: Test[] = [];
  const without = query.get('without_external_reference_service_name');
  if (without) tests.push((row) => !books.referencesOf(subject, row.id).some((one) => one['service_name'] === without));
  const has = readFlag(query.get('has_external_references') ?? '');
  if (has !== null) tests.push((row) => books.referencesOf(subject, row.id).length > 0 === has);
  const fits = referenceTest(books, query, hide);
  if (!fits) return { candidates: null, tests };
  const refs = query.get('external_reference_service_model_refs') ?? query.get('external_reference_service_model_ref');
  if (!refs) return { candidates: null, tests: [...tests, (row) => books.referencesOf(subject, row.id).some(fits)] };
  if (csv(refs).size > refsMax) throw Refusal.query(`No more than ${refsMax} external_reference_service_model_refs`);
  const found = [...csv(refs)].flatMap((ref) => books.table('external_references').by('service_model_ref', ref));
  const ids = new Set(
    found.filter((one) => one['subject_type'] === subject && fits(one)).map((one) => String(one['subject_id'])),
  );
  return { candidates: books.rowsOf(shape.key, [...ids]), tests };
}

function isOverruled(name: string, query: URLSearchParams): boolean {
  return name === 'include_archived' && Boolean(query.get('archived'));
}

export function filterTests(books: Books, shape: Shape, names: readonly string[], query: URLSearchParams): Test[] {
  const tests: Test[] = [];
  for (const name of names) {
    const value = query.get(name) || (isOverruled(name, query) ? undefined : shape.defaults[name]);
    const test = value === undefined ? null : shape.filters[name]?.(value, books);
    if (test) tests.push(test);
  }
  return tests;
}

/** Candidates named by look-ups; more than one look-up leaves what all of them name. */
function narrowed(books: Books, shape: Shape, query: URLSearchParams, hide: Test | null): Narrowed {
  const pinned = byReferences(books, shape, query, hide);
  const lists: (readonly Row[])[] = pinned.candidates ? [pinned.candidates] : [];
  for (const [name, find] of Object.entries(shape.finders)) {
    const value = query.get(name);
    if (value) lists.push(find(value, books));
  }
  const only = query.get('only');
  if (only)
    lists.push(
      books.rowsOf(
        shape.key,
        [...csv(only)].filter((id) => /^\d+$/.test(id)),
      ),
    );
  lists.sort((a, b) => a.length - b.length);
  const [first, ...others] = lists;
  if (!first) return { candidates: null, tests: pinned.tests };
  const sets = others.map((list) => new Set(list.map((row) => row.id)));
  const candidates = [...new Set(first)].filter((row) => sets.every((set) => set.has(row.id)));
  return { candidates, tests: pinned.tests };
}

function checkQuery(shape: Shape, query: URLSearchParams): void {
  for (const name of shape.requiredQuery) if (!query.get(name)) throw Refusal.query(`${name} is required`);
  if (query.get('search') && !shape.filters['search']) throw Refusal.query('Search is not supported on this endpoint');
}

export function matching(books: Books, shape: Shape, query: URLSearchParams, hide: Test | null): Matched {
  checkQuery(shape, query);
  const table = books.table(shape.key);
  const order = orderOf(shape, query);
  const { candidates, tests } = narrowed(books, shape, query, hide);
  tests.push(...filterTests(books, shape, Object.keys(shape.filters), query));
  // `only` is a read by id: search and its lag have no part in it.
  const isSearch = !query.get('only');
  if (hide && isSearch) tests.push((row) => !hide(row));
  if (books.hasHidden() && isSearch) tests.push((row) => !books.isHidden(shape.key, row.id));
  const list = candidates
    ? new SortedList(
        order.isDescending,
        candidates.map((row) => entryOf(row, order.keyOf)),
      )
    : table.ordered(`${order.name}:${order.isDescending}`, order.keyOf, order.isDescending);
  let [from, until] = [0, list.size];
  for (const range of rangesIn(shape, query)) {
    if (range.field !== order.name) {
      tests.push((row) => isWithin(range, String(row[range.field])));
      continue;
    }
    const { after, before } = range;
    from = order.isDescending
      ? before === null
        ? 0
        : list.rank((key) => key >= before)
      : after === null
        ? 0
        : list.rank((key) => key <= after);
    until = order.isDescending
      ? after === null
        ? list.size
        : list.rank((key) => key > after)
      : before === null
        ? list.size
        : list.rank((key) => key < before);
  }
  return {
    list,
    from,
    until,
    test: tests.length === 0 ? null : (row) => tests.every((test) => test(row)),
    table,
    isNarrowed: candidates !== null,
  };
}

/** The rows from `start` up to `start + size` among those that match, and how many match at all. */
export function take(matched: Matched, start: number, size: number): { rows: Row[]; count: number } {
  const { list, from, until, test, table } = matched;
  const rows: Row[] = [];
  let count = 0;
  const visit = (id: string) => {
    const row = table.get(id);
    if (!row || (test && !test(row))) return;
    if (count >= start && count < start + size) rows.push(row);
    count++;
  };
  if (test) {
    list.each(from, until, visit);
    return { rows, count };
  }
  count = start;
  list.each(from + start, Math.min(until, from + start + size), visit);
  return { rows, count: Math.max(0, until - from) };
}

interface Found {
  readonly version: number;
  readonly question: string;
  readonly rows: readonly Row[];
}

const remembered = new WeakMap<Books, Found>();
const notAsked = new Set(['page', 'per_page', 'limit', 'offset', 'include', 'optional_fields']);

/** The last filtered list is kept until the next save: its further pages cost nothing. */
function filtered(books: Books, shape: Shape, query: URLSearchParams, matched: Matched): readonly Row[] {
  const asked = [...query].filter(([name]) => !notAsked.has(name));
  const question = JSON.stringify([shape.key, ...asked]);
  const known = remembered.get(books);
  if (known?.version === books.version && known.question === question) return known.rows;
  const { rows } = take(matched, 0, Number.MAX_SAFE_INTEGER);
  remembered.set(books, { version: books.version, question, rows });
  return rows;
}

export function list(books: Books, shape: Shape, query: URLSearchParams, hide: Test | null): Page {
  const { start, size, number } = paging(query);
  const matched = matching(books, shape, query, hide);
  // `only` is not paged.
  if (query.get('only')) return { ...take(matched, 0, Number.MAX_SAFE_INTEGER), number, size };
  if (!matched.test || matched.isNarrowed || hide || books.hasHidden())
    return { ...take(matched, start, size), number, size };
  const rows = filtered(books, shape, query, matched);
  return { rows: rows.slice(start, start + size), count: rows.length, number, size };
}

/** `GET /x/{id}` finds nothing either when a default filter leaves the record out. */
export function isShown(books: Books, shape: Shape, row: Row, query: URLSearchParams): boolean {
  return filterTests(books, shape, shape.showDefaults, query).every((test) => test(row));
}
