// What a SuiteQL expression means for one record: a value to compare by and a text to show.
import type { Books } from './books.ts';
import type { RecordType } from './fields.ts';
import { choiceLabel } from './rest-codec.ts';
import type { Entry } from './shelf.ts';
import { type Expression, sqlError } from './suiteql-parser.ts';

export type Kind = 'text' | 'number' | 'time';

export interface Column {
  readonly kind: Kind;
  /** Times in milliseconds, so that they compare as numbers. */
  readonly of: (entry: Entry) => string | number | null;
  readonly show: (entry: Entry) => string | null;
  /** Set where the books keep an order or an index by it. */
  readonly role: 'stamp' | 'id' | 'externalId' | null;
  readonly key: string | null;
  /** A constant can be known before any record is read. */
  readonly isConstant: boolean;
}

/** Names under which the transaction table shows fields that the record API calls otherwise. */
const transactionNames: Readonly<Record<string, string>> = {
  foreigntotal: 'total',
  foreignamountpaid: 'amountpaid',
  foreignamountunpaid: 'amountremaining',
};

const two = (each: number) => String(each).padStart(2, '0');

/** Oracle date masks, as far as clients use them. */
export function formatTime(ms: number, mask: string): string {
  const at = new Date(ms);
  const parts: Readonly<Record<string, string>> = {
    YYYY: String(at.getUTCFullYear()),
    MM: two(at.getUTCMonth() + 1),
    DD: two(at.getUTCDate()),
    HH24: two(at.getUTCHours()),
    MI: two(at.getUTCMinutes()),
    SS: two(at.getUTCSeconds()),
    XFF: '.000000000',
  };
  return mask.replace(/"([^"]*)"|YYYY|MM|DD|HH24|MI|SS|XFF/gi, (token, quoted?: string) =>
    quoted === undefined ? (parts[token.toUpperCase()] ?? token) : quoted,
  );
}

export function parseTime(text: string, mask: string): number {
  const names: string[] = [];
  const source = mask
    .replace(/[.*+^${}()|[\]\\]/g, '\\$&')
    .replace(/"([^"]*)"|YYYY|MM|DD|HH24|MI|SS|XFF/gi, (token, quoted?: string) => {
      if (quoted !== undefined) return quoted;
      if (token.toUpperCase() === 'XFF') return '(?:\\.\\d+)?';
      names.push(token.toUpperCase());
      return token.toUpperCase() === 'YYYY' ? '(\\d{4})' : '(\\d{1,2})';
    });
  const match = new RegExp(`^${source}$`).exec(text.trim());
  if (!match) throw sqlError(`Parse of date/time "${text}" failed with date format "${mask}".`);
  const part = (name: string, otherwise: number) => Number(match[names.indexOf(name) + 1] ?? otherwise);
  const has = (name: string) => names.includes(name);
  return Date.UTC(
    part('YYYY', 1970),
    has('MM') ? part('MM', 1) - 1 : 0,
    has('DD') ? part('DD', 1) : 1,
    has('HH24') ? part('HH24', 0) : 0,
    has('MI') ? part('MI', 0) : 0,
    has('SS') ? part('SS', 0) : 0,
  );
}

const plain = (kind: Kind, of: Column['of'], show: Column['show'], more: Partial<Column> = {}): Column => ({
  kind,
  of,
  show,
  role: null,
  key: null,
  isConstant: false,
  ...more,
});

export function constant(
  value: string | number | null,
  kind: Kind = typeof value === 'number' ? 'number' : 'text',
): Column {
  return plain(
    kind,
    () => value,
    () => (value === null ? null : String(value)),
    { isConstant: true },
  );
}

export class Columns {
  readonly #books: Books;
  readonly #table: string;
  readonly #types: readonly RecordType[];
  /** Minutes that the account's time zone is ahead of UTC; SuiteQL speaks in that zone. */
  readonly #offsetMs: number;

  constructor(books: Books, table: string, types: readonly RecordType[], offsetMs: number) {
    this.#books = books;
    this.#table = table;
    this.#types = types;
    this.#offsetMs = offsetMs;
  }

  /** For `SELECT *`. */
  names(): string[] {
    const names = new Set(['id', 'externalid']);
    for (const type of this.#types) {
      for (const id of type.fields.keys()) names.add(id);
      names.add(type.createdName.toLowerCase()).add(type.modifiedName.toLowerCase());
    }
    return [...names];
  }

  compile(expression: Expression): Column {
    switch (expression.kind) {
      case 'literal':
        return constant(expression.value);
      case 'column':
        return this.#column(expression.name);
      case 'call':
        return this.#call(expression.name, expression.inputs);
      case 'star':
        throw sqlError("Invalid or unsupported search. Unexpected '*'.");
    }
  }

