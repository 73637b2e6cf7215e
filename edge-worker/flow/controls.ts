// Names of the holds that the engine raises by itself and answers in ways of their own; what is stored of a withdrawal.

/** In place of a content hash: what the target is to hold, or holds, is nothing that counts. */
export const withdrawn = 'withdrawn';

/** What does not count any more is on an invoice. */
export const billedControl = 'withdrawn-after-invoice';
/** The system offers no way that the hub may go. */
export const byHandControl = 'withdraw-by-hand';
export const deletedControl = 'deleted-at-source';
export const vanishedControl = 'target-gone';
export const guardControl = 'delete-guard';
export const twoRecordsControl = 'two-records';
/** Fields that a mapping relies on are others now. */
export const driftControl = 'schema-changed';
/** A deal is won no more whose project was provisioned. */
export const unwonControl = 'deal-unwon';
/** A connection that nothing goes through: its credentials were refused, or a person has paused it. */
export const stoppedControl = 'connection';
/** A lane was put back, and something that it lost lies nowhere else. */
export const lostControl = 'lost-with-the-lane';
