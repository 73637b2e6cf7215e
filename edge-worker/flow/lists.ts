// Short lists that a control looks at as a whole: a ledger's periods, its companies. Read once per run.
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import type { LaneSql } from '../store/rows.ts';
import type { CanonicalRecord } from './nouns.ts';

export class Lists {
  readonly #sql: LaneSql;
  readonly #known = new Map<string, readonly CanonicalRecord[]>();

  constructor(sql: LaneSql) {
    this.#sql = sql;
  }

  /** All of a kind, as a connection has them. */
  every(kind: EntityName, connection: string): readonly CanonicalRecord[] {
    const key = `${kind} ${connection}`;
    const known = this.#known.get(key);
    if (known) return known;
    const { prefix } = entities[kind];
    const found = this.#sql.exec(
      `SELECT canonical FROM entities WHERE id BETWEEN ?1 || '_' AND ?1 || '_~' AND EXISTS (
         SELECT 1 FROM links WHERE entity = id AND connection = ?2 AND record_id IS NOT NULL)`,
      prefix,
      connection,
    );
    const rows = found.toArray() as { canonical: string }[];
    const list = rows.map((row) => JSON.parse(row.canonical) as CanonicalRecord);
    this.#known.set(key, list);
    return list;
  }
}
