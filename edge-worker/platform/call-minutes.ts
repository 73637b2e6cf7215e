// Calls to one target, counted by the minute for an hour: how many, how many at once, and how many were "too many".

const minuteMs = 60_000;
const minutesMax = 60;

interface Minute {
  readonly minute: number;
  calls: number;
  atOnce: number;
  refused: number;
}

export class CallMinutes {
  readonly #minutes: Minute[] = [];

  began(nowMs: number, atOnce: number): void {
    const minute = this.#at(nowMs);
    minute.calls++;
    minute.atOnce = Math.max(minute.atOnce, atOnce);
  }

  refused(nowMs: number): void {
    this.#at(nowMs).refused++;
  }

  lastHour(nowMs: number): Omit<Minute, 'minute'> {
    const since = Math.floor(nowMs / minuteMs) - minutesMax;
    const sum = { calls: 0, atOnce: 0, refused: 0 };
    for (const { minute, calls, atOnce, refused } of this.#minutes) {
      if (minute <= since) continue;
      sum.calls += calls;
      sum.atOnce = Math.max(sum.atOnce, atOnce);
      sum.refused += refused;
    }
    return sum;
  }

  #at(nowMs: number): Minute {
    const minute = Math.floor(nowMs / minuteMs);
    const last = this.#minutes.at(-1);
    if (last?.minute === minute) return last;
    const made = { minute, calls: 0, atOnce: 0, refused: 0 };
    this.#minutes.push(made);
    if (this.#minutes.length > minutesMax) this.#minutes.shift();
    return made;
  }
}
