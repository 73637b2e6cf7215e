// Runs SuiteQL over the books, by the orders and indexes that are there, and answers in the vendor's shape.
import type { Books } from './books.ts';
import type { RecordType } from './fields.ts';
import type { Role } from './permissions.ts';
import { refusals } from './refusal.ts';
import { pageJson, pagingOf, parseBody } from './rest-records.ts';
import type { Entry } from './shelf.ts';
import { type Column, Columns } from './suiteql-columns.ts';
import { lineRows, lineTable, lineType, transactionTypes } from './suiteql-lines.ts';
import { type Expression, parseSql, type Query, sqlError } from './suiteql-parser.ts';
import { bare, orderOf, type Plan, Planner } from './suiteql-plan.ts';
import { type Answer, type Call, guarded, resourceJson, restError } from './wire.ts';

export const suiteqlPath = '/services/rest/query/v1/suiteql';
const rowsMax = 100_000;
const everything = { limit: rowsMax, offset: 0 };

const aggregates = new Set(['COUNT', 'MAX', 'MIN', 'SUM']);

const isAggregate = (expression: Expression) => expression.kind === 'call' && aggregates.has(expression.name);

export class SuiteQl {
  readonly #books: Books;
  readonly #role: Role;
  readonly #baseUrl: string;
  offsetMs = 0;

  constructor(books: Books, role: Role, baseUrl: string) {
    this.#books = books;
    this.#role = role;
    this.#baseUrl = baseUrl;
  }

  answer(call: Call): Answer {
    if (!/transient/i.test(call.headers.get('prefer') ?? '')) {
      const detail = 'The required header Prefer is missing or invalid. Provide the value transient.';
      return restError(400, { detail, code: 'INVALID_HEADER', more: { 'o:errorHeader': 'Prefer' } });
    }
    return guarded('rest', () => this.run(call));
  }

  run(call: Call): Answer {
    const page = pagingOf(call.query);
    const { q, params } = parseBody(call.body);
    if (typeof q !== 'string' || (params !== undefined && !Array.isArray(params))) throw refusals.badBody();
    const { total, rows } = this.select(q, Array.isArray(params) ? params : [], page);
    const items = rows.map((row) => ({ links: [], ...row }));
    return resourceJson(pageJson(`${this.#baseUrl}${suiteqlPath}`, call.query, page, total, items), 'collection');
  }

