// What a record page shows: per other system one state with its reason, owner and counterpart, made from what the lane holds right now.
import type { EntityName } from '../../shared/entities/_registry.ts';
import type { ShownStatus, StatusState } from '../../shared/wire/status.ts';
import type { StatusToShow } from '../connectors/connector.ts';
import { commands, entityRows, holds, links, statusDue } from '../store/lane-schema.ts';
import { type LaneSql, readRows, type StoredRow } from '../store/rows.ts';
import { kindOf, siblingId } from './identity.ts';
import type { LinkRow } from './links.ts';
import type { CanonicalRecord } from './nouns.ts';
import type { Connection, Wiring } from './wiring.ts';

type CommandRow = StoredRow<typeof commands>;
type HoldRow = StoredRow<typeof holds>;
export type StatusMark = StoredRow<typeof statusDue>;

/** The worst state of a family of entities is the one its page shows. */
const worstFirst: readonly StatusState[] = ['failed', 'held', 'uncertain', 'waiting', 'on-its-way', 'in-step'];

/** Everything the statuses of some entities rest on, loaded in three statements. */
export class StatusView {
  readonly #sql: LaneSql;
  readonly #wiring: Wiring;
  readonly #links = new Map<string, LinkRow[]>();
  readonly #commands = new Map<string, CommandRow[]>();
  readonly #holds = new Map<string, HoldRow[]>();

  constructor(sql: LaneSql, wiring: Wiring, entities: readonly string[]) {
    this.#sql = sql;
    this.#wiring = wiring;
    const family = JSON.stringify([...new Set(entities.flatMap((entity) => this.#familyOf(entity)))]);
    const where = 'WHERE entity IN (SELECT value FROM json_each(?))';
    for (const row of readRows(sql, links, `${where} AND record_id IS NOT NULL`, family))
      push(this.#links, row.entity, row);
    for (const row of readRows(sql, commands, where, family)) push(this.#commands, row.entity, row);
    for (const row of readRows(sql, holds, where, family)) push(this.#holds, row.entity, row);
  }

  #familyOf(entity: string): readonly string[] {
    const kind = kindOf(entity);
    return kind ? this.#wiring.familyOf(kind).map((member) => siblingId(entity, member)) : [entity];
  }

  /** The record of an entity on a host, where its page is. */
  pageOf(entity: string, host: string): { recordType: string; recordId: string } | null {
    const link = this.#links.get(entity)?.find((row) => row.connection === host);
    return link?.recordId ? { recordType: link.recordType, recordId: link.recordId } : null;
  }

  /** One status per other connection for a page on `host`. `written` = the host's own command that is being sent right now. */
  statusesFor(entity: string, host: string, nowMs: number, written: string | null = null): readonly ShownStatus[] {
    const shown: ShownStatus[] = [];
    for (const connection of this.#wiring.connections.values()) {
      if (connection.id === host) continue;
      const states = this.#familyOf(entity).flatMap((member) =>
        this.#stateTowards(member, connection.id, written, nowMs),
      );
      const worst = states.sort((a, b) => worstFirst.indexOf(a.state) - worstFirst.indexOf(b.state))[0];
      if (worst) shown.push(worst);
      else if (this.#isLeftOut(entity, connection)) shown.push(notCarriedOver(connection));
    }
    return shown;
  }

  /** Whether a system would hold it and yet does not: rejected by a person, or taken back at its source. */
  #isLeftOut(entity: string, connection: Connection): boolean {
    const family = this.#familyOf(entity).filter((member) => {
      const kind = kindOf(member);
      const map = kind && this.#wiring.mapFor(connection.id, kind);
      return map?.canCreate && map.canWrite;
    });
    if (family.length === 0) return false;
    const rows = readRows(
      this.#sql,
      entityRows,
      'WHERE id IN (SELECT value FROM json_each(?))',
      JSON.stringify(family),
    );
    return rows.some((row) => {
      const kind = row.kind as EntityName;
      const record = JSON.parse(row.canonical) as CanonicalRecord;
      const isWanted = this.#wiring.mapFor(connection.id, kind)?.isWanted(record) ?? false;
      return isWanted && this.#wiring.targetsOf(kind, record).includes(connection);
    });
  }

  #stateTowards(entity: string, connection: string, written: string | null, nowMs: number): ShownStatus[] {
    const wired = this.#wiring.connections.get(connection);
    const kind = kindOf(entity);
    if (!wired || !kind || !this.#wiring.mapFor(connection, kind as EntityName)) return [];
    const link = this.#links.get(entity)?.find((row) => row.connection === connection);
    const hold = this.#holds.get(entity)?.find((row) => row.connection === connection);
    const command = this.#commands.get(entity)?.find((row) => row.connection === connection && row.id !== written);
    const base = {
      system: wired.connector.name,
      counterpart: link?.recordId ?? null,
      link: link?.recordId
        ? wired.connector.recordUrl(wired.settings, { recordType: link.recordType, recordId: link.recordId })
        : null,
      lastMs: link ? Math.max(link.seenMs, 0) : null,
      amounts: null,
    };
    if (hold) {
      const params = JSON.parse(hold.params) as Record<string, string>;
      return [{ ...base, state: 'held', reason: hold.code, params, nextMs: hold.dueMs, owner: hold.owner }];
    }
    if (command) {
      const states: Readonly<Record<string, StatusState>> = {
        waiting: 'waiting',
        uncertain: 'uncertain',
        dead: 'failed',
        held: 'held',
      };
      const state = states[command.state] ?? 'on-its-way';
      const reason = state === 'uncertain' ? 'wait-look' : null;
      return [{ ...base, state, reason, params: null, nextMs: Math.max(command.dueMs, nowMs), owner: null }];
    }
    return link ? [{ ...base, state: 'in-step', reason: null, params: null, nextMs: null, owner: null }] : [];
  }
}

/** Said, so that a page does not go on showing what was true before. */
function notCarriedOver(connection: Connection): ShownStatus {
  const nothing = { counterpart: null, link: null, lastMs: null, nextMs: null, owner: null, amounts: null };
  return { ...nothing, system: connection.connector.name, state: 'ignored', reason: null, params: null };
}

function push<Row>(map: Map<string, Row[]>, key: string, row: Row): void {
  const rows = map.get(key);
  if (rows) rows.push(row);
  else map.set(key, [row]);
}

/** The oldest due marks of one host. */
export function dueMarks(sql: LaneSql, host: string, nowMs: number, limit: number): readonly StatusMark[] {
  return readRows(sql, statusDue, 'WHERE connection = ? AND due_ms <= ? ORDER BY due_ms LIMIT ?', host, nowMs, limit);
}

/** The rows to show for some marks. Several entities on one page give that page's statuses once. */
export function statusesToShow(
  view: StatusView,
  host: string,
  marks: readonly StatusMark[],
  nowMs: number,
): readonly StatusToShow[] {
  const pages = new Map<string, StatusToShow[]>();
  for (const mark of marks) {
    const page = view.pageOf(mark.entity, host);
    if (!page) continue;
    const key = `${page.recordType}|${page.recordId}`;
    if (!pages.has(key))
      pages.set(
        key,
        view.statusesFor(mark.entity, host, nowMs).map((status) => ({ ...page, status })),
      );
  }
  return [...pages.values()].flat();
}
