// The hourly sweep: deletions that no script saw become rows of the outbox; rows sent long ago are cleared.
import * as record from 'N/record';
import * as runtime from 'N/runtime';
import { nowMs, nowText } from './clock.ts';
import { type Deletion, deletionsSince } from './deletions.ts';
import { noteChange, outboxFields, outboxType } from './outbox.ts';
import { changeSettings, readSettings, type Settings } from './settings.ts';
import { marks, select } from './suiteql.ts';

const dayMs = 86_400_000;
const sentKeptMs = 7 * dayMs;
/** They prove a deletion to the hub when it asks for the record. */
const deletionsKeptMs = 90 * dayMs;
/** While no hub listens rows are of no use: a first load reads everything anew. */
const unsentKeptMs = 30 * dayMs;
const idsPerQuestion = 500;
/** Our own cleared rows are in the trace as well, and there may be thousands of them. */
const deletionPagesMax = 60;
const pageRows = 1000;
const noteUnits = 6;
const clearUnits = 4;
const reserveUnits = 200;

const hasUnits = (units: number) => runtime.getCurrentScript().getRemainingUsage() > units + reserveUnits;

export function sweep(): void {
  const settings = readSettings();
  if (settings?.state === 'connected') noteDeletions(settings);
  clearRows(`${outboxFields.sent} = 'T' AND ${outboxFields.kind} = 'changed'`, sentKeptMs);
  clearRows(`${outboxFields.sent} = 'T' AND ${outboxFields.kind} = 'deleted'`, deletionsKeptMs);
  if (settings?.state !== 'connected') clearRows(`${outboxFields.sent} = 'F'`, unsentKeptMs);
}

function noteDeletions(settings: Settings): void {
  const startedAt = nowText();
  // A day back, so that zones do not matter; what was noted before is left out by its row.
  const since = new Date(Date.parse(settings.sweptTo || startedAt) - dayMs);
  const found = deletionsSince(since, deletionPagesMax);
  for (let at = 0; at < found.length; at += idsPerQuestion) {
    const part = found.slice(at, at + idsPerQuestion);
    const noted = notedAlready(part);
    for (const { type, id } of part) {
      if (noted.has(`${type}/${id}`)) continue;
      // What is left is found again by the next sweep, because this one does not move the mark.
      if (!hasUnits(noteUnits)) return;
      noteChange(type, id, 'deleted');
    }
  }
  changeSettings(settings.id, { sweptTo: startedAt });
}

function notedAlready(deletions: readonly Deletion[]): ReadonlySet<string> {
  const ids = deletions.map(({ id }) => id);
  const text =
    `SELECT ${outboxFields.type} AS rectype, ${outboxFields.record} AS recid FROM ${outboxType} ` +
    `WHERE ${outboxFields.kind} = 'deleted' AND ${outboxFields.record} IN (${marks(ids)})`;
  return new Set(select(text, ids).map((row) => `${row['rectype']}/${row['recid']}`));
}

/** As many as the units allow; the sweep of the next hour goes on. */
function clearRows(condition: string, keptMs: number): void {
  const before = new Date(nowMs() - keptMs).toISOString();
  const text =
    `SELECT id FROM ${outboxType} WHERE ${condition} AND ${outboxFields.at} < ? ` +
    `ORDER BY id FETCH FIRST ${pageRows} ROWS ONLY`;
  for (let rows = select(text, [before]); rows.length > 0; rows = select(text, [before])) {
    for (const row of rows) {
      if (!hasUnits(clearUnits)) return;
      record.delete({ type: outboxType, id: row['id'] ?? '' });
    }
    if (rows.length < pageRows || !hasUnits(pageRows)) return;
  }
}
