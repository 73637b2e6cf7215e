// How Example takes a record back that is to count no more: kept and marked, or deleted; never what is billed.
import { refusal, textOrNull } from './answers.ts';
import { isValues, type Stored, type Table, type Values } from './books.ts';

const ways: Readonly<Record<string, 'marked' | 'deleted'>> = {
  hours: 'marked',
  cost: 'marked',
  engagement: 'marked',
  agreement: 'marked',
  bill: 'deleted',
};

export interface Desk {
  readonly table: Table;
  readonly nowMs: number;
  readonly isRejected: boolean;
  readonly isLocked: boolean;
  readonly show: (row: Stored) => Values;
  /** A save or removal that the integration did not stamp is told like any other. */
  readonly announce: (id: string, kind: 'changed' | 'deleted') => void;
}

export function withdrawOne(type: string, record: unknown, desk: Desk): Values {
  const { table, nowMs } = desk;
  const { id, stamp } = isValues(record) ? record : {};
  const row = typeof id === 'string' ? table.rows.get(id) : undefined;
  const way = ways[type];
  if (way === undefined) return refusal(422, 'not_withdrawable', `A ${type} cannot be withdrawn`);
  if (desk.isRejected) return refusal(422, 'business_rule', 'A rule of this account refuses it', 'id');
  if (desk.isLocked) return refusal(423, 'locked', 'Somebody else has the record open');
  if (row === undefined) {
    return table.tombstones.has(String(id))
      ? { status: 200, deleted: true }
      : refusal(404, 'no_such_record', `No ${type} ${String(id)}`);
  }
  if (row['billed'] === true) return refusal(409, 'billed', 'It is on a bill', 'billed');
  if (way === 'deleted') {
    table.remove(row.id, nowMs);
    return { status: 200, deleted: true };
  }
  if (row['withdrawn'] === true) return { status: 200, record: desk.show(row) };
  const marked = table.save(row.id, { withdrawn: true }, { stamp: textOrNull(stamp), by: 'api' }, nowMs);
  if (marked.stamp === row.stamp) desk.announce(row.id, 'changed');
  return { status: 200, record: desk.show(marked) };
}
