// Taking back what must not count any more. Our role may not delete, so the record is kept: an entry that is rejected
// and not billable is on no invoice and on no payroll.
import type { Withdrawal, WithdrawResult, WriteResult } from '../connector.ts';
import type { AnsweredRecord } from './answers.ts';
import { timeBilledAt } from './map.ts';
import { type Values, valuesAt } from './records.ts';
import { timeApproval } from './values.ts';

/** What makes a record of a type one that does not count. */
const endings: Readonly<Record<string, Values>> = {
  timebill: { approvalstatus: timeApproval.encode('rejected'), isbillable: false },
};

export function endingOf(recordType: string): Values | null {
  return endings[recordType] ?? null;
}

/** Absent for types that are never withdrawn. */
export function standing(record: AnsweredRecord): { readonly isWithdrawn?: boolean } {
  const ending = endingOf(record.type);
  if (!ending) return {};
  return { isWithdrawn: Object.entries(ending).every(([field, value]) => record.values[field] === value) };
}

export function isBilled(record: AnsweredRecord): boolean {
  return record.values[timeBilledAt.replace('values.', '')] === true;
}

/** What a save of the ending has come to. An account's approval routing may put its own approval in place of ours. */
export function withdrawnBy(result: WriteResult): WithdrawResult {
  if (result.outcome !== 'applied') return result;
  const { snapshot, requestId } = result;
  if (snapshot.isWithdrawn) return { outcome: 'withdrawn', snapshot, requestId };
  const fields = Object.keys(endingOf(snapshot.recordType) ?? {});
  const kept = fields.map((field) => `${field} ${String(valuesAt(snapshot.wire, 'values')[field])}`).join(', ');
  const message = `NetSuite saved the record and kept ${kept}; see the account's approval routing.`;
  const paths = fields.map((field) => `values.${field}`);
  return { outcome: 'refused', code: 'rejected', message, fields: paths, vendorCode: null };
}

export function savedAs({ recordType, recordId, externalId, stamp, statuses }: Withdrawal) {
  const wire = { values: endingOf(recordType) ?? {} };
  return { recordType, recordId, externalId, stamp, wire, idempotencyKey: stamp, ...(statuses && { statuses }) };
}
