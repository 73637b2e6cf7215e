// Which way through a type's rows a query takes: by keys when it names some, else along the order it can use best.
import type { Check } from './soql-conditions.ts';
import type { OrderedIndex, Stored, Table, Value } from './table.ts';
import { parseDateTime } from './times.ts';

/** A place in an order: a stamp and, within one second, an id. */
interface Place {
  readonly key: number;
  readonly id: string;
}

interface Span {
  readonly low: Place;
  readonly high: Place;
}

const beforeIds = '';
const afterIds = '\uffff';
const everything: Span = {
  low: { key: Number.NEGATIVE_INFINITY, id: beforeIds },
  high: { key: Number.POSITIVE_INFINITY, id: afterIds },
};

const isLess = (a: Place, b: Place): boolean => a.key < b.key || (a.key === b.key && a.id < b.id);
const later = (a: Place, b: Place): Place => (isLess(a, b) ? b : a);
const earlier = (a: Place, b: Place): Place => (isLess(a, b) ? a : b);

function spanOf(operator: string, key: number): Span {
  const start = { key, id: beforeIds };
  const end = { key, id: afterIds };
  if (operator === '=') return { low: start, high: end };
  if (operator === '>') return { low: end, high: everything.high };
  if (operator === '>=') return { low: start, high: everything.high };
  if (operator === '<') return { low: everything.low, high: start };
  return operator === '<=' ? { low: everything.low, high: end } : everything;
}

function narrowById(span: Span, terms: readonly Check[]): Span {
  let { low, high } = span;
  if (low.key !== high.key) return span;
  for (const term of terms) {
    if (term.kind !== 'compare' || !term.resolved.isOwn || term.resolved.field.kind !== 'id') continue;
    const [id] = term.values;
    if (typeof id !== 'string') continue;
    if (term.operator === '>' || term.operator === '>=') low = later(low, { key: low.key, id });
    if (term.operator === '<' || term.operator === '<=') high = earlier(high, { key: high.key, id });
  }
  return { low, high };
}

/** The part of an order by (stamp, id) in which all rows lie that can pass the check. */
function stampSpan(check: Check, fieldKey: string): Span {
  if (check.kind === 'compare') {
    const [value] = check.values;
    if (!check.resolved.isOwn || check.resolved.field.key !== fieldKey || typeof value !== 'string') return everything;
    const ms = parseDateTime(value);
    return ms === null ? everything : spanOf(check.operator, ms);
  }
  if (check.kind === 'not') return everything;
  const spans = check.terms.map((term) => stampSpan(term, fieldKey));
  if (check.kind === 'or') {
    return spans.reduce((a, b) => ({ low: earlier(a.low, b.low), high: later(a.high, b.high) }));
  }
  const both = spans.reduce((a, b) => ({ low: later(a.low, b.low), high: earlier(a.high, b.high) }));
  return narrowById(both, check.terms);
}

/** The same for the order by id alone, where every key is 0. */
function idSpan(check: Check): Span {
  if (check.kind === 'and') {
    return check.terms.map(idSpan).reduce((a, b) => ({ low: later(a.low, b.low), high: earlier(a.high, b.high) }));
  }
  const isOwnId = check.kind === 'compare' && check.resolved.isOwn && check.resolved.field.kind === 'id';
  const id = isOwnId ? check.values[0] : null;
  if (!isOwnId || typeof id !== 'string') return everything;
  if (check.operator === '>' || check.operator === '>=') return { low: { key: 0, id }, high: everything.high };
  if (check.operator === '<' || check.operator === '<=') return { low: everything.low, high: { key: 0, id } };
  return everything;
}

/** Whether a query reads by id rather than searches. */
export function namesIds(check: Check): boolean {
  if (check.kind === 'and') return check.terms.some(namesIds);
  if (check.kind !== 'compare' || !check.resolved.isOwn || check.resolved.field.kind !== 'id') return false;
  return check.operator === '=' || check.operator === 'IN';
}

/** The rows that the query names by id or by an indexed value; null when it names none. */
export function namedRows(table: Table, check: Check): readonly Stored[] | null {
  if (check.kind === 'compare') return rowsByValues(table, check);
  if (check.kind === 'not') return null;
  const lists = check.terms.map((term) => namedRows(table, term));
  if (check.kind === 'and') {
    const named = lists.filter((list) => list !== null);
    return named.reduce<readonly Stored[] | null>((a, b) => (a && a.length <= b.length ? a : b), null);
  }
  if (lists.some((list) => list === null)) return null;
  return [...new Set(lists.flatMap((list) => list ?? []))];
}

function rowsByValues(table: Table, check: Extract<Check, { kind: 'compare' }>): readonly Stored[] | null {
  const { resolved, operator, values } = check;
  if (!resolved.isOwn || (operator !== '=' && operator !== 'IN') || values.includes(null)) return null;
  if (resolved.field.kind === 'id') {
    const rows = values.map((id: Value) => table.get(String(id)));
    return [...new Set(rows.filter((row) => row !== undefined))];
  }
  if (!table.hasLookup(resolved.field.key)) return null;
  return [...new Set(values.flatMap((value: Value) => [...(table.lookUp(resolved.field.key, value) ?? [])]))];
}

export interface Route {
  readonly index: OrderedIndex;
  readonly from: number;
  readonly to: number;
  /** The field whose order the index follows. */
  readonly orderedBy: string;
}

/** The shortest stretch wins; among equals the order that the query asks for, so that nothing needs sorting. */
export function chooseRoute(table: Table, check: Check | null, wantedOrder: string): Route {
  const candidates = [
    { index: table.byId, orderedBy: 'Id', span: check ? idSpan(check) : everything },
    { index: table.byCreated, orderedBy: 'CreatedDate', span: check ? stampSpan(check, 'CreatedDate') : everything },
    {
      index: table.byStamp,
      orderedBy: 'SystemModstamp',
      span: check ? stampSpan(check, 'SystemModstamp') : everything,
    },
  ];
  const routes = candidates.map(({ index, orderedBy, span }) => ({
    index,
    orderedBy,
    from: index.bound(span.low.key, span.low.id),
    to: index.bound(span.high.key, `${span.high.id}0`),
  }));
  const cost = (route: Route) => (route.to - route.from) * (route.orderedBy === wantedOrder ? 1 : 2);
  return routes.reduce((best, route) => (cost(route) < cost(best) ? route : best));
}
