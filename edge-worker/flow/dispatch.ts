// Announcement -> subscriber: whoever takes its pointer off the queue asks here for the next events, calls, and says
// what became of it. One taker per subscriber, so each hears its events in order.
import { instantText } from '../../shared/dates.ts';
import { subscriptions } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { writeRows } from '../store/rows.ts';
import { failuresMax, isTaken, leaseMs, waitAfter } from './calling.ts';
import type { LaneCore } from './core.ts';
import { closeHold, type HoldRow, raiseHold } from './holds.ts';
import { type Announcement, againOf, nextFor, type Subscription, subscriptionRow } from './subscribers.ts';

/** Events handed out at a time. */
const roundMax = 20;

/** Answers that speak of the one event, not of the subscriber. */
const eventStatuses: ReadonlySet<number> = new Set([400, 413, 415, 422]);
/** "I want no more of this": nothing is sent until a person says so. */
const goneStatus = 410;

/** `not-ready`: the operator of the hub has no account there. */
export type Problem =
  | 'unreachable'
  | 'timed-out'
  | 'refused'
  | 'failing'
  | 'redirected'
  | 'gone'
  | 'address'
  | 'not-ready';

/** One event as it goes over the wire, but for its signature. */
export interface Dispatch {
  readonly seq: number;
  readonly id: string;
  readonly body: string;
}

export interface Round {
  readonly token: string;
  readonly url: string;
  /** JSON of sealed keys, newest first. */
  readonly keys: string;
  readonly dispatches: readonly Dispatch[];
}

/** What became of one call. `problem` null = the subscriber has it. */
export interface Outcome {
  readonly seq: number;
  readonly status: number | null;
  readonly problem: Problem | null;
  readonly tookMs: number;
  readonly retryAfterMs: number | null;
  /** What the other side said of its refusal, where somebody wants to know. */
  readonly said?: string | null;
}

/** The next events of a subscriber, for one taker at a time; null when there is nothing to do. */
export function take(core: LaneCore, id: string): Round | null {
  const { store, ports, leases } = core;
  const nowMs = ports.nowMs();
  if (isTaken(core, id)) return null;
  const row = subscriptionRow(store.sql, id);
  leases.delete(id);
  if (!row || row.state === 'paused' || row.nextMs === null || row.nextMs > nowMs) return null;
  // Whoever does not answer is tried with one event.
  const found = nextFor(store.sql, row, row.failures > 0 ? 1 : roundMax);
  if (found.length === 0) {
    // What was to be told once more is not kept any longer.
    if (row.again !== null) store.sql.exec('UPDATE subscriptions SET again = NULL WHERE id = ?', id);
    return null;
  }
  const token = ports.makeId('rnd');
  leases.set(id, { token, untilMs: nowMs + leaseMs });
  const dispatches = found.map((one) => dispatchOf(store.installation, one));
  return { token, url: row.url, keys: row.keys, dispatches };
}

/** A call that tells nothing but that calls arrive. It is no event: nobody is told it again. */
export function testRound(core: LaneCore, id: string): Round | null {
  const row = subscriptionRow(core.store.sql, id);
  if (!row) return null;
  const about = { id: core.ports.makeId('test'), type: 'tieout.test', version: 1, madeMs: core.ports.nowMs() };
  const payload = JSON.stringify({ subscription: id, message: 'Calls to this address arrive and can be verified.' });
  const one = dispatchOf(core.store.installation, { ...about, seq: 0, subject: id, payload });
  return { token: '', url: row.url, keys: row.keys, dispatches: [one] };
}

/** The same bytes at every try: subscribers may compare them. */
function dispatchOf(installation: string, one: Announcement): Dispatch {
  const { seq, id, type, version, madeMs, payload } = one;
  const head = JSON.stringify({ id, type, version, timestamp: instantText(madeMs), installation, sequence: seq });
  return { seq, id, body: `${head.slice(0, -1)},"data":${payload}}` };
}

/**
 * Writes down what became of a round, in one transaction. A round that was given up and taken anew is not heard: its
 * events are told again, under the same ids. Returns whether more may follow at once.
 */
export function settle(core: LaneCore, id: string, token: string, outcomes: readonly Outcome[]): boolean {
  if (core.leases.get(id)?.token !== token) return false;
  core.leases.delete(id);
  core.store.transaction((tx) => {
    const row = subscriptionRow(tx.sql, id);
    if (!row) return;
    const settling = new Settling(core, tx, row);
    // A person may have set the subscriber back while the call was under way: then these are told again.
    nextFor(tx.sql, row, outcomes.length).every((one, index) => settling.heard(one, outcomes[index]));
    writeRows(tx.sql, subscriptions, [row], 'replace');
  });
  return outcomes.every(({ problem }) => problem === null);
}

