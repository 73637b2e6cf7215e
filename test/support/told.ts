// A firm of two systems in a rig, and one subscriber whose server a test makes fail; time passes as the test says.
import { expect } from 'vitest';
import { type Outcome, settle, take } from '../../edge-worker/flow/dispatch.ts';
import { change } from '../../edge-worker/flow/requests.ts';
import type { SubscriptionChange } from '../../edge-worker/flow/subscribe.ts';
import { LaneRig, RigSystem } from './lane-rig.ts';

export const seal = async (plain: string) => `sealed ${plain}`;
const url = 'https://hooks.example/tieout';
export const second = 1_000;
export const hour = 3_600_000;

/** A firm with one subscriber, whose server answers with `status`; 0 = not at all. */
export class Told {
  readonly psa = new RigSystem();
  readonly erp = new RigSystem();
  readonly rig: LaneRig;
  /** Events as they arrived, repeats too. */
  readonly heard: { readonly id: string; readonly name: string; readonly sequence: number }[] = [];
  answer: (name: string) => number = () => 204;
  #projects = 0;

  constructor(flow: 'open' | 'matching' = 'open') {
    const [psa, erp] = [this.psa, this.erp];
    this.rig = new LaneRig({ psa: { system: psa, roles: ['psa'] }, erp: { system: erp, roles: ['erp'], flow } });
  }

  async ask(request: SubscriptionChange): Promise<void> {
    const result = await change(this.rig.lane, { verb: 'subscription', change: request, by: 'ada' }, seal);
    expect(result).toMatchObject({ ok: true });
    await this.rig.settle();
  }

  async subscribe(types: readonly string[] = ['project.created']): Promise<this> {
    const subscription = { id: 'sub_1', name: 'Warehouse', url, types };
    await this.ask({ verb: 'make', subscription, key: 'whsec_bm90IGEgcmVhbCBrZXkgYXQgYWxs' });
    return this;
  }

  /** A project begins in the PSA, and the hub makes it in the ERP. */
  async begin(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      const id = `p${++this.#projects}`;
      this.psa.put('job', id, { name });
      await this.rig.notice('psa', 'job', id);
    }
  }

  /** Whoever takes pointers off the queue: calls until there is nothing left, or the subscriber fails. */
  async deliver(): Promise<void> {
    for (const id of this.rig.pointers.splice(0)) {
      for (let round = take(this.rig.lane.core, id); round; round = take(this.rig.lane.core, id)) {
        const outcomes: Outcome[] = [];
        for (const { seq, body } of round.dispatches) {
          const outcome = this.#call(seq, body);
          outcomes.push(outcome);
          if (outcome.problem !== null) break;
        }
        if (!settle(this.rig.lane.core, id, round.token, outcomes)) break;
      }
      this.rig.lane.wake();
      await this.rig.settle();
    }
  }

  /** Time goes by; the lane is woken as its alarm would, and whoever is due is called. */
  async pass(ms: number, stepMs = 30 * second): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      await this.rig.pass(Math.min(stepMs, left));
      await this.deliver();
    }
  }

  #call(seq: number, body: string): Outcome {
    const { id, data, sequence } = JSON.parse(body) as { id: string; data: Payload; sequence: number };
    const name = data.project.name;
    this.heard.push({ id, name, sequence });
    const status = this.answer(name);
    const problem = status === 0 ? 'unreachable' : status < 300 ? null : status === 410 ? 'gone' : 'refused';
    return { seq, status: status === 0 ? null : status, problem, tookMs: 12, retryAfterMs: null };
  }

  get names(): string[] {
    return this.heard.map(({ name }) => name);
  }

  get row(): Record<string, unknown> {
    return this.rig.rows('SELECT * FROM subscriptions')[0] ?? {};
  }

  async log(): Promise<Record<string, unknown>[]> {
    return (await this.rig.d1.prepare('SELECT * FROM dispatches ORDER BY seq').all()).results as never;
  }
}

interface Payload {
  readonly project: { readonly name: string };
}
