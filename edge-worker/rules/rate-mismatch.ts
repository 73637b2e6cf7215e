// What is billed by the hour is billed at the contract's rate: another rate, currency or role is finance's decision.

import { compareDecimal } from '../../shared/decimal.ts';
import type { Canonical } from '../../shared/entities/_registry.ts';
import { agreedIn, contractOf, underContract } from './kits/contract.ts';
import { defineRule, type Finding } from './rule.ts';

const line = { role: 'Senior Consultant', rate: '185', hours: '160', description: null };

function compare(time: Canonical<'time'>, contract: Canonical<'contract'>): Finding | null {
  const { role, rate, currency } = time;
  if (rate == null) return null;
  const params = { role: role ?? '', rate, currency, contract: contract.name };
  if (currency !== contract.currency) {
    return { code: 'rate-currency-mismatch', params: { ...params, expected: contract.currency } };
  }
  const rates = agreedIn(contract).rateCard.flatMap((row) => (isSameRole(row.role, role) ? [row.rate] : []));
  if (rates.length === 0) return { code: 'role-not-on-rate-card', params };
  if (rates.some((agreed) => compareDecimal(agreed, rate) === 0)) return null;
  return { code: 'rate-mismatch', params: { ...params, expected: [...new Set(rates)].join(' or ') } };
}

/** Two systems rarely agree on blanks and capitals. */
function isSameRole(agreed: string, worked: string | null): boolean {
  return worked != null && plain(agreed) === plain(worked);
}

function plain(role: string): string {
  return role.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}

export const rateMismatch = defineRule({
  name: 'rate-mismatch',
  title: 'Rate differs from the contract',
  kinds: ['time'],
  towards: ['erp', 'billing'],
  owner: 'finance',
  dueMinutes: 480,
  actions: ['retry', 'approve', 'reject'],
  check: (view) => {
    if (!view.record.isBillable) return null;
    const found = contractOf(view, view.record.project);
    // A fixed fee is billed by its schedule, whatever the hours are worth.
    if (found?.contract.pricingModel !== 'time-and-materials') return null;
    return compare(view.record, found.contract);
  },
  examples: [
    { title: 'The rate of the contract passes', record: {}, around: underContract({}), holds: null },
    {
      title: 'A rate above the rate card is held',
      record: { rate: '190' },
      around: underContract({}),
      holds: 'rate-mismatch',
    },
    {
      title: 'A rate below the rate card is held too',
      record: { rate: '184.99' },
      around: underContract({}),
      holds: 'rate-mismatch',
    },
    {
      title: 'A role that the rate card does not name is held',
      record: { role: 'Architect' },
      around: underContract({}),
      holds: 'role-not-on-rate-card',
    },
    {
      title: 'Billable hours without a role are held',
      record: { role: null },
      around: underContract({}),
      holds: 'role-not-on-rate-card',
    },
    {
      title: 'A contract without a rate card agrees to no rate',
      record: {},
      around: underContract({ rateCard: [] }),
      holds: 'role-not-on-rate-card',
    },
    {
      title: 'The same figure in another currency is another rate',
      record: { currency: 'USD' },
      around: underContract({}),
      holds: 'rate-currency-mismatch',
    },
    {
      title: 'Blanks and capitals in the name of a role do not matter',
      record: { role: ' senior  consultant' },
      around: underContract({}),
      holds: null,
    },
    {
      title: 'A role with two agreed rates passes at either',
      record: { rate: '170' },
      around: underContract({ rateCard: [line, { ...line, rate: '170' }] }),
      holds: null,
    },
    {
      title: 'Hours that are not billed have no rate to check',
      record: { isBillable: false, rate: '1' },
      around: underContract({}),
      holds: null,
    },
    {
      title: 'Hours without a rate are priced by the ledger',
      record: { rate: null },
      around: underContract({}),
      holds: null,
    },
    {
      title: 'Hours on a fixed fee are not billed by their rate',
      record: { rate: '1' },
      around: underContract({ pricingModel: 'fixed-fee' }),
      holds: null,
    },
    { title: 'A project without a contract has nothing to compare with', record: { rate: '1' }, holds: null },
  ],
});
