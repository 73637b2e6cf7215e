// What the hub asks of an outside system: a static description and `connect(options) -> Session`. All verbs are plural.
import type { z } from 'zod';
import type { Rounding } from '../../shared/decimal.ts';
import type { Canonical, EntityName } from '../../shared/entities/_registry.ts';
import type { Role } from '../../shared/entities/entity.ts';
import type { ShownStatus } from '../../shared/wire/status.ts';
import type { FaultCode } from '../faults.ts';
import type { Codec } from './codecs.ts';
import type { Receiver } from './receiver.ts';

export type { Delivery, Expected, Received, Receiver, Refusal, Reply } from './receiver.ts';

export type WireRecord = Readonly<Record<string, unknown>>;
export type Environment = 'production' | 'sandbox';

/** Names one record of one outside system. */
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
  readonly wire: WireRecord;
}

export type ReadResult =
  | { readonly found: 'here'; readonly ref: RecordRef; readonly snapshot: Snapshot }
  /** Proved by a tombstone: the record was deleted. */
  | { readonly found: 'gone'; readonly ref: RecordRef }
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
  find(keys: readonly FindKey[]): Promise<readonly (readonly Snapshot[])[]>;
  /** A feed's next page. `cursor` null = from the beginning (first load). */
  changes(feed: string, cursor: string | null): Promise<ChangePage>;
  describe(recordType: string): Promise<readonly SchemaField[]>;
  showStatus?(statuses: readonly StatusToShow[]): Promise<readonly StatusResult[]>;
  /** Proves the credentials and names what is missing, in catalogue codes. The account must equal the connection's. */
  check(): Promise<{ readonly account: string; readonly missing: readonly string[] }>;
}

export interface Limits {
  /** Calls at a time that this system allows one integration, before its reserve. */
  readonly concurrentMax: number;
  /** Slots left to the customer's other tools. */
  readonly concurrentReserve: number;
  readonly requestsPerSecondMax: number;
  readonly readBatchMax: number;
  readonly writeBatchMax: number;
  readonly findBatchMax: number;
  readonly statusBatchMax: number;
  readonly timeoutMs: number;
}

/** A source of notices that must be asked. */
export interface Feed {
  readonly name: string;
  /** Seconds apart in quiet times and while there is work. */
  readonly everyMs: number;
  readonly activeMs: number;
  /** A cursor that starts at this moment, less the feed's overlap. */
  readonly startAt: (nowMs: number) => string;
}

/** Seals tokens in the lane and renews each at most once at a time. */
export interface TokenKeeper {
  get(name: string, mint: () => Promise<{ readonly value: string; readonly expiresAtMs: number }>): Promise<string>;
  /** After a 401: the next `get` mints anew, unless somebody already did. */
  drop(name: string, value: string): void;
}

export interface ConnectOptions<Settings, Secrets> {
  readonly account: string;
  readonly environment: Environment;
  readonly settings: Settings;
  readonly secrets: Secrets;
  /**
   * Already counted, limited, timed out and traced. Rejects with Fault `unreachable` (nothing was sent) or
   * `uncertain` (cut after sending).
   */
  readonly fetch: (request: Request) => Promise<Response>;
  readonly nowMs: () => number;
  readonly tokens: TokenKeeper;
}

export type Direction = 'both' | 'in' | 'out';

/** One row of a mapping table: our field, their path, how the value is written. */
export interface FieldMap<Value> {
  readonly at: string;
  readonly codec: Codec<Value>;
  readonly direction: Direction;
  /** A lookup table that translates the value on its way, by name; unmatched values are held. */
  readonly lookup?: string;
}

/**
 * A row that only the target has: a constant, or a CEL formula over the canonical record (`it`). Sent, never read
 * back.
 */
export interface ExtraRow {
  readonly at: string;
  readonly codec: Codec<never> | Codec<string> | Codec<boolean>;
  readonly constant?: unknown;
  readonly formula?: string;
}

