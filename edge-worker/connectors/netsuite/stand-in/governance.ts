// The units a script may spend in one run, and what each call costs by kind of record.
import type { CostClass } from './fields.ts';

export const restletUnits = 5000;

interface Cost {
  /** record.load, record.create, record.transform */
  readonly open: number;
  /** record.save, record.delete */
  readonly save: number;
  readonly submitFields: number;
}

export const recordCosts: Readonly<Record<CostClass, Cost>> = {
  custom: { open: 2, save: 4, submitFields: 2 },
  other: { open: 5, save: 10, submitFields: 5 },
  transaction: { open: 10, save: 20, submitFields: 10 },
};

export const queryUnits = 10;

export class Meter {
  #left: number;

  constructor(units: number) {
    this.#left = units;
  }

  get left(): number {
    return this.#left;
  }

  affords(units: number): boolean {
    return units <= this.#left;
  }

  spend(units: number): void {
    this.#left = Math.max(0, this.#left - units);
  }
}
