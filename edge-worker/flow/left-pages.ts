// Pages of records that a merge has left: each names the record that stands for it from then on, in its row for every
// system, so that none goes on saying what was true before.
import { checkSystem, type ShownStatus } from '../../shared/wire/status.ts';
import { leftRecords } from '../store/lane-schema.ts';
import { type LaneSql, readRows, type StoredRow } from '../store/rows.ts';

type LeftRow = StoredRow<typeof leftRecords>;

export const leftByMerge = 'left-by-merge';

export class LeftPages {
  readonly #rows = new Map<string, LeftRow>();
  /** The entities that stand for them. */
  readonly standing: readonly string[];

  /** `entities` may be names that pages are marked under. */
  constructor(sql: LaneSql, entities: readonly string[]) {
    const where = 'WHERE former IN (SELECT value FROM json_each(?))';
    const rows = readRows(sql, leftRecords, where, JSON.stringify(entities));
    for (const row of rows) this.#rows.set(`${row.former} ${row.connection}`, row);
    this.standing = rows.map((row) => row.entity);
  }

  at(entity: string, host: string): LeftRow | null {
    return this.#rows.get(`${entity} ${host}`) ?? null;
  }
}

/** Made from the statuses of the record that stands for it, so that its counterparts can be opened from here too. */
export function statusesWhenLeft(standing: readonly ShownStatus[], into: string): readonly ShownStatus[] {
  const left = { state: 'ignored', reason: leftByMerge, params: { into }, owner: null, nextMs: null } as const;
  return standing.flatMap((status) => (status.system === checkSystem ? [] : [{ ...status, ...left, amounts: null }]));
}
