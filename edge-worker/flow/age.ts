// What an object knows of its lane's age: whether it is as far as D1 has seen it, or was put back to an earlier time.

export class Age {
  /** D1 has said so. A lane that nobody has founded yet is as far as can be. */
  isKnown: boolean;
  /** D1 has not answered for so long that work goes on meanwhile. */
  isAssumed = false;
  /** Since when it is asked, and when it is asked again. */
  readonly sinceMs: number;
  againMs = 0;

  constructor(isKnown: boolean, sinceMs: number) {
    this.isKnown = isKnown;
    this.sinceMs = sinceMs;
  }
}
