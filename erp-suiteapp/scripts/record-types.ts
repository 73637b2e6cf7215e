// The record types the package knows: where SuiteQL finds them, what our stamp on them is called, what they cost.

/** The three columns of the vendor's governance table. */
export type CostClass = 'custom' | 'other' | 'transaction';

export interface LineList {
  readonly id: string;
  /** `lines` are ours to add and remove; of `choices` the system offers the lines and a script ticks them. */
  readonly kind: 'lines' | 'choices';
}

export interface KnownType {
  readonly id: string;
  readonly table: string;
  /** The code in `transaction.type`; null where the type has a table of its own. */
  readonly code: string | null;
  /** Our revision stamp; null where the package adds none. */
  readonly stampField: string | null;
  readonly modifiedField: string;
  readonly cost: CostClass;
  /** Whether saves of it are noted in the outbox. */
  readonly isCaptured: boolean;
  readonly lists: readonly LineList[];
}

function known(id: string, more: Partial<KnownType> = {}): KnownType {
  return {
    id,
    table: id,
    code: null,
    stampField: null,
    modifiedField: 'lastmodifieddate',
    cost: 'other',
    isCaptured: false,
    lists: [],
    ...more,
  };
}

const entityStamp = { stampField: 'custentity_tieout_rev', isCaptured: true } as const;

const transaction = (id: string, code: string, lists: readonly LineList[]) =>
  known(id, {
    table: 'transaction',
    code,
    stampField: 'custbody_tieout_rev',
    cost: 'transaction',
    isCaptured: true,
    lists,
  });

const lines = (id: string): LineList => ({ id, kind: 'lines' });
const choices = (id: string): LineList => ({ id, kind: 'choices' });

const types: readonly KnownType[] = [
  known('customer', { ...entityStamp }),
  known('job', { ...entityStamp }),
  known('employee', { ...entityStamp }),
  known('projecttask', {
    stampField: 'custevent_tieout_rev',
    isCaptured: true,
    lists: [lines('assignee'), lines('predecessor')],
  }),
  // UNVERIFIED: that time entries cost units like transactions; counted the dearer way.
  known('timebill', { stampField: 'custcol_tieout_rev', cost: 'transaction', isCaptured: true }),
  known('timesheet', { cost: 'transaction', isCaptured: true }),
  transaction('salesorder', 'SalesOrd', [lines('item')]),
  transaction('expensereport', 'ExpRept', [lines('expense')]),
  transaction('invoice', 'CustInvc', [lines('item'), choices('time'), choices('expcost')]),
  transaction('creditmemo', 'CustCred', [lines('item'), choices('apply')]),
  transaction('customerpayment', 'CustPymt', [choices('apply')]),
  known('billingschedule', { lists: [lines('milestone'), lines('recurrence')] }),
  known('subsidiary'),
  // UNVERIFIED: that this table has the stamp of the last change.
  known('accountingperiod'),
  known('currency'),
  known('term'),
  known('serviceitem', { table: 'item' }),
];

const byId: ReadonlyMap<string, KnownType> = new Map(types.map((type) => [type.id, type]));

export function knownType(id: string): KnownType | null {
  return byId.get(id.toLowerCase()) ?? null;
}
