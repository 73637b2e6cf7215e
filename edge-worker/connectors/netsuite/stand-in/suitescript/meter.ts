// The units one run of a script may spend, and what each call costs by the vendor's table.
import type { CostClass } from '../fields.ts';
import { scriptError } from './script-error.ts';

type Costs = Readonly<Record<CostClass, number>>;

/** By kind of record: custom, other, transaction. */
export const costs = {
  open: { custom: 2, other: 5, transaction: 10 } satisfies Costs,
  save: { custom: 4, other: 10, transaction: 20 } satisfies Costs,
  submitFields: { custom: 2, other: 5, transaction: 10 } satisfies Costs,
  lookupFields: 1,
  query: 10,
  search: 10,
  pagedSearch: 5,
  request: 10,
  submitTask: 20,
  cache: 1,
  mail: 20,
} as const;

/** By the script's type; those of a map/reduce by stage. */
const unitsOf: Readonly<Record<string, number>> = {
  Restlet: 5000,
  ScheduledScript: 10_000,
  SDFInstallationScript: 10_000,
  getInputData: 10_000,
  map: 1000,
  reduce: 5000,
  summarize: 10_000,
};
const unitsUsual = 1000;

export function unitsFor(type: string, entry: string): number {
  return unitsOf[type === 'MapReduceScript' ? entry : type] ?? unitsUsual;
}

export class Meter {
  readonly limit: number;
  used = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get left(): number {
    return Math.max(0, this.limit - this.used);
  }

  get isSpent(): boolean {
    return this.used > this.limit;
  }

  spend(units: number): void {
    this.used += units;
    if (this.isSpent) throw scriptError('SSS_USAGE_LIMIT_EXCEEDED', 'Script Execution Usage Limit Exceeded');
  }
}
