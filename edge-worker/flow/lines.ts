// Lines that are records by themselves: `<record id>:<line>` of the type `<type>:<list>`. Told, read and deleted with
// the record they stand in.
import type { RecordRef } from '../connectors/connector.ts';
import type { LaneSql } from '../store/rows.ts';
import type { Wiring } from './wiring.ts';

/** The record type that feeds tell of: of a line that of the record it stands in. */
export function toldTypeOf(recordType: string): string {
  return recordType.replace(/:.*$/, '');
}

/** The lines of one record that are linked. */
export function linkedLinesOf(
  sql: LaneSql,
  wiring: Wiring,
  { connection, recordType, recordId }: RecordRef & { readonly connection: string },
): readonly RecordRef[] {
  return wiring.lineTypesOf(connection, recordType).flatMap((lineType) => {
    // Every id that begins with the record's: in the index, what follows a colon ends before a semicolon.
    const rows = sql
      .exec(
        `SELECT DISTINCT record_id AS recordId FROM links
         WHERE connection = ? AND record_type = ? AND record_id >= ? AND record_id < ?`,
        connection,
        lineType,
        `${recordId}:`,
        `${recordId};`,
      )
      .toArray() as { recordId: string }[];
    return rows.map((row) => ({ recordType: lineType, recordId: row.recordId }));
  });
}
