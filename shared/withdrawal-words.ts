// What is said of what was taken back: withdrawn entries, and those that an invoice keeps in the books. Part of the
// catalogue of words.
import type { Words } from './words.ts';

export const withdrawalWords: Readonly<Record<string, Words>> = {
  withdrawn: {
    title: 'Withdrawn',
    text: 'What {system} held of this record was taken back there, because it does not count any more.',
    next: 'Nothing to do: if it is to count again, Tieout brings it back by itself.',
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
