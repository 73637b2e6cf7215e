// Everything a plan looks at, loaded for all its entities in a handful of statements: rows, references, links, open
// commands, holds, answers.
import type { EntityName } from '../../shared/entities/_registry.ts';
import { type Money, moneyOf } from '../../shared/money.ts';
import { billedLines, commands, entityRows, links, purchaseOrders } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { type LaneSql, type RowOf, readRows, type StoredRow } from '../store/rows.ts';
import { billsOf } from './billing.ts';
import { openRecordsOf } from './decisions.ts';
import { GivenAnswers } from './given-answers.ts';
import { type HoldRow, holdsOf } from './holds.ts';
import { keysOf, kindOf } from './identity.ts';
import type { LinkRow } from './links.ts';
import { Lists } from './lists.ts';
import { referencePaths } from './mapping.ts';
import type { CanonicalRecord, Consumption, Slot } from './nouns.ts';

export type EntityRow = StoredRow<typeof entityRows>;
export type CommandRow = StoredRow<typeof commands>;

export const slotOf = (slot: Slot) => `${slot.entity}|${slot.connection}|${slot.recordType}|${slot.part}`;

/** References are followed this far: a time entry, its project, its contract. */
const referenceDepth = 3;

export class PlanView {
  readonly rows = new Map<string, EntityRow>();
  readonly records = new Map<string, CanonicalRecord>();
  readonly commands = new Map<string, CommandRow[]>();
  readonly links = new Map<string, LinkRow>();
  readonly holds: Map<string, HoldRow>;
  readonly answers: GivenAnswers;
  readonly lists: Lists;
  readonly #twins = new Map<string, readonly string[]>();
  readonly #mates = new Map<string, Set<string>>();
  readonly #coming = new Set<string>();
  readonly #used = new Map<string, { readonly minor: bigint; readonly currency: string }>();
  readonly movedOrders = new Set<string>();
  readonly #billed = new Map<string, string>();
  readonly #linked = new Map<string, LinkRow[]>();
  /** Slots that hold commands, by entity and connection. */
  readonly #slots = new Map<string, Set<string>>();

  constructor(tx: LaneTransaction, planned: readonly string[]) {
    this.lists = new Lists(tx.sql);
    this.#loadEntities(tx.sql, planned);
    const known = JSON.stringify([...this.rows.keys()]);
    for (const row of readRows(tx.sql, links, 'WHERE entity IN (SELECT value FROM json_each(?))', known))
      this.addLink(row);
    for (const row of readRows(tx.sql, commands, 'WHERE entity IN (SELECT value FROM json_each(?))', known))
      this.setCommands(slotOf(row), [...(this.commands.get(slotOf(row)) ?? []), row]);
    this.holds = holdsOf(tx.sql, planned);
    this.answers = new GivenAnswers(tx.sql, known);
    this.#loadTwins(tx.sql, planned);
    this.#loadConsumed(tx.sql);
    this.#loadBilled(tx.sql, planned);
  }

