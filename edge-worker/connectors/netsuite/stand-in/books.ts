// The one way into the books: a save is filled in, checked, numbered, kept, and told to whoever watches.
import { complete, finishAmounts, number } from './completing.ts';
import type { RecordType } from './fields.ts';
import { type Refusal, refusals } from './refusal.ts';
import { checkRemoval, checkSave } from './rules.ts';
import { Schema } from './schema.ts';
import { settle } from './settling.ts';
import type { Entry } from './shelf.ts';
import { Store } from './store.ts';
import type { Line, Sublists, Value } from './values.ts';

/** Who saves: an API caller, a person in the pages, a record action, or a load that no script sees. */
export type Channel = 'api' | 'person' | 'action' | 'load';

/** What a save changes: absent fields stay, null clears, a sublist that is present replaces all its lines. */
export interface Patch {
  readonly values: Readonly<Record<string, Value>>;
  readonly sublists?: Sublists;
  readonly externalId?: string | null;
  /** The platform's own word for the save where it is neither create nor edit: xedit, approve, reject … */
  readonly event?: string;
}

/** A record on its way into the books. */
export interface Draft {
  readonly type: RecordType;
  readonly before: Entry | null;
  readonly channel: Channel;
  readonly values: Record<string, Value>;
  readonly sublists: Record<string, readonly Line[]>;
  externalId: string | null;
}

/** Scripts of the account that look at saves. */
export interface Watcher {
  /** Before anything is filled in or checked; may change the draft, or refuse it by throwing. */
  before(draft: Draft, event: string): void;
  after(type: RecordType, before: Entry | null, after: Entry | null, event: string): void;
}

export class Books {
  readonly schema = new Schema();
  readonly store = new Store(this.schema);
  readonly closedPeriods = new Set<string>();
  /** `type/id` of records that a workflow of the customer has locked. */
  readonly locked = new Set<string>();
  /** Which invoice a time entry is on. */
  readonly billedTime = new Map<string, string>();
  /** Which invoice an expense is on, by `<report>/<line>`. */
  readonly billedExpenses = new Map<string, string>();
  /** Minor units applied to an invoice, by the payment or credit that applies them. */
  readonly applied = new Map<string, Map<string, bigint>>();
  readonly preferences = new Map<string, boolean>();
  readonly clock: () => number;
  /** A misbehaviour that refuses every API save of the request under way. */
  forced: Refusal | null = null;
  /** Records created during the request under way are not searchable for so long. */
  hideNewForMs = 0;
  /** The search under way does not find records younger than this. */
  blindForMs = 0;
  readonly #watch: Watcher;

  constructor(clock: () => number, watch: Watcher) {
    this.clock = clock;
    this.#watch = watch;
  }

  type(name: string): RecordType {
    const type = this.schema.find(name);
    if (!type) throw refusals.unknownType(name);
    return type;
  }

  /** Whether a search finds the record; reading it by id always does. */
  isFound(entry: Entry): boolean {
    const nowMs = this.clock();
    if (this.blindForMs > 0 && entry.createdMs > nowMs - this.blindForMs) return false;
    return this.store.isFound(entry, nowMs);
  }

  save(type: RecordType, id: string | null, patch: Patch, channel: Channel): Entry {
    const before = id === null ? null : this.store.get(type.id, id);
    if (id !== null && !before) throw refusals.unknownRecord();
    if (channel === 'api' && this.forced) throw this.forced;
    if (before && this.locked.has(`${type.id}/${before.id}`)) throw refusals.locked();
    const draft: Draft = {
      type,
      before,
      channel,
      values: { ...before?.values },
      sublists: { ...before?.sublists, ...patch.sublists },
      externalId: patch.externalId === undefined ? (before?.externalId ?? null) : patch.externalId,
    };
    for (const key in patch.values) {
      if (channel !== 'load' && type.fields.get(key)?.isViewOnly) throw refusals.viewOnly(key);
      draft.values[key] = patch.values[key] ?? null;
    }
    const event = patch.event ?? (before ? 'edit' : 'create');
    if (channel !== 'load') this.#watch.before(draft, event);
    complete(draft, this);
    checkSave(draft, this);
    return this.#keep(draft, event);
  }

  remove(type: RecordType, id: string, channel: Channel): void {
    const before = this.store.get(type.id, id);
    if (!before) throw refusals.unknownRecord();
    if (channel === 'api' && this.forced) throw this.forced;
    if (this.locked.has(`${type.id}/${id}`)) throw refusals.locked();
    checkRemoval(before, this);
    this.store.remove(type, before, this.clock());
    settle(type, before, null, this);
    this.#watch.after(type, before, null, 'delete');
  }

  /** A change the system makes by itself to a checked record, e.g. to an invoice that a payment settles. */
  amend(type: RecordType, before: Entry, values: Readonly<Record<string, Value>>, isTold: boolean): void {
    const entry = { ...before, values: { ...before.values, ...values }, stampMs: this.#stampMs() };
    this.store.put(type, entry);
    if (isTold) this.#watch.after(type, before, entry, 'edit');
  }

  #keep(draft: Draft, event: string): Entry {
    const { type, before } = draft;
    const serial = before?.serial ?? this.store.next(type.sequence);
    number(draft, serial, this);
    finishAmounts(draft, this);
    for (const key in draft.values) if (draft.values[key] === null) delete draft.values[key];
    const entry: Entry = {
      type: type.id,
      id: before?.id ?? String(serial),
      serial,
      externalId: draft.externalId,
      values: draft.values,
      sublists: draft.sublists,
      createdMs: before?.createdMs ?? this.clock(),
      stampMs: this.#stampMs(),
    };
    this.store.put(type, entry);
    if (!before && this.hideNewForMs > 0) this.store.hide(entry, this.clock() + this.hideNewForMs);
    settle(type, before, entry, this);
    if (draft.channel !== 'load') this.#watch.after(type, before, entry, event);
    return this.store.get(type.id, entry.id) ?? entry;
  }

  #stampMs(): number {
    return Math.floor(this.clock() / 1000) * 1000;
  }
}
