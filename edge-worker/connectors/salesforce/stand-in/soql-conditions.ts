// A WHERE tree -> a test of a row, with every name resolved and every literal checked against its field.
import type { Books } from './books.ts';
import { parseId } from './ids.ts';
import { Refused } from './refusals.ts';
import type { FieldShape, Schema, TypeShape } from './shape.ts';
import type { Condition, Literal, Operator, Path } from './soql-parse.ts';
import { soqlError } from './soql-words.ts';
import type { Stored, Value } from './table.ts';
import { days, formatDateTime, startOfDay } from './times.ts';

export type Test = (row: Stored) => boolean;

export interface Resolved {
  readonly field: FieldShape;
  /** Whether the field is the row's own, not a parent's. */
  readonly isOwn: boolean;
  readonly get: (row: Stored) => Value;
}

/** A comparison keeps its parts, because the plan looks for ranges and keys among them. */
export type Check =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Check[]; readonly test: Test }
  | { readonly kind: 'not'; readonly test: Test }
  | {
      readonly kind: 'compare';
      readonly resolved: Resolved;
      readonly operator: Operator;
      readonly values: readonly Value[];
      readonly test: Test;
    };

export interface Scope {
  readonly books: Books;
  /** The types and fields that may be named. */
  readonly schema: Schema;
  readonly soql: string;
  readonly nowMs: number;
}

export function resolvePath(scope: Scope, type: TypeShape, path: Path): Resolved {
  const { books } = scope;
  let at = type;
  const steps: { readonly key: string; readonly target: TypeShape }[] = [];
  for (const name of path.names.slice(0, -1)) {
    const relation = at.byRelationship.get(name.toLowerCase());
    const target = relation?.referenceTo ? scope.schema.type(relation.referenceTo) : null;
    if (!relation || !target) {
      const message = `Didn't understand relationship '${name}' in field path. If you are attempting to use a custom`;
      throw soqlError('INVALID_FIELD', scope.soql, path.at, `${message} relationship, be sure to append the '__r'`);
    }
    steps.push({ key: relation.key, target });
    at = target;
  }
  const name = path.names.at(-1) ?? '';
  const field = at.byName.get(name.toLowerCase());
  if (!field) {
    const message =
      `No such column '${name}' on entity '${at.name}'. If you are attempting to use a custom field, be sure to ` +
      "append the '__c' after the custom field name. Please reference your WSDL or the describe call for the " +
      'appropriate names.';
    throw soqlError('INVALID_FIELD', scope.soql, path.at, message);
  }
  const get = (row: Stored): Value => {
    let current: Stored | undefined = row;
    for (const step of steps) {
      current = books.find(step.target, String(current.values[step.key]));
      if (!current) return null;
    }
    return current.values[field.key] ?? null;
  };
  return { field, isOwn: steps.length === 0, get };
}

const texts = new Set(['string', 'textarea', 'email', 'phone', 'url', 'picklist']);
const numbers = new Set(['int', 'double', 'currency', 'percent']);

/** Text is compared without regard to case unless its field says otherwise, everything else as it is stored. */
export function comparable(field: FieldShape, value: Value): Value {
  const isFolded = typeof value === 'string' && texts.has(field.kind) && !field.isCaseSensitive;
  return isFolded ? value.toLowerCase() : value;
}

function literalValue(scope: Scope, field: FieldShape, path: Path, literal: Literal): Value {
  const { kind } = field;
  if (literal.kind === 'null') return null;
  if (literal.kind === 'string') {
    const text = literal.text.replace(/\\([%_])/g, '$1');
    if (texts.has(kind)) return comparable(field, text);
    if (kind === 'id' || kind === 'reference') {
      const id = parseId(text);
      if (id) return id;
      throw soqlError('INVALID_QUERY_FILTER_OPERATOR', scope.soql, path.at, `invalid ID field: ${text}`);
    }
  }
  if (literal.kind === 'number' && numbers.has(kind)) return literal.value;
  if (literal.kind === 'boolean' && kind === 'boolean') return literal.value;
  if (literal.kind === 'date' && kind === 'date') return literal.text;
  if (literal.kind === 'datetime' && kind === 'datetime') return formatDateTime(literal.ms);
  const isText = texts.has(kind) || kind === 'id' || kind === 'reference';
  const wanted = kind === 'datetime' ? 'dateTime' : texts.has(kind) ? 'string' : kind;
  const quotes = isText ? 'should be enclosed in quotes' : 'should not be enclosed in quotes';
  const message = `value of filter criterion for field '${field.name}' must be of type ${wanted} and ${quotes}`;
  throw soqlError('INVALID_FIELD', scope.soql, path.at, message);
}

