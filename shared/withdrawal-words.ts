// What is said of what was taken back: withdrawn entries, and those that an invoice keeps in the books. Part of the
// catalogue of words.
import type { Words } from './words.ts';

export const withdrawalWords: Readonly<Record<string, Words>> = {
  withdrawn: {
    title: 'Withdrawn',
    text: 'What {system} held of this record was taken back there, because it does not count any more.',
    next: 'Nothing to do: if it is to count again, Tieout brings it back by itself.',
  },
  'billed-by-another': {
    title: 'Billed by somebody else',
    text: 'What {system} was to bill is billed elsewhere under its contract.',
    next: 'Nothing to do: {system} does not need it any more.',
  },
  'withdrawn-after-invoice': {
    title: 'Withdrawn after invoicing',
    text: 'The entry does not count any more, but invoice {number} in {system} bills it already.',
    next: 'Finance credits and rebills, keeps the entry with a reason, or asks for approval again.',
  },
  'awaiting-credit': {
    title: 'Credit to come',
    text: 'Invoice {number} in {system} bills an entry that does not count any more, and is to be credited.',
    next: 'Finance credits or voids the invoice in {system}; Tieout then withdraws the entry by itself.',
  },
  'awaiting-reapproval': {
    title: 'Approval asked for again',
    text: 'Invoice {number} in {system} bills this entry, but its approval was taken back.',
    next: 'Delivery approves the entry again where it is kept; if it was not worked, finance credits the invoice.',
  },
  'withdraw-by-hand': {
    title: 'To be taken back by hand',
    text: 'The record {recordId} in {system} does not count any more, and Tieout has no way to take it back there.',
    next: 'Take it back in {system} and choose "Done by hand", or keep it with a reason.',
  },
  'deal-unwon': {
    title: 'Deal is won no more',
    text: 'The deal is not won any more, but its project was provisioned in {system}. Nothing is changed there yet.',
    next: 'Delivery stop the project everywhere, or keep it with a reason; won again, it simply goes on.',
  },
  'deleted-at-source': {
    title: 'Deleted where it comes from',
    text: 'The record {recordId} was deleted in {system}. What came of it in other systems was left as it is.',
    next: 'Its owner has it taken back in the other systems, keeps it there with a reason, or restores it in {system}.',
  },
  'target-gone': {
    title: 'Record has vanished',
    text: 'The record {recordId} that Tieout keeps in step is no longer in {system}: somebody has deleted it there.',
    next: 'Have it created again, leave {system} without it, or restore it there and choose Retry.',
  },
  'delete-guard': {
    title: 'Many deletions at once',
    text: '{count} records of {recordType} were deleted in {system} within an hour. Nothing follows from it yet.',
    next: 'An integration admin lets them through if they are meant, or says that they were a mistake.',
  },
  'awaiting-restoration': {
    title: 'To be restored',
    text: '{count} records of {recordType} were deleted in {system} by mistake. What came of them was left as it is.',
    next: 'An admin restores them in {system}; this is over once the last of them is there again.',
  },
  'two-records': {
    title: 'Two records after a merge',
    text: 'Two records became one where they come from, but {system} holds one of each: {recordId} and {other}.',
    next: 'An integration admin merges them in {system} and looks again, or says which of the two goes on.',
  },
  'record-merged': {
    title: 'Merged',
    text: 'The record {former} was merged into {recordId} in {system}, which goes on for both.',
    next: 'Nothing to do: what named the former record names this one now.',
  },
  'entity-merged': {
    title: 'Merged into another',
    text: 'The record was merged into another in {system}: what is called {into} here goes on for both.',
    next: 'Nothing to do: its links are kept as former ones.',
  },
  'left-by-merge': {
    title: 'Left by a merge',
    text: 'Two records became one. {into} stands for both here; this one is left as it is.',
    next: 'Nothing to do here: where somebody is asked which of the two goes on, they are asked about {into}.',
  },
  'record-deleted': {
    title: 'Deleted',
    text: 'The record {recordId} was deleted in {system}.',
    next: 'Nothing to do, unless somebody is asked what is to become of it elsewhere.',
  },
  'record-restored': {
    title: 'Restored',
    text: 'The record {recordId}, which had been deleted, is in {system} again.',
    next: 'Nothing to do: what had been taken back elsewhere comes back by itself.',
  },
  'command-withdrawn': {
    title: 'Withdrawn',
    text: 'The record {recordId} in {system} was taken back, because it does not count any more.',
    next: 'Nothing to do: if it is to count again, Tieout brings it back by itself.',
  },
  'command-revived': {
    title: 'Revived',
    text: 'The record {recordId} in {system}, which had been withdrawn, counts again.',
    next: 'Nothing to do.',
  },
  'withdrawal-undone': {
    title: 'Brought back elsewhere',
    text: 'The record was withdrawn, and somebody in {system} has brought it back there.',
    next: 'Nothing to do: it is withdrawn again unless it counts by now.',
  },
  'billing-freed': {
    title: 'Billable again',
    text: 'The invoice that billed this entry was voided, credited or corrected, so it can be billed again.',
    next: 'Nothing to do: the next billing run takes it up.',
  },
};