/** A pointer failed every try: nobody could take it, which is a fault of ours. */
export function unreached(core: LaneCore, id: string): void {
  core.leases.delete(id);
  const row = subscriptionRow(core.store.sql, id);
  if (!row) return;
  core.store.transaction((tx) => {
    const params = { name: row.name, url: row.url };
    raiseHold(tx, core.ports.makeId, { ...slotOf(id), ...holdOf('operator', 'subscriber-stuck', params) });
  });
}

/** Where a subscriber's own exception lies. */
export function slotOf(
  id: string,
  part = 'subscriber',
): Pick<HoldRow, 'entity' | 'connection' | 'recordType' | 'part'> {
  return { entity: id, connection: '', recordType: '', part };
}

export const holdOf = (owner: 'integration' | 'operator', code: string, params: Readonly<Record<string, string>>) =>
  ({ kind: 'customer', control: code, owner, code, params, hash: '', dueMinutes: 240 }) as const;

class Settling {
  readonly #core: LaneCore;
  readonly #tx: LaneTransaction;
  readonly #row: Subscription;
  #hasAnswered = false;

  constructor(core: LaneCore, tx: LaneTransaction, row: Subscription) {
    this.#core = core;
    this.#tx = tx;
    this.#row = row;
  }

  /** False when the outcome is that of another event. */
  heard(one: Announcement, outcome: Outcome | undefined): boolean {
    const row = this.#row;
    if (outcome?.seq !== one.seq) return false;
    const attempts = row.failures + 1;
    if (outcome.problem === null) this.#took(outcome.seq);
    else this.#failed(one, outcome);
    const state = outcome.problem === null ? 'delivered' : this.#isPast(outcome.seq) ? 'refused' : 'failing';
    const { id: event, type, subject, madeMs } = one;
    const { seq, status, problem, tookMs } = outcome;
    const told = { subscription: row.id, seq, event, type, subject, state, attempts, status, problem, tookMs, madeMs };
    this.#tx.record('dispatches', { ...told, atMs: this.#tx.atMs });
    return true;
  }

  #took(seq: number): void {
    const row = this.#row;
    // Once a round is enough: whatever was said of it is true no longer.
    if (!this.#hasAnswered) closeHold(this.#tx, slotOf(row.id), 'answered', null);
    this.#hasAnswered = true;
    if (row.state === 'parked') row.state = 'active';
    this.#pass(seq);
    Object.assign(row, { failures: 0, problem: null, answeredMs: this.#tx.atMs, nextMs: this.#tx.atMs });
  }

  #failed(one: Announcement, { status, problem, retryAfterMs }: Outcome): void {
    const row = this.#row;
    const { atMs } = this.#tx;
    row.failures++;
    row.failedMs = atMs;
    row.problem = problem;
    if (status === goneStatus) {
      row.nextMs = null;
      return this.#park('subscriber-gone', one);
    }
    const isHealthy = (row.answeredMs ?? 0) > (row.asideMs ?? 0);
    if (row.failures >= failuresMax && status !== null && eventStatuses.has(status) && isHealthy) {
      return this.#putAside(one, status);
    }
    row.nextMs = atMs + waitAfter(row.failures, this.#core.ports.chance(), retryAfterMs);
    if (row.failures >= failuresMax) this.#park('subscriber-off', one);
  }

  #park(code: 'subscriber-gone' | 'subscriber-off', one: Announcement): void {
    const { id, name, url, problem } = this.#row;
    if (this.#row.state === 'active') this.#row.state = 'parked';
    const params = { name, url, problem: problem ?? '', type: one.type };
    raiseHold(this.#tx, this.#core.ports.makeId, { ...slotOf(id), ...holdOf('integration', code, params) });
  }

  /** It takes others, but not this one: the others go on, and a person is asked about it. */
  #putAside(one: Announcement, status: number): void {
    const row = this.#row;
    const { atMs } = this.#tx;
    this.#pass(one.seq);
    Object.assign(row, { failures: 0, asideMs: atMs, nextMs: atMs });
    const params = { name: row.name, type: one.type, event: one.id, status: String(status), seq: String(one.seq) };
    raiseHold(this.#tx, this.#core.ports.makeId, {
      ...slotOf(row.id, one.id),
      ...holdOf('integration', 'event-refused', params),
    });
  }

  #pass(seq: number): void {
    const row = this.#row;
    const again = againOf(row);
    if (again.includes(seq)) {
      const left = again.filter((one) => one !== seq);
      row.again = left.length > 0 ? JSON.stringify(left) : null;
    } else row.cursor = Math.max(row.cursor, seq);
  }

  #isPast(seq: number): boolean {
    return this.#row.cursor >= seq && !againOf(this.#row).includes(seq);
  }
}
