// The vendor's books: every record, its stamps and ids, and the change feed that each save leaves behind.
import type { Switchboard } from '../../stand-in.ts';
import { type Fields, isSame, type Row, text } from './rows.ts';
import type { Shape } from './shape.ts';
import { collectionsOf, shapes } from './shapes.ts';
import { Table } from './table.ts';

export interface Actor {
  readonly userId: string;
  /** A person in the vendor's own pages may set fields the API does not take. */
  readonly isPerson: boolean;
}

/** What an event keeps beside its row; rows are never changed in place, so this copies nothing. */
export interface Payloads {
  readonly before: Row | null;
  readonly after: Row | null;
}

const dayMs = 86_400_000;
const retentionMs = 9 * dayMs;
const feedRoute = 'GET /api/v1/subscribed_events';
// The account's time zone: answers carry an offset, never Z.
const offsetMs = -7 * 3_600_000;
const offset = '-07:00';

/** `2020-07-09T15:41:50-07:00`: whole seconds, so that equal stamps are common. */
export function stampOf(ms: number): string {
  return new Date(ms + offsetMs).toISOString().slice(0, 19) + offset;
}

export class Books {
  readonly accountId = 415;
  readonly ownerId = '2544';
  readonly tokenUserId = '2545';
  /** Collections the token's access groups do not cover. */
  readonly denied = new Set<string>();
  /** Whether the token may act for other people; without it a sent `user_id` is ignored. */
  hasProxy = true;
  /** Whether a resolution leaves the stamps of its lines alone and only the submission tells of it. */
  hasQuietApprovals = false;
  /** How far the vendor's clock is off. */
  skewMs = 0;
  /** How long what is created now stays out of lists; set for each request. */
  lateMs: () => number = () => 0;
  /** Moves with every save, so that a list read page by page is filtered once. */
  version = 0;
  readonly #tables = new Map<string, Table>();
  readonly #counters = new Map<string, number>();
  readonly #hiddenUntilMs = new Map<string, number>();
  readonly #payloads = new Map<string, Payloads>();
  readonly #board: Switchboard;
  readonly #nowMs: () => number;
  #undo: (() => void)[] | null = null;
  #stampSecond = Number.NaN;
  #stamp = '';

  constructor(board: Switchboard, nowMs: () => number) {
    this.#board = board;
    this.#nowMs = nowMs;
    for (const key of shapes.keys()) this.#tables.set(key, new Table());
  }

  nowMs(): number {
    return this.#nowMs() + this.skewMs;
  }

  stamp(): string {
    const second = Math.floor(this.nowMs() / 1000);
    if (second !== this.#stampSecond) {
      this.#stampSecond = second;
      this.#stamp = stampOf(second * 1000);
    }
    return this.#stamp;
  }

  today(): string {
    return this.stamp().slice(0, 10);
  }

  table(key: string): Table {
    const table = this.#tables.get(key);
    if (!table) throw new Error(`The stand-in keeps no ${key}`);
    return table;
  }

  shape(key: string): Shape {
    const shape = shapes.get(key);
    if (!shape) throw new Error(`The stand-in keeps no ${key}`);
    return shape;
  }

  /** Either all saves of `work` stay, or none does. */
  atomically<Result>(work: () => Result): Result {
    const undo: (() => void)[] = [];
    this.#undo = undo;
    try {
      return work();
    } catch (error) {
      this.version++;
      for (const step of undo.reverse()) step();
      throw error;
    } finally {
      this.#undo = null;
    }
  }

  insert(key: string, fields: Fields, actor: Actor): Row {
    const shape = this.shape(key);
    const number = this.#counters.get(key) ?? shape.firstId;
    this.#counters.set(key, number + 1);
    const stamp = this.stamp();
    const row: Row = { ...fields, id: String(number), created_at: stamp, updated_at: stamp };
    this.version++;
    this.table(key).put(row);
    this.#undo?.push(() => this.table(key).remove(row.id));
    const lateMs = this.lateMs();
    if (lateMs > 0) this.#hiddenUntilMs.set(`${key}/${row.id}`, this.#nowMs() + lateMs);
    this.#tell(shape, 'created', null, row, actor);
    return row;
  }

  /** A save that changes nothing moves no stamp and tells nobody. */
  change(key: string, id: string, fields: Fields, actor: Actor): Row {
    const shape = this.shape(key);
    const before = this.table(key).get(id);
    if (!before) throw new Error(`No ${shape.singular} ${id}`);
    if (Object.keys(fields).every((field) => isSame(before[field], fields[field]))) return before;
    const row: Row = { ...before, ...fields, id, updated_at: this.stamp() };
    this.version++;
    this.table(key).put(row);
    this.#undo?.push(() => this.table(key).put(before));
    this.#tell(shape, 'updated', before, row, actor);
    return row;
  }

  /** A change that neither moves the stamp nor is told. */
  adjust(key: string, id: string, fields: Fields): void {
    const before = this.table(key).get(id);
    if (!before) return;
    this.version++;
    this.table(key).put({ ...before, ...fields, id });
    this.#undo?.push(() => this.table(key).put(before));
  }

