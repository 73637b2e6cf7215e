// One lane transaction in the making: lane rows written at once, D1 rows and timeline entries gathered, one flush-log
// entry at the end.
import {
  entryText,
  type FlushEntry,
  type FlushRow,
  flushRow,
  portions,
  type RecordTable,
  readEntry,
  recordTables,
} from './flush-rows.ts';
import { type commands, flushLog, type holds, laneState } from './lane-schema.ts';
import {
  deleteRows,
  type LaneSql,
  type LaneStorage,
  type RowOf,
  readColumns,
  readRows,
  type StoredRow,
  shapeOf,
  writeRows,
} from './rows.ts';

type RecordRow<Name extends RecordTable> = Omit<RowOf<(typeof recordTables)[Name]['table']>, 'installation' | 'run'>;
export type TimelineEntry = readonly [code: string, params: Readonly<Record<string, string>>];

/** What the day's sums are made of, besides what was told. */
interface Counted {
  /** Entities that have one record more. */
  readonly linked: Set<string>;
  /** Sources that an invoice has billed now. */
  readonly billed: string[];
  /** Commands that took effect. */
  readonly written: StoredRow<typeof commands>[];
  readonly raised: Pick<StoredRow<typeof holds>, 'entity' | 'control'>[];
  readonly closed: StoredRow<typeof holds>[];
}

export class LaneTransaction {
  readonly sql: LaneSql;
  readonly run: number;
  readonly atMs: number;
  readonly installation: string;
  /**
   * Entities for which a hold was raised or closed here: their pages are shown anew even where only exceptions are
   * shown.
   */
  readonly excepted = new Set<string>();
  /** Hosts with pages that were marked here, and when the first of these is to be shown. */
  readonly marked = new Map<string, number>();
  /** Entities that are new with this transaction, by kind. */
  readonly born = new Map<string, number>();
  readonly counted: Counted = { linked: new Set(), billed: [], written: [], raised: [], closed: [] };
  readonly #rows = new Map<RecordTable, FlushRow[]>();
  readonly #timeline = new Map<string, TimelineEntry[]>();

  constructor(sql: LaneSql, run: number, atMs: number, installation: string) {
    this.sql = sql;
    this.run = run;
    this.atMs = atMs;
    this.installation = installation;
  }

  /** A row for D1, sent after this transaction is on disk. */
  record<Name extends RecordTable>(name: Name, row: RecordRow<Name>): void {
    const { properties } = shapeOf(recordTables[name].table);
    const whole: Record<string, unknown> = { ...row, installation: this.installation, run: this.run };
    const values = properties.map((property) => whole[property] ?? null);
    const rows = this.#rows.get(name);
    if (rows) rows.push(flushRow(name, values));
    else this.#rows.set(name, [flushRow(name, values)]);
  }

  /** An entry on an entity's timeline; entries of one run stay in order. */
  tell(entity: string, code: string, params: Readonly<Record<string, string>> = {}): void {
    const entries = this.#timeline.get(entity);
    if (entries) entries.push([code, params]);
    else this.#timeline.set(entity, [[code, params]]);
  }

  /** What was told so far, by entity. */
  get told(): ReadonlyMap<string, readonly TimelineEntry[]> {
    return this.#timeline;
  }

  /** An entity is new. */
  bear(kind: string): void {
    this.born.set(kind, (this.born.get(kind) ?? 0) + 1);
  }

  /** A page of a host was marked to be shown then. */
  mark(host: string, dueMs: number): void {
    this.marked.set(host, Math.min(dueMs, this.marked.get(host) ?? dueMs));
  }

  /** Writes the gathered rows into the flush log. Called once, at the end; returns the entries by their number. */
  seal(): ReadonlyMap<number, FlushEntry> {
    for (const [entity, entries] of this.#timeline)
      this.record('timeline', { entity, atMs: this.atMs, entries: JSON.stringify(entries) });
    const insert = 'INSERT INTO flush_log (run, rows) VALUES (?, ?) RETURNING seq';
    return new Map(
      portions(this.#rows).map((entry) => {
        const [made] = this.sql.exec(insert, this.run, entryText(entry)).toArray() as { seq: number }[];
        return [made?.seq ?? 0, entry];
      }),
    );
  }
}

/** Set while rows that D1 refused are kept back. */
const keptName = 'rows kept back';
/** Entries kept in memory at most. More wait only while D1 is away, and are read again then. */
const freshMax = 50;
/** Entries that D1 has taken and the archive has not, at most: more wait only while the archive is away. */
const takenMax = 2_000;
/** About so much text is kept together. */
const keptTextMax = 2_000_000;

/** The lane's storage: single values, the run counter, transactions. */
export class LaneStore {
  readonly storage: LaneStorage;
  readonly sql: LaneSql;
  readonly #nowMs: () => number;
  readonly #finish: (tx: LaneTransaction) => void;
  #values: Map<string, string> | null = null;
  #entities: Map<string, number> | null = null;
  /** No page of a host is to be shown before this time. Of a host that is not here it has to be looked up. */
  readonly pagesDueMs = new Map<string, number>();
  /** Entries of the flush log that this object wrote: what is still here need not be read and understood again. */
  readonly #fresh = new Map<number, FlushEntry>();
  readonly #taken = new Set<number>();
  #takenMs = 0;

