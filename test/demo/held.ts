// What the controls must still hold at the end of the month, worked out from the script alone.
import { heldContracts, isSold, type Month } from './month.ts';

/**
 * Open exceptions by control. A contract without its purchase order or terms is one; so is every time entry that is
 * stuck.
 */
export function expectedHeld(month: Month): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  const add = (control: string, count = 1) => {
    counts[control] = (counts[control] ?? 0) + count;
  };
  for (const control of Object.values(heldContracts)) add(control);
  // A customer entered twice is one question in the PSA and one in the ledger; its project and contract wait for the
  // answer in both.
  for (const deal of month.deals) {
    if (deal.wonOn === null || isSold(month, deal)) continue;
    add('duplicate', 2);
    add('unknown-reference', 4);
  }
  for (const { trouble, submittedOn, key } of month.entries) {
    if (trouble && trouble.solvedOn === null && submittedOn !== null && !rejectedOf(month).has(key))
      add(trouble.control);
  }
  for (const { approvedOn } of month.expenses) if (approvedOn === null) add('unapproved-expense');
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => a.localeCompare(b)));
}

/** Entries that a person sent away for good: nobody's turn any more. */
function rejectedOf(month: Month): ReadonlySet<string> {
  const rejected = new Set<string>();
  for (const { steps } of month.days) {
    for (const step of steps)
      if (step.does === 'answer' && step.answer === 'reject') for (const key of step.entries ?? []) rejected.add(key);
  }
  return rejected;
}
