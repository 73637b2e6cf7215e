// The GraphQL endpoint of record pages: queries over uiapi, answered through the same queries that SOQL runs.
import { type Answer, Refused } from '../refusals.ts';
import { parseSoql } from '../soql-parse.ts';
import { runQuery } from '../soql-run.ts';
import type { Value } from '../table.ts';
import { type Body, isBody } from '../values.ts';
import { bodyOf, type Visit } from '../visit.ts';
import { type Argument, readQuery, type Selection } from './graphql-text.ts';

type Args = Readonly<Record<string, Argument>>;
type Shown = Readonly<Record<string, unknown>>;

const rowsUsual = 10;
const rowsMax = 2000;
const compared: Readonly<Record<string, string>> = { eq: '=', ne: '!=', lt: '<', lte: '<=', gt: '>', gte: '>=' };

/** Answered with 200 whatever becomes of it, as GraphQL is; nothing is shown when a part of the query fails. */
export function graphql(visit: Visit): Answer {
  const { query, variables } = bodyOf(visit);
  try {
    const [root, ...more] = readQuery(String(query), isBody(variables) ? (variables as Args) : {});
    if (root?.name !== 'uiapi' || more.length > 0) throw new Error('a query begins with uiapi');
    const parts = root.inner.map((part) => [part.key, partOf(visit, part)] as const);
    return { status: 200, json: { data: { [root.key]: Object.fromEntries(parts) }, errors: [] } };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { status: 200, json: { data: null, errors: [{ message, paths: [], locations: [] }] } };
  }
}

function partOf(visit: Visit, part: Selection): Shown {
  if (part.name !== 'query' && part.name !== 'aggregate') throw new Error(`${part.name} is not known`);
  const show = part.name === 'query' ? records : groups;
  return Object.fromEntries(part.inner.map((one) => [one.key, show(visit, one)]));
}

function records(visit: Visit, selection: Selection): Shown {
  const node = insideOf(selection, ['edges', 'node']);
  const rows = select(
    visit,
    selection,
    node.map(({ name }) => name),
  );
  const edges = rows.map((row) => {
    const values = node.map((field) => [field.key, fieldOf(field, spelled(row[nameIn(row, field.name)]))] as const);
    return { node: Object.fromEntries(values) };
  });
  const wantsCount = selection.inner.some(({ name }) => name === 'totalCount');
  return wantsCount ? { edges, totalCount: edges.length } : { edges };
}

function fieldOf({ name, inner }: Selection, value: Value): unknown {
  if (name === 'Id') return value;
  if (inner.length === 0) throw new Error(`${name} is asked for without its value`);
  const known: Readonly<Record<string, Value>> = { value, displayValue: null };
  return Object.fromEntries(
    inner.map((part) => {
      if (!(part.name in known)) throw new Error(`${name} has no ${part.name}`);
      return [part.key, known[part.name] ?? null] as const;
    }),
  );
}

/** Counts by one field. */
function groups(visit: Visit, selection: Selection): Shown {
  const inner = insideOf(selection, ['edges', 'node', 'aggregate']);
  const [by] = Object.keys(argsOf(selection.args['groupBy']));
  const group = inner.find(({ name }) => name === by);
  const count = inner.find(({ name }) => name === 'Id');
  if (by === undefined || !group || !count) throw new Error('a count by one field is expected');
  const { first: _, ...args } = selection.args;
  const counts = new Map<unknown, number>();
  for (const row of select(visit, { ...selection, args: { ...args, first: rowsMax } }, [by])) {
    const value = row[nameIn(row, by)];
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const edges = [...counts].map(([value, total]) => ({
    node: { aggregate: { [group.key]: { value }, [count.key]: { count: { value: total } } } },
  }));
  return { edges };
}

/** The rows that a selection asks for, by a query of the same meaning: rights, sharing and refusals are the same. */
function select(visit: Visit, { name, args }: Selection, fields: readonly string[]): readonly Body[] {
  const strange = Object.keys(args).filter((key) => !['first', 'where', 'orderBy', 'groupBy'].includes(key));
  if (strange.length > 0) throw new Error(`the argument ${strange.join()} is not known`);
  const where = condition(argsOf(args['where']));
  const order = Object.entries(argsOf(args['orderBy'])).map(([field, how]) => `${field} ${sortOf(argsOf(how))}`);
  const limit = Math.min(rowsMax, Number(args['first'] ?? rowsUsual));
  const soql = [
    `SELECT ${[...new Set(['Id', ...fields])].join(', ')} FROM ${name}`,
    where === '' ? '' : `WHERE ${where}`,
    order.length === 0 ? '' : `ORDER BY ${order.join(', ')}`,
    `LIMIT ${limit}`,
  ].join(' ');
  const { org, schema, version, canSee, isSearchable } = visit;
  const scope = { books: org.books, nowMs: org.nowMs(), soql, schema, version, canSee, isSearchable };
  const outcome = runQuery({ ...scope, areDeletedShown: false, keepPage: () => null }, parseSoql(soql));
  if (outcome.kind !== 'rows') throw new Refused('MALFORMED_QUERY', 'rows are expected', null);
  return outcome.rows.map((row) => outcome.render(row)).filter(isBody);
}

function condition(where: Args): string {
  const terms = Object.entries(where).map(([field, test]) => {
    if (field === 'and' || field === 'or') {
      const parts = listOf(test).map((one) => condition(argsOf(one)));
      return `(${parts.map((one) => `(${one})`).join(field === 'and' ? ' AND ' : ' OR ')})`;
    }
    const [[operator, value] = []] = Object.entries(argsOf(test));
    if (operator === 'in') return `${field} IN (${listOf(value).map(literal).join(', ')})`;
    const sign = compared[operator ?? ''];
    if (sign === undefined) throw new Error(`the operator ${String(operator)} is not known`);
    return `${field} ${sign} ${literal(value ?? null)}`;
  });
  return terms.join(' AND ');
}

function literal(value: Argument): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return `'${value.replace(/[\\']/g, '\\$&')}'`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`the value ${JSON.stringify(value)} is not known`);
}

function sortOf({ order, nulls }: Args): string {
  return `${order === 'DESC' ? 'DESC' : 'ASC'} ${nulls === 'LAST' ? 'NULLS LAST' : 'NULLS FIRST'}`;
}

function insideOf(selection: Selection, names: readonly string[]): readonly Selection[] {
  return names.reduce<readonly Selection[]>((inner, name) => {
    const found = inner.find((one) => one.name === name);
    if (!found) throw new Error(`${selection.name} lacks ${name}`);
    return found.inner;
  }, selection.inner);
}

function argsOf(value: Argument | undefined): Args {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Args) : {};
}

function listOf(value: Argument | undefined): readonly Argument[] {
  return Array.isArray(value) ? value : [];
}

/** Fields are named without regard to case, and shown as the org spells them. */
function nameIn(row: Body, name: string): string {
  return Object.keys(row).find((one) => one.toLowerCase() === name.toLowerCase()) ?? name;
}

/** GraphQL writes instants as JavaScript does. */
function spelled(value: unknown): Value {
  if (typeof value === 'string') return value.replace(/^(\d{4}-\d\d-\d\dT[\d:.]+)\+0000$/, '$1Z');
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
