// The outbox: one row per record that changed, which anybody who can save may cause and which only asks for a read.
import * as record from 'N/record';
import type { EnvelopeNotice } from '../../shared/wire/envelope.ts';
import { nowText } from './clock.ts';
import { marks, select } from './suiteql.ts';

export const outboxType = 'customrecord_tieout_outbox';

export const outboxFields = {
  type: 'custrecord_tieout_ob_rectype',
  record: 'custrecord_tieout_ob_recid',
  kind: 'custrecord_tieout_ob_event',
  at: 'custrecord_tieout_ob_at',
  sent: 'custrecord_tieout_ob_sent',
  tries: 'custrecord_tieout_ob_tries',
} as const;

export type ChangeKind = 'changed' | 'deleted';

/** Create 2 units, save 4. */
export function noteChange(recordType: string, recordId: string, kind: ChangeKind): EnvelopeNotice {
  const at = nowText();
  const row = record.create({ type: outboxType });
  row.setValue({ fieldId: outboxFields.type, value: recordType });
  row.setValue({ fieldId: outboxFields.record, value: recordId });
  row.setValue({ fieldId: outboxFields.kind, value: kind });
  row.setValue({ fieldId: outboxFields.at, value: at });
  row.setValue({ fieldId: outboxFields.sent, value: false });
  row.setValue({ fieldId: outboxFields.tries, value: 0 });
  return { id: String(row.save()), type: recordType, record: recordId, kind, at };
}

const columns =
  `id, ${outboxFields.type} AS rectype, ${outboxFields.record} AS recid, ${outboxFields.kind} AS kind, ` +
  `${outboxFields.at} AS noted`;

/** Rows nobody has confirmed, oldest first. 10 units. */
export function waitingRows(after: number, limit: number): EnvelopeNotice[] {
  const text =
    `SELECT ${columns} FROM ${outboxType} WHERE ${outboxFields.sent} = 'F' AND id > ? ` +
    `ORDER BY id FETCH FIRST ${limit} ROWS ONLY`;
  return select(text, [after]).map((row) => ({
    id: row['id'] ?? '',
    type: row['rectype'] ?? '',
    record: row['recid'] ?? '',
    kind: row['kind'] === 'deleted' ? 'deleted' : 'changed',
    at: row['noted'] ?? '',
  }));
}

/** Whether a row of this record is to be sent already. 10 units. */
export function isWaiting(recordType: string, recordId: string): boolean {
  const text =
    `SELECT id FROM ${outboxType} WHERE ${outboxFields.record} = ? AND ${outboxFields.type} = ? ` +
    `AND ${outboxFields.sent} = 'F' FETCH FIRST 1 ROWS ONLY`;
  return select(text, [recordId, recordType]).length > 0;
}

/** 2 units a row. A row that a sweep has cleared meanwhile is sent as well. */
export function markSent(ids: readonly string[]): void {
  for (const id of ids) changeRow(id, { [outboxFields.sent]: true });
}

/** 10 units, and 2 a row: so that an operator sees in the list what does not get through. */
export function countTries(ids: readonly string[]): void {
  if (ids.length === 0) return;
  const text = `SELECT id, ${outboxFields.tries} AS tries FROM ${outboxType} WHERE id IN (${marks(ids)})`;
  for (const row of select(text, ids)) {
    changeRow(row['id'] ?? '', { [outboxFields.tries]: Number(row['tries'] ?? 0) + 1 });
  }
}

function changeRow(id: string, values: Readonly<Record<string, boolean | number>>): void {
  try {
    record.submitFields({ type: outboxType, id, values });
  } catch (problem) {
    if (!isGone(problem)) throw problem;
  }
}

function isGone(problem: unknown): boolean {
  return (problem as { readonly name?: string }).name === 'RCRD_DSNT_EXIST';
}
