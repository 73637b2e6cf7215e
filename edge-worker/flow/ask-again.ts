// What an answer to a hold sets going besides the plan: a record is read again, or a page shown again.
import { type holds, links } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { readRows, type StoredRow } from '../store/rows.ts';
import { showSoon } from './show-soon.ts';
import { type RecordPlace, readAgain } from './strays.ts';
import type { Wiring } from './wiring.ts';

export function askAgain(tx: LaneTransaction, wiring: Wiring, hold: StoredRow<typeof holds>): void {
  if (hold.part === 'read') readAgain(tx, recordsOf(tx, hold));
  if (hold.part === 'read' || hold.part === 'status') showSoon(tx, wiring, new Set([hold.entity]), 0);
}

/** The records a hold is about: those its entity is linked to, or the one it names while nobody claims it. */
function recordsOf(tx: LaneTransaction, { entity, connection, recordType, params }: StoredRow<typeof holds>) {
  const where = 'WHERE entity = ? AND connection = ? AND record_id IS NOT NULL';
  const places = readRows(tx.sql, links, where, entity, connection).map(
    (link): RecordPlace => ({ connection, recordType: link.recordType, recordId: link.recordId ?? '' }),
  );
  const { recordId } = JSON.parse(params) as { recordId?: string };
  return places.length === 0 && recordId ? [{ connection, recordType, recordId }] : places;
}
