// One contract is sold, planned and billed in one currency: what comes in another is a slip, or a rate that somebody
// has to agree.
import { entities } from '../../shared/entities/_registry.ts';
import type { Money } from '../../shared/money.ts';
import { contractOf, exampleContract, underContract } from './kits/contract.ts';
import { defineRule, type Finding, type ViewOf } from './rule.ts';

type View = ViewOf<'project' | 'contract' | 'milestone' | 'invoice'>;

/** What stands in another currency than `expected`, and in which. */
function differing(expected: string | null | undefined, found: readonly (readonly [string, string | null])[]) {
  if (!expected) return null;
  const other = found.find(([, currency]) => currency !== null && currency !== expected);
  return other ? { what: other[0], currency: other[1] ?? '', expected } : null;
}

const of = (what: string, amount: Money | null | undefined) => [what, amount?.currency ?? null] as const;

function mismatchIn(view: View): ReturnType<typeof differing> {
  if (view.kind === 'contract') {
    const { currency, total, purchaseOrderLimit, billingSchedule, amendments } = view.record;
    return differing(currency, [
      of('the total', total),
      of('the purchase order', purchaseOrderLimit),
      ...(billingSchedule ?? []).map(({ name, amount }) => of(`the instalment ${name}`, amount)),
      ...(amendments ?? []).flatMap(({ amount, purchaseOrderRaise }) => [
        of('a change order', amount),
        of('a raised purchase order', purchaseOrderRaise),
      ]),
    ]);
  }
  const id = view.kind === 'project' ? view.record.contract : null;
  const contract = id === null ? contractOf(view, projectOf(view))?.contract : view.lookup('contract', id);
  return differing(contract?.currency, [[titleOf(view), view.record.currency ?? null]]);
}

const projectOf = (view: View) => (view.kind === 'milestone' || view.kind === 'invoice' ? view.record.project : null);
const titleOf = (view: View) => `the ${entities[view.kind].title.toLowerCase()}`;

function check(view: View): Finding | null {
  const found = mismatchIn(view);
  return found === null ? null : { code: 'currency-mismatch', params: found };
}

const around = underContract({});
const projectUnder = { [exampleContract]: { kind: 'contract', record: {} } } as const;
const pounds: Money = { amountMinor: '900000', currency: 'GBP', exponent: 2 };

export const currencyMismatch = defineRule({
  name: 'currency-mismatch',
  title: 'Currency differs from the contract',
  kinds: ['project', 'contract', 'milestone', 'invoice'],
  towards: ['erp', 'psa', 'billing'],
  owner: 'finance',
  dueMinutes: 480,
  actions: ['retry', 'approve', 'reject'],
  // A change order in another currency is not added up, so that the contract stands there as before.
  looksAnyway: ['contract'],
  check,
  examples: [
    { title: 'A project in the currency of its contract passes', record: {}, around: projectUnder, holds: null },
    {
      title: 'A project in another currency is held',
      record: { currency: 'USD' },
      around: projectUnder,
      holds: 'currency-mismatch',
    },
    {
      title: 'A milestone in another currency is held',
      kind: 'milestone',
      record: { currency: 'GBP' },
      around,
      holds: 'currency-mismatch',
    },
    {
      title: 'A milestone of a project without a contract is its own',
      kind: 'milestone',
      record: { currency: 'GBP' },
      holds: null,
    },
    {
      title: 'A change order in another currency cannot be added to the total',
      kind: 'contract',
      record: {
        amendments: [{ changeOrder: null, amount: pounds, purchaseOrderRaise: null, endOn: null, rateCard: [] }],
      },
      holds: 'currency-mismatch',
    },
    { title: 'A contract in one currency passes', kind: 'contract', record: {}, holds: null },
    {
      title: 'An invoice in another currency than the contract is held',
      kind: 'invoice',
      record: { currency: 'USD' },
      around,
      towards: 'psa',
      holds: 'currency-mismatch',
    },
  ],
});
