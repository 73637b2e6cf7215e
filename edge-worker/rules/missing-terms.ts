// A contract the ERP is to bill says when its invoices are due, itself or through its customer.
import { entities } from '../../shared/entities/_registry.ts';
import { defineRule, type Surroundings } from './rule.ts';

function withCustomerTerms(terms: string | null): Surroundings {
  return { [entities.contract.example.customer ?? '']: { kind: 'customer', record: { terms } } };
}

export const missingTerms = defineRule({
  name: 'missing-terms',
  title: 'Payment terms are missing',
  kinds: ['contract'],
  towards: ['erp'],
  owner: 'finance',
  dueMinutes: 480,
  actions: ['retry', 'approve', 'reject'],
  keepsBack: 'project',
  check: ({ record, lookup }) => {
    if (record.billingMode !== 'erp') return null;
    const terms = record.terms || lookup('customer', record.customer)?.terms;
    return terms ? null : { code: 'missing-terms', params: { contract: record.name } };
  },
  examples: [
    {
      title: 'A contract without terms is held when its customer has none either',
      record: { terms: null },
      around: withCustomerTerms(null),
      holds: 'missing-terms',
    },
    {
      title: "The customer's terms stand in for the contract's",
      record: { terms: null },
      around: withCustomerTerms('NET30'),
      holds: null,
    },
    { title: 'A contract with terms of its own passes', record: {}, around: withCustomerTerms(null), holds: null },
    {
      title: 'A contract that another system bills needs none',
      record: { terms: null, billingMode: 'psa' },
      around: withCustomerTerms(null),
      holds: null,
    },
  ],
});