  #loadEntities(sql: LaneSql, planned: readonly string[]): void {
    let wanted = [...new Set(planned)];
    for (let depth = 0; depth <= referenceDepth && wanted.length > 0; depth++) {
      const next = new Set<string>();
      const where = 'WHERE id IN (SELECT value FROM json_each(?))';
      for (const row of readRows(sql, entityRows, where, JSON.stringify(wanted))) {
        const record = JSON.parse(row.canonical) as CanonicalRecord;
        this.rows.set(row.id, row);
        this.records.set(row.id, record);
        for (const id of referencesIn(row.kind as EntityName, record)) if (!this.rows.has(id)) next.add(id);
      }
      wanted = [...next].filter((id) => !this.rows.has(id));
    }
  }

  addLink(row: LinkRow): void {
    this.links.set(slotOf(row), row);
    const key = `${row.entity}|${row.connection}`;
    this.#linked.set(key, [...(this.#linked.get(key) ?? []).filter((known) => slotOf(known) !== slotOf(row)), row]);
  }

  /** The record id of an entity on a connection; null while there is none. */
  recordIdOf(entity: string, connection: string): string | null {
    return this.#linked.get(`${entity}|${connection}`)?.find((row) => row.recordId !== null)?.recordId ?? null;
  }

  /** Whether an open command will make the link of an entity on a connection. */
  isOnItsWay(entity: string, connection: string): boolean {
    for (const slot of this.#slots.get(`${entity}|${connection}`) ?? []) {
      if (this.commands.get(slot)?.some((row) => row.state !== 'held' && row.state !== 'dead')) return true;
    }
    return false;
  }

  setCommands(slot: string, rows: CommandRow[]): void {
    this.commands.set(slot, rows);
    for (const { entity, connection } of rows) {
      const key = `${entity}|${connection}`;
      this.#slots.set(key, (this.#slots.get(key) ?? new Set()).add(slot));
    }
  }

  /** Records there that carry the same business key, of others or nobody's, and those that may be its own. */
  twinsOf(entity: string, connection: string): readonly string[] {
    return (this.#twins.get(entity) ?? []).filter((twin) => twin.startsWith(`${connection}|`));
  }

  /** The same for records that are not there yet but granted: of two that were entered together only one may pass. */
  twinsComing(entity: string, connection: string, recordType: string): readonly string[] {
    const isComing = (mate: string) => {
      const slot = slotOf({ entity: mate, connection, recordType, part: '' });
      const open = this.commands.get(slot);
      return open ? open.some(isGrantedCreate) : this.#coming.has(slot);
    };
    const mates = this.#mates.get(entity) ?? [];
    return [...mates].some(isComing) ? [`${connection}|${recordType} on its way`] : [];
  }

  /** What granted content has used of a contract's purchase order, without what `own` already took. */
  consumed(contract: string, own: Consumption | null): Money | null {
    const used = this.#used.get(contract);
    if (!used) return null;
    const taken = own?.contract === contract ? BigInt(own.amountMinor) : 0n;
    return moneyOf(used.minor - taken, used.currency);
  }

  /** Books the difference between what an entity took and takes now. Returns the contracts whose totals moved. */
  book(before: Consumption | null, after: Consumption | null): void {
    if (before) this.#add(before, -BigInt(before.amountMinor));
    if (after) this.#add(after, BigInt(after.amountMinor));
  }

  #add(consumption: Consumption, minor: bigint): void {
    const used = this.#used.get(consumption.contract) ?? { minor: 0n, currency: consumption.currency };
    this.#used.set(consumption.contract, { minor: used.minor + minor, currency: used.currency });
    this.movedOrders.add(consumption.contract);
  }

  /** The totals that moved, as rows. */
  orderRows(): RowOf<typeof purchaseOrders>[] {
    return [...this.movedOrders].map((contract) => {
      const used = this.#used.get(contract) as { minor: bigint; currency: string };
      return { contract, usedMinor: String(used.minor), currency: used.currency };
    });
  }

  #loadTwins(sql: LaneSql, planned: readonly string[]): void {
    for (const [id, twin] of openRecordsOf(sql, planned)) this.#twins.set(id, [...(this.#twins.get(id) ?? []), twin]);
    const keys = new Map<string, string[]>();
    for (const id of planned) {
      const record = this.records.get(id);
      const kind = kindOf(id);
      if (record && kind) for (const key of keysOf(kind, record)) keys.set(key, [...(keys.get(key) ?? []), id]);
    }
    if (keys.size === 0) return;
    const picked = JSON.stringify([...keys.keys()]);
    this.#loadMates(sql, keys, picked);
    const found = sql
      .exec(
        `SELECT key, entity, connection || '|' || record_type || '|' || record_id AS twin
         FROM business_keys JOIN links USING (entity) WHERE key IN (SELECT value FROM json_each(?1))
         AND record_id IS NOT NULL
         UNION SELECT key, '', connection || '|' || record_type || '|' || record_id
         FROM stray_keys WHERE key IN (SELECT value FROM json_each(?1)) ORDER BY twin`,
        picked,
      )
      .toArray() as { key: string; entity: string; twin: string }[];
    for (const row of found) {
      for (const id of keys.get(row.key) ?? []) {
        const known = this.#twins.get(id) ?? [];
        if (id !== row.entity && !known.includes(row.twin)) this.#twins.set(id, [...known, row.twin]);
      }
    }
  }

  /** Entities with a key in common, of this run and of those whose create is under way. */
  #loadMates(sql: LaneSql, keys: ReadonlyMap<string, readonly string[]>, picked: string): void {
    const coming = sql
      .exec(
        `SELECT b.key AS key, c.entity AS entity, c.connection AS connection,
           c.record_type AS recordType, c.part AS part
         FROM business_keys b JOIN commands c ON c.entity = b.entity
         WHERE b.key IN (SELECT value FROM json_each(?))
           AND c.is_create = 1 AND c.state IN ('due', 'uncertain', 'waiting')`,
        picked,
      )
      .toArray() as (Slot & { readonly key: string })[];
    for (const row of coming) this.#coming.add(slotOf(row));
    const sharing = new Map([...keys].map(([key, ids]) => [key, new Set(ids)] as const));
    for (const row of coming) sharing.get(row.key)?.add(row.entity);
    for (const ids of sharing.values()) {
      if (ids.size < 2) continue;
      for (const id of ids) {
        const mates = this.#mates.get(id) ?? new Set();
        for (const mate of ids) if (mate !== id) mates.add(mate);
        this.#mates.set(id, mates);
      }
    }
  }

  /** Totals of the contracts in sight, and of those that anything planned still takes from. */
  #loadConsumed(sql: LaneSql): void {
    const taken = [...this.links.values()].flatMap((link) =>
      link.consumption ? [(JSON.parse(link.consumption) as Consumption).contract] : [],
    );
    const contracts = JSON.stringify(
      [...new Set([...this.rows.keys(), ...taken])].filter((id) => kindOf(id) === 'contract'),
    );
    for (const row of readRows(sql, purchaseOrders, 'WHERE contract IN (SELECT value FROM json_each(?))', contracts)) {
      this.#used.set(row.contract, { minor: BigInt(row.usedMinor), currency: row.currency });
    }
  }

  /** Which invoice has billed the sources that the planned records bill, and the planned records themselves. */
  #loadBilled(sql: LaneSql, planned: readonly string[]): void {
    const sources = planned.flatMap((id) => [id, ...billsOf(id, this.records.get(id)).map((bill) => bill.source)]);
    const rows = readRows(
      sql,
      billedLines,
      'WHERE source IN (SELECT value FROM json_each(?))',
      JSON.stringify(sources),
    );
    for (const row of rows) this.#billed.set(row.source, row.invoice);
    const own = new Set(planned);
    const bills = rows.filter((row) => own.has(row.source) && !this.records.has(row.invoice));
    if (bills.length === 0) return;
    const where = 'WHERE id IN (SELECT value FROM json_each(?))';
    for (const row of readRows(sql, entityRows, where, JSON.stringify(bills.map((bill) => bill.invoice))))
      this.records.set(row.id, JSON.parse(row.canonical) as CanonicalRecord);
  }

  /** The invoice that bills an entity; null while none does. */
  billedBy(entity: string): string | null {
    return this.#billed.get(entity) ?? null;
  }

  /** Sources this entity bills that another one has billed. */
  billedElsewhere(entity: string): readonly string[] {
    return billsOf(entity, this.records.get(entity)).flatMap(({ source }) => {
      const by = this.#billed.get(source);
      return by !== undefined && by !== entity ? [source] : [];
    });
  }

  /** An entity's own value, or that of the nearest entity it refers to: a time entry is routed by its project. */
  valueNear(entity: string, field: string): unknown {
    for (const id of [entity, ...this.around(entity)]) {
      const value = this.records.get(id)?.[field];
      if (value !== null && value !== undefined) return value;
    }
    return null;
  }

  /** The entities one refers to, directly or through another, nearest first. */
  around(entity: string): readonly string[] {
    const found = new Set<string>([entity]);
    for (const id of found) {
      const kind = kindOf(id);
      const record = this.records.get(id);
      if (kind && record) for (const next of referencesIn(kind, record)) if (this.records.has(next)) found.add(next);
    }
    found.delete(entity);
    return [...found];
  }
}

function isGrantedCreate(row: CommandRow): boolean {
  return row.isCreate === 1 && (row.state === 'due' || row.state === 'uncertain' || row.state === 'waiting');
}

function* referencesIn(kind: EntityName, record: CanonicalRecord): Generator<string> {
  for (const path of referencePaths(kind)) {
    const value = record[path.field];
    if (path.inner === null) {
      if (typeof value === 'string') yield value;
    } else if (Array.isArray(value)) {
      for (const element of value as readonly Record<string, unknown>[]) {
        const id = element[path.inner];
        if (typeof id === 'string') yield id;
      }
    }
  }
}
