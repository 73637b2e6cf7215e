// The units one run of a script may spend, and what each call costs by the vendor's table.
import { scriptError } from './n/error.ts';

export type Kind = 'custom' | 'other' | 'transaction';

/** Cost of a call: on our custom records, on other records, on transactions. */
export const costs = {
  open: { custom: 2, other: 5, transaction: 10 },
  save: { custom: 4, other: 10, transaction: 20 },
  remove: { custom: 4, other: 10, transaction: 20 },
  submitFields: { custom: 2, other: 5, transaction: 10 },
  query: 10,
  search: 10,
  request: 10,
  submitTask: 20,
  cache: 1,
} as const;

export const unitsOf: Readonly<Record<string, number>> = {
  UserEventScript: 1000,
  Suitelet: 1000,
  Portlet: 1000,
  Restlet: 5000,
  ScheduledScript: 10_000,
  SDFInstallationScript: 10_000,
  getInputData: 10_000,
  map: 1000,
  summarize: 10_000,
};

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
