// Ranked candidates: entities without a record on a connection that an unclaimed record there may be, the likeliest
// first. The work is bounded: only records with a mark in common are compared, and marks that many have count for none.
import type { EntityName } from '../../shared/entities/_registry.ts';
import type { LaneSql } from '../store/rows.ts';
import { compare, isCompared, type Likely, likelyFrom, marksOf } from './likeness.ts';
import type { CanonicalRecord } from './nouns.ts';

export interface Ranked extends Likely {
  readonly entity: string;
}

/** A mark that more entities have than this tells nothing. */
const crowdMax = 60;
/** Comparisons for one record. */
const comparedMax = 300;
/** Shown of one record. */
const rankedMax = 5;
/** Entities that are looked at; above it the newest ones are left to their business keys. */
const entitiesMax = 50_000;

export class Ranking {
  readonly #kind: EntityName;
  readonly #records = new Map<string, CanonicalRecord>();
  readonly #byMark = new Map<string, string[]>();

  constructor(sql: LaneSql, connection: string, recordType: string, kind: EntityName) {
    this.#kind = kind;
    if (!isCompared(kind)) return;
    for (const { id, canonical } of unlinked(sql, connection, recordType, kind)) {
      const record = JSON.parse(canonical) as CanonicalRecord;
      this.#records.set(id, record);
      for (const mark of marksOf(kind, record)) {
        const known = this.#byMark.get(mark);
        if (known) known.push(id);
        else this.#byMark.set(mark, [id]);
      }
    }
  }

  of(record: CanonicalRecord): readonly Ranked[] {
    const near = new Set<string>();
    for (const mark of marksOf(this.#kind, record)) {
      const ids = this.#byMark.get(mark) ?? [];
      if (ids.length > crowdMax) continue;
      for (const id of ids) if (near.size < comparedMax) near.add(id);
    }
    return [...near]
      .map((entity) => ({ entity, ...compare(this.#kind, record, this.#records.get(entity) ?? {}) }))
      .filter(({ score }) => score >= likelyFrom)
      .sort((a, b) => b.score - a.score || (a.entity < b.entity ? -1 : 1))
      .slice(0, rankedMax);
  }
}

/** Without a record there and none on its way; what was merged into another is that one. */
function unlinked(sql: LaneSql, connection: string, recordType: string, kind: EntityName) {
  return sql
    .exec(
      `SELECT e.id AS id, e.canonical AS canonical FROM entities e WHERE e.kind = ?1
         AND NOT EXISTS (SELECT 1 FROM links l WHERE l.entity = e.id AND l.connection = ?2 AND l.record_type = ?3
           AND l.record_id IS NOT NULL)
         AND NOT EXISTS (SELECT 1 FROM commands c WHERE c.entity = e.id AND c.connection = ?2 AND c.record_type = ?3
           AND c.is_create = 1 AND c.state IN ('due', 'uncertain'))
         AND NOT EXISTS (SELECT 1 FROM aliases a WHERE a.entity = e.id)
       ORDER BY e.id LIMIT ?4`,
      kind,
      connection,
      recordType,
      entitiesMax,
    )
    .toArray() as { id: string; canonical: string }[];
}
