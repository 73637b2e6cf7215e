// Which of some entities' records are proved to be deleted: what is gone where it is born counts as deleted, and
// nothing is written to a record that is not there.
import type { LaneTransaction } from '../store/lane-store.ts';
import { deletionOf } from './deletions.ts';
import type { Slot } from './nouns.ts';
import { slotOf } from './plan-view.ts';
import type { Wiring } from './wiring.ts';

interface Absence extends Slot {
  readonly kind: string;
  readonly state: string;
}

export class Absences {
  readonly #deleted = new Set<string>();
  readonly #gone = new Set<string>();

  constructor(tx: Pick<LaneTransaction, 'sql'>, wiring: Wiring, entities: readonly string[]) {
    const rows = tx.sql
      .exec(
        `SELECT l.entity AS entity, l.connection AS connection, l.record_type AS recordType, l.part AS part,
           l.kind AS kind, d.state AS state
         FROM links l JOIN deletions d ON d.connection = l.connection AND d.record_type = l.record_type
           AND d.record_id = l.record_id
         WHERE EXISTS (SELECT 1 FROM deletions)
           AND l.entity IN (SELECT value FROM json_each(?)) AND d.state NOT IN ('proved', 'guarded')`,
        JSON.stringify(entities),
      )
      .toArray() as Absence[];
    for (const row of rows) {
      this.#gone.add(slotOf(row));
      const means = deletionOf(wiring, row)?.means ?? 'keep';
      if (row.state === 'acted' && means !== 'keep') this.#deleted.add(row.entity);
    }
  }

  /** Deleted where it is born, with all that follows from it. */
  isDeleted(entity: string): boolean {
    return this.#deleted.has(entity);
  }

  /** The record at a slot is not there. */
  isGone(slot: Slot): boolean {
    return this.#gone.has(slotOf(slot));
  }
}
