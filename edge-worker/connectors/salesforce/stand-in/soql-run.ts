// Runs a query tree over the books: finds the rows, puts them in order, and writes them as the API shows them.
import { Refused } from './refusals.ts';
import type { TypeShape } from './shape.ts';
import {
  type Check,
  comparable,
  compileCondition,
  type Resolved,
  refuseUnfilterable,
  resolvePath,
  type Scope,
} from './soql-conditions.ts';
import type { Ordering, Path, Query, Selection } from './soql-parse.ts';
import { chooseRoute, namedRows, namesIds } from './soql-plan.ts';
import { soqlError } from './soql-words.ts';
import type { Stored, Table, Value } from './table.ts';

export interface RunScope extends Scope {
  readonly version: string;
  readonly areDeletedShown: boolean;
  /** Whether a row may be found by search already. */
  readonly isSearchable: (row: Stored) => boolean;
  /** Whether sharing shows it. */
  readonly canSee: (row: Stored) => boolean;
  /** Keeps the rest of a child list that is longer than a page. */
  readonly keepPage: (rows: readonly Stored[], render: Render) => unknown;
}

export type Render = (row: Stored) => unknown;
export type Outcome =
  | { readonly kind: 'rows'; readonly rows: readonly Stored[]; readonly render: Render }
  | { readonly kind: 'count'; readonly total: number }
  | { readonly kind: 'sums'; readonly record: Readonly<Record<string, unknown>> };

const offsetMax = 2000;

export function runQuery(scope: RunScope, query: Query): Outcome {
  const name = query.from.names.join('.');
  const type = scope.schema.type(name);
  if (!type || type.isEvent) {
    const message =
      `sObject type '${name}' is not supported. If you are attempting to use a custom object, be sure to append the ` +
      "'__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.";
    throw soqlError('INVALID_TYPE', scope.soql, query.from.at, message);
  }
  if (query.offset > offsetMax) {
    throw new Refused('NUMBER_OUTSIDE_VALID_RANGE', `Maximum SOQL offset allowed is ${offsetMax}`, null);
  }
  const sums = query.selections.filter((one) => one.kind === 'sum');
  const render = sums.length === 0 ? renderer(scope, type, query.selections) : null;
  const rows = findRows(scope, scope.books.table(type), type, query);
  if (render) return { kind: 'rows', rows, render };
  if (sums.length !== query.selections.length) {
    throw soqlError('MALFORMED_QUERY', scope.soql, query.from.at, 'Field must be grouped or aggregated');
  }
  const [only] = sums;
  if (only?.path === null && sums.length === 1) return { kind: 'count', total: rows.length };
  return { kind: 'sums', record: summed(scope, type, sums, rows) };
}

function findRows(scope: RunScope, table: Table, type: TypeShape, query: Query): readonly Stored[] {
  const check = query.where ? compileCondition(scope, type, query.where) : null;
  const named = check ? namedRows(table, check) : null;
  const orders = query.orderings.map((one) => resolveOrdering(scope, type, one));
  const wanted = query.limit === null ? Number.POSITIVE_INFINITY : query.limit + query.offset;
  const isById = check !== null && namesIds(check);
  const isShown = (row: Stored): boolean =>
    (scope.areDeletedShown || !row.isDeleted) &&
    (isById || scope.isSearchable(row)) &&
    scope.canSee(row) &&
    (check?.test(row) ?? true);
  if (named) return cut(named.filter(isShown).sort(orders.length > 0 ? sorter(orders) : byId), query, wanted);
  return walk(table, check, orders, isShown, query, wanted);
}

const byId = (a: Stored, b: Stored): number => (a.id < b.id ? -1 : 1);

function cut(rows: readonly Stored[], query: Query, wanted: number): readonly Stored[] {
  return query.offset > 0 || wanted < rows.length ? rows.slice(query.offset, wanted) : rows;
}

function walk(
  table: Table,
  check: Check | null,
  orders: readonly ResolvedOrdering[],
  isShown: (row: Stored) => boolean,
  query: Query,
  wanted: number,
): readonly Stored[] {
  const route = chooseRoute(table, check, followedOrder(orders));
  const isInOrder = orders.length === 0 || followedOrder(orders) === route.orderedBy;
  const isReverse = isInOrder && (orders[0]?.isDescending ?? false);
  const found: Stored[] = [];
  route.index.walk(route.from, route.to, isReverse, (row) => {
    if (isShown(row)) found.push(row);
    return !isInOrder || found.length < wanted;
  });
  if (!isInOrder) found.sort(sorter(orders));
  return cut(found, query, wanted);
}

interface ResolvedOrdering {
  readonly resolved: Resolved;
  readonly isDescending: boolean;
  readonly areNullsLast: boolean;
}

function resolveOrdering(scope: RunScope, type: TypeShape, ordering: Ordering): ResolvedOrdering {
  const resolved = resolvePath(scope, type, ordering.path);
  refuseUnfilterable(scope, resolved.field, ordering.path, 'sorted');
  return { resolved, isDescending: ordering.isDescending, areNullsLast: ordering.areNullsLast };
}

/** The kept order that these orderings amount to, or nothing. An auto number grows with the id. */
function followedOrder(orders: readonly ResolvedOrdering[]): string {
  const [first, second] = orders;
  if (!first) return '';
  if (orders.some((one) => !one.resolved.isOwn || one.isDescending !== first.isDescending)) return '';
  const { key, autoNumber } = first.resolved.field;
  if (key === 'Id' || autoNumber !== undefined) return 'Id';
  if (key !== 'SystemModstamp' && key !== 'CreatedDate') return '';
  return !second || second.resolved.field.key === 'Id' ? key : '';
}

