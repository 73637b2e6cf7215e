// The record types that are reached without our SuiteApp: their names in the record API, and where queries find them.

export interface RestType {
  /** As our maps call it: SuiteScript's id. */
  readonly id: string;
  /** As the record API writes it. */
  readonly name: string;
  readonly table: string;
  /** The code in `transaction.type`; null where the type has a table of its own. */
  readonly code: string | null;
  /** Nothing but fields of its own: many can be read by one query. Others are read one by one, with their lines. */
  readonly isFlat: boolean;
}

const own = (id: string, name = id, isFlat = true): RestType => ({ id, name, table: id, code: null, isFlat });
const transaction = (id: string, name: string, code: string): RestType => ({
  ...{ id, name, code },
  ...{ table: 'transaction', isFlat: false },
});

const types: readonly RestType[] = [
  // Its address lies in a list of its own.
  own('customer', 'customer', false),
  own('job'),
  own('employee'),
  own('timebill', 'timeBill'),
  own('subsidiary'),
  own('accountingperiod', 'accountingPeriod'),
  transaction('salesorder', 'salesOrder', 'SalesOrd'),
  transaction('invoice', 'invoice', 'CustInvc'),
  transaction('customerpayment', 'customerPayment', 'CustPymt'),
];
const byId: ReadonlyMap<string, RestType> = new Map(types.map((type) => [type.id, type]));

/** A type that is not in the table is asked for by the name it has, and has a table of that name. */
export function restTypeOf(id: string): RestType {
  return byId.get(id) ?? own(id, id, false);
}
