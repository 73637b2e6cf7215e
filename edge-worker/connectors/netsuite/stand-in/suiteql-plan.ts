// Turns a SuiteQL condition into a test, and into what it says about where reading may start.
import type { Books } from './books.ts';
import type { Entry } from './shelf.ts';
import { type Column, type Columns, constant, noEntry } from './suiteql-columns.ts';
import { type Condition, type Expression, type Operator, sqlError } from './suiteql-parser.ts';

/** A condition with what it says about where to start reading. */
export interface Plan {
  readonly test: (entry: Entry) => boolean;
  readonly stampFromMs: number | null;
  readonly serialAbove: number | null;
  readonly candidates: readonly Entry[] | null;
  /** Found by id or external id, which the database itself keeps: these are seen at once, whatever a search does. */
  readonly isByKey: boolean;
}

export const bare = (test: Plan['test'], more: Partial<Plan> = {}): Plan => ({
  test,
  stampFromMs: null,
  serialAbove: null,
  candidates: null,
  isByKey: false,
  ...more,
});

const comparisons: Readonly<Record<Operator, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

export const orderOf = (left: string | number, right: string | number) => (left < right ? -1 : left > right ? 1 : 0);

/** A text beside a time or a figure is read as one. */
function matched(left: Column, right: Column): Column {
  if (!right.isConstant || left.kind === right.kind) return right;
  const value = right.show(noEntry);
  if (value === null) return right;
  if (left.kind === 'time') {
    const match = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(value);
    if (!match) {
      const zone = 'with date format "M/d/yy" in time zone America/Los_Angeles';
      throw sqlError(`Parse of date/time "${value}" failed ${zone}`);
    }
    return constant(Date.UTC(Number(match[3]), Number(match[1]) - 1, Number(match[2])), 'time');
  }
  return left.kind === 'number' ? constant(Number(value)) : constant(value);
}

export class Planner {
  readonly #books: Books;
  readonly #columns: Columns;
  readonly #typeIds: readonly string[];

  constructor(books: Books, columns: Columns, typeIds: readonly string[]) {
    this.#books = books;
    this.#columns = columns;
    this.#typeIds = typeIds;
  }

  plan(condition: Condition): Plan {
    switch (condition.kind) {
      case 'compare':
        return this.#compare(condition.operator, condition.left, condition.right);
      case 'in':
        return this.#in(condition.left, condition.list);
      case 'like':
        return this.#like(condition.left, condition.pattern);
      case 'null': {
        const left = this.#columns.compile(condition.left);
        return bare((entry) => left.of(entry) === null);
      }
      case 'not': {
        const { test } = this.plan(condition.part);
        return bare((entry) => !test(entry));
      }
      case 'all':
        return joined(condition.parts.map((part) => this.plan(part)));
      case 'any':
        return either(condition.parts.map((part) => this.plan(part)));
    }
  }

  #compare(operator: Operator, leftExpression: Expression, rightExpression: Expression): Plan {
    const left = this.#columns.compile(leftExpression);
    const right = matched(left, this.#columns.compile(rightExpression));
    const holds = comparisons[operator];
    const test = (entry: Entry) => {
      const a = left.of(entry);
      const b = right.of(entry);
      return a !== null && b !== null && holds(orderOf(a, b));
    };
    if (!right.isConstant || operator === '<' || operator === '<=' || operator === '<>') return bare(test);
    const bound = Number(right.of(noEntry));
    if (left.role === 'stamp') return bare(test, { stampFromMs: bound });
    const candidates = operator === '=' ? this.#lookUp(left, [right]) : null;
    const found = { candidates, isByKey: operator === '=' && isKey(left) };
    if (left.role === 'id') return bare(test, { serialAbove: operator === '>' ? bound : bound - 1, ...found });
    return bare(test, found);
  }

  #in(leftExpression: Expression, list: readonly Expression[]): Plan {
    const left = this.#columns.compile(leftExpression);
    const wanted = list.map((each) => matched(left, this.#columns.compile(each)));
    const values = new Set(wanted.map((each) => each.of(noEntry)));
    const test = (entry: Entry) => {
      const value = left.of(entry);
      return value !== null && values.has(value);
    };
    return bare(test, { candidates: this.#lookUp(left, wanted), isByKey: isKey(left) });
  }

  #like(leftExpression: Expression, patternExpression: Expression): Plan {
    const left = this.#columns.compile(leftExpression);
    const mask = this.#columns.compile(patternExpression).show(noEntry) ?? '';
    const source = mask
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('%', '.*')
      .replaceAll('_', '.');
    const shape = new RegExp(`^${source}$`, 's');
    return bare((entry) => shape.test(left.show(entry) ?? ''));
  }

  #lookUp(left: Column, wanted: readonly Column[]): readonly Entry[] | null {
    const values = wanted.map((each) => each.show(noEntry) ?? '');
    const { store, schema } = this.#books;
    if (left.role === 'id') return found(values, (value) => this.#typeIds.map((type) => store.get(type, value)));
    if (left.role === 'externalId') {
      return found(values, (value) => this.#typeIds.map((type) => store.byExternalId(type, value)));
    }
    const { key } = left;
    if (key === null || !this.#typeIds.every((type) => schema.types.get(type)?.indexed.includes(key))) return null;
    return found(values, (value) => this.#typeIds.flatMap((type) => store.where(type, key, value)));
  }
}

const isKey = (column: Column) => column.role === 'id' || column.role === 'externalId';

function found(values: readonly string[], look: (value: string) => readonly (Entry | null)[]): Entry[] {
  return [...new Set(values.flatMap(look))].filter((entry) => entry !== null);
}

const highest = (bounds: readonly (number | null)[]) =>
  bounds.reduce((high, each) => (each !== null && (high === null || each > high) ? each : high), null);

const lowest = (bounds: readonly (number | null)[]) =>
  bounds.reduce((low, each) => (low === null || each === null ? null : Math.min(low, each)));

function joined(parts: readonly Plan[]): Plan {
  const listed = parts.map((part) => part.candidates).filter((each) => each !== null);
  const [shortest = null] = listed.sort((a, b) => a.length - b.length);
  return {
    test: (entry) => parts.every((part) => part.test(entry)),
    stampFromMs: highest(parts.map((part) => part.stampFromMs)),
    serialAbove: highest(parts.map((part) => part.serialAbove)),
    candidates: shortest,
    isByKey: parts.some((part) => part.isByKey),
  };
}

function either(parts: readonly Plan[]): Plan {
  const listed = parts.map((part) => part.candidates);
  const isListed = listed.every((each) => each !== null);
  return {
    test: (entry) => parts.some((part) => part.test(entry)),
    stampFromMs: lowest(parts.map((part) => part.stampFromMs)),
    serialAbove: lowest(parts.map((part) => part.serialAbove)),
    candidates: isListed ? [...new Set(listed.flat())].filter((entry) => entry !== null) : null,
    isByKey: parts.every((part) => part.isByKey),
  };
}