function sorter(orders: readonly ResolvedOrdering[]): (a: Stored, b: Stored) => number {
  return (a, b) => {
    for (const { resolved, isDescending, areNullsLast } of orders) {
      const left = comparable(resolved.field, resolved.get(a));
      const right = comparable(resolved.field, resolved.get(b));
      if (left === right) continue;
      if (left === null || right === null) return (left === null) === areNullsLast ? 1 : -1;
      return left < right === isDescending ? 1 : -1;
    }
    return byId(a, b);
  };
}

export const recordUrl = (version: string, type: TypeShape, id: string): string =>
  `/services/data/${version}/sobjects/${type.name}/${id}`;

/** What one level of a select list shows: own fields and children in the order asked for, parents below their name. */
interface Shown {
  readonly name: string;
  readonly show: (row: Stored) => unknown;
}

function renderer(scope: RunScope, type: TypeShape, selections: readonly Selection[]): Render {
  const own: Path[] = [];
  const shown: Shown[] = [];
  for (const selection of selections) {
    if (selection.kind === 'path') own.push(selection.path);
    if (selection.kind === 'fields') own.push(...type.fields.map((field) => ({ names: [field.name], at: 0 })));
    if (selection.kind === 'children') shown.push(childList(scope, type, selection.query));
  }
  return renderLevel(scope, type, own, shown);
}

function renderLevel(scope: RunScope, type: TypeShape, paths: readonly Path[], lists: readonly Shown[]): Render {
  const groups = new Map<string, Path[]>();
  for (const path of paths) {
    const head = path.names.length === 1 ? `.${path.names[0]}` : (path.names[0] ?? '');
    const group = groups.get(head.toLowerCase()) ?? [];
    group.push(path);
    groups.set(head.toLowerCase(), group);
  }
  const shown = [...groups.values()].map((group) => showGroup(scope, type, group));
  const all = [...shown, ...lists];
  return (row) => {
    const record: Record<string, unknown> = {
      attributes: { type: type.name, url: recordUrl(scope.version, type, row.id) },
    };
    for (const { name, show } of all) record[name] = show(row);
    return record;
  };
}

/** One field of the row, or all the fields asked for of one parent. */
function showGroup(scope: RunScope, type: TypeShape, paths: readonly Path[]): Shown {
  const [path = { names: [], at: 0 }] = paths;
  const { field } = resolvePath(scope, type, path);
  if (path.names.length === 1) return { name: field.name, show: (row) => row.values[field.key] ?? null };
  const relation = type.byRelationship.get((path.names[0] ?? '').toLowerCase());
  const target = scope.schema.type(relation?.referenceTo ?? '');
  if (!relation?.relationship || !target) throw new Error(`the catalogue has no ${path.names[0]}`);
  const below = paths.map(({ names, at }) => ({ names: names.slice(1), at }));
  const render = renderLevel(scope, target, below, []);
  const show = (row: Stored): unknown => {
    const parent = scope.books.find(target, String(row.values[relation.key]));
    return parent ? render(parent) : null;
  };
  return { name: relation.relationship, show };
}

function childList(scope: RunScope, type: TypeShape, query: Query): Shown {
  const name = query.from.names.join('.');
  const child = scope.schema.children(type).get(name.toLowerCase());
  if (!child) {
    const message = `Didn't understand relationship '${name}' in FROM part of query call.`;
    throw soqlError('INVALID_TYPE', scope.soql, query.from.at, message);
  }
  const render = renderer(scope, child.type, query.selections);
  const check = query.where ? compileCondition(scope, child.type, query.where) : null;
  const orders = query.orderings.map((one) => resolveOrdering(scope, child.type, one));
  const table = scope.books.table(child.type);
  const show = (row: Stored): unknown => {
    const rows = [...(table.lookUp(child.field.key, row.id) ?? [])]
      .filter((one) => (scope.areDeletedShown || !one.isDeleted) && scope.isSearchable(one) && scope.canSee(one))
      .filter((one) => check?.test(one) ?? true)
      .sort(orders.length > 0 ? sorter(orders) : byId);
    const kept = cut(rows, query, query.limit === null ? Number.POSITIVE_INFINITY : query.limit + query.offset);
    return kept.length === 0 ? null : scope.keepPage(kept, render);
  };
  return { name: child.field.children ?? name, show };
}

type Sum = Extract<Selection, { kind: 'sum' }>;

function summed(scope: RunScope, type: TypeShape, sums: readonly Sum[], rows: readonly Stored[]) {
  const record: Record<string, unknown> = { attributes: { type: 'AggregateResult' } };
  for (const [at, sum] of sums.entries()) {
    const resolved = sum.path ? resolvePath(scope, type, sum.path) : null;
    const values = rows.map((row) => (resolved ? resolved.get(row) : row.id)).filter((value) => value !== null);
    record[sum.alias ?? `expr${at}`] = sumOf(sum.verb, values);
  }
  return record;
}

const isSmaller = (a: Value, b: Value): boolean => a !== null && b !== null && a < b;

function sumOf(verb: string, values: readonly Value[]): Value {
  if (verb === 'COUNT') return values.length;
  if (verb === 'COUNT_DISTINCT') return new Set(values).size;
  if (values.length === 0) return null;
  if (verb === 'MIN') return values.reduce((a, b) => (isSmaller(b, a) ? b : a));
  if (verb === 'MAX') return values.reduce((a, b) => (isSmaller(a, b) ? b : a));
  const total = values.reduce<number>((sum, value) => sum + Number(value), 0);
  return verb === 'SUM' ? total : total / values.length;
}
