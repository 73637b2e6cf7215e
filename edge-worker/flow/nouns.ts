// The nouns of the sentence: Delivery, Event, Snapshot, Change, Verdict, Command, Receipt, Status. A type is named
// after its noun.
import type { EntityName } from '../../shared/entities/_registry.ts';
import type { WireRecord } from '../connectors/connector.ts';
import type { Owner } from '../faults.ts';
import type { CommandState } from './lifecycle.ts';

/** A canonical record whose kind is only known at run time. */
export type CanonicalRecord = Readonly<Record<string, unknown>>;

/** Where a canonical value came from: run, connection, record version and instant of the read. */
export interface Provenance {
  readonly run: number;
  readonly connection: string;
  readonly at: number;
}

/** What one run found out about one entity. */
export interface Change {
  readonly entity: string;
  readonly kind: EntityName;
  readonly before: CanonicalRecord | null;
  readonly after: CanonicalRecord;
  readonly fields: readonly string[];
}

/** Where an entity's content goes in one target. `part` is a line key, or empty. */
export interface Slot {
  readonly entity: string;
  readonly connection: string;
  readonly recordType: string;
  readonly part: string;
}

/** What one control has against a change, and whose turn it is. */
export interface Holding {
  readonly control: string;
  readonly owner: Owner;
  readonly dueMinutes: number;
  readonly code: string;
  readonly params: Readonly<Record<string, string>>;
  /** What an answer of the control's own changes of the content, by action. */
  readonly amends?: Readonly<Record<string, CanonicalRecord>>;
  /** Once it is rejected, fields that stay as the target holds them, while ours are what was rejected. */
  readonly keeps?: CanonicalRecord;
  /** Lists it rests on. */
  readonly lists?: readonly EntityName[];
}

/** What govern says of one entity towards one target. */
export type Verdict =
  | { readonly verdict: 'grant'; readonly consumes: Consumption | null }
  /** `beside`: what else is missing. Each is a hold of its own, so that all are named at once. */
  | ({ readonly verdict: 'hold'; readonly beside?: readonly Holding[] } & Holding)
  | { readonly verdict: 'wait'; readonly until: readonly string[] };

/** What a granted record takes from a contract's purchase order. */
export interface Consumption {
  readonly contract: string;
  readonly amountMinor: string;
  readonly currency: string;
}

/** One write to one target record, as stored in the ledger. */
export interface Command extends Slot {
  readonly id: string;
  readonly kind: EntityName;
  readonly state: CommandState;
  /** Of what the target should hold: fields it does not own, in its own spelling. */
  readonly hash: string;
  readonly wire: WireRecord;
  readonly recordId: string | null;
  readonly isCreate: boolean;
  readonly mappingVersion: number;
  /** When it may be sent, looked at again, or given up on, by state. */
  readonly dueMs: number;
  readonly deadlineMs: number | null;
  readonly tries: number;
  /** Entities whose links it waits for. */
  readonly waits: readonly string[];
  readonly madeMs: number;
  /** The oldest event that asked for it, for latency. */
  readonly eventMs: number;
}

/** What became of one command at the target. */
export interface Receipt {
  readonly command: string;
  readonly outcome: 'created' | 'updated' | 'refused' | 'uncertain' | 'found';
  readonly atMs: number;
  readonly recordId: string | null;
  readonly requestId: string | null;
  readonly code: string | null;
  /** Remote calls this command took part in, divided over the commands of each call; in thousandths. */
  readonly callsMilli: number;
}

/** A change that waits for a person. */
export interface Hold {
  readonly id: string;
  readonly entity: string;
  readonly connection: string;
  readonly recordType: string;
  readonly part: string;
  readonly kind: EntityName;
  readonly control: string;
  readonly owner: Owner;
  readonly code: string;
  readonly params: Readonly<Record<string, string>>;
  /** The content it was raised for; an approval holds for this hash only. */
  readonly hash: string;
  /** What an answer of the control's own changes of that content, by action. */
  readonly amends: Readonly<Record<string, CanonicalRecord>> | null;
  readonly madeMs: number;
  readonly dueMs: number;
}
