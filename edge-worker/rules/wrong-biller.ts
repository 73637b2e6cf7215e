// Holds an invoice that was issued by somebody who does not bill that contract: what it bills is another's to bill.
import { billerUnder } from '../../shared/who-bills.ts';
import { contractOf, exampleContract, underContract } from './kits/contract.ts';
import { defineRule } from './rule.ts';

/** As people call the seats. */
const seats = { erp: 'the ledger', psa: 'the PSA', billing: 'the billing platform', crm: 'sales' } as const;

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
    const biller = billerUnder(agreed.contract);
    if (biller === issuedBy) return null;
    const params = { number: number ?? '', issuer: seats[issuedBy], biller: seats[biller] };
    return { code: 'wrong-biller', params: { ...params, contract: agreed.contract.name ?? '' } };
  },
  examples: [
    {
      title: 'An invoice of the ledger under a contract that the ledger bills passes',
      record: { issuedBy: 'erp' },
      around: underContract({ billingMode: 'erp' }),
      holds: null,
    },
    {
      title: 'An invoice of the PSA under the same contract is held',
      record: { issuedBy: 'psa' },
      around: underContract({ billingMode: 'erp' }),
      holds: 'wrong-biller',
    },
    {
      title: 'An invoice of the ledger under a contract that a billing platform bills is held',
      record: { issuedBy: 'erp' },
      around: underContract({ billingMode: 'platform' }),
      holds: 'wrong-biller',
    },
    {
      title: 'An invoice of the PSA under a contract that the PSA bills passes',
      record: { issuedBy: 'psa' },
      around: underContract({ billingMode: 'psa' }),
      holds: null,
    },
    {
      title: 'Where no contract is known nobody has agreed who bills',
      record: { issuedBy: 'psa' },
      around: { [exampleContract]: { kind: 'contract', record: {} } },
      holds: null,
    },
  ],
});
