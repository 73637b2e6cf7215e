// What the hub asks of one open connection: read, write, withdraw, find, changes, describe, show. All verbs are
// plural.
import type { ShownStatus } from '../../shared/wire/status.ts';
import type { FaultCode } from '../faults.ts';
import type { Proof, RecordClaim } from './embed.ts';

export type WireRecord = Readonly<Record<string, unknown>>;
export type Environment = 'production' | 'sandbox';

/**
 * Names one record of one outside system. A line that is an entity by itself, e.g. an expense of a report, is a record
 * too: of the type `<type>:<list>`, under the id `<record id>:<line>`.
 */
export interface RecordRef {
  readonly recordType: string;
  readonly recordId: string;
}

/** A hint that a record may have changed. Never trusted for more than "go and read". */
export interface Notice extends RecordRef {
  readonly kind: 'changed' | 'deleted' | 'sync-now' | 'check';
  readonly occurredAtMs: number;
  /** The record's version as a feed shows it, so that rows told again by an overlap need not be read for ever. */
  readonly version?: string | null;
}

/** A record as it was when read. */
export interface Snapshot extends RecordRef {
  /** The system's own version or change stamp; comparable as `compareVersions` says. */
  readonly version: string;
  /** Our entity id, where the system keeps it with the record; null or absent when it does not or holds none. */
  readonly externalId?: string | null;
  /** Whether it stands there as withdrawn; for kinds whose withdrawn records are kept. */
  readonly isWithdrawn?: boolean;
  readonly wire: WireRecord;
}

export type ReadResult =
  | {
      readonly found: 'here';
      readonly ref: RecordRef;
      readonly snapshot: Snapshot;
      /** All lines of the record that are records by themselves. One that was known and is not among them is gone. */
      readonly lines?: readonly Snapshot[];
    }
  /** Proved by a tombstone: the record was deleted. */
  | { readonly found: 'gone'; readonly ref: RecordRef }
  /** Proved by the system: it was merged into another record, which goes on for both. */
  | { readonly found: 'merged'; readonly ref: RecordRef; readonly into: RecordRef }
  /** Not seen, which proves nothing: archived, filtered, no permission, or not there yet. */
  | { readonly found: 'hidden'; readonly ref: RecordRef };

/** One record to create or update. Repeating it leaves one record. */
export interface Write {
  readonly recordType: string;
  /** Null asks for a create keyed by `externalId`. */
  readonly recordId: string | null;
  /** Our entity's identity in the target; `[A-Za-z0-9_-]`, at most 40. */
  readonly externalId: string;
  /** A create's key is the entity, an update's the entity and its content. */
  readonly idempotencyKey: string;
  readonly wire: WireRecord;
  /**
   * Our revision stamp, unique per write; where the system can keep it, its own capture skips a save that changed it.
   */
  readonly stamp: string;
  /** False where nothing of the record is ever read: what was sent may be answered in place of what was saved. */
  readonly isRead?: boolean;
  /** Status rows to write in the same call, for systems with `isStatusWrittenAlong`. */
  readonly statuses?: readonly ShownStatus[];
}

export type WriteResult =
  | {
      readonly outcome: 'applied';
      readonly created: boolean;
      /** The record as saved: what the target made of our values. */
      readonly snapshot: Snapshot;
      readonly requestId: string | null;
    }
  | {
      readonly outcome: 'refused';
      readonly code: FaultCode;
      /** The vendor's own words, shown to people; no payloads. */
      readonly message: string;
      readonly fields: readonly string[];
      readonly vendorCode: string | null;
    }
  /** The call stopped before this record; no try is counted. */
  | { readonly outcome: 'not-attempted' };

/** One record of ours that is to count no more. Repeating it changes nothing. */
export interface Withdrawal extends RecordRef {
  readonly externalId: string;
  readonly stamp: string;
  /** Status rows to write in the same call, for systems with `isStatusWrittenAlong`. */
  readonly statuses?: readonly ShownStatus[];
}

