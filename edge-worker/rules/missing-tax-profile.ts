// A contract the ERP is to bill says how it is taxed; finding out at the first invoice is too late.
import { defineRule } from './rule.ts';

export const missingTaxProfile = defineRule({
  name: 'missing-tax-profile',
  title: 'Tax profile is missing',
  kinds: ['contract'],
  towards: ['erp'],
  owner: 'finance',
  dueMinutes: 480,
  actions: ['retry', 'approve', 'reject'],
  keepsBack: 'project',
  check: ({ record }) =>
    record.billingMode === 'erp' && !record.taxProfile
      ? { code: 'missing-tax-profile', params: { contract: record.name } }
      : null,
  examples: [
    { title: 'A contract without a tax profile is held', record: { taxProfile: null }, holds: 'missing-tax-profile' },
    { title: 'An empty one is none', record: { taxProfile: '' }, holds: 'missing-tax-profile' },
    { title: 'A contract with a tax profile passes', record: {}, holds: null },
    {
      title: 'A contract that another system bills needs none',
      record: { taxProfile: null, billingMode: 'platform' },
      holds: null,
    },
  ],
});
