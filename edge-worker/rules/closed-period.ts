// A ledger that has closed a month takes no postings into it: finance says whether a record goes into the next open
// month or waits until this one is opened again.
import { type Canonical, entities } from '../../shared/entities/_registry.ts';
import { defineRule } from './rule.ts';

type Period = Canonical<'period'>;

/** Days compare as they are written. */
const holds = ({ startOn, endOn }: Period, day: string) => startOn <= day && day <= endOn;
const takesPostings = ({ startOn, endOn, isPosting }: Period) =>
  typeof startOn === 'string' && typeof endOn === 'string' && isPosting !== false;

/** Periods of a legal entity of its own are nobody else's. */
function isOf({ legalEntity }: Period, own: string | null): boolean {
  return legalEntity == null || own === null || legalEntity === own;
}

const october = { name: 'Oct 2026', startOn: '2026-10-01', endOn: '2026-10-31' };
const november = { name: 'Nov 2026', startOn: '2026-11-01', endOn: '2026-11-30' };
const december = { name: 'Dec 2026', startOn: '2026-12-01', endOn: '2026-12-31' };

export const closedPeriod = defineRule({
  name: 'closed-period',
  title: 'Accounting period is closed',
  kinds: ['time', 'expense', 'invoice'],
  towards: ['erp'],
  owner: 'finance',
  dueMinutes: 480,
  // Approving would only have the ledger refuse it.
  actions: ['post-next', 'wait', 'retry', 'reject'],
  awaits: { wait: { code: 'awaiting-reopening', dueMinutes: 4_800 } },
  check: (view) => {
    const field = entities[view.kind].dayOf;
    const values: Readonly<Record<string, unknown>> = view.record;
    const day = field === undefined ? null : values[field];
    if (field === undefined || typeof day !== 'string') return null;
    const own = view.lookup('project', view.record.project)?.legalEntity ?? null;
    const periods = view.every('period').filter((one) => takesPostings(one) && isOf(one, own));
    const there = periods.filter((one) => holds(one, day));
    const [closed] = there;
    // Of days that the ledger says nothing about, it is left to say so itself.
    if (!closed || there.some(({ isOpen }) => isOpen)) return null;
    const later = periods.filter(({ isOpen, startOn }) => isOpen && startOn > day).map(({ startOn }) => startOn);
    const next = later.sort()[0] ?? null;
    const params = { day, period: closed.name ?? '', next: next ?? 'none' };
    return {
      code: 'closed-period',
      params,
      lists: ['period'],
      ...(next !== null && { amends: { 'post-next': { [field]: next } } }),
    };
  },
  examples: [
    {
      title: 'Hours of a closed month are held, and the next open day is named',
      record: { workedOn: '2026-10-31' },
      every: { period: [{ ...october, isOpen: false }, november] },
      holds: 'closed-period',
    },
    {
      title: 'Hours of an open month pass',
      record: { workedOn: '2026-11-01' },
      every: { period: [{ ...october, isOpen: false }, november] },
      holds: null,
    },
    {
      title: 'A year that is open does not open a month that is closed',
      record: { workedOn: '2026-10-31' },
      every: {
        period: [
          { name: 'FY 2026', startOn: '2026-01-01', endOn: '2026-12-31', isPosting: false },
          { ...october, isOpen: false },
        ],
      },
      holds: 'closed-period',
    },
    {
      title: 'The last day of a closed month is closed',
      kind: 'expense',
      record: { spentOn: '2026-11-30' },
      every: { period: [{ ...november, isOpen: false }, december] },
      holds: 'closed-period',
    },
    {
      title: 'With no later month open there is only waiting',
      record: { workedOn: '2026-10-31' },
      every: { period: [{ ...october, isOpen: false }] },
      holds: 'closed-period',
    },
    {
      title: 'A ledger that tells of no periods decides for itself',
      record: { workedOn: '1999-12-31' },
      every: { period: [november] },
      holds: null,
    },
    {
      title: 'A month that another legal entity has closed is open here',
      record: { workedOn: '2026-11-03' },
      around: {
        prj_01J00000000000000000000000: { kind: 'project', record: { legalEntity: 'Northwind Consulting GmbH' } },
      },
      every: {
        period: [
          { ...november, isOpen: false, legalEntity: 'Northwind Consulting KK' },
          { ...november, legalEntity: 'Northwind Consulting GmbH' },
        ],
      },
      holds: null,
    },
    {
      title: 'An invoice of the PSA is posted by its own day',
      kind: 'invoice',
      record: { issuedOn: '2026-10-31' },
      every: { period: [{ ...october, isOpen: false }, november] },
      holds: 'closed-period',
    },
  ],
});
