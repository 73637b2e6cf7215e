// What is on its way to where it has to stand. A passage is open from the moment its record reaches a state (won,
// approved) until a system of some role holds the record that must follow, as long as work towards it is under way.
import type { EntityName } from '../../shared/entities/_registry.ts';
import type { Role } from '../../shared/entities/entity.ts';
import { passages } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { deleteRows, readRows, writeRows } from '../store/rows.ts';
import { siblingId } from './identity.ts';
import type { CanonicalRecord } from './nouns.ts';
import { unpackProvenance } from './provenance.ts';
import type { Wiring } from './wiring.ts';

interface Passage {
  /** The record that begins it, and the field that says whether it has. */
  readonly from: EntityName;
  readonly field: string;
  readonly isReached: (record: CanonicalRecord) => boolean;
  /** The record that ends it: its sibling of that kind, in a system of that role. */
  readonly to: EntityName;
  readonly role: Role;
}

const isApproved = (record: CanonicalRecord) => record['approval'] === 'approved';

export const passageTable = {
  'deal-to-project': {
    ...{ from: 'deal', field: 'isWon', to: 'project', role: 'psa' },
    isReached: (record) => record['isWon'] === true,
  },
  'deal-to-ledger': {
    ...{ from: 'deal', field: 'isWon', to: 'project', role: 'erp' },
    isReached: (record) => record['isWon'] === true,
  },
  'time-to-ledger': { from: 'time', field: 'approval', isReached: isApproved, to: 'time', role: 'erp' },
  'expense-to-ledger': { from: 'expense', field: 'approval', isReached: isApproved, to: 'expense', role: 'erp' },
  'milestone-to-ledger': {
    ...{ from: 'milestone', field: 'isComplete', to: 'milestone', role: 'erp' },
    isReached: (record) => record['isComplete'] === true,
  },
} as const satisfies Record<string, Passage>;
export type PassageName = keyof typeof passageTable;
export const passageNames = Object.keys(passageTable) as [PassageName, ...PassageName[]];
/** Approved work on its way to the ERP. */
export const postings = ['time-to-ledger', 'expense-to-ledger', 'milestone-to-ledger'] as const;
const passageList = Object.entries(passageTable) as [PassageName, Passage][];

/** Records whose passages have to be looked at when one of these was touched. */
export function beginnersOf(entity: string, kind: EntityName): readonly string[] {
  return passageList.flatMap(([, { from, to }]) => (kind === from || kind === to ? [siblingId(entity, from)] : []));
}

export interface Beginner {
  readonly id: string;
  readonly kind: EntityName;
  readonly record: CanonicalRecord;
  readonly provenance: string;
}

/** One that has come to its end. */
export interface Ended {
  readonly passage: PassageName;
  readonly entity: string;
  readonly sinceMs: number;
}

/** When the state was reached, as its system told; null while it is not. */
export function reachedMs({ kind, record, provenance }: Beginner): number | null {
  const own = passageList.find(([, { from }]) => from === kind)?.[1];
  if (!own?.isReached(record)) return null;
  return unpackProvenance(provenance, Object.keys(record))[own.field]?.at ?? null;
}

/** Opens, ends and forgets the passages of these; `gone` are ids that are no entity any more. Returns what ended. */
export function movePassages(
  tx: LaneTransaction,
  wiring: Wiring,
  beginners: readonly Beginner[],
  gone: readonly string[],
): readonly Ended[] {
  if (beginners.length + gone.length === 0) return [];
  const ids = JSON.stringify([...beginners.map(({ id }) => id), ...gone]);
  const open = new Map(
    readRows(tx.sql, passages, 'WHERE entity IN (SELECT value FROM json_each(?))', ids).map((row) => [
      `${row.passage} ${row.entity}`,
      row,
    ]),
  );
  const places = new Places(tx, wiring, beginners);
  const begun: (typeof passages.$inferInsert)[] = [];
  const over: string[][] = gone.flatMap((id) => passageNames.map((name) => [id, name]));
  const ended: Ended[] = [];
  for (const beginner of beginners) {
    const sinceMs = reachedMs(beginner);
    for (const [passage, { from, to, role }] of passageList) {
      if (from !== beginner.kind) continue;
      const there = open.get(`${passage} ${beginner.id}`);
      const target = siblingId(beginner.id, to);
      const isHeld = places.isLinked(target, role);
      if (there && sinceMs !== null && isHeld) ended.push({ passage, entity: beginner.id, sinceMs: there.sinceMs });
      const isOpen = sinceMs !== null && !isHeld && places.isUnderWay(target, role);
      if (there && !isOpen) over.push([beginner.id, passage]);
      else if (!there && isOpen) begun.push({ passage, entity: beginner.id, sinceMs: sinceMs ?? tx.atMs });
      // Approved, taken back and approved again: it counts from the last time.
      else if (there && sinceMs !== null && sinceMs > there.sinceMs) begun.push({ ...there, sinceMs });
    }
  }
  deleteRows(tx.sql, passages, over);
  writeRows(tx.sql, passages, begun, 'replace');
  return ended;
}

/** Where the records that end passages stand, and where work towards them is under way. */
class Places {
  readonly #roles: ReadonlyMap<string, readonly Role[]>;
  readonly #linked = new Set<string>();
  readonly #underWay = new Set<string>();

  constructor(tx: LaneTransaction, wiring: Wiring, beginners: readonly Beginner[]) {
    this.#roles = new Map([...wiring.connections.values()].map(({ id, roles }) => [id, roles]));
    const targets = beginners.flatMap(({ id, kind }) =>
      passageList.flatMap(([, { from, to }]) => (from === kind ? [siblingId(id, to)] : [])),
    );
    const wanted = JSON.stringify([...new Set(targets)]);
    const of = 'entity IN (SELECT value FROM json_each(?1))';
    const rows = tx.sql
      .exec(
        `SELECT entity, connection, 1 AS linked FROM links
           WHERE ${of} AND record_id IS NOT NULL AND coalesce(given, '') != 'withdrawn'
         UNION SELECT entity, connection, 0 FROM commands WHERE ${of}
         UNION SELECT entity, connection, 0 FROM holds WHERE ${of}`,
        wanted,
      )
      .toArray() as { entity: string; connection: string; linked: number }[];
    for (const { entity, connection, linked } of rows) {
      const set = linked === 1 ? this.#linked : this.#underWay;
      for (const role of this.#roles.get(connection) ?? []) set.add(`${role} ${entity}`);
    }
  }

  isLinked(entity: string, role: Role): boolean {
    return this.#linked.has(`${role} ${entity}`);
  }

  isUnderWay(entity: string, role: Role): boolean {
    return this.#underWay.has(`${role} ${entity}`);
  }
}
