// Holds an invoice that was issued by somebody who does not bill that contract: what it bills is another's to bill.
import { entities } from '../../shared/entities/_registry.ts';
import { type BillingMode, billerUnder } from '../../shared/who-bills.ts';
import { contractOf, exampleContract, underContract } from './kits/contract.ts';
import { defineRule, type RuleView } from './rule.ts';

/** As people call the seats. */
const seats = { erp: 'the ledger', psa: 'the PSA', billing: 'the billing platform', crm: 'sales' } as const;

/** What it bills falls under the arrangement of its own day; what bills nothing known under that of the invoice. */
function daysOf({ record, lookup }: RuleView<'invoice'>): readonly (string | null)[] {
  const days = (record.lines ?? []).flatMap((line) =>
    (['time', 'expense', 'milestone'] as const).flatMap((kind) => {
      const source = lookup(kind, line[kind]);
      const { billing } = entities[kind] as { billing?: { dayOf: (source: never) => string | null } };
      return source === null || !billing ? [] : [billing.dayOf(source as never)];
    }),
  );
  return days.length > 0 ? days : [record.issuedOn ?? null];
}

const billedBy = (mode: BillingMode) => underContract({ billers: [{ mode, fromOn: null }] });
const switched = {
  billers: [
    { mode: 'erp' as const, fromOn: null },
    { mode: 'psa' as const, fromOn: '2026-11-15' },
  ],
};

export const wrongBiller = defineRule({
  name: 'wrong-biller',
  title: 'Issued by another than who bills',
  kinds: ['invoice'],
  towards: ['crm', 'psa', 'erp', 'billing'],
  owner: 'finance',
  dueMinutes: 240,
  actions: ['retry', 'approve', 'reject'],
  check: (view) => {
    const { issuedBy, project, number } = view.record;
    const agreed = contractOf(view, project);
    // Without a contract nobody has agreed who bills.
    if (agreed === null || issuedBy == null) return null;
    const biller = daysOf(view)
      .map((day) => billerUnder(agreed.contract, day))
      .find((role) => role !== issuedBy);
    if (biller === undefined) return null;
    const params = { number: number ?? '', issuer: seats[issuedBy], biller: seats[biller] };
    return { code: 'wrong-biller', params: { ...params, contract: agreed.contract.name ?? '' } };
  },
  examples: [
    {
      title: 'An invoice of the ledger under a contract that the ledger bills passes',
      record: { issuedBy: 'erp' },
      around: billedBy('erp'),
      holds: null,
    },
    {
      title: 'An invoice of the PSA under the same contract is held',
      record: { issuedBy: 'psa' },
      around: billedBy('erp'),
      holds: 'wrong-biller',
    },
    {
      title: 'An invoice of the ledger under a contract that a billing platform bills is held',
      record: { issuedBy: 'erp' },
      around: billedBy('platform'),
      holds: 'wrong-biller',
    },
    {
      title: 'An invoice of the PSA under a contract that the PSA bills passes',
      record: { issuedBy: 'psa' },
      around: billedBy('psa'),
      holds: null,
    },
    {
      title: 'After a switch the ledger still bills the days before it',
      record: { issuedBy: 'erp', issuedOn: '2026-11-10', lines: [] },
      around: underContract(switched),
      holds: null,
    },
    {
      title: 'From the day of the switch on it does not',
      record: { issuedBy: 'erp', issuedOn: '2026-11-15', lines: [] },
      around: underContract(switched),
      holds: 'wrong-biller',
    },
    {
      title: 'Where no contract is known nobody has agreed who bills',
      record: { issuedBy: 'psa' },
      around: { [exampleContract]: { kind: 'contract', record: {} } },
      holds: null,
    },
  ],
});
