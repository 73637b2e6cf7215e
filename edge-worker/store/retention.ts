// How long what is kept where, in one place.

export const dayMs = 86_400_000;

/** Times for which D1 keeps what is told in order. None is shorter than D1 can be put back: see `flushedMs`. */
interface RegisterTimes {
  /**
   * Exceptions since they were closed: a quarter and the days in which its books are closed. What is sent again after
   * D1 was put back is younger, so that nothing which has left is there once more.
   */
  readonly exceptionsMs: number;
  /** What a subscriber was told: an event can be told again for 30 days, and the log of that be sent again for 31. */
  readonly dispatchesMs: number;
  /** The audit and its signed heads: a year, and the time in which auditors ask about it. */
  readonly auditMs: number;
}

export interface Retention extends RegisterTimes {
  /** D1 answers alone for so long; what is older goes to the archive. */
  readonly historyMs: number;
  /** Rows that D1 has taken are kept for so long, to be sent again: one day longer than D1 can be put back. */
  readonly flushedMs: number;
  /** Rows of a register leave D1 together for so long, so that its texts are few and a repeat makes the same ones. */
  readonly gatheredMs: number;
}

export const retention: Retention = {
  historyMs: 14 * dayMs,
  flushedMs: 31 * dayMs,
  exceptionsMs: 100 * dayMs,
  dispatchesMs: 62 * dayMs,
  auditMs: 400 * dayMs,
  gatheredMs: 30 * dayMs,
};

/** Rows of before this moment leave a register. It moves on by `gatheredMs` at a time. */
export function leavesBeforeMs({ gatheredMs }: Retention, keptMs: number, nowMs: number): number {
  return Math.floor((nowMs - keptMs) / gatheredMs) * gatheredMs;
}
