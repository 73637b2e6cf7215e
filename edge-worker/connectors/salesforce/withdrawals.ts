// Taking back what is ours alone: a mirrored invoice goes to the recycle bin, from where a deletion is proved.
import { Fault } from '../../faults.ts';
import type { Withdrawal, WithdrawResult } from '../connector.ts';
import type { SalesforceRest } from '../kits/salesforce-rest.ts';
import { refusalOf } from '../kits/salesforce-rest-faults.ts';
import { id18 } from '../kits/salesforce-rest-values.ts';
import { maps } from './map.ts';

const withdrawnTypes = Object.values(maps).flatMap((map) => (map.withdrawal ? [map.recordType] : []));

/** May be repeated: what lies in the recycle bin already has been taken back. */
export async function withdrawRecords(
  rest: SalesforceRest,
  withdrawals: readonly Withdrawal[],
): Promise<readonly WithdrawResult[]> {
  const unknown = withdrawals.find(({ recordType }) => !withdrawnTypes.includes(recordType));
  if (unknown) throw new Fault('schema-changed', `Salesforce has no way to withdraw a ${unknown.recordType}`);
  const saved = await rest.remove(withdrawals.map(({ recordId }) => id18(recordId) ?? recordId));
  return saved.map((row): WithdrawResult => {
    if (row.ok) return { outcome: 'withdrawn', snapshot: null, requestId: null };
    const refusal = refusalOf(row.errors, null);
    if (refusal === null) return { outcome: 'not-attempted' };
    if (refusal.vendorCode === 'ENTITY_IS_DELETED') return { outcome: 'withdrawn', snapshot: null, requestId: null };
    return { outcome: 'refused', ...refusal };
  });
}
