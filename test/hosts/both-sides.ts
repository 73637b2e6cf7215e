// One account with our built RESTlet beside the connector's stand-in of it: both must answer alike.
import { expect } from 'vitest';
import { Bench } from '../../edge-worker/connectors/netsuite/stand-in/testing.ts';
import type { Account } from './account.ts';
import { connect, openFirm } from './connected.ts';
import { callRestlet, type RestletReply } from './runs.ts';

export type Json = Readonly<Record<string, unknown>>;

export class BothSides {
  readonly account: Account;
  readonly bench = new Bench();
  readonly customer: string;
  readonly job: string;
  readonly employee: string;

  private constructor(account: Account) {
    this.account = account;
    ({ customer: this.customer, job: this.job, employee: this.employee } = this.bench.people());
  }

  static async open(): Promise<BothSides> {
    const { account, customer, job } = await openFirm();
    connect(account);
    const sides = new BothSides(account);
    const employee = account.save('employee', null, { firstname: 'Ada', lastname: 'Byron', subsidiary: '1' });
    expect([customer, job, employee]).toEqual([sides.customer, sides.job, sides.employee]);
    return sides;
  }

  call(request: Json): RestletReply {
    return callRestlet(this.account, { v: 1, ...request });
  }

  results(request: Json): readonly Json[] {
    const { status, json } = this.call(request);
    expect({ status, error: json['error'] }).toEqual({ status: 200, error: undefined });
    return json['results'] as readonly Json[];
  }

  /** What ours answers, after checking that the stand-in answers the same. */
  async both(request: Json): Promise<readonly Json[]> {
    const ours = this.results(request);
    expect(ours).toEqual(await this.bench.results(request));
    return ours;
  }

  time(serial: number, more: Json = {}): Json {
    const { employee, job } = this;
    return {
      type: 'timebill',
      externalid: `tim_${serial}`,
      id: null,
      values: {
        employee,
        customer: job,
        trandate: '2026-11-20',
        hours: '1.33',
        rate: '150',
        ...(more['values'] ?? {}),
      },
      stamp: `rev-${serial}`,
      ...Object.fromEntries(Object.entries(more).filter(([name]) => name !== 'values')),
    };
  }

  outbox() {
    return this.account.rows('customrecord_tieout_outbox');
  }
}

export const statusOf = (system: string) => ({
  system,
  state: 'in-step',
  last: '2026-11-22T10:00:00.000Z',
  params: { a: 1 },
});
