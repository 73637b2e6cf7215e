// For systems that nobody can call: what the hub keeps for them, and what they say when they come by themselves.
import type { Delivery, Expected, Refusal, Reply } from './receiver.ts';
import type {
  FindKey,
  ReadResult,
  RecordRef,
  Snapshot,
  StatusToShow,
  WireRecord,
  Withdrawal,
  WithdrawResult,
  Write,
  WriteResult,
} from './session.ts';

/** The feed of everything that was told, in the order of telling. Its bell is rung when something is. */
export const toldFeed = 'records';

/** A record as its system tells it. Whole: what is left out is empty. */
export interface ToldRecord extends RecordRef {
  /** Our entity id, where the system keeps it with the record. */
  readonly externalId: string | null;
  /** Null: it was deleted there. */
  readonly wire: WireRecord | null;
  /** Whether it is kept there and counts no more. */
  readonly isWithdrawn: boolean;
}

/** Work as it is fetched: a record to save, or one to take back. */
export type Work = Write | Withdrawal;
export type WorkResult = WriteResult | WithdrawResult;

/** One line of what was told, in the order of telling. */
export interface ToldNews extends RecordRef {
  readonly seq: number;
  readonly isGone: boolean;
  readonly toldMs: number;
}

/**
 * What a session asks in place of a server: the system's records as it told them last, and a place where its work lies
 * until it is fetched.
 */
export interface Mailbox {
  read(refs: readonly RecordRef[]): Promise<readonly ReadResult[]>;
  find(keys: readonly FindKey[]): Promise<readonly (readonly Snapshot[])[]>;
  /** What was told after this number, oldest first. */
  news(after: number, limit: number): Promise<readonly ToldNews[]>;
  /** All that is there of a type, by id. */
  page(recordType: string, afterId: string, limit: number): Promise<readonly ToldNews[]>;
  /**
   * Lays work out and resolves with what the system reports of it. Not fetched in time: not attempted. Fetched and not
   * reported in time: throws `uncertain`.
   */
  offer(writes: readonly Write[]): Promise<readonly WriteResult[]>;
  /** As `offer`. */
  withdraw(withdrawals: readonly Withdrawal[]): Promise<readonly WithdrawResult[]>;
  /** Statuses to be fetched. */
  show(statuses: readonly StatusToShow[]): Promise<void>;
}

/** What the system says became of one piece of work. */
export interface Report {
  /** The stamp of the write or withdrawal. */
  readonly work: string;
  readonly externalId: string;
  readonly result:
    | {
        readonly outcome: 'applied';
        readonly created: boolean;
        readonly recordId: string;
        /** The record as saved, whole; null = as it was told last, with the values of the write. */
        readonly wire: WireRecord | null;
      }
    /** The record as it stands now, whole; null = as it was told last. */
    | { readonly outcome: 'withdrawn'; readonly wire: WireRecord | null }
    | Extract<WorkResult, { readonly outcome: 'billed' | 'refused' }>;
}

/** What a system comes for. */
export type Visit =
  | { readonly verb: 'records'; readonly deliveryId: string; readonly records: readonly ToldRecord[] }
  | { readonly verb: 'work'; readonly limit: number; readonly waitMs: number }
  | { readonly verb: 'receipts'; readonly reports: readonly Report[] }
  | { readonly verb: 'statuses'; readonly after: number; readonly limit: number };

export type Received =
  | { readonly ok: true; readonly visit: Visit }
  | { readonly ok: false; readonly refusal: Refusal; readonly detail?: string };

export interface ShownRow extends StatusToShow {
  readonly seq: number;
}

/** What it is told. */
export type VisitAnswer =
  | { readonly verb: 'records'; readonly outcome: 'recorded' | 'retry-later' }
  | { readonly verb: 'work'; readonly work: readonly Work[]; readonly leaseMs: number }
  /** Work that is not out with it, and whose record it did not tell in full: it tells the record instead. */
  | { readonly verb: 'receipts'; readonly unknown: readonly string[] }
  | { readonly verb: 'statuses'; readonly rows: readonly ShownRow[]; readonly hasMore: boolean }
  | { readonly verb: 'ended' }
  | { readonly verb: 'refused'; readonly refusal: Refusal; readonly detail: string };

/** For systems that come by themselves. They sign with a key that the hub derived. */
export interface Visits {
  readonly bodyBytesMax: number;
  /** Proof first, over the raw bytes. `verb` is the last part of the address. */
  receive(verb: string, delivery: Delivery, expected: Expected): Promise<Received>;
  answer(answer: VisitAnswer): Reply;
}
