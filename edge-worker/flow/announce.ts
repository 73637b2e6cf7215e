// What a lane transaction told on its timelines -> events for subscribers, written as its last part. Without a
// subscriber nothing is looked at.
import { hashOf } from '../../shared/canonical-json.ts';
import type { EntityName } from '../../shared/entities/_registry.ts';
import { outboundEvents } from '../../shared/events/_registry.ts';
import type { KnownEntity, KnownRecord, Moment, OutboundEvent, Told } from '../../shared/events/event.ts';
import { announcements, entityRows, links } from '../store/lane-schema.ts';
import type { LaneTransaction, TimelineEntry } from '../store/lane-store.ts';
import { type RowOf, readRows, writeRows } from '../store/rows.ts';
import { problemOf } from './guard.ts';
import { raiseHold } from './holds.ts';
import { kindOf } from './identity.ts';
import { referencePaths } from './mapping.ts';
import type { CanonicalRecord } from './nouns.ts';
import type { Wiring } from './wiring.ts';

export interface AnnounceContext {
  readonly wiring: Wiring;
  readonly makeId: (prefix: string) => string;
  readonly log: (event: string, fields: Readonly<Record<string, string | number>>) => void;
}

/** Which of all events a subscriber wants who asked for these types. */
export const isWanted = (types: readonly string[], type: string) => types.includes('*') || types.includes(type);

/** Returns how many events were made. */
export function announce(context: AnnounceContext, tx: LaneTransaction, wanted: ReadonlySet<string>): number {
  const events = outboundEvents.filter((event) => isWanted([...wanted], event.name));
  const codes = new Set(events.flatMap((event) => event.codes));
  const told = [...tx.told].flatMap(([entity, entries]) =>
    kindOf(entity) && entries.some(([code]) => codes.has(code)) ? [entity] : [],
  );
  if (told.length === 0) return 0;
  const moments = new Moments(context.wiring, tx, tx.told, told);
  const made = told.flatMap((entity) => {
    const moment = moments.of(entity);
    return moment ? events.flatMap((event) => announcementOf(context, tx, event, moment)) : [];
  });
  writeRows(tx.sql, announcements, made, 'ignore');
  return made.length;
}

/** An event that could not be made is made from what its subject is now. */
export function announceAnew(context: AnnounceContext, tx: LaneTransaction, subject: string, type: string): void {
  const event = outboundEvents.find(({ name }) => name === type);
  if (!event) return;
  const told = new Map([[subject, event.codes.map((code): TimelineEntry => [code, {}])]]);
  const moment = new Moments(context.wiring, tx, told, [subject]).of(subject);
  if (moment) writeRows(tx.sql, announcements, announcementOf(context, tx, event, moment), 'ignore');
}

/** An event that cannot be made holds nothing else up: it is the operator's work. */
function announcementOf(
  context: AnnounceContext,
  tx: LaneTransaction,
  event: OutboundEvent,
  moment: Moment,
): RowOf<typeof announcements>[] {
  const { entity, told } = moment;
  if (!event.about.includes(entity.kind) || !told.some(({ code }) => event.codes.includes(code))) return [];
  const { name: type, version } = event;
  try {
    const made = event.make(moment);
    if (!made) return [];
    const id = `evt_${hashOf([tx.installation, type, made.key])}`;
    const payload = JSON.stringify(event.payload.parse(made.payload));
    return [{ id, type, version, subject: entity.id, madeMs: tx.atMs, payload }];
  } catch (error) {
    const problem = problemOf(error);
    context.log('event-failed', { type, entity: entity.id, message: problem });
    raiseHold(tx, context.makeId, {
      ...{ entity: entity.id, connection: 'hub', recordType: type, part: 'event' },
      kind: entity.kind as EntityName,
      control: 'event-failed',
      owner: 'operator',
      code: 'event-failed',
      params: { type, problem },
      hash: '',
      dueMinutes: 60,
    });
    return [];
  }
}

/** The moments of one transaction, everything they rest on loaded at once. */
class Moments {
  readonly #wiring: Wiring;
  readonly #told: LaneTransaction['told'];
  readonly #known = new Map<string, KnownEntity>();
  readonly #records = new Map<string, KnownRecord[]>();

  constructor(wiring: Wiring, tx: LaneTransaction, told: LaneTransaction['told'], subjects: readonly string[]) {
    this.#wiring = wiring;
    this.#told = told;
    this.#load(tx, subjects);
    const referred = subjects.flatMap((id) => referencesIn(this.#known.get(id)));
    this.#load(
      tx,
      [...new Set(referred)].filter((id) => !this.#known.has(id)),
    );
    const where = 'WHERE record_id IS NOT NULL AND entity IN (SELECT value FROM json_each(?))';
    for (const row of readRows(tx.sql, links, where, JSON.stringify(subjects))) this.#addRecord(row);
  }

  of(id: string): Moment | null {
    const entity = this.#known.get(id);
    if (!entity) return null;
    const look = (other: unknown) => (typeof other === 'string' ? (this.#known.get(other) ?? null) : null);
    return {
      entity,
      told: (this.#told.get(id) ?? []).map(([code, params]): Told => ({ code, params })),
      records: this.#records.get(id) ?? [],
      targets: this.#wiring
        .targetsOf(entity.kind as EntityName, entity.record, (field) => this.#valueNear(entity, field))
        .map((target) => ({ connection: target.id, roles: target.roles })),
      look,
    };
  }

  #load(tx: LaneTransaction, ids: readonly string[]): void {
    if (ids.length === 0) return;
    const where = 'WHERE id IN (SELECT value FROM json_each(?))';
    for (const { id, kind, version, canonical } of readRows(tx.sql, entityRows, where, JSON.stringify(ids)))
      this.#known.set(id, { id, kind, version, record: JSON.parse(canonical) as CanonicalRecord });
  }

  #addRecord({ entity, connection, recordType, recordId, writes }: typeof links.$inferSelect): void {
    const wired = this.#wiring.connections.get(connection);
    if (!wired || recordId === null) return;
    const { connector, roles, settings } = wired;
    const url = connector.recordUrl(settings, { recordType, recordId });
    const place = { connection, system: connector.name, roles, recordType, recordId, url, isWritten: writes !== null };
    this.#records.set(entity, [...(this.#records.get(entity) ?? []), place]);
  }

  /** The routing may go by a field of what is referred to. */
  #valueNear(entity: KnownEntity, field: string): unknown {
    const near = referencesIn(entity).flatMap((id) => this.#known.get(id) ?? []);
    return [entity, ...near].map(({ record }) => record[field]).find((value) => value != null) ?? null;
  }
}

function referencesIn(entity: KnownEntity | undefined): string[] {
  if (!entity) return [];
  return referencePaths(entity.kind as EntityName).flatMap(({ field, inner }) => {
    const id = inner === null ? entity.record[field] : null;
    return typeof id === 'string' ? [id] : [];
  });
}