  drop(key: string, id: string, actor: Actor): void {
    const shape = this.shape(key);
    this.version++;
    const row = this.table(key).remove(id);
    if (!row) throw new Error(`No ${shape.singular} ${id}`);
    this.#undo?.push(() => this.table(key).put(row));
    for (const reference of shape.subject ? this.referencesOf(shape.subject, id) : []) {
      this.table('external_references').remove(reference.id);
      this.#undo?.push(() => this.table('external_references').put(reference));
    }
    this.#tell(shape, 'deleted', row, null, actor);
  }

  rowsOf(key: string, idList: readonly string[]): Row[] {
    return idList.map((id) => this.table(key).get(id)).filter((row): row is Row => row !== undefined);
  }

  referencesOf(subject: string, id: string): Row[] {
    return this.table('external_references')
      .by('subject_id', id)
      .filter((reference) => reference['subject_type'] === subject);
  }

  customValuesOf(subject: string, id: string): Row[] {
    return this.table('custom_field_values')
      .by('subject_id', id)
      .filter((value) => value['subject_type'] === subject);
  }

  /** The record an external reference or custom field value hangs on. */
  subjectOf(subject: string, id: string): { readonly key: string; readonly row: Row } | null {
    for (const key of collectionsOf(subject)) {
      const row = this.table(key).get(id);
      if (row) return { key, row };
    }
    return null;
  }

  hasArchived(): boolean {
    return this.table('workspaces').by('archived', 'true').length > 0;
  }

  /** Of a rate card set, the published version with the latest effective date that is not after the day. */
  effectiveVersion(setId: string, day: string): Row | null {
    let best: Row | null = null;
    for (const version of this.table('rate_card_set_versions').by('rate_card_set_id', setId)) {
      const isDue = version['active'] === true && text(version, 'effective_date') <= day;
      if (isDue && (!best || text(version, 'effective_date') >= text(best, 'effective_date'))) best = version;
    }
    return best;
  }

  effectiveCardVersion(cardId: string, day: string): Row | null {
    const card = this.table('rate_cards').get(cardId);
    const setVersion = card ? this.effectiveVersion(text(card, 'rate_card_set_id'), day) : null;
    const versions = this.table('rate_card_versions').by('rate_card_id', cardId);
    return versions.find((version) => version['rate_card_set_version_id'] === setVersion?.id) ?? null;
  }

  /** Whether lists still leave this record out; reads by id find it. */
  isHidden(key: string, id: string): boolean {
    const untilMs = this.#hiddenUntilMs.get(`${key}/${id}`);
    if (untilMs === undefined) return false;
    if (untilMs > this.#nowMs()) return true;
    this.#hiddenUntilMs.delete(`${key}/${id}`);
    return false;
  }

  hasHidden(): boolean {
    return this.#hiddenUntilMs.size > 0;
  }

  emit(eventType: string, subject: string, subjectId: string, payloads: Payloads, actor: Actor): void {
    if (this.#board.take('lose-notices', feedRoute)) return;
    const number = this.#counters.get('subscribed_events') ?? this.shape('subscribed_events').firstId;
    this.#counters.set('subscribed_events', number + 1);
    const stamp = this.stamp();
    const event: Row = {
      id: String(number),
      event_type: eventType,
      account_id: this.accountId,
      user_id: Number(actor.userId),
      subject_type: subject,
      subject_id: Number(subjectId),
      subject_changed_at: stamp,
      created_at: stamp,
      updated_at: stamp,
    };
    this.table('subscribed_events').put(event);
    this.#payloads.set(event.id, payloads);
    this.#undo?.push(() => {
      this.table('subscribed_events').remove(event.id);
      this.#payloads.delete(event.id);
    });
  }

  payloadsOf(eventId: string): Payloads {
    return this.#payloads.get(eventId) ?? { before: null, after: null };
  }

  /** Events are kept nine days, then gone. */
  trimEvents(): void {
    const events = this.table('subscribed_events');
    const oldest = stampOf(this.nowMs() - retentionMs);
    for (const event of events.all()) {
      if (text(event, 'created_at') >= oldest) return;
      events.remove(event.id);
      this.#payloads.delete(event.id);
    }
  }

  #tell(
    shape: Shape,
    verb: 'created' | 'updated' | 'deleted',
    before: Row | null,
    after: Row | null,
    actor: Actor,
  ): void {
    const row = after ?? before;
    if (!row) return;
    if (shape.event && (verb !== 'deleted' || shape.event.hasDeleted))
      this.emit(`${shape.event.name}:${verb}`, shape.event.subject, row.id, { before, after }, actor);
    if (shape.key !== 'custom_field_values') return;
    // A custom field's value is news of the record it hangs on.
    const subject = this.subjectOf(text(row, 'subject_type'), String(row['subject_id']));
    const event = subject ? this.shape(subject.key).event : undefined;
    if (subject && event)
      this.emit(`${event.name}:custom_field_value_${verb}`, event.subject, subject.row.id, { before, after }, actor);
  }
}
