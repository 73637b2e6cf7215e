// Rows that D1 would not take: each is kept in the lane and has a hold with an owner, until D1 takes it or a person
// lets it go.

import type { GuiltyRow } from '../store/flush.ts';
import { type FlushRows, type RecordTable, recordTables } from '../store/flush-rows.ts';
import { flushLog } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { deleteRows, readRows, shapeOf } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { raiseHold } from './holds.ts';
import { kindOf } from './identity.ts';
import type { Slot } from './nouns.ts';

/** One slot per table and entity; rows without an entity share the table's. */
export function guiltySlot(table: RecordTable, row: readonly unknown[]): Slot {
  const entity = row[shapeOf(recordTables[table].table).properties.indexOf('entity')];
  return {
    entity: typeof entity === 'string' ? entity : table,
    connection: 'record',
    recordType: table,
    part: 'flush',
  };
}

export function tellGuilty(core: LaneCore, tx: LaneTransaction, guilty: readonly GuiltyRow[]): void {
  for (const { table, row, problem } of guilty) {
    core.ports.log('row-kept-back', { table, problem, vital: recordTables[table].isVital ? 1 : 0 });
    const slot = guiltySlot(table, row);
    raiseHold(tx, core.ports.makeId, {
      ...slot,
      kind: kindOf(slot.entity) ?? 'customer',
      control: 'poison-row',
      owner: 'operator',
      code: 'poison-row',
      params: { table, problem },
      hash: '',
      dueMinutes: 60,
    });
  }
}

/** A person's answer: sent once more with the next flush, or let go of. */
export function answerGuilty(tx: LaneTransaction, slot: Slot, isLetGo: boolean): void {
  for (const entry of readRows(tx.sql, flushLog, 'WHERE run = 0')) {
    const [[table, rows] = []] = Object.entries(JSON.parse(entry.rows) as FlushRows) as [RecordTable, unknown[][]][];
    const row = rows?.[0];
    if (
      table === undefined ||
      row === undefined ||
      table !== slot.recordType ||
      guiltySlot(table, row).entity !== slot.entity
    )
      continue;
    if (isLetGo) deleteRows(tx.sql, flushLog, [[entry.seq]]);
    else tx.release(entry.seq);
  }
}
