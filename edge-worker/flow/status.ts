// What a record page shows: per other system one state with its reason, owner and counterpart, made from what the lane
// holds right now.

import { canonicalJson } from '../../shared/canonical-json.ts';
import type { EntityName } from '../../shared/entities/_registry.ts';
import { checkSystem, type ShownReason, type ShownStatus, type StatusState } from '../../shared/wire/status.ts';
import { checks, commands, entityRows, holds, links } from '../store/lane-schema.ts';
import { type LaneSql, readColumns, readRows, type StoredRow } from '../store/rows.ts';
import { Absences } from './absences.ts';
import { deletedControl, withdrawn } from './controls.ts';
import { figuresInWords } from './figures.ts';
import { placeOfHold } from './govern.ts';
import { isOlder, kindOf, siblingId } from './identity.ts';
import { reasonOfWait } from './kept-back.ts';
import { LeftPages, statusesWhenLeft } from './left-pages.ts';
import { type LinkRow, lastReadMs } from './links.ts';
import type { CanonicalRecord } from './nouns.ts';
import { shownMs } from './trial.ts';
import type { Connection, Former, Wiring } from './wiring.ts';

const linkColumns = ['entity', 'connection', 'recordType', 'recordId', 'seenMs', 'given'] as const;
type PageLink = Pick<LinkRow, (typeof linkColumns)[number]>;
const commandColumns = ['entity', 'connection', 'id', 'state', 'dueMs', 'waits'] as const;
type OpenCommand = Pick<StoredRow<typeof commands>, (typeof commandColumns)[number]>;
type HoldRow = StoredRow<typeof holds>;

/** The worst state of a family of entities is the one its page shows. */
const worstFirst: readonly StatusState[] = [
  'failed',
  'held',
  'uncertain',
  'waiting',
  'on-its-way',
  'ignored',
  'in-step',
];

/** Of two that are in the same state, one that says why comes first. */
const byUrgency = (a: ShownStatus, b: ShownStatus): number =>
  worstFirst.indexOf(a.state) - worstFirst.indexOf(b.state) || Number(a.reason === null) - Number(b.reason === null);

/** Whose row of a page the figures stand in, if it has one. */
const figureSeats = ['erp', 'billing', 'psa', 'crm'] as const;

/** Everything the statuses of some entities rest on, loaded in a statement per table. */
export class StatusView {
  readonly #sql: LaneSql;
  readonly #wiring: Wiring;
  readonly #family: string;
  readonly #links = new Map<string, PageLink[]>();
  readonly #absences: Absences;
  readonly #left: LeftPages;
  readonly #commands = new Map<string, OpenCommand[]>();
  readonly #holds = new Map<string, HoldRow[]>();
  readonly #checks = new Map<string, StoredRow<typeof checks>[]>();
  #records: ReadonlyMap<string, string> | null = null;
  #figures: ReadonlyMap<string, Readonly<Record<string, string>>> | null = null;