/** A table, not a program: admins may edit it, auditors may diff it, tests may run it both ways. */
export interface EntityMap<E extends EntityName> {
  readonly recordType: string;
  /**
   * For an entity that has no record of its own here: the reference field whose record carries it too, e.g. a
   * contract on its project.
   */
  readonly livesOn?: keyof Canonical<E> & string;
  /** False where the hub may only link and update, never create. */
  readonly canCreate: boolean;
  /** False where the system's records are read but not written. */
  readonly canWrite: boolean;
  /** A CEL condition over the record (`it`): until it holds, the record has no place here. Absent = always. */
  readonly when?: string;
  /** Reference fields that must be linked before a create; the others follow as an update. */
  readonly required: readonly (keyof Canonical<E> & string)[];
  /** Sent with a create and never again, for fields that the system then owns. */
  readonly fields: { readonly [Field in keyof Canonical<E> & string]?: FieldMap<Canonical<E>[Field]> };
  readonly extra?: readonly ExtraRow[];
}

export interface ConnectorSpec<Name extends string, Settings extends z.ZodObject, Secrets extends z.ZodObject> {
  /** The folder's name. It appears in addresses and in the database, so it never changes. */
  readonly name: Name;
  readonly title: string;
  readonly roles: readonly Role[];
  /** What an admin fills in. The settings form is drawn from it. */
  readonly settings: Settings;
  /** What the vault keeps. Never logged, never returned by the API. */
  readonly secrets: Secrets;
  readonly limits: Limits;
  /** In place of `requestsPerSecondMax`, where the vendor allows each account its own figure. */
  readonly requestsPerSecond?: (settings: z.infer<Settings>) => number;
  /** One map per entity kind the system carries. */
  readonly maps: { readonly [E in EntityName]?: EntityMap<E> };
  readonly repeatSafety: 'external-id' | 'idempotency-key' | 'crosswalk' | 'search-first';
  /** The longest time a cut-off write may still commit, plus search lag. "Not found" counts only after it. */
  readonly settleMs: number;
  readonly rounding: Rounding;
  readonly feeds: readonly Feed[];
  /** Orders two of this system's versions: negative when `a` is older. */
  readonly compareVersions: (a: string, b: string) => number;
  /** Status rows travel with the write itself. */
  readonly isStatusWrittenAlong?: boolean;
  /** Record types whose page shows a status only when somebody has to act, because each status costs a call. */
  readonly showsExceptionsOnly?: readonly string[];
  /** Where a person sees the record, for links on counterpart pages. */
  readonly recordUrl: (settings: z.infer<Settings>, ref: RecordRef) => string | null;
  readonly receiver?: Receiver;
  connect(options: ConnectOptions<z.infer<Settings>, z.infer<Secrets>>): Session;
}

/** What the hub holds: the same, with settings and secrets checked at the door instead of trusted. */
export type Connector<Name extends string = string> = Omit<
  ConnectorSpec<Name, z.ZodObject, z.ZodObject>,
  'connect' | 'recordUrl' | 'requestsPerSecond'
> & {
  recordUrl(settings: unknown, ref: RecordRef): string | null;
  /** With the account's own rate; settings that cannot be read are the session's matter. */
  limitsFor(settings: unknown): Limits;
  connect(options: ConnectOptions<unknown, unknown>): Session;
};

/** Checks the limits and returns a connector that parses settings and secrets before its author's code sees them. */
export function defineConnector<const Name extends string, Settings extends z.ZodObject, Secrets extends z.ZodObject>(
  spec: ConnectorSpec<Name, Settings, Secrets>,
): Connector<Name> {
  for (const [limit, value] of Object.entries(spec.limits)) {
    if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${spec.name}: limit ${limit} must be a count`);
  }
  const { connect, recordUrl, requestsPerSecond, ...rest } = spec;
  const { limits } = spec;
  return {
    ...rest,
    limitsFor: (settings) => {
      const given = spec.settings.safeParse(settings);
      if (!requestsPerSecond || !given.success) return limits;
      return { ...limits, requestsPerSecondMax: requestsPerSecond(given.data) };
    },
    recordUrl: (settings, ref) => recordUrl(spec.settings.parse(settings), ref),
    connect: (options) =>
      connect({
        ...options,
        settings: spec.settings.parse(options.settings),
        secrets: spec.secrets.parse(options.secrets),
      }),
  };
}

/** Names one mapping row. A wrong codec for the field is a compile error at the row. */
export function at<Value>(path: string, codec: Codec<Value>, direction: Direction = 'both'): FieldMap<Value> {
  return { at: path, codec, direction };
}

/** Their version stamps, where they are numbers or ISO instants of one spelling: plain comparison. */
export function compareText(a: string, b: string): number {
  return a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length;
}
