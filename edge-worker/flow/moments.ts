// What one transaction told, subject by subject, with all that an outbound event may look at, loaded at once.
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import { confidentialIn } from '../../shared/entities/entity.ts';
import type { KnownEntity, KnownException, KnownRecord, Moment } from '../../shared/events/event.ts';
import { wordsFor } from '../../shared/words.ts';
import { entityRows, links } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { readRows } from '../store/rows.ts';
import { placeOfHold } from './govern.ts';
import { type HoldRow, holdsOf } from './holds.ts';
import { kindOf, siblingId } from './identity.ts';
import { referencePaths } from './mapping.ts';
import type { Wiring } from './wiring.ts';

type ToldBySubject = LaneTransaction['told'];

export class Moments {
  readonly #wiring: Wiring;
  readonly #told: ToldBySubject;
  readonly #known = new Map<string, KnownEntity>();
  readonly #records = new Map<string, KnownRecord[]>();
  readonly #exceptions = new Map<string, KnownException[]>();

  constructor(wiring: Wiring, tx: LaneTransaction, told: ToldBySubject, subjects: readonly string[]) {
    this.#wiring = wiring;
    this.#told = told;
    const family = subjects.flatMap((subject) => this.#familyOf(subject));
    this.#load(tx, family);
    const referred = subjects.flatMap((id) => referencesIn(this.#known.get(id)));
    this.#load(
      tx,
      [...new Set(referred)].filter((id) => !this.#known.has(id)),
    );
    const where = 'WHERE record_id IS NOT NULL AND entity IN (SELECT value FROM json_each(?))';
    for (const row of readRows(tx.sql, links, where, JSON.stringify(subjects))) this.#addRecord(row);
    for (const row of holdsOf(tx.sql, family).values()) add(this.#exceptions, row.entity, this.#exceptionOf(row));
  }

  of(subject: string): Moment {
    const entity = this.#known.get(subject) ?? null;
    const find = (id: unknown) => (typeof id === 'string' ? (this.#known.get(id) ?? null) : null);
    return {
      subject,
      entity,
      told: (this.#told.get(subject) ?? []).map(([code, params]) => ({ code, params })),
      records: this.#records.get(subject) ?? [],
      targets: entity ? this.#targetsOf(entity) : [],
      exceptions: this.#familyOf(subject).flatMap((member) => this.#exceptions.get(member) ?? []),
      look: find,
      sibling: (kind) => (kindOf(subject) ? find(siblingId(subject, kind as EntityName)) : null),
    };
  }

  /** Whether a subject is known only from a first load that nobody has accepted yet. */
  isFirstDay({ entity, records }: Moment): boolean {
    const isMatching = ({ connection }: KnownRecord) =>
      this.#wiring.flow(connection, entity?.kind as EntityName).state === 'matching';
    return entity !== null && records.length > 0 && records.every(isMatching);
  }

  #familyOf(subject: string): readonly string[] {
    const kind = kindOf(subject);
    return kind ? this.#wiring.familyOf(kind).map((member) => siblingId(subject, member)) : [subject];
  }

  #load(tx: LaneTransaction, ids: readonly string[]): void {
    if (ids.length === 0) return;
    const where = 'WHERE id IN (SELECT value FROM json_each(?))';
    for (const { id, kind, version, canonical } of readRows(tx.sql, entityRows, where, JSON.stringify(ids))) {
      const record = JSON.parse(canonical) as Record<string, unknown>;
      // No event of any kind can tell what is not there.
      for (const field of confidentialIn(entities[kind as EntityName])) delete record[field];
      this.#known.set(id, { id, kind, version, record });
    }
  }

  #addRecord({ entity, connection, recordType, recordId, writes }: typeof links.$inferSelect): void {
    const wired = this.#wiring.connections.get(connection);
    if (!wired || recordId === null) return;
    const { connector, roles, settings } = wired;
    const url = connector.recordUrl(settings, { recordType, recordId });
    const isWritten = writes !== null;
    add(this.#records, entity, {
      ...{ connection, system: connector.name, roles, recordType, recordId, url, isWritten },
    });
  }

  #exceptionOf(row: HoldRow): KnownException {
    const { id, entity, connection, control, owner, code, part, dueMs } = row;
    const connector = this.#wiring.connections.get(connection)?.connector;
    const params = JSON.parse(row.params) as Record<string, string>;
    return {
      ...{ id, entity, control, owner, code, params, dueMs },
      kind: kindOf(entity),
      connection: connector ? connection : null,
      system: connector?.name ?? null,
      words: wordsFor(code, { ...(connector && { system: connector.title }), ...params }),
      isOfCommand: part === placeOfHold(control),
    };
  }

  #targetsOf(entity: KnownEntity): Moment['targets'] {
    return this.#wiring
      .targetsOf(entity.kind as EntityName, entity.record, (field) => this.#valueNear(entity, field))
      .map((target) => ({ connection: target.id, roles: target.roles }));
  }

  /** The routing may go by a field of what is referred to. */
  #valueNear(entity: KnownEntity, field: string): unknown {
    const near = referencesIn(entity).flatMap((id) => this.#known.get(id) ?? []);
    return [entity, ...near].map(({ record }) => record[field]).find((value) => value != null) ?? null;
  }
}

function add<One>(lists: Map<string, One[]>, key: string, one: One): void {
  const list = lists.get(key);
  if (list) list.push(one);
  else lists.set(key, [one]);
}

function referencesIn(entity: KnownEntity | undefined): string[] {
  if (!entity) return [];
  return referencePaths(entity.kind as EntityName).flatMap(({ field, inner }) => {
    const id = inner === null ? entity.record[field] : null;
    return typeof id === 'string' ? [id] : [];
  });
}