function likeTest(get: (row: Stored) => Value, pattern: string): Test {
  const source = pattern.replace(/\\[%_]|[%_]|[.*+?^${}()|[\]\\]/g, (found) => {
    if (found === '%') return '[\\s\\S]*';
    if (found === '_') return '[\\s\\S]';
    return found.length === 2 ? (found[1] ?? '') : `\\${found}`;
  });
  const shape = new RegExp(`^${source}$`, 'i');
  return (row) => {
    const value = get(row);
    return typeof value === 'string' && shape.test(value);
  };
}

/** Null is equal to null, unequal to everything else, and neither smaller nor greater than anything. */
function compareTest(resolved: Resolved, operator: Operator, values: readonly Value[]): Test {
  const { field } = resolved;
  const read = texts.has(field.kind) ? (row: Stored) => comparable(field, resolved.get(row)) : resolved.get;
  const [first = null] = values;
  if (operator === 'IN' || operator === 'NOT IN') {
    const wanted = new Set(values);
    const isIn = operator === 'IN';
    return (row) => wanted.has(read(row)) === isIn;
  }
  if (operator === '=') return (row) => read(row) === first;
  if (operator === '!=') return (row) => read(row) !== first;
  return (row) => {
    const value = read(row);
    if (value === null || first === null) return false;
    if (operator === '<') return value < first;
    if (operator === '<=') return value <= first;
    return operator === '>' ? value > first : value >= first;
  };
}

function compare(resolved: Resolved, operator: Operator, values: readonly Value[]): Check {
  return { kind: 'compare', resolved, operator, values, test: compareTest(resolved, operator, values) };
}

function join(kind: 'and' | 'or', terms: readonly Check[]): Check {
  const tests = terms.map((term) => term.test);
  const test: Test = kind === 'and' ? (row) => tests.every((one) => one(row)) : (row) => tests.some((one) => one(row));
  return { kind, terms, test };
}

/** A word such as TODAY is a span of days, so one comparison with it becomes one or two with its ends. */
function compareDays(scope: Scope, resolved: Resolved, operator: Operator, first: number, count: number): Check {
  const today = startOfDay(scope.nowMs);
  const textOf = (ms: number) =>
    resolved.field.kind === 'date' ? formatDateTime(ms).slice(0, 10) : formatDateTime(ms);
  const from = textOf(today + days(first));
  const to = textOf(today + days(first + count));
  if (operator === '<' || operator === '>=') return compare(resolved, operator, [from]);
  if (operator === '>' || operator === '<=') return compare(resolved, operator === '>' ? '>=' : '<', [to]);
  if (operator === '!=') return join('or', [compare(resolved, '<', [from]), compare(resolved, '>=', [to])]);
  return join('and', [compare(resolved, '>=', [from]), compare(resolved, '<', [to])]);
}

export function compileCondition(scope: Scope, type: TypeShape, condition: Condition): Check {
  if (condition.kind === 'not') {
    const { test } = compileCondition(scope, type, condition.term);
    return { kind: 'not', test: (row) => !test(row) };
  }
  if (condition.kind === 'compare') return compileComparison(scope, type, condition);
  const { kind, terms } = condition;
  return join(
    kind,
    terms.map((term) => compileCondition(scope, type, term)),
  );
}

type Comparison = Extract<Condition, { kind: 'compare' }>;

function compileComparison(scope: Scope, type: TypeShape, comparison: Comparison): Check {
  const { path, operator } = comparison;
  const resolved = resolvePath(scope, type, path);
  refuseUnfilterable(scope, resolved.field, path, 'filtered');
  const [first] = comparison.values;
  const isMoment = resolved.field.kind === 'date' || resolved.field.kind === 'datetime';
  if (first?.kind === 'days' && isMoment) return compareDays(scope, resolved, operator, first.first, first.count);
  if (operator === 'LIKE' && first?.kind === 'string' && texts.has(resolved.field.kind)) {
    return { kind: 'compare', resolved, operator, values: [], test: likeTest(resolved.get, first.text) };
  }
  if (operator === 'LIKE') throw new Refused('INVALID_QUERY_FILTER_OPERATOR', 'invalid operator on LIKE', null);
  const values = comparison.values.map((value) => literalValue(scope, resolved.field, path, value));
  return compare(resolved, operator, values);
}

/** Long text can be read but neither filtered nor sorted by. */
export function refuseUnfilterable(scope: Scope, field: FieldShape, path: Path, what: 'filtered' | 'sorted'): void {
  if (field.kind !== 'textarea' || field.length <= 255) return;
  const message = `field '${field.name}' can not be ${what} in a query call`;
  throw soqlError('INVALID_FIELD', scope.soql, path.at, message);
}
