// Who looks after a hold, and when they want to see it again. None of it touches what is held.
import { holds } from '../store/lane-schema.ts';
import { readRows } from '../store/rows.ts';
import { tellAudit } from './audit.ts';
import type { LaneCore } from './core.ts';
import { type HoldRow, keepHolds } from './holds.ts';
import { StewardError } from './steward.ts';

/** Whose holds somebody may answer; null = everybody's. */
export type Owners = readonly string[] | null;

export function openHold(core: LaneCore, id: string, owners: Owners): HoldRow {
  const row = readRows(core.store.sql, holds, 'WHERE id = ?', id)[0];
  if (!row) throw new StewardError('hold-not-open', 'This exception is closed already.', 'Nothing needs to be done.');
  refuseForeign(row.owner, owners);
  return row;
}

export function refuseForeign(owner: string, owners: Owners): void {
  if (!owners || owners.includes(owner)) return;
  throw new StewardError('not-allowed', `This waits for ${owner}.`, 'Leave it to them, or ask for their role.');
}

export function assignHold(core: LaneCore, id: string, assignee: string | null, by: string): void {
  const row = openHold(core, id, null);
  core.store.transaction((tx) => {
    keepHolds(tx, [{ ...row, assignee }]);
    tellAudit(core, tx, by, 'hold-assigned', id, { control: row.control, assignee: assignee ?? '' });
  });
}

/** Due times go on: what is put off does not become less urgent. */
export function snoozeHold(core: LaneCore, id: string, untilMs: number | null, reason: string, by: string): void {
  const row = openHold(core, id, null);
  core.store.transaction((tx) => {
    keepHolds(tx, [{ ...row, snoozedMs: untilMs }]);
    const until = untilMs === null ? '' : new Date(untilMs).toISOString();
    tellAudit(core, tx, by, 'hold-snoozed', id, { control: row.control, until, reason });
  });
}