  #column(name: string): Column {
    if (name === 'sysdate' || name === 'current_timestamp') return constant(this.#books.clock(), 'time');
    if (name === 'id')
      return plain(
        'number',
        (e) => e.serial,
        (e) => e.id,
        { role: 'id' },
      );
    if (name === 'externalid')
      return plain(
        'text',
        (e) => e.externalId,
        (e) => e.externalId,
        { role: 'externalId' },
      );
    const first = this.#types[0];
    if (name === first?.modifiedName.toLowerCase()) return this.#time((e) => e.stampMs, 'stamp');
    if (name === first?.createdName.toLowerCase()) return this.#time((e) => e.createdMs, null);
    if (this.#table === 'transaction' && name === 'type') {
      const codeOf = (e: Entry) => this.#books.schema.types.get(e.type)?.transactionCode ?? null;
      return plain('text', codeOf, codeOf);
    }
    return this.#fieldColumn(this.#table === 'transaction' ? (transactionNames[name] ?? name) : name);
  }

  #fieldColumn(name: string): Column {
    const field = this.#types.map((type) => type.fields.get(name)).find((each) => each !== undefined);
    if (!field) {
      const reason = 'Reason: NOT_EXPOSED - Field is not exposed for the channel';
      throw sqlError(`Field '${name}' for record '${this.#table}' was not found. ${reason}.`);
    }
    const { key } = field;
    const raw = (e: Entry) => e.values[key] ?? null;
    if (field.kind === 'flag') {
      const letter = (e: Entry) => (raw(e) === true ? 'T' : 'F');
      return plain('text', letter, letter);
    }
    const text = (e: Entry) => {
      const value = raw(e);
      return value === null ? null : String(value);
    };
    if (field.kind === 'date' || field.kind === 'instant') {
      const isDay = field.kind === 'date';
      return this.#time((e) => {
        const value = text(e);
        if (value === null) return null;
        return isDay ? Date.parse(`${value}T00:00:00Z`) - this.#offsetMs : Date.parse(value);
      }, null);
    }
    const isFigure = field.kind === 'number' || field.kind === 'amount' || field.kind === 'hours';
    if (!isFigure) return plain('text', text, text, { key });
    return plain('number', (e) => (raw(e) === null ? null : Number(raw(e))), text);
  }

  /** Shown bare, a time is a day in the user's own form. */
  #time(of: (entry: Entry) => number | null, role: Column['role']): Column {
    const show = (entry: Entry) => {
      const ms = of(entry);
      if (ms === null) return null;
      const at = new Date(ms + this.#offsetMs);
      return `${at.getUTCMonth() + 1}/${at.getUTCDate()}/${at.getUTCFullYear()}`;
    };
    return plain('time', of, show, { role });
  }

  #call(name: string, inputs: readonly Expression[]): Column {
    const [first, second] = inputs;
    if (name === 'SYSDATE' || name === 'CURRENT_TIMESTAMP') return constant(this.#books.clock(), 'time');
    if (first === undefined) throw sqlError(`Invalid or unsupported search. Function '${name}' needs an argument.`);
    if (name === 'BUILTIN.DF') return this.#displayed(first);
    const inner = this.compile(first);
    const other = second === undefined ? null : this.compile(second);
    const mask = other?.isConstant ? String(other.of(noEntry)) : '';
    switch (name) {
      case 'TO_TIMESTAMP':
      case 'TO_DATE':
        return constant(parseTime(String(inner.of(noEntry)), mask) - this.#offsetMs, 'time');
      case 'TO_CHAR': {
        const shown = (e: Entry) => {
          const value = inner.of(e);
          if (value === null || inner.kind !== 'time') return inner.show(e);
          return formatTime(Number(value) + this.#offsetMs, mask);
        };
        return plain('text', shown, shown);
      }
      case 'NVL':
        if (!other) throw sqlError("Invalid or unsupported search. Function 'NVL' needs two arguments.");
        return plain(
          inner.kind,
          (e) => inner.of(e) ?? other.of(e),
          (e) => inner.show(e) ?? other.show(e),
        );
      case 'LOWER':
      case 'UPPER': {
        const turned = (e: Entry) => {
          const value = inner.show(e);
          return name === 'LOWER' ? (value?.toLowerCase() ?? null) : (value?.toUpperCase() ?? null);
        };
        return plain('text', turned, turned);
      }
      default:
        throw sqlError(`Invalid or unsupported search. Unknown function '${name}'.`);
    }
  }

  #displayed(expression: Expression): Column {
    const inner = this.compile(expression);
    const name = expression.kind === 'column' ? expression.name : '';
    const field = this.#types.map((type) => type.fields.get(name)).find((each) => each !== undefined);
    const shown = (e: Entry) => {
      const value = inner.show(e);
      if (value === null || !field) return value;
      if (field.kind === 'choice') return choiceLabel(field, value);
      return field.kind === 'reference' ? this.#books.store.displayName(field.targets, value) : value;
    };
    return plain('text', shown, shown);
  }
}

/** For constants, which look at no record. */
export const noEntry: Entry = {
  type: '',
  id: '',
  serial: 0,
  externalId: null,
  values: {},
  sublists: {},
  createdMs: 0,
  stampMs: 0,
};
