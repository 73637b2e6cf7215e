// How long what is kept where, in one place.

export const dayMs = 86_400_000;

export interface Retention {
  /** D1 answers alone for so long; what is older goes to the archive. */
  readonly historyMs: number;
}

export const retention: Retention = { historyMs: 14 * dayMs };
