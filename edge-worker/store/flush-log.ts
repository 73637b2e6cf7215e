// The lane's own end of the way to D1: entries that wait for it, those it has taken and the archive has not, and single
// rows that it would not take.
import { entryText, type FlushEntry, type FlushRow, type RecordTable, readEntry } from './flush-rows.ts';
import { flushLog } from './lane-schema.ts';
import type { LaneStore } from './lane-store.ts';
import { deleteRows, readColumns, readRows } from './rows.ts';

/** Set while rows that D1 refused are kept back. */
const keptName = 'rows kept back';
/** Entries kept in memory at most. More wait only while D1 is away, and are read again then. */
const freshMax = 50;
/** Entries that D1 has taken and the archive has not, at most: more wait only while the archive is away. */
const takenMax = 2_000;
/** About so much text is kept together. */
const keptTextMax = 2_000_000;

export class FlushLog {
  readonly #store: LaneStore;
  readonly #nowMs: () => number;
  /** Entries that this object wrote: what is still here need not be read and understood again. */
  readonly #fresh = new Map<number, FlushEntry>();
  readonly #taken = new Set<number>();
  /** Up to here D1 has taken all: each flush takes the oldest, so they need not be looked through. */
  #takenTo = 0;
  #takenMs = 0;

  constructor(store: LaneStore, nowMs: () => number) {
    this.#store = store;
    this.#nowMs = nowMs;
  }

  /** A transaction is on disk: entries that it wrote, and those kept back that it released. */
  grew(sealed: ReadonlyMap<number, FlushEntry>, released: readonly number[]): void {
    // Numbers are given again once the newest entry is gone.
    for (const seq of [...sealed.keys(), ...released]) this.#takenTo = Math.min(this.#takenTo, seq - 1);
    for (const [seq, entry] of sealed) {
      if (this.#fresh.size < freshMax) this.#fresh.set(seq, entry);
      else this.#fresh.delete(seq);
    }
  }

  /** Numbers of the oldest entries that wait for D1. */
  waiting(limit: number): readonly { readonly seq: number }[] {
    const { sql, storage } = this.#store;
    const where = 'WHERE seq > ? AND run > 0 ORDER BY seq LIMIT ?';
    const [after, most] = [this.#takenTo, limit + this.#taken.size];
    const found = storage.remembered(`waits after ${after}, ${most}`, () =>
      readColumns(sql, flushLog, ['seq'], where, after, most),
    );
    return found.filter(({ seq }) => !this.#taken.has(seq)).slice(0, limit);
  }

  /**
   * D1 has taken these entries: they stay until they are kept in the archive. Only this object knows it: one that
   * starts anew flushes them once more, which changes nothing. Those that are too many are forgotten.
   */
  take(seqs: readonly number[]): void {
    // Older ones wait again where D1 was put back while it took these: all of them are flushed once more.
    // So do those that were kept back and released meanwhile.
    const gone = new Set(seqs);
    const waiting = this.waiting(seqs.length + 1);
    const left = waiting.findIndex(({ seq }) => !gone.has(seq));
    const oldest = left < 0 ? waiting : waiting.slice(0, left);
    this.#takenTo = oldest.at(-1)?.seq ?? this.#takenTo;
    if (this.#taken.size >= takenMax) return this.#store.storage.transactionSync(() => this.forget(seqs));
    if (this.#taken.size === 0) this.#takenMs = this.#nowMs();
    for (const seq of seqs) {
      this.#taken.add(seq);
      this.#fresh.delete(seq);
    }
  }

  /** How many entries D1 has taken that are not kept yet, and since when. */
  get taken(): { readonly count: number; readonly sinceMs: number } {
    return { count: this.#taken.size, sinceMs: this.#takenMs };
  }

  /** D1 has lost what it took: all that lies here is flushed once more. */
  untake(): void {
    this.#taken.clear();
    this.#takenTo = 0;
  }

  /** The oldest of them, with their rows, about as many as make one text. */
  takenEntries(limit: number): readonly { readonly seq: number; readonly run: number; readonly rows: string }[] {
    const entries: { seq: number; run: number; rows: string }[] = [];
    let size = 0;
    for (const seq of this.#taken) {
      if (entries.length >= limit || size >= keptTextMax) break;
      const [row] = readRows(this.#store.sql, flushLog, 'WHERE seq = ?', seq);
      if (!row) this.#taken.delete(seq);
      else {
        entries.push(row);
        size += row.rows.length;
      }
    }
    return entries;
  }

  entry(seq: number): FlushEntry {
    const fresh = this.#fresh.get(seq);
    if (fresh) return fresh;
    const [row] = readRows(this.#store.sql, flushLog, 'WHERE seq = ?', seq);
    return readEntry(row?.rows ?? '{}');
  }

  forget(seqs: readonly number[]): void {
    deleteRows(
      this.#store.sql,
      flushLog,
      seqs.map((seq) => [seq]),
    );
    for (const seq of seqs) {
      this.#fresh.delete(seq);
      this.#taken.delete(seq);
    }
  }

  /**
   * A row that D1 would not take stays here under run 0, so that it holds nothing else up. Its own run number is
   * among its columns.
   */
  keepBack(table: RecordTable, row: FlushRow): void {
    // Its entry may be flushed once more, by an object that does not know that it was.
    const insert = `INSERT INTO flush_log (run, rows) SELECT 0, ?1
      WHERE NOT EXISTS (SELECT 1 FROM flush_log WHERE run = 0 AND rows = ?1)`;
    this.#store.sql.exec(insert, entryText(new Map([[table, [row]]])));
    if (!this.hasKept) this.#store.setValue(keptName, '1');
  }

  /** Known without a look at the log, which is long while D1 is away. */
  get hasKept(): boolean {
    return this.#store.value(keptName) !== null;
  }

  keptBack(): readonly { seq: number; rows: string }[] {
    if (!this.hasKept) return [];
    const rows = readRows(this.#store.sql, flushLog, 'WHERE run = 0 ORDER BY seq LIMIT 100');
    if (rows.length === 0) this.#store.dropValue(keptName);
    return rows;
  }
}
