// What the owner of an exception may do. The code is sent and stored; a button takes its words from here.
interface ActionWords {
  readonly title: string;
  /** What happens then. */
  readonly text: string;
  readonly needsReason: boolean;
}

export const actions = {
  retry: { title: 'Retry', text: 'Looks again, after something was mended.', needsReason: false },
  approve: { title: 'Approve once', text: 'Lets exactly this content pass, once.', needsReason: true },
  reject: { title: 'Reject', text: 'Leaves exactly this content out for good.', needsReason: false },
  credit: {
    title: 'Credit and rebill',
    text: 'The invoice is credited or voided in the ledger; once it is, the entry is withdrawn there by itself.',
    needsReason: false,
  },
  done: { title: 'Done by hand', text: 'It was taken back there by hand: nothing is left to do.', needsReason: false },
  withdraw: {
    title: 'Take back',
    text: 'What came of it in the other systems is taken back there.',
    needsReason: false,
  },
  stop: {
    title: 'Stop the project',
    text: 'The project and its contract are taken back in the systems that hold them.',
    needsReason: false,
  },
  'accept-fields': {
    title: 'Mapping is right',
    text: 'The fields are as they should be: what waits for them goes on with the mapping as it is.',
    needsReason: true,
  },
  recreate: { title: 'Create again', text: 'The record is created there anew.', needsReason: false },
  leave: { title: 'Leave out', text: 'The system goes on without this record.', needsReason: false },
  'this-one': {
    title: 'Go on with this one',
    text: 'The record that is linked goes on; the other is left as it is.',
    needsReason: false,
  },
  'other-one': {
    title: 'Go on with the other',
    text: 'The other record takes the place of the linked one, which is left as it is.',
    needsReason: false,
  },
  'let-through': {
    title: 'Let through',
    text: 'These deletions are meant: each has the effect that one by itself would have.',
    needsReason: true,
  },
  mistake: {
    title: 'These were a mistake',
    text: 'Nothing follows from them; Tieout waits until the records are restored.',
    needsReason: false,
  },
  keep: { title: 'Keep', text: 'Leaves what was written as it is.', needsReason: true },
  'post-next': {
    title: 'Post on the next open day',
    text: 'Goes out with the first day of the next open period, as it says above, in place of its own.',
    needsReason: true,
  },
  wait: {
    title: 'Wait for reopening',
    text: 'Waits; goes on by itself once finance has opened the period again.',
    needsReason: false,
  },
  reapprove: {
    title: 'Ask for approval again',
    text: 'Delivery approves the entry again where it is kept, or says that it was not worked.',
    needsReason: false,
  },
} as const satisfies Record<string, ActionWords>;

export type Action = keyof typeof actions;
export const actionNames = Object.keys(actions) as [Action, ...Action[]];