export type WithdrawResult =
  /** Also when it had been withdrawn before. */
  | {
      readonly outcome: 'withdrawn';
      /** The record as it stands now; null when the system deletes what is withdrawn. */
      readonly snapshot: Snapshot | null;
      readonly requestId: string | null;
    }
  /** It is on an invoice there: nothing was changed. */
  | { readonly outcome: 'billed'; readonly message: string; readonly vendorCode: string | null }
  | Exclude<WriteResult, { readonly outcome: 'applied' }>;

/** A question "do you hold this already?". `field` null = our external id. */
export interface FindKey {
  readonly recordType: string;
  readonly field: string | null;
  readonly value: string;
}

export interface ChangePage {
  readonly notices: readonly Notice[];
  /** Where to go on. Stored only after the notices are on disk. */
  readonly cursor: string;
  readonly hasMore: boolean;
}

/** One field of a record type, as the system describes it to an admin. */
export interface SchemaField {
  readonly path: string;
  readonly label: string;
  readonly type:
    | 'text'
    | 'decimal'
    | 'money'
    | 'integer'
    | 'date'
    | 'instant'
    | 'boolean'
    | 'reference'
    | 'choice'
    | 'list';
  readonly isRequired: boolean;
  readonly isWritable: boolean;
  readonly lengthMax: number | null;
  readonly choices: readonly { readonly value: string; readonly label: string }[] | null;
}

/** The status of one record towards one other system, to be shown on its own page. */
export interface StatusToShow extends RecordRef {
  readonly status: ShownStatus;
}

export type StatusResult = { readonly outcome: 'applied' } | { readonly outcome: 'refused'; readonly message: string };

/** That the hub is there, and whose it is. */
export interface Presence {
  readonly installation: string;
  readonly atMs: number;
}

/** Credentials that are proven to work, and how those before them are ended at the vendor's. */
export interface Renewed {
  readonly secrets: Readonly<Record<string, unknown>>;
  retire(): Promise<void>;
}

/**
 * One open connection to one customer's account. Every method throws `Fault` and nothing else. Results are in the
 * order of the arguments.
 */
export interface Session {
  read(refs: readonly RecordRef[]): Promise<readonly ReadResult[]>;
  /**
   * Throws `uncertain` when the call was cut after it may have taken effect: then every record of the call is
   * uncertain.
   */
  write(writes: readonly Write[]): Promise<readonly WriteResult[]>;
  /**
   * Takes back what must not count any more, in the way that the kind's map declares. Throws `uncertain` as `write`
   * does. Absent where no map declares a way.
   */
  withdraw?(withdrawals: readonly Withdrawal[]): Promise<readonly WithdrawResult[]>;
  find(keys: readonly FindKey[]): Promise<readonly (readonly Snapshot[])[]>;
  /** A feed's next page. `cursor` null = from the beginning (first load). */
  changes(feed: string, cursor: string | null): Promise<ChangePage>;
  describe(recordType: string): Promise<readonly SchemaField[]>;
  showStatus?(statuses: readonly StatusToShow[]): Promise<readonly StatusResult[]>;
  /** For systems whose own pages say whether they are connected: told now and then while the connection works. */
  present?(presence: Presence): Promise<void>;
  /** For systems whose pages show ours and prove their user by a record. */
  proveUser?(claim: RecordClaim): Promise<Proof>;
  /** For systems whose credentials end by themselves: new ones, when it is time or when somebody asks; else null. */
  renewCredentials?(isAsked: boolean): Promise<Renewed | null>;
  /** Beside it: until when the present ones are good, where that is known. Asks nobody. */
  credentialsEnd?(): Promise<number | null>;
  /** Proves the credentials and names what is missing, in catalogue codes. The account must equal the connection's. */
  check(): Promise<{ readonly account: string; readonly missing: readonly string[] }>;
}
