// An invoice that its issuer has cancelled is taken out of the books as well; until then it bills what is on it.
import { defineRule } from './rule.ts';

export const cancelledInvoice = defineRule({
  name: 'cancelled-invoice',
  title: 'Cancelled by its issuer',
  kinds: ['invoice'],
  towards: ['erp'],
  owner: 'finance',
  dueMinutes: 480,
  actions: ['retry', 'reject'],
  takesBack: true,
  check: ({ record: { issuedBy, standing, status, number } }) =>
    issuedBy !== 'erp' && standing === 'void' && status !== 'void'
      ? { code: 'cancelled-invoice', params: { number: number ?? '' } }
      : null,
  examples: [
    {
      title: 'What the PSA has cancelled is taken back in the ledger',
      record: { issuedBy: 'psa', standing: 'void' },
      isCreate: false,
      holds: 'cancelled-invoice',
    },
    {
      title: 'Once the ledger has voided it, it is done',
      record: { issuedBy: 'psa', standing: 'void', status: 'void' },
      isCreate: false,
      holds: null,
    },
    { title: 'An invoice that stands passes', record: { issuedBy: 'psa', standing: 'issued' }, holds: null },
    { title: 'What the ledger issued is the ledger’s to void', record: { standing: 'void' }, holds: null },
  ],
});