  select(sql: string, parameters: readonly unknown[], page: { limit: number; offset: number }) {
    const query = parseSql(sql, parameters);
    const { types, rows } = this.#from(query.table);
    if (types.length === 0) throw sqlError(`Record '${query.table}' was not found.`);
    const columns = new Columns(this.#books, query.table, types, this.offsetMs);
    const typeIds = types.map((type) => type.id);
    const planner = new Planner(this.#books, columns, typeIds);
    const wanted = query.where ? planner.plan(query.where) : bare(() => true);
    const plan = rows === null ? wanted : { ...wanted, candidates: rows, isByKey: true };
    const isFound = (entry: Entry) => plan.isByKey || this.#books.isFound(entry);
    const isSeen = (entry: Entry) => typeIds.includes(entry.type) && plan.test(entry) && isFound(entry);
    if (query.group.length > 0 || query.columns.some(({ expression }) => isAggregate(expression))) {
      const all = this.#read({ ...query, rowsMax: null }, columns, { ...plan, test: isSeen }, everything);
      const shown = grouped(query, columns, all.entries).map((each) => aggregateRow(query, columns, each));
      return { total: shown.length, rows: shown.slice(page.offset, page.offset + page.limit) };
    }
    const { total, entries } = this.#read(query, columns, { ...plan, test: isSeen }, page);
    const show = shower(query, columns);
    return { total, rows: entries.map(show) };
  }

  /** The types of a table that the role may see; the rows themselves where they are no records. */
  #from(table: string): { readonly types: readonly RecordType[]; readonly rows: readonly Entry[] | null } {
    if (table === lineTable) {
      const types = transactionTypes(this.#books, this.#role);
      return { types: types.length === 0 ? [] : [lineType(types)], rows: lineRows(this.#books, types) };
    }
    const types = [...this.#books.schema.types.values()].filter((type) => type.table === table);
    return { types: types.filter((type) => this.#role.allows(type.permission, 'VIEW')), rows: null };
  }

  #read(query: Query, columns: Columns, plan: Plan, page: { limit: number; offset: number }) {
    const order = query.order.map((each) => ({ ...each, column: columns.compile(each.expression) }));
    const roles = order.map((each) => (each.isDescending ? null : each.column.role)).join();
    const shelf = () => this.#books.store.shelf(query.table);
    const capped = Math.min(query.rowsMax ?? rowsMax, rowsMax);
    const entries: Entry[] = [];
    let total = 0;
    const visit = (entry: Entry) => {
      if (!plan.test(entry)) return true;
      if (total >= page.offset && entries.length < page.limit) entries.push(entry);
      return ++total < capped;
    };
    if (plan.candidates === null && (roles === 'stamp' || roles === 'stamp,id')) {
      shelf().scanChanges(plan.stampFromMs ?? Number.NEGATIVE_INFINITY, -1, visit);
      return { total, entries };
    }
    if (roles === '' || roles === 'id') {
      if (plan.candidates === null) shelf().scanIds(plan.serialAbove ?? 0, visit);
      else byId(plan.candidates).every(visit);
      return { total, entries };
    }
    const all: Entry[] = [];
    const keep = (entry: Entry) => {
      if (plan.test(entry)) all.push(entry);
      return true;
    };
    if (plan.candidates) for (const entry of plan.candidates) keep(entry);
    else shelf().scanIds(plan.serialAbove ?? 0, keep);
    all.sort((a, b) => {
      for (const { column, isDescending } of order) {
        const difference = orderOf(column.of(a) ?? '\uffff', column.of(b) ?? '\uffff');
        if (difference !== 0) return isDescending ? -difference : difference;
      }
      return a.serial - b.serial;
    });
    const kept = all.slice(0, capped);
    return { total: kept.length, entries: kept.slice(page.offset, page.offset + page.limit) };
  }
}

/** An index keeps records in the order in which they came to it, which mostly is that of their ids. */
function byId(entries: readonly Entry[]): readonly Entry[] {
  const isInOrder = entries.every((entry, at) => at === 0 || entries[at - 1]!.serial < entry.serial);
  return isInOrder ? entries : [...entries].sort((a, b) => a.serial - b.serial);
}

/** Keys in lower case; empty columns are left out. */
function shower(query: Query, columns: Columns): (entry: Entry) => Record<string, string> {
  const shown = query.columns.flatMap(({ expression, alias }, index) => {
    if (expression.kind === 'star') {
      return columns.names().map((name) => ({ name, column: columns.compile({ kind: 'column', name }) }));
    }
    const name = alias ?? (expression.kind === 'column' ? expression.name : `expr${index + 1}`);
    return [{ name, column: columns.compile(expression) }];
  });
  return (entry) => {
    const row: Record<string, string> = {};
    for (const { name, column } of shown) {
      const value = column.show(entry);
      if (value !== null) row[name] = value;
    }
    return row;
  };
}

/** Without GROUP BY all records are one group, even when there are none. */
function grouped(query: Query, columns: Columns, entries: readonly Entry[]): readonly (readonly Entry[])[] {
  if (query.group.length === 0) return [entries];
  const keys = query.group.map((expression) => columns.compile(expression));
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = JSON.stringify(keys.map((column) => column.of(entry)));
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  return [...groups.values()];
}

const nameIn = (expression: Expression) => (expression.kind === 'column' ? expression.name : '');

function aggregateRow(query: Query, columns: Columns, entries: readonly Entry[]): Record<string, string> {
  const row: Record<string, string> = {};
  for (const [index, { expression, alias }] of query.columns.entries()) {
    const name = alias ?? (nameIn(expression) || `expr${index + 1}`);
    if (expression.kind !== 'call' || !aggregates.has(expression.name)) {
      if (!query.group.some((each) => nameIn(each) === nameIn(expression))) {
        throw sqlError('Invalid or unsupported search. A column beside an aggregate needs GROUP BY.');
      }
      const value = entries[0] ? columns.compile(expression).show(entries[0]) : null;
      if (value !== null) row[name] = value;
      continue;
    }
    const [input] = expression.inputs;
    const column = input === undefined || input.kind === 'star' ? null : columns.compile(input);
    const kept = column === null ? entries : entries.filter((entry) => column.of(entry) !== null);
    const value = aggregated(expression.name, column, kept);
    if (value !== null) row[name] = value;
  }
  return row;
}

function aggregated(name: string, column: Column | null, entries: readonly Entry[]): string | null {
  if (name === 'COUNT') return String(entries.length);
  if (column === null || entries.length === 0) return null;
  if (name === 'SUM') return String(entries.reduce((sum, entry) => sum + Number(column.of(entry)), 0));
  const wanted = name === 'MAX' ? 1 : -1;
  const best = entries.reduce((kept, entry) =>
    orderOf(column.of(entry) ?? '', column.of(kept) ?? '') === wanted ? entry : kept,
  );
  return column.show(best);
}
