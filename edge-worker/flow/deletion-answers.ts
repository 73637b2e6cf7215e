// What people say of deletions: of one that somebody is asked about, of a record that vanished from a target, and of
// many at once.

import type { Action } from '../../shared/actions.ts';
import { approvals, deletions, type holds, links } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { readRows, type StoredRow, writeRows } from '../store/rows.ts';
import { tellAudit } from './audit.ts';
import { deletedControl, guardControl, vanishedControl } from './controls.ts';
import type { LaneCore } from './core.ts';
import { act, tellGuard } from './deletions.ts';
import { planIn, planSafely } from './guard.ts';
import { closeHold } from './holds.ts';
import { endLink, type LinkRow } from './links.ts';
import { tellStanding } from './standing.ts';
import { type RecordPlace, readAgain } from './strays.ts';

type HoldRow = StoredRow<typeof holds>;

/** Planned in a transaction of their own, so many at a time. */
const plannedMax = 500;
/** Records said to be deleted by mistake are looked for again for the first time after this. */
const restoredMs = 60_000;

export const deletionControls: ReadonlySet<string> = new Set([deletedControl, vanishedControl, guardControl]);

export function answerDeletion(core: LaneCore, hold: HoldRow, given: Action, by: string, reason: string): void {
  if (hold.control === guardControl) return answerGuard(core, hold, given, by, reason);
  core.store.transaction((tx) => {
    closeHold(tx, hold, by, reason);
    tellAudit(core, tx, by, `hold-${given}`, hold.id, { control: hold.control, entity: hold.entity, reason });
    carryOut(core, tx, hold, given, by, reason);
    planIn(core, tx, [hold.entity]);
  });
}

function carryOut(core: LaneCore, tx: LaneTransaction, hold: HoldRow, given: Action, by: string, reason: string): void {
  const { entity, connection, recordType } = hold;
  const where = 'WHERE entity = ? AND connection = ? AND record_type = ? AND record_id IS NOT NULL';
  const linked = readRows(tx.sql, links, where, entity, connection, recordType);
  if (given !== 'recreate' && given !== 'leave') for (const link of linked) tellStanding(tx, core.wiring, link, null);
  const places = linked.map((link): RecordPlace => ({ connection, recordType, recordId: link.recordId ?? '' }));
  switch (given) {
    case 'withdraw':
      return mark(tx, places, 'acted');
    case 'keep':
      return mark(tx, places, 'left');
    case 'retry':
      // Still gone, it is asked about anew; nothing follows from it meanwhile.
      mark(tx, places, 'proved');
      return readAgain(tx, places);
    case 'recreate':
    case 'leave': {
      for (const link of linked) endLink(tx, link);
      tellLeft(tx, linked);
      forget(tx, places);
      const answered = { entity, connection, control: vanishedControl, hash: '', by, reason, atMs: tx.atMs };
      if (given === 'leave') writeRows(tx.sql, approvals, [{ ...answered, outcome: 'rejected' }], 'replace');
    }
  }
}

/** The system holds nothing of it now. */
function tellLeft(tx: LaneTransaction, linked: readonly LinkRow[]): void {
  const none = { reason: null, params: null, recordId: null, owner: null, nextMs: null };
  for (const { entity, connection, kind } of linked)
    tx.record('statuses', { entity, connection, kind, state: 'ignored', ...none, atMs: tx.atMs });
}

/** Counted no more: whatever comes of it, a person has seen it. */
function mark(tx: LaneTransaction, places: readonly RecordPlace[], state: 'acted' | 'left' | 'proved'): void {
  const rows = places.map(({ connection, recordType, recordId }) => ({ connection, recordType, recordId }));
  writeRows(
    tx.sql,
    deletions,
    rows.map((row) => ({ ...row, provedMs: state === 'proved' ? 0 : tx.atMs, state, counted: 0 })),
    'replace',
  );
}

function forget(tx: LaneTransaction, places: readonly RecordPlace[]): void {
  tx.sql.exec(
    `DELETE FROM deletions WHERE (connection, record_type, record_id) IN
       (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))`,
    JSON.stringify(places.map(({ connection, recordType, recordId }) => [connection, recordType, recordId])),
  );
}

/** Many at once: each has its own effect now, or all wait until they are restored. */
function answerGuard(core: LaneCore, hold: HoldRow, given: Action, by: string, reason: string): void {
  const { connection, recordType } = hold;
  const changed = core.store.transaction((tx) => {
    const where = "WHERE connection = ? AND record_type = ? AND state IN ('guarded', 'awaited')";
    const rows = readRows(tx.sql, deletions, where, connection, recordType);
    const count = String(rows.length);
    tellAudit(core, tx, by, `hold-${given}`, hold.id, { control: guardControl, connection, recordType, count, reason });
    if (given === 'let-through') {
      closeHold(tx, hold, by, reason);
      return act(
        core,
        tx,
        rows.map((row) => ({ ...row, counted: 0 })),
      );
    }
    writeRows(
      tx.sql,
      deletions,
      rows.map((row) => ({ ...row, provedMs: tx.atMs, state: 'awaited' })),
      'replace',
    );
    readAgain(tx, rows, tx.atMs, tx.atMs + restoredMs);
    tellGuard(core, tx, { connection, recordType }, 'awaiting-restoration', { count, connection, recordType });
    return [];
  });
  for (let start = 0; start < changed.length; start += plannedMax)
    planSafely(core, changed.slice(start, start + plannedMax));
}
