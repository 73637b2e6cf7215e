// How long what is kept where, in one place.

export const dayMs = 86_400_000;

export interface Retention {
  /** D1 answers alone for so long; what is older goes to the archive. */
  readonly historyMs: number;
  /** Rows that D1 has taken are kept for so long, to be sent again: one day longer than D1 can be put back. */
  readonly flushedMs: number;
}

export const retention: Retention = { historyMs: 14 * dayMs, flushedMs: 31 * dayMs };
