// The contract: what the hub knows of an outside system as such, and `connect(options) -> Session`.
import type { z } from 'zod';
import type { Rounding } from '../../shared/decimal.ts';
import type { Canonical, EntityName } from '../../shared/entities/_registry.ts';
import type { Role } from '../../shared/entities/entity.ts';
import type { Codec } from './codecs.ts';
import type { Consent } from './consent.ts';
import type { Embed } from './embed.ts';
import type { Mailbox, Visits } from './mailbox.ts';
import type { Pairing } from './pairing.ts';
import type { Receiver } from './receiver.ts';
import type { Environment, RecordRef, Session, WireRecord } from './session.ts';

export type { Delivery, Expected, Received, Receiver, Refusal, Reply } from './receiver.ts';
export type {
  ChangePage,
  Environment,
  FindKey,
  Notice,
  Presence,
  ReadResult,
  RecordRef,
  SchemaField,
  Session,
  Snapshot,
  StatusResult,
  StatusToShow,
  WireRecord,
  Withdrawal,
  WithdrawResult,
  Write,
  WriteResult,
} from './session.ts';

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
   * The paths that the installation's mapping names, by record type; of a type that is absent, those of the
   * connector's own map. A snapshot shows them all.
   */
  readonly paths: Readonly<Record<string, readonly string[]>>;
  /**
   * Already counted, limited, timed out and traced. Rejects with Fault `unreachable` (nothing was sent) or
   * `uncertain` (cut after sending).
   */
  readonly fetch: (request: Request) => Promise<Response>;
  readonly nowMs: () => number;
  readonly tokens: TokenKeeper;
  /** For systems that nobody can call. */
  readonly mailbox: Mailbox;
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

/** The record is deleted; or it is kept, and an approval is taken off it, it is closed, or it is void. */
export type WithdrawalForm = 'deleted' | 'unapproved' | 'closed' | 'voided';

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
  /** What becomes of a record that is withdrawn here. Absent = it cannot be: a person takes it back by hand. */
  readonly withdrawal?: WithdrawalForm;
  /** A CEL condition over the record (`it`): until it holds, the record has no place here. Absent = always. */
  readonly when?: string;
  /** Reference fields that must be linked before a create; the others follow as an update. */
  readonly required: readonly (keyof Canonical<E> & string)[];
  /** Reference fields waited for while a record of theirs is on its way, and done without where none will come. */
  readonly awaits?: readonly (keyof Canonical<E> & string)[];
  /** Sent with a create and never again, for fields that the system then owns. */
  readonly fields: { readonly [Field in keyof Canonical<E> & string]?: FieldMap<Canonical<E>[Field]> };
  /** For fields that `fields` only writes: rows of direction `in`, where a field is not read as it is written. */
  readonly reads?: { readonly [Field in keyof Canonical<E> & string]?: FieldMap<Canonical<E>[Field]> };
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
  /** Its own pages say whether it is connected: the session takes `present`. */
  readonly showsPresence?: boolean;
  /** By record type, what its record will say once what people ask about beforehand has happened: a deal is won. */
  readonly foreseen?: Readonly<Record<string, WireRecord>>;
  /** Record types whose page shows a status only when somebody has to act, because each status costs a call. */
  readonly showsExceptionsOnly?: readonly string[];
  /** Record types whose page shows the figures of a project: what was sold, delivered, billed, paid and is held. */
  readonly showsFigures?: readonly string[];
  /** What is otherwise in an account with these settings: its own rate, another way of access, fields it lacks. */
  readonly variation?: (settings: z.infer<Settings>) => Variation;
  /** Where a person sees the record, for links on counterpart pages. */
  readonly recordUrl: (settings: z.infer<Settings>, ref: RecordRef) => string | null;
  readonly receiver?: Receiver;
  /** For systems that come by themselves, because nobody can call them. */
  readonly visits?: Visits;
  /** For systems whose pages show ours. */
  readonly embed?: Embed<z.infer<Settings>>;
  /** For hosts whose administrator lets us in on a page of theirs. */
  readonly consent?: Consent;
  /** For systems whose own admins connect them from inside. */
  readonly pairing?: Pairing;
  connect(options: ConnectOptions<z.infer<Settings>, z.infer<Secrets>>): Session;
}

/** What of a description may differ from account to account. */
export interface Variation {
  readonly limits?: Limits;
  readonly maps?: { readonly [E in EntityName]?: EntityMap<E> };
  readonly settleMs?: number;
  readonly feeds?: readonly Feed[];
}

/** What the hub holds: the same, with settings and secrets checked at the door instead of trusted. */
export type Connector<Name extends string = string> = Omit<
  ConnectorSpec<Name, z.ZodObject, z.ZodObject>,
  'connect' | 'embed' | 'recordUrl' | 'variation'
> & {
  readonly embed: Embed<unknown> | null;
  recordUrl(settings: unknown, ref: RecordRef): string | null;
  /** Nothing where the settings cannot be read, which is the session's matter. */
  variation?(settings: unknown): Variation;
  connect(options: ConnectOptions<unknown, unknown>): Session;
};

/** Checks the limits and returns a connector that parses settings and secrets before its author's code sees them. */
export function defineConnector<const Name extends string, Settings extends z.ZodObject, Secrets extends z.ZodObject>(
  spec: ConnectorSpec<Name, Settings, Secrets>,
): Connector<Name> {
  for (const [limit, value] of Object.entries(spec.limits)) {
    if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${spec.name}: limit ${limit} must be a count`);
  }
  const { connect, embed, recordUrl, variation, ...rest } = spec;
  // Asked for with every status, so each settings object is checked once.
  const known = new WeakMap<object, z.infer<Settings>>();
  const checked = (settings: unknown): z.infer<Settings> => {
    if (typeof settings !== 'object' || settings === null) return spec.settings.parse(settings);
    const parsed = known.get(settings) ?? spec.settings.parse(settings);
    known.set(settings, parsed);
    return parsed;
  };
  return {
    ...rest,
    ...(variation && {
      variation: (settings) => {
        const given = spec.settings.safeParse(settings);
        return given.success ? variation(given.data) : {};
      },
    }),
    embed: embed ? checkedEmbed(embed, checked) : null,
    recordUrl: (settings, ref) => recordUrl(checked(settings), ref),
    connect: (options) =>
      connect({
        ...options,
        settings: spec.settings.parse(options.settings),
        secrets: spec.secrets.parse(options.secrets),
      }),
  };
}

/** The connector as it is in an account with these settings. */
export function connectorUnder(connector: Connector, settings: unknown): Connector {
  return connector.variation ? { ...connector, ...connector.variation(settings) } : connector;
}

function checkedEmbed<Settings>(embed: Embed<Settings>, parse: (settings: unknown) => Settings): Embed<unknown> {
  const frameOrigins = (settings: unknown) => embed.frameOrigins(parse(settings));
  if (embed.proof === 'record') return { ...embed, frameOrigins };
  const { verify } = embed;
  return {
    ...embed,
    frameOrigins,
    verify: (token, expected) => verify(token, { ...expected, settings: parse(expected.settings) }),
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
