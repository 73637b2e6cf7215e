// The rows of one record type, kept in the orders in which the API reads them, so that no read sorts a whole type.
import type { FieldShape, TypeShape } from './shape.ts';
import { formatDateTime } from './times.ts';

export type Value = string | number | boolean | null;
export type Values = Record<string, Value>;

export interface Stored {
  readonly id: string;
  readonly type: TypeShape;
  readonly values: Values;
  /** Finer than the stamp it shows: the switch "late search" counts from here. */
  readonly bornMs: number;
  createdMs: number;
  stampMs: number;
  isDeleted: boolean;
  deletedMs: number;
  /** Rolled back: index entries that still point here are stale. */
  isGone: boolean;
}

/** Rows ordered by (key, id). A row whose key moved leaves a stale entry behind, swept once half of all are stale. */
export class OrderedIndex {
  #keys: number[] = [];
  #rows: Stored[] = [];
  #stale = 0;
  readonly #keyOf: (row: Stored) => number;

  constructor(keyOf: (row: Stored) => number) {
    this.#keyOf = keyOf;
  }

  get length(): number {
    return this.#rows.length;
  }

  insert(row: Stored): void {
    const key = this.#keyOf(row);
    const last = this.#rows.length - 1;
    if (last < 0 || this.#isBefore(last, key, row.id)) {
      this.#keys.push(key);
      this.#rows.push(row);
      return;
    }
    const at = this.bound(key, row.id);
    if (this.#rows[at] === row && this.#keys[at] === key) return;
    this.#keys.splice(at, 0, key);
    this.#rows.splice(at, 0, row);
  }

  /** To be told after a row's key changed or the row went. */
  markStale(): void {
    this.#stale++;
    if (this.#stale < 4096 || this.#stale * 2 < this.#rows.length) return;
    const live = this.#rows.map((_, at) => this.#isLive(at));
    this.#keys = this.#keys.filter((_, at) => live[at]);
    this.#rows = this.#rows.filter((_, at) => live[at]);
    this.#stale = 0;
  }

  /** The first place whose (key, id) is not smaller. */
  bound(key: number, id: string): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBefore(middle, key, id)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Visits live rows from place `from` up to, not including, `to`; stops when `visit` answers false. */
  walk(from: number, to: number, isReverse: boolean, visit: (row: Stored) => boolean): void {
    if (isReverse) {
      for (let at = to - 1; at >= from; at--) if (this.#isLive(at) && !visit(this.#rows[at]!)) return;
      return;
    }
    for (let at = from; at < to; at++) if (this.#isLive(at) && !visit(this.#rows[at]!)) return;
  }

  #isBefore(at: number, key: number, id: string): boolean {
    const own = this.#keys[at]!;
    return own < key || (own === key && this.#rows[at]!.id < id);
  }

  #isLive(at: number): boolean {
    const row = this.#rows[at]!;
    return !row.isGone && this.#keyOf(row) === this.#keys[at];
  }
}

/** Value -> rows. Most values have one row, so a set is only made for the second. */
class Lookup {
  readonly #rows = new Map<string, Stored | Set<Stored>>();
  readonly #isCaseSensitive: boolean;

  constructor(field: FieldShape) {
    this.#isCaseSensitive = field.kind === 'reference' || field.isCaseSensitive === true;
  }

  #key(value: Value): string {
    return this.#isCaseSensitive ? String(value) : String(value).toLowerCase();
  }

  add(value: Value, row: Stored): void {
    if (value === null) return;
    const key = this.#key(value);
    const found = this.#rows.get(key);
    if (found === undefined) this.#rows.set(key, row);
    else if (found instanceof Set) found.add(row);
    else if (found !== row) this.#rows.set(key, new Set([found, row]));
  }

  delete(value: Value, row: Stored): void {
    if (value === null) return;
    const key = this.#key(value);
    const found = this.#rows.get(key);
    if (found === row) this.#rows.delete(key);
    else if (found instanceof Set) found.delete(row);
  }

  get(value: Value): Iterable<Stored> {
    const found = this.#rows.get(this.#key(value));
    if (found === undefined) return [];
    return found instanceof Set ? found : [found];
  }
}

/** Parsed rather than filled key by key: copies of a parsed record are an order of magnitude smaller and faster. */
function blankOf(type: TypeShape): Values {
  const entries = type.fields.map(
    (field) => `${JSON.stringify(field.key)}:${JSON.stringify(field.defaultValue ?? null)}`,
  );
  const values: Values = JSON.parse(`{${entries.join(',')}}`);
  return values;
}

export class Table {
  readonly type: TypeShape;
  readonly byId = new OrderedIndex(() => 0);
  readonly byCreated = new OrderedIndex((row) => row.createdMs);
  readonly byStamp = new OrderedIndex((row) => row.stampMs);
  /** Deletions in the order they happened. */
  readonly deletions: Stored[] = [];
  /** How often a record was made or changed, by people, flows and callers; roll-ups are none of them. */
  saves = 0;
  readonly #rows = new Map<string, Stored>();
  readonly #lookups = new Map<string, Lookup>();
  readonly #blank: Values;

  constructor(type: TypeShape) {
    this.type = type;
    this.#blank = blankOf(type);
    for (const field of type.fields) {
      if (field.isIndexed || field.children) this.#lookups.set(field.key, new Lookup(field));
    }
  }

  /** The values of a new row before anything is known of it. */
  blank(): Values {
    return { ...this.#blank };
  }

  get(id: string): Stored | undefined {
    return this.#rows.get(id);
  }

  /** Rows with this value in an indexed field; null when the field has no index. */
  lookUp(fieldKey: string, value: Value): Iterable<Stored> | null {
    return this.#lookups.get(fieldKey)?.get(value) ?? null;
  }

  hasLookup(fieldKey: string): boolean {
    return this.#lookups.has(fieldKey);
  }

  add(row: Stored): void {
    this.#rows.set(row.id, row);
    this.byId.insert(row);
    this.byCreated.insert(row);
    this.byStamp.insert(row);
    for (const [key, lookup] of this.#lookups) lookup.add(row.values[key] ?? null, row);
  }

  /** Takes a row out as if it had never been. */
  take(row: Stored): void {
    this.#rows.delete(row.id);
    row.isGone = true;
    for (const index of [this.byId, this.byCreated, this.byStamp]) index.markStale();
    for (const [key, lookup] of this.#lookups) lookup.delete(row.values[key] ?? null, row);
  }

  /** Writes values and stamp; answers what they were. */
  write(row: Stored, changes: Values, stampMs: number): { readonly values: Values; readonly stampMs: number } {
    const before: Values = {};
    for (const key in changes) {
      const value = changes[key] ?? null;
      const old = row.values[key] ?? null;
      before[key] = old;
      if (old === value) continue;
      row.values[key] = value;
      const lookup = this.#lookups.get(key);
      lookup?.delete(old, row);
      lookup?.add(value, row);
    }
    return { values: before, stampMs: this.#stamp(row, stampMs) };
  }

  #stamp(row: Stored, stampMs: number): number {
    const before = row.stampMs;
    if (before === stampMs) return before;
    row.stampMs = stampMs;
    row.values['SystemModstamp'] = formatDateTime(stampMs);
    this.byStamp.insert(row);
    this.byStamp.markStale();
    return before;
  }
}
