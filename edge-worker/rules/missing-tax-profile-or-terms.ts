// A contract the ERP is to bill says how it is taxed and when it is due; finding out at the first invoice is too late.
import { entities } from '../../shared/entities/_registry.ts';
import { defineRule, type Surroundings } from './rule.ts';

function withCustomerTerms(terms: string | null): Surroundings {
  return { [entities.contract.example.customer ?? '']: { kind: 'customer', record: { terms } } };
}

export const missingTaxProfileOrTerms = defineRule({
  name: 'missing-tax-profile-or-terms',
  title: 'Tax profile or payment terms are missing',
  kinds: ['contract'],
  towards: ['erp'],
  owner: 'finance',
  dueMinutes: 480,
  actions: ['retry', 'approve', 'reject'],
  check: ({ record, lookup }) => {
    if (record.billingMode !== 'erp') return null;
    const params = { contract: record.name };
    if (!record.taxProfile) return { code: 'missing-tax-profile', params };
    const terms = record.terms || lookup('customer', record.customer)?.terms;
    return terms ? null : { code: 'missing-terms', params };
  },
  examples: [
    {
      title: 'A contract without a tax profile is held',
      record: { taxProfile: null },
      around: withCustomerTerms('NET30'),
      holds: 'missing-tax-profile',
    },
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
    { title: 'A contract with both passes', record: {}, around: withCustomerTerms(null), holds: null },
    {
      title: 'With both missing, the tax profile is asked for first',
      record: { taxProfile: null, terms: null },
      holds: 'missing-tax-profile',
    },
    {
      title: 'A contract that another system bills needs neither',
      record: { taxProfile: null, terms: null, billingMode: 'platform' },
      holds: null,
    },
  ],
});