  /** `finish` is called at the end of each transaction, as its last part. */
  constructor(storage: LaneStorage, nowMs: () => number, finish: (tx: LaneTransaction) => void) {
    this.storage = storage;
    this.sql = storage.sql;
    this.#nowMs = nowMs;
    this.#finish = finish;
  }

  value(name: string): string | null {
    this.#values ??= new Map(readRows(this.sql, laneState, '').map((row) => [row.name, row.value]));
    return this.#values.get(name) ?? null;
  }

  setValue(name: string, value: string): void {
    writeRows(this.sql, laneState, [{ name, value }], 'replace');
    this.#values?.set(name, value);
  }

  dropValue(name: string): void {
    this.sql.exec('DELETE FROM lane_state WHERE name = ?', name);
    this.#values?.delete(name);
  }

  get installation(): string {
    return this.value('installation') ?? '';
  }

  /**
   * Everything `work` writes is on disk together or not at all. Each run number is one above the last one on disk. A
   * lane that was put back to an earlier time would give numbers again that D1 has seen already, and D1 would keep the
   * rows it has under them: nothing here lifts the counter.
   */
  transaction<Result>(work: (tx: LaneTransaction) => Result): Result {
    try {
      const { result, tx, sealed } = this.storage.transactionSync(() => {
        const run = Number(this.value('run') ?? '0') + 1;
        const tx = new LaneTransaction(this.sql, run, this.#nowMs(), this.installation);
        const result = work(tx);
        this.#finish(tx);
        const sealed = tx.seal();
        this.setValue('run', String(run));
        return { result, tx, sealed };
      });
      this.#remember(tx, sealed);
      return result;
    } catch (error) {
      this.#values = null;
      throw error;
    }
  }

  /** What is known without a look at the tables, once it is on disk. */
  #remember({ marked, born }: LaneTransaction, sealed: ReadonlyMap<number, FlushEntry>): void {
    // Numbers are given again once the newest entry is gone, hence the deletion.
    for (const [seq, entry] of sealed) {
      if (this.#fresh.size < freshMax) this.#fresh.set(seq, entry);
      else this.#fresh.delete(seq);
    }
    for (const [host, dueMs] of marked) {
      const knownMs = this.pagesDueMs.get(host);
      if (knownMs !== undefined && dueMs < knownMs) this.pagesDueMs.set(host, dueMs);
    }
    if (this.#entities) for (const [kind, n] of born) this.#entities.set(kind, (this.#entities.get(kind) ?? 0) + n);
  }

  /** How many entities there are, by kind. Counted once; a firm's years make that a walk through the whole table. */
  entityCounts(): ReadonlyMap<string, number> {
    if (!this.#entities) {
      const rows = this.sql.exec('SELECT kind, count(*) AS n FROM entities GROUP BY kind').toArray();
      this.#entities = new Map((rows as { kind: string; n: number }[]).map(({ kind, n }) => [kind, n]));
    }
    return this.#entities;
  }

  /** Numbers of the oldest entries that wait for D1. */
  waitingFlush(limit: number): readonly { readonly seq: number }[] {
    const where = 'WHERE run > 0 ORDER BY seq LIMIT ?';
    const found = readColumns(this.sql, flushLog, ['seq'], where, limit + this.#taken.size);
    return found.filter(({ seq }) => !this.#taken.has(seq)).slice(0, limit);
  }

  /**
   * D1 has taken these entries: they stay until they are kept in the archive. Only this object knows it: one that
   * starts anew flushes them once more, which changes nothing. Those that are too many are forgotten.
   */
  take(seqs: readonly number[]): void {
    if (this.#taken.size >= takenMax) return this.storage.transactionSync(() => this.forgetFlush(seqs));
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
  }

  /** The oldest of them, with their rows, about as many as make one text. */
  takenEntries(limit: number): readonly { readonly seq: number; readonly run: number; readonly rows: string }[] {
    const entries: { seq: number; run: number; rows: string }[] = [];
    let size = 0;
    for (const seq of this.#taken) {
      if (entries.length >= limit || size >= keptTextMax) break;
      const [row] = readRows(this.sql, flushLog, 'WHERE seq = ?', seq);
      if (!row) this.#taken.delete(seq);
      else {
        entries.push(row);
        size += row.rows.length;
      }
    }
    return entries;
  }

  flushEntry(seq: number): FlushEntry {
    const fresh = this.#fresh.get(seq);
    if (fresh) return fresh;
    const [row] = readRows(this.sql, flushLog, 'WHERE seq = ?', seq);
    return readEntry(row?.rows ?? '{}');
  }

  forgetFlush(seqs: readonly number[]): void {
    deleteRows(
      this.sql,
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
    this.sql.exec(insert, entryText(new Map([[table, [row]]])));
    if (!this.hasKeptRows) this.setValue(keptName, '1');
  }

  /** Known without a look at the log, which is long while D1 is away. */
  get hasKeptRows(): boolean {
    return this.value(keptName) !== null;
  }

  keptBack(): readonly { seq: number; rows: string }[] {
    if (!this.hasKeptRows) return [];
    const rows = readRows(this.sql, flushLog, 'WHERE run = 0 ORDER BY seq LIMIT 100');
    if (rows.length === 0) this.dropValue(keptName);
    return rows;
  }
}
