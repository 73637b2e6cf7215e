// A mailbox over the lane's tables: records as their system told them, statuses until they are fetched, and work at the
// counter.
import type { Mailbox, Report, ShownRow, ToldNews, ToldRecord, Work } from '../connectors/mailbox.ts';
import type {
  FindKey,
  ReadResult,
  RecordRef,
  Snapshot,
  StatusToShow,
  WireRecord,
  WithdrawResult,
  WriteResult,
} from '../connectors/session.ts';
import { mailboxRecords, mailboxStatuses } from '../store/lane-schema.ts';
import { type LaneStorage, readRows, type StoredRow, writeRows } from '../store/rows.ts';
import { type Counter, isWrite } from './counter.ts';

type MailboxRow = StoredRow<typeof mailboxRecords>;

/** A program that does not know withdrawals and saves what was to be withdrawn, or the other way about. */
const mistaken = {
  outcome: 'refused',
  code: 'rejected',
  message: 'It reported another thing than it was asked for',
  fields: [],
  vendorCode: null,
} as const;

/** Statuses that nobody fetches are not kept for ever: the newest say what the oldest said and more. */
const statusesMax = 10_000;

export class LaneMailbox implements Mailbox {
  readonly #storage: LaneStorage;
  readonly #connection: string;
  readonly #counter: Counter;
  readonly #nowMs: () => number;

  constructor(storage: LaneStorage, connection: string, counter: Counter, nowMs: () => number) {
    this.#storage = storage;
    this.#connection = connection;
    this.#counter = counter;
    this.#nowMs = nowMs;
  }

