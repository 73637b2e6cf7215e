// The outbox: one row per record that changed, which anybody who can save may cause and which only asks for a read.
import * as record from 'N/record';
import { nowText } from './clock.ts';

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
export function noteChange(recordType: string, recordId: string, kind: ChangeKind): void {
  const row = record.create({ type: outboxType });
  row.setValue({ fieldId: outboxFields.type, value: recordType });
  row.setValue({ fieldId: outboxFields.record, value: recordId });
  row.setValue({ fieldId: outboxFields.kind, value: kind });
  row.setValue({ fieldId: outboxFields.at, value: nowText() });
  row.setValue({ fieldId: outboxFields.sent, value: false });
  row.setValue({ fieldId: outboxFields.tries, value: 0 });
  row.save();
}
