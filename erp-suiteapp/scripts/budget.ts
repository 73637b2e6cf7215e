// What is left of this run: units by the vendor's table, and time. A script that runs out of either is killed mid-work.
import * as runtime from 'N/runtime';
import { nowMs } from './clock.ts';
import type { CostClass } from './record-types.ts';

interface Cost {
  /** record.load, record.create */
  readonly open: number;
  readonly save: number;
}

export const recordCosts: Readonly<Record<CostClass, Cost>> = {
  custom: { open: 2, save: 4 },
  other: { open: 5, save: 10 },
  transaction: { open: 10, save: 20 },
};
/** A status row made anew; one that is there costs 2. */
export const statusUnits = recordCosts.custom.open + recordCosts.custom.save;
export const queryUnits = 10;

const reserveUnits = 20;
/** A RESTlet may run for 300 s; the last record begun must have time to end. */
const startWithinMs = 240_000;

export class Budget {
  readonly #startedMs = nowMs();

  affords(units: number): boolean {
    return this.unitsLeft - reserveUnits >= units && nowMs() - this.#startedMs < startWithinMs;
  }

  get unitsLeft(): number {
    return runtime.getCurrentScript().getRemainingUsage();
  }
}
