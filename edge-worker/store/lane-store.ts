// One lane transaction in the making: lane rows written at once, D1 rows and timeline entries gathered, one flush-log
// entry at the end.
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { flushLog, laneState } from './lane-schema.ts';
import * as record from './record-schema.ts';
import { arrayBytesMax, type LaneSql, type LaneStorage, type RowOf, readRows, shapeOf, writeRows } from './rows.ts';

/**
 * Tables of the record that the lane writes, by name. `append` rows have deterministic ids and are inserted or
 * ignored; the others keep the newer run.
 */
export const recordTables = {
  installations: { table: record.installations, append: false, isVital: false },
  connections: { table: record.connectionCopies, append: false, isVital: false },
  entityVersions: { table: record.entityVersions, append: true, isVital: false },
  links: { table: record.linkCopies, append: false, isVital: true },
  receipts: { table: record.receipts, append: true, isVital: false },
  timeline: { table: record.timeline, append: true, isVital: false },
  statuses: { table: record.statuses, append: false, isVital: false },
  exceptions: { table: record.exceptions, append: false, isVital: false },
  billedLines: { table: record.billedLineCopies, append: true, isVital: true },
  mappingVersions: { table: record.mappingCopies, append: true, isVital: false },
  audit: { table: record.audit, append: true, isVital: true },
} as const satisfies Record<string, { table: SQLiteTable; append: boolean; isVital: boolean }>;
export type RecordTable = keyof typeof recordTables;

/** What a flush-log entry holds: rows per table, each an array in column order. */
export type FlushRows = Partial<Record<RecordTable, unknown[][]>>;

type RecordRow<Name extends RecordTable> = Omit<RowOf<(typeof recordTables)[Name]['table']>, 'installation' | 'run'>;
export type TimelineEntry = readonly [code: string, params: Readonly<Record<string, string>>];

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
  readonly #rows: FlushRows = {};
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
    let rows = this.#rows[name];
    if (!rows) {
      rows = [];
      this.#rows[name] = rows;
    }
    rows.push(properties.map((property) => whole[property] ?? null));
  }

  /** An entry on an entity's timeline; entries of one run stay in order. */
  tell(entity: string, code: string, params: Readonly<Record<string, string>> = {}): void {
    const entries = this.#timeline.get(entity);
    if (entries) entries.push([code, params]);
    else this.#timeline.set(entity, [[code, params]]);
  }

  /** Cuts the gathered rows into flush-log entries below the size limit. Called once, at the end. */
  seal(): void {
    for (const [entity, entries] of this.#timeline)
      this.record('timeline', { entity, atMs: this.atMs, entries: JSON.stringify(entries) });
    const entries: string[] = [];
    let current: FlushRows = {};
    let size = 0;
    const close = () => {
      if (size > 0) entries.push(JSON.stringify(current));
      current = {};
      size = 0;
    };
    for (const [name, rows] of Object.entries(this.#rows) as [RecordTable, unknown[][]][]) {
      for (const row of rows) {
        const bytes = JSON.stringify(row).length;
        if (size + bytes > arrayBytesMax) close();
        let kept = current[name];
        if (!kept) {
          kept = [];
          current[name] = kept;
        }
        kept.push(row);
        size += bytes;
      }
    }
    close();
    for (const entry of entries) this.sql.exec('INSERT INTO flush_log (run, rows) VALUES (?, ?)', this.run, entry);
  }
}

/** The lane's storage: single values, the run counter, transactions. */
export class LaneStore {
  readonly storage: LaneStorage;
  readonly sql: LaneSql;
  readonly #nowMs: () => number;
  #values: Map<string, string> | null = null;

  constructor(storage: LaneStorage, nowMs: () => number) {
    this.storage = storage;
    this.sql = storage.sql;
    this.#nowMs = nowMs;
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
   * Everything `work` writes is on disk together or not at all. The run number is taken anew by each transaction:
   * a restore raises the epoch, so that numbers given before it never win again.
   */
  transaction<Result>(work: (tx: LaneTransaction) => Result): Result {
    try {
      return this.storage.transactionSync(() => {
        const run = Number(this.value('run') ?? '0') + 1;
        const tx = new LaneTransaction(this.sql, run, this.#nowMs(), this.installation);
        const result = work(tx);
        tx.seal();
        this.setValue('run', String(run));
        return result;
      });
    } catch (error) {
      this.#values = null;
      throw error;
    }
  }

  /** The oldest flush-log entries, at most about a megabyte of them. */
  waitingFlush(limit: number): readonly { seq: number; run: number; rows: string }[] {
    return readRows(this.sql, flushLog, 'WHERE run > 0 ORDER BY seq LIMIT ?', limit);
  }

  /**
   * A row that D1 would not take stays here under run 0, so that it holds nothing else up. Its own run number is
   * among its columns.
   */
  keepBack(rows: FlushRows): void {
    this.sql.exec('INSERT INTO flush_log (run, rows) VALUES (0, ?)', JSON.stringify(rows));
  }

  keptBack(): readonly { seq: number; rows: string }[] {
    return readRows(this.sql, flushLog, 'WHERE run = 0 ORDER BY seq LIMIT 100');
  }
}
