// Record ids in a fixed order, in chunks: adding, removing and finding the n-th stay quick at a million rows.

export type Key = string | number;

export interface Entry {
  readonly key: Key;
  readonly number: number;
  readonly id: string;
}

const chunkMax = 1024;

export class SortedList {
  readonly isDescending: boolean;
  #chunks: Entry[][] = [];
  #size = 0;

  constructor(isDescending: boolean, entries: Entry[]) {
    this.isDescending = isDescending;
    entries.sort((a, b) => this.compare(a, b));
    for (let start = 0; start < entries.length; start += chunkMax / 2)
      this.#chunks.push(entries.slice(start, start + chunkMax / 2));
    this.#size = entries.length;
  }

  get size(): number {
    return this.#size;
  }

  /** By key in the list's direction; ties always by ascending id, as the vendor does. */
  compare(a: Entry, b: Entry): number {
    if (a.key === b.key) return a.number - b.number;
    return a.key < b.key === this.isDescending ? 1 : -1;
  }

  add(entry: Entry): void {
    this.#size++;
    const chunk = this.#chunks[this.#chunkFor(entry)];
    if (!chunk) {
      this.#chunks.push([entry]);
      return;
    }
    chunk.splice(this.#placeIn(chunk, entry), 0, entry);
    if (chunk.length > chunkMax)
      this.#chunks.splice(this.#chunks.indexOf(chunk) + 1, 0, chunk.splice(chunk.length >> 1));
  }

  remove(entry: Entry): void {
    const at = this.#chunkFor(entry);
    const chunk = this.#chunks[at];
    const place = chunk ? this.#placeIn(chunk, entry) : 0;
    if (!chunk || chunk[place]?.id !== entry.id) return;
    chunk.splice(place, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
    this.#size--;
  }

  /** How many entries stand at the front for which `isBefore` holds; it must hold for a front part only. */
  rank(isBefore: (key: Key) => boolean): number {
    let rank = 0;
    for (const chunk of this.#chunks) {
      if (isBefore(chunk[chunk.length - 1]!.key)) {
        rank += chunk.length;
        continue;
      }
      let low = 0;
      let high = chunk.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (isBefore(chunk[middle]!.key)) low = middle + 1;
        else high = middle;
      }
      return rank + low;
    }
    return rank;
  }

  /** Calls `visit` for the ids from `start` up to, but not including, `end`. */
  each(start: number, end: number, visit: (id: string) => void): void {
    let first = 0;
    for (const chunk of this.#chunks) {
      if (first >= end) return;
      const until = Math.min(chunk.length, end - first);
      for (let place = Math.max(0, start - first); place < until; place++) visit(chunk[place]!.id);
      first += chunk.length;
    }
  }

  #chunkFor(entry: Entry): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const chunk = this.#chunks[middle]!;
      if (this.compare(chunk[chunk.length - 1]!, entry) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #placeIn(chunk: readonly Entry[], entry: Entry): number {
    let low = 0;
    let high = chunk.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.compare(chunk[middle]!, entry) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