  constructor(sql: LaneSql, wiring: Wiring, entities: readonly string[]) {
    this.#sql = sql;
    this.#wiring = wiring;
    this.#left = new LeftPages(sql, entities);
    const named = [...entities, ...this.#left.standing];
    const family = [...new Set(named.flatMap((entity) => this.#familyOf(entity)))];
    this.#family = JSON.stringify(family);
    this.#absences = new Absences({ sql }, wiring, family);
    const where = 'WHERE entity IN (SELECT value FROM json_each(?))';
    const isLinked = `${where} AND record_id IS NOT NULL`;
    for (const row of readColumns(sql, links, linkColumns, isLinked, this.#family)) push(this.#links, row.entity, row);
    for (const row of readColumns(sql, commands, commandColumns, where, this.#family))
      push(this.#commands, row.entity, row);
    for (const row of readRows(sql, checks, where, this.#family)) push(this.#checks, row.entity, row);
    const isOfContent = `${where} AND part <> 'status'`;
    for (const row of readRows(sql, holds, isOfContent, this.#family)) push(this.#holds, row.entity, row);
  }

  #familyOf(entity: string): readonly string[] {
    const kind = kindOf(entity);
    return kind ? this.#wiring.familyOf(kind).map((member) => siblingId(entity, member)) : [entity];
  }

  /** The record of an entity on a host, or one that a merge has left: where its page is. What was deleted has none. */
  pageOf(entity: string, host: string): { recordType: string; recordId: string } | null {
    const link = this.#links.get(entity)?.find((row) => row.connection === host);
    const isThere = link?.recordId && !this.#absences.isGone({ ...link, part: '' });
    if (isThere) return { recordType: link.recordType, recordId: link.recordId as string };
    const left = this.#left.at(entity, host);
    return left && { recordType: left.recordType, recordId: left.recordId };
  }

  /** What people call an entity, with its record on a host. */
  #nameAt(entity: string, host: string): string {
    const { name } = JSON.parse(this.#canonicalOf(entity) ?? '{}') as { readonly name?: string };
    const recordId = this.pageOf(entity, host)?.recordId ?? entity;
    return name ? `${name} (${recordId})` : recordId;
  }

  /**
   * One status per other connection for a page on `host`. `written` = the host's own command that is being sent right
   * now.
   */
  statusesFor(entity: string, host: string, nowMs: number, written: string | null = null): readonly ShownStatus[] {
    const left = this.#left.at(entity, host);
    if (left) return statusesWhenLeft(this.statusesFor(left.entity, host, nowMs), this.#nameAt(left.entity, host));
    const shown: ShownStatus[] = [];
    for (const connection of this.#wiring.connections.values()) {
      if (connection.id === host) continue;
      if (connection.state === 'ending') {
        shown.push(takenAway(connection));
        continue;
      }
      const states = this.#familyOf(entity).flatMap((member) =>
        this.#stateTowards(member, connection.id, written, nowMs),
      );
      const worst = states.sort(byUrgency)[0];
      if (worst) shown.push(worst);
      else if (this.#isLeftOut(entity, connection)) shown.push(notCarriedOver(connection));
    }
    shown.push(...this.#former(entity, shown));
    return [...this.#withFigures(entity, host, shown), ...this.#checkOf(entity, host, nowMs)];
  }

  /** Systems that were taken away since the entity is known: their last word must not stand there for ever. */
  #former(entity: string, shown: readonly ShownStatus[]): ShownStatus[] {
    const known = new Set(shown.map(({ system }) => system));
    const carried = ({ connector, endedAt }: Former) =>
      this.#familyOf(entity).some((member) => {
        const kind = kindOf(member);
        return kind !== null && connector.maps[kind] !== undefined && isOlder(member, endedAt);
      });
    return this.#wiring.former.filter((one) => !known.has(one.connector.name) && carried(one)).map(takenAway);
  }

  /** The figures of a project stand in one place of its pages: beside what the ledger says, or the nearest to it. */
  #withFigures(entity: string, host: string, shown: readonly ShownStatus[]): readonly ShownStatus[] {
    const page = this.pageOf(entity, host);
    const types = this.#wiring.connections.get(host)?.connector.showsFigures ?? [];
    if (page === null || !types.includes(page.recordType)) return shown;
    const amounts = this.#figuresOf(siblingId(entity, 'project'));
    if (amounts === null) return shown;
    const systems = figureSeats.flatMap((role) =>
      [...this.#wiring.connections.values()].filter((one) => one.id !== host && one.roles.includes(role)),
    );
    const place = systems
      .map(({ connector }) => connector.name)
      .find((name) => shown.some((one) => one.system === name));
    return shown.map((status) => (status.system === place ? { ...status, amounts } : status));
  }

  /** Read when the first page asks for it, and then for all pages at once. */
  #figuresOf(project: string): Readonly<Record<string, string>> | null {
    if (this.#figures === null) {
      const projects = (JSON.parse(this.#family) as string[]).filter((id) => kindOf(id) === 'project');
      this.#figures = figuresInWords(this.#sql, projects);
    }
    return this.#figures.get(project) ?? null;
  }

  /** The answer to somebody who asked on this page whether the record would pass. */
  #checkOf(entity: string, host: string, nowMs: number): ShownStatus[] {
    const rows = this.#familyOf(entity).flatMap((member) => this.#checks.get(member) ?? []);
    const row = rows.find((one) => one.connection === host && nowMs - one.atMs < shownMs);
    if (!row) return [];
    const reasons = JSON.parse(row.reasons) as readonly ShownReason[];
    const [first] = reasons;
    const answer = first
      ? { state: 'would-be-held' as const, reason: first.code, params: first.params, owner: first.owner }
      : { state: 'would-pass' as const, reason: null, params: null, owner: null };
    const nothing = { counterpart: null, link: null, nextMs: null, amounts: null };
    return [{ ...answer, ...nothing, system: checkSystem, reasons, lastMs: row.atMs }];
  }

  /** Whether a system would hold it and yet does not: rejected by a person, or taken back at its source. */
  #isLeftOut(entity: string, connection: Connection): boolean {
    const family = this.#familyOf(entity).filter((member) => {
      const kind = kindOf(member);
      const map = kind && this.#wiring.mapFor(connection.id, kind);
      return map?.canCreate && map.canWrite && !this.#wiring.isUnwanted(member, connection.id);
    });
    return family.some((member) => {
      const kind = kindOf(member);
      const canonical = this.#canonicalOf(member);
      if (!kind || canonical === undefined) return false;
      const record = JSON.parse(canonical) as CanonicalRecord;
      const isWanted = this.#wiring.mapFor(connection.id, kind)?.isWanted(record) ?? false;
      return isWanted && this.#wiring.targetsOf(kind, record).includes(connection);
    });
  }

  /** Read when the first page asks for it, and then for all pages at once. */
  #canonicalOf(entity: string): string | undefined {
    const where = 'WHERE id IN (SELECT value FROM json_each(?))';
    this.#records ??= new Map(
      readColumns(this.#sql, entityRows, ['id', 'canonical'], where, this.#family).map((row) => [
        row.id,
        row.canonical,
      ]),
    );
    return this.#records.get(entity);
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
      lastMs: link ? lastReadMs(link) : null,
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
      const nextMs = Math.max(command.dueMs, nowMs);
      const why = state === 'waiting' ? this.#keptBackBy(command) : null;
      if (why) return [{ ...base, state, ...why, nextMs }];
      const reason = state === 'uncertain' ? 'wait-look' : null;
      return [{ ...base, state, reason, params: null, nextMs, owner: null }];
    }
    if (!link) return [];
    const reason = this.#absences.isGone({ ...link, part: '' }) ? deletedControl : withdrawn;
    const isOver = link.given === withdrawn || reason === deletedControl;
    const end = isOver ? ({ state: 'ignored', reason } as const) : inStep;
    return [{ ...base, ...end, params: null, nextMs: null, owner: null }];
  }

  /** What a command waits for, if that is held because something is missing in it. */
  #keptBackBy({ waits }: OpenCommand): Pick<ShownStatus, 'reason' | 'params' | 'owner'> | null {
    const awaited: readonly string[] = waits === null ? [] : JSON.parse(waits);
    const keepers = awaited.filter((id) => this.#holds.get(id)?.some(({ control }) => placeOfHold(control) !== ''));
    if (keepers.length === 0) return null;
    const { code, params, owner } = reasonOfWait(keepers, (id) => JSON.parse(this.#canonicalOf(id) ?? '{}'));
    return { reason: code, params, owner };
  }
}

const inStep = { state: 'in-step', reason: null } as const;

/** Said, so that a page does not go on showing what was true before. */
function notCarriedOver(connection: Connection): ShownStatus {
  const nothing = { counterpart: null, link: null, lastMs: null, nextMs: null, owner: null, amounts: null };
  return { ...nothing, system: connection.connector.name, state: 'ignored', reason: null, params: null };
}

function takenAway(connection: Connection): ShownStatus {
  return { ...notCarriedOver(connection), reason: 'disconnected' };
}

/** Whether two lists of statuses read alike; when they were true is of no account. */
export function sayTheSame(one: readonly ShownStatus[], other: readonly ShownStatus[]): boolean {
  const plain = (list: readonly ShownStatus[]) => list.map((status) => ({ ...status, lastMs: null, nextMs: null }));
  return canonicalJson(plain(one)) === canonicalJson(plain(other));
}

function push<Row>(map: Map<string, Row[]>, key: string, row: Row): void {
  const rows = map.get(key);
  if (rows) rows.push(row);
  else map.set(key, [row]);
}
