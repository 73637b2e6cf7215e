// Records of one kind, kept in two orders at once, by id and by (last change, id), so that a page never sorts.
import type { Sublists, Values } from './values.ts';

/** One saved state of a record. A save makes a new one; an old one is never changed. */
export interface Entry {
  readonly type: string;
  readonly id: string;
  readonly serial: number;
  readonly externalId: string | null;
  readonly values: Values;
  readonly sublists: Sublists;
  readonly createdMs: number;
  /** Whole seconds. */
  readonly stampMs: number;
}

const staleMax = 1024;

/** Return false to stop. */
export type Visit = (entry: Entry) => boolean;

export class Shelf {
  readonly #entries = new Map<string, Entry>();
  #serials: number[] = [];
  #hasGaps = false;
  #changes: Entry[] = [];
  #staleCount = 0;

  get size(): number {
    return this.#entries.size;
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  values(): IterableIterator<Entry> {
    return this.#entries.values();
  }

  put(entry: Entry): void {
    const before = this.#entries.get(entry.id);
    if (!before) this.#serials.push(entry.serial);
    this.#entries.set(entry.id, entry);
    const at = this.#changeAfter(entry.stampMs, entry.serial - 1);
    if (before?.stampMs === entry.stampMs && this.#changes[at]?.serial === entry.serial) {
      this.#changes[at] = entry;
      return;
    }
    if (before) this.#staleCount++;
    if (at === this.#changes.length) this.#changes.push(entry);
    else this.#changes.splice(at, 0, entry);
    this.#sweep();
  }

  remove(id: string): void {
    if (!this.#entries.delete(id)) return;
    this.#hasGaps = true;
    this.#staleCount++;
    this.#sweep();
  }

  /** A page in the order of ids. */
  page(offset: number, limit: number): Entry[] {
    this.#closeGaps();
    const found: Entry[] = [];
    for (const serial of this.#serials.slice(offset, offset + limit)) found.push(this.#entries.get(String(serial))!);
    return found;
  }

  /** Every record with an id above `serial`, in the order of ids. */
  scanIds(serial: number, visit: Visit): void {
    this.#closeGaps();
    for (let at = firstAbove(this.#serials, serial); at < this.#serials.length; at++) {
      if (!visit(this.#entries.get(String(this.#serials[at]))!)) return;
    }
  }

  /** Every record changed strictly after (`stampMs`, `serial`), in the order of changes. */
  scanChanges(stampMs: number, serial: number, visit: Visit): void {
    for (let at = this.#changeAfter(stampMs, serial); at < this.#changes.length; at++) {
      const entry = this.#changes[at]!;
      if (this.#entries.get(entry.id) === entry && !visit(entry)) return;
    }
  }

  #changeAfter(stampMs: number, serial: number): number {
    let low = 0;
    let high = this.#changes.length;
    const last = this.#changes[high - 1];
    if (last && (last.stampMs < stampMs || (last.stampMs === stampMs && last.serial <= serial))) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#changes[middle]!;
      if (entry.stampMs < stampMs || (entry.stampMs === stampMs && entry.serial <= serial)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Superseded states stay in the order of changes until they are half of it. */
  #sweep(): void {
    if (this.#staleCount < staleMax || this.#staleCount * 2 < this.#changes.length) return;
    this.#changes = this.#changes.filter((entry) => this.#entries.get(entry.id) === entry);
    this.#staleCount = 0;
  }

  #closeGaps(): void {
    if (!this.#hasGaps) return;
    this.#serials = this.#serials.filter((serial) => this.#entries.has(String(serial)));
    this.#hasGaps = false;
  }
}

function firstAbove(serials: readonly number[], serial: number): number {
  let low = 0;
  let high = serials.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (serials[middle]! <= serial) low = middle + 1;
    else high = middle;
  }
  return low;
}