  // `report` lets a write end only as a write can, and a withdrawal as a withdrawal can.
  offer: Mailbox['offer'] = async (writes) => (await this.#counter.offer(writes)) as readonly WriteResult[];

  withdraw: Mailbox['withdraw'] = async (withdrawals) =>
    (await this.#counter.offer(withdrawals)) as readonly WithdrawResult[];

  async read(refs: readonly RecordRef[]): Promise<readonly ReadResult[]> {
    const rows = this.#rowsOf(refs);
    return refs.map((ref): ReadResult => {
      const row = rows.get(keyOf(ref));
      if (!row) return { found: 'hidden', ref };
      return row.wire === null ? { found: 'gone', ref } : { found: 'here', ref, snapshot: snapshotOf(row, row.wire) };
    });
  }

  async find(keys: readonly FindKey[]): Promise<readonly (readonly Snapshot[])[]> {
    return keys.map(({ recordType, field, value }) => {
      const where = field === null ? 'external_id = ?' : 'wire ->> ? = ?';
      const named = field === null ? [value] : [`$.${field}`, value];
      const found = readRows(
        this.#storage.sql,
        mailboxRecords,
        `WHERE connection = ? AND record_type = ? AND wire IS NOT NULL AND ${where} LIMIT 3`,
        this.#connection,
        recordType,
        ...named,
      );
      return found.map((row) => snapshotOf(row, row.wire ?? '{}'));
    });
  }

  async news(after: number, limit: number): Promise<readonly ToldNews[]> {
    const where = 'WHERE connection = ? AND seq > ? ORDER BY seq LIMIT ?';
    return readRows(this.#storage.sql, mailboxRecords, where, this.#connection, after, limit).map(newsOf);
  }

  async page(recordType: string, afterId: string, limit: number): Promise<readonly ToldNews[]> {
    const where = 'WHERE connection = ? AND record_type = ? AND record_id > ? AND wire IS NOT NULL';
    const order = 'ORDER BY record_id LIMIT ?';
    const bound = [this.#connection, recordType, afterId, limit] as const;
    return readRows(this.#storage.sql, mailboxRecords, `${where} ${order}`, ...bound).map(newsOf);
  }

  /**
   * What the system tells. A record with our key in it is proof of the create that is out with it, whether it still
   * reports that or not.
   */
  tell(told: readonly ToldRecord[]): void {
    this.#keep(told);
    for (const { recordType, recordId, externalId, wire } of told) {
      const write = externalId === null || wire === null ? null : this.#counter.createOf(recordType, externalId);
      if (write) this.#settle(write, { recordType, recordId }, true);
    }
  }

  /** Keeps records as told. One told again unchanged is no news. */
  #keep(told: readonly ToldRecord[]): void {
    const known = this.#rowsOf(told);
    let seq = this.#newest('mailbox_records');
    const rows = new Map<string, MailboxRow>();
    for (const { recordType, recordId, externalId, wire, isWithdrawn } of told) {
      const key = keyOf({ recordType, recordId });
      const before = rows.get(key) ?? known.get(key);
      const text = wire === null ? null : JSON.stringify(wire);
      // A deleted record keeps the id it had of us, so that what became of it can still be told.
      const ours = externalId ?? before?.externalId ?? null;
      const withdrawn = isWithdrawn ? 1 : 0;
      if (before?.wire === text && before.externalId === ours && before.withdrawn === withdrawn) continue;
      const place = { connection: this.#connection, recordType, recordId };
      rows.set(key, { ...place, seq: ++seq, externalId: ours, wire: text, withdrawn, toldMs: this.#nowMs() });
    }
    writeRows(this.#storage.sql, mailboxRecords, [...rows.values()], 'replace');
  }

  /**
   * Takes reports. What was applied or withdrawn is kept as a record before the work is settled, so that a look finds
   * it whatever happens in between. Returns work that is not out, and of which no record came along.
   */
  report(reports: readonly Report[]): string[] {
    const unknown: string[] = [];
    const out = new Map(reports.map(({ work }) => [work, this.#counter.pieceOf(work)] as const));
    this.#storage.transactionSync(() => {
      for (const report of reports) {
        const piece = out.get(report.work);
        if (!piece) unknown.push(report.work);
        else this.#keepOutcome(piece, report);
      }
    });
    for (const { work, result } of reports) {
      const piece = out.get(work);
      if (!piece) continue;
      if (result.outcome === 'refused') this.#counter.report(work, result);
      else if (isWrite(piece) !== (result.outcome === 'applied')) this.#counter.report(work, mistaken);
      else if (result.outcome === 'billed') this.#counter.report(work, result);
      else if (result.outcome === 'withdrawn') this.#counter.report(work, this.#withdrawn(piece));
      else this.#settle(piece, { recordType: piece.recordType, recordId: result.recordId }, result.created);
    }
    return unknown;
  }

  #keepOutcome(piece: Work, { externalId, result }: Report): void {
    const { recordType } = piece;
    if (isWrite(piece) && result.outcome === 'applied') {
      const ref = { recordType, recordId: result.recordId };
      const wire = result.wire ?? { ...this.#wireOf(ref), ...piece.wire };
      this.#keep([{ ...ref, externalId, wire, isWithdrawn: false }]);
    }
    if (!isWrite(piece) && result.outcome === 'withdrawn') {
      const ref = { recordType, recordId: piece.recordId };
      this.#keep([{ ...ref, externalId, wire: result.wire ?? this.#wireOf(ref), isWithdrawn: true }]);
    }
  }

  #withdrawn({ recordType, recordId }: Work): WithdrawResult {
    const snapshot = this.#kept({ recordType, recordId: recordId ?? '' });
    return { outcome: 'withdrawn', snapshot, requestId: null };
  }

  #settle({ stamp }: Work, ref: RecordRef, created: boolean): void {
    this.#counter.report(stamp, { outcome: 'applied', created, snapshot: this.#kept(ref), requestId: null });
  }

  #kept(ref: RecordRef): Snapshot {
    const row = this.#rowsOf([ref]).get(keyOf(ref));
    if (!row) throw new Error('a record that was reported is not kept');
    return snapshotOf(row, row.wire ?? '{}');
  }

  async show(statuses: readonly StatusToShow[]): Promise<void> {
    let seq = this.#newest('mailbox_statuses');
    const rows = statuses.map(({ recordType, recordId, status }) => ({
      ...{ connection: this.#connection, seq: ++seq, recordType, recordId },
      status: JSON.stringify(status),
    }));
    this.#storage.transactionSync(() => {
      writeRows(this.#storage.sql, mailboxStatuses, rows, 'replace');
      this.#forgetStatuses(seq - statusesMax);
    });
  }

  /** What comes after this number; what lies before it has been fetched. */
  statuses(after: number, limit: number): { readonly rows: readonly ShownRow[]; readonly hasMore: boolean } {
    this.#forgetStatuses(after);
    const where = 'WHERE connection = ? AND seq > ? ORDER BY seq LIMIT ?';
    const rows = readRows(this.#storage.sql, mailboxStatuses, where, this.#connection, after, limit + 1);
    return {
      rows: rows.slice(0, limit).map(({ seq, recordType, recordId, status }) => ({
        ...{ seq, recordType, recordId },
        status: JSON.parse(status) as ShownRow['status'],
      })),
      hasMore: rows.length > limit,
    };
  }

  /** The newest stays, because the next one is numbered after it. */
  #forgetStatuses(upTo: number): void {
    this.#storage.sql.exec(
      `DELETE FROM mailbox_statuses WHERE connection = ?1 AND seq <= ?2
         AND seq < (SELECT max(seq) FROM mailbox_statuses WHERE connection = ?1)`,
      this.#connection,
      upTo,
    );
  }

  #newest(table: 'mailbox_records' | 'mailbox_statuses'): number {
    const query = `SELECT coalesce(max(seq), 0) AS seq FROM ${table} WHERE connection = ?`;
    return Number((this.#storage.sql.exec(query, this.#connection).toArray()[0] as { seq: number }).seq);
  }

  #wireOf(ref: RecordRef): WireRecord {
    const text = this.#rowsOf([ref]).get(keyOf(ref))?.wire;
    return text == null ? {} : (JSON.parse(text) as WireRecord);
  }

  #rowsOf(refs: readonly RecordRef[]): Map<string, MailboxRow> {
    const rows = readRows(
      this.#storage.sql,
      mailboxRecords,
      `WHERE connection = ? AND (record_type, record_id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))`,
      this.#connection,
      JSON.stringify(refs.map(({ recordType, recordId }) => [recordType, recordId])),
    );
    return new Map(rows.map((row) => [keyOf(row), row]));
  }
}

const keyOf = ({ recordType, recordId }: RecordRef) => `${recordType}|${recordId}`;

function newsOf({ recordType, recordId, seq, wire, toldMs }: MailboxRow): ToldNews {
  return { recordType, recordId, seq, isGone: wire === null, toldMs };
}

function snapshotOf({ recordType, recordId, externalId, seq, withdrawn }: MailboxRow, text: string): Snapshot {
  const wire = JSON.parse(text) as WireRecord;
  return { recordType, recordId, version: String(seq), externalId, isWithdrawn: withdrawn === 1, wire };
}
