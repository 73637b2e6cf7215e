// One lane transaction in the making: lane rows written at once, D1 rows and timeline entries gathered, one flush-log
// entry at the end.

import { FlushLog } from './flush-log.ts';
import {
  entryText,
  type FlushEntry,
  type FlushRow,
  flushRow,
  portions,
  type RecordTable,
  recordTables,
} from './flush-rows.ts';
import { type commands, type holds, laneState } from './lane-schema.ts';
import { RememberingStorage } from './remembered.ts';
import { type LaneSql, type LaneStorage, type RowOf, readRows, type StoredRow, shapeOf, writeRows } from './rows.ts';

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
  /**
   * Keys of links made here, in JSON, of which it is presumed what the plan will say that they were given; those of
   * which it does not are put right at the end.
   */
  readonly presumed = new Set<string>();
  /** Entities that are new with this transaction, by kind. */
  readonly born = new Map<string, number>();
  readonly counted: Counted = { linked: new Set(), billed: [], written: [], raised: [], closed: [] };
  /** Entries of the flush log that were kept back and are to be sent after all. */
  readonly released: number[] = [];
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

  /** An entry of the flush log that was kept back is sent once more with the next flush. */
  release(seq: number): void {
    this.sql.exec('UPDATE flush_log SET run = ? WHERE seq = ?', this.run, seq);
    this.released.push(seq);
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

/** The lane's storage: single values, the run counter, transactions. */
export class LaneStore {
  readonly storage: RememberingStorage;
  readonly sql: LaneSql;
  readonly #nowMs: () => number;
  readonly #finish: (tx: LaneTransaction) => void;
  #values: Map<string, string> | null = null;
  #entities: Map<string, number> | null = null;
  /** No page of a host is to be shown before this time. Of a host that is not here it has to be looked up. */
  readonly pagesDueMs = new Map<string, number>();
  readonly flushLog: FlushLog;

  /** `finish` is called at the end of each transaction, as its last part. */
  constructor(storage: LaneStorage, nowMs: () => number, finish: (tx: LaneTransaction) => void) {
    this.storage = new RememberingStorage(storage);
    this.sql = this.storage.sql;
    this.#nowMs = nowMs;
    this.#finish = finish;
    this.flushLog = new FlushLog(this, nowMs);
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

  /** Of the last transaction. A lane that was put back lifts it above all that D1 has seen before anything else. */
  get run(): number {
    return Number(this.value('run') ?? '0');
  }

  /** Everything `work` writes is on disk together or not at all. Its run number is one above the last one on disk. */
  transaction<Result>(work: (tx: LaneTransaction) => Result): Result {
    try {
      const { result, tx, sealed } = this.storage.transactionSync(() => {
        const run = this.run + 1;
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
  #remember({ marked, born, released }: LaneTransaction, sealed: ReadonlyMap<number, FlushEntry>): void {
    this.flushLog.grew(sealed, released);
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
}
