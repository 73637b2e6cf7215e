// All records of one stand-in, with the indexes its doors read by. Knows nothing of rules.
import type { RecordType } from './fields.ts';
import type { Schema } from './schema.ts';
import { type Entry, Shelf } from './shelf.ts';
import type { Value } from './values.ts';

export interface Deleted {
  readonly type: string;
  readonly id: string;
  readonly externalId: string | null;
  readonly atMs: number;
}

type ValueIndex = Map<string, Set<string>>;

export class Store {
  readonly deleted = new Map<string, Deleted>();
  readonly #schema: Schema;
  readonly #shelves = new Map<string, Shelf>();
  readonly #externalIds = new Map<string, Map<string, string>>();
  readonly #indexes = new Map<string, Map<string, ValueIndex>>();
  readonly #sequences = new Map<string, number>();
  readonly #hiddenUntilMs = new Map<string, number>();

  constructor(schema: Schema) {
    this.#schema = schema;
    for (const type of schema.types.values()) this.open(type);
  }

  /** Shelves and indexes of a type; one that is open keeps what lies on it. */
  open(type: RecordType): void {
    if (this.#shelves.has(type.id)) return;
    this.#shelves.set(type.id, new Shelf());
    this.#shelves.set(type.table, this.#shelves.get(type.table) ?? new Shelf());
    this.#externalIds.set(type.id, new Map());
    this.#indexes.set(type.id, new Map(type.indexed.map((key) => [key, new Map()])));
  }

  /** Of a custom type that leaves the account with all its records. */
  close(type: RecordType): void {
    for (const name of [type.id, type.table]) this.#shelves.delete(name);
    this.#externalIds.delete(type.id);
    this.#indexes.delete(type.id);
  }

  next(sequence: string): number {
    const serial = (this.#sequences.get(sequence) ?? 0) + 1;
    this.#sequences.set(sequence, serial);
    return serial;
  }

  startAt(sequence: string, serial: number): void {
    this.#sequences.set(sequence, serial);
  }

  /** By record type or by the SuiteQL table that several types share. */
  shelf(name: string): Shelf {
    const shelf = this.#shelves.get(name);
    if (!shelf) throw new Error(`Record type '${name}' does not exist`);
    return shelf;
  }

  get(type: string, id: string): Entry | null {
    return this.#shelves.get(type)?.get(id) ?? null;
  }

  byExternalId(type: string, externalId: string): Entry | null {
    const id = this.#externalIds.get(type)?.get(externalId);
    return id === undefined ? null : this.get(type, id);
  }

  /** Records of an indexed type whose field holds `value`. */
  where(type: string, key: string, value: string): Entry[] {
    const ids = this.#indexes.get(type)?.get(key)?.get(value);
    return ids ? [...ids].map((id) => this.get(type, id)!) : [];
  }

  put(type: RecordType, entry: Entry): void {
    const before = this.get(type.id, entry.id);
    this.shelf(type.id).put(entry);
    if (type.table !== type.id) this.shelf(type.table).put(entry);
    const externalIds = this.#externalIds.get(type.id)!;
    if (before?.externalId && before.externalId !== entry.externalId) externalIds.delete(before.externalId);
    if (entry.externalId) externalIds.set(entry.externalId, entry.id);
    this.#index(type, before, entry);
  }

  /** `atMs` null leaves no trace: the vendor's own clean-up. */
  remove(type: RecordType, entry: Entry, atMs: number | null): void {
    this.shelf(type.id).remove(entry.id);
    if (type.table !== type.id) this.shelf(type.table).remove(entry.id);
    if (entry.externalId) this.#externalIds.get(type.id)!.delete(entry.externalId);
    this.#index(type, entry, null);
    if (atMs === null) return;
    this.deleted.set(`${type.id}/${entry.id}`, { type: type.id, id: entry.id, externalId: entry.externalId, atMs });
  }

  /** Searches do not find the record before then, though it can be read by id. */
  hide(entry: Entry, untilMs: number): void {
    this.#hiddenUntilMs.set(`${entry.type}/${entry.id}`, untilMs);
  }

  isFound(entry: Entry, nowMs: number): boolean {
    if (this.#hiddenUntilMs.size === 0) return true;
    const untilMs = this.#hiddenUntilMs.get(`${entry.type}/${entry.id}`);
    if (untilMs === undefined || untilMs > nowMs) return untilMs === undefined;
    this.#hiddenUntilMs.delete(`${entry.type}/${entry.id}`);
    return true;
  }

  /** What a person sees in a drop-down list. */
  displayName(targets: readonly string[], id: string): string {
    for (const target of targets) {
      const entry = this.get(target, id);
      const type = this.#schema.types.get(target);
      if (!entry || !type) continue;
      for (const key of type.nameKeys) {
        const name = entry.values[key];
        if (typeof name === 'string') return name;
      }
    }
    return id;
  }

  #index(type: RecordType, before: Entry | null, after: Entry | null): void {
    for (const [key, index] of this.#indexes.get(type.id)!) {
      const from = before ? indexed(before.values[key]) : null;
      const to = after ? indexed(after.values[key]) : null;
      if (from === to) continue;
      if (from !== null && before) index.get(from)?.delete(before.id);
      if (to === null || !after) continue;
      const ids = index.get(to);
      if (ids) ids.add(after.id);
      else index.set(to, new Set([after.id]));
    }
  }
}

/** Flags are indexed by the letters that SuiteQL knows them by; one that was never set is not. */
function indexed(value: Value | undefined): string | null {
  if (typeof value === 'boolean') return value ? 'T' : 'F';
  return value ?? null;
}
