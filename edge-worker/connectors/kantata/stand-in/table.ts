// All records of one type, with the orders and look-ups that were asked for so far; each is built once, then kept up.
import type { Row, Value } from './rows.ts';
import { type Entry, type Key, SortedList } from './sorted-list.ts';

export type SortKey = (row: Row) => Key;

interface Order {
  readonly list: SortedList;
  readonly keyOf: SortKey;
}

export class Table {
  readonly #rows = new Map<string, Row>();
  readonly #orders = new Map<string, Order>();
  readonly #lookups = new Map<string, Map<string, Set<string>>>();

  get size(): number {
    return this.#rows.size;
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  all(): IterableIterator<Row> {
    return this.#rows.values();
  }

  put(row: Row): void {
    const before = this.#rows.get(row.id);
    this.#rows.set(row.id, row);
    for (const order of this.#orders.values()) {
      const entry = entryOf(row, order.keyOf);
      if (before) {
        const former = entryOf(before, order.keyOf);
        if (former.key === entry.key) continue;
        order.list.remove(former);
      }
      order.list.add(entry);
    }
    for (const [field, lookup] of this.#lookups) {
      if (before && before[field] === row[field]) continue;
      if (before) forget(lookup, before, field);
      learn(lookup, row, field);
    }
  }

  remove(id: string): Row | undefined {
    const row = this.#rows.get(id);
    if (!row) return undefined;
    this.#rows.delete(id);
    for (const order of this.#orders.values()) order.list.remove(entryOf(row, order.keyOf));
    for (const [field, lookup] of this.#lookups) forget(lookup, row, field);
    return row;
  }

  /** `name` stands for the key function and the direction together. */
  ordered(name: string, keyOf: SortKey, isDescending: boolean): SortedList {
    const known = this.#orders.get(name);
    if (known) return known.list;
    const entries: Entry[] = [];
    for (const row of this.#rows.values()) entries.push(entryOf(row, keyOf));
    const list = new SortedList(isDescending, entries);
    this.#orders.set(name, { list, keyOf });
    return list;
  }

  /** The rows whose field is this value, or whose list field holds it, in the order they came. */
  by(field: string, value: string): Row[] {
    const found: Row[] = [];
    for (const id of this.#lookup(field).get(value) ?? []) {
      const row = this.#rows.get(id);
      if (row) found.push(row);
    }
    return found;
  }

  #lookup(field: string): Map<string, Set<string>> {
    const known = this.#lookups.get(field);
    if (known) return known;
    const lookup = new Map<string, Set<string>>();
    for (const row of this.#rows.values()) learn(lookup, row, field);
    this.#lookups.set(field, lookup);
    return lookup;
  }
}

export function entryOf(row: Row, keyOf: SortKey): Entry {
  return { key: keyOf(row), number: Number(row.id), id: row.id };
}

function valuesOf(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}

function learn(lookup: Map<string, Set<string>>, row: Row, field: string): void {
  for (const value of valuesOf(row[field])) {
    const known = lookup.get(String(value));
    if (known) known.add(row.id);
    else lookup.set(String(value), new Set([row.id]));
  }
}

function forget(lookup: Map<string, Set<string>>, row: Row, field: string): void {
  for (const value of valuesOf(row[field])) {
    const known = lookup.get(String(value));
    known?.delete(row.id);
    if (known?.size === 0) lookup.delete(String(value));
  }
}
