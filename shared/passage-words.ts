// What a target is set for: from which state to which, as people say it.

export const passageWords = {
  'deal-to-project': { title: 'Won deal to project', from: 'a deal is won', to: 'its project stands in the PSA' },
  'deal-to-ledger': { title: 'Won deal to ledger', from: 'a deal is won', to: 'its project stands in the ERP' },
  'time-to-ledger': { title: 'Approved time to ledger', from: 'time is approved', to: 'it stands in the ERP' },
  'expense-to-ledger': {
    title: 'Approved expense to ledger',
    from: 'an expense is approved',
    to: 'it stands in the ERP',
  },
  'milestone-to-ledger': {
    ...{ title: 'Completed milestone to ledger', from: 'a milestone is completed' },
    to: 'it stands in the ERP',
  },
} as const;
