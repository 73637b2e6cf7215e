// Notices are hints, reads are truth: reads records of all connections side by side. A source that hangs holds nobody
// up, a record that cannot be read leaves those it was asked with alone.
import type { Notice, ReadResult, RecordRef } from '../connectors/connector.ts';
import { Fault } from '../faults.ts';
import type { LaneCore } from './core.ts';
import { isStopped } from './drift.ts';
import { problemOf } from './guard.ts';
import { haveRead } from './known-versions.ts';
import { linkedLinesOf } from './lines.ts';
import { unlinkedReferences } from './link-book.ts';
import type { Observation } from './observation.ts';
import { faultFrom, isOfARecord } from './relay.ts';
import { describeSoon } from './watched.ts';

/** References to unknown records are followed this many rounds, so that a deal brings its account along. */
const roundsMax = 3;
/** A record that is not shown, or cannot be read, is asked for this often. */
const triesMax = 6;
/** Reads are waited for this long; what comes later is decided with the next run. */
const waitForReadsMs = 5_000;
/** Should the late read be lost with its object, its records are read again. */
const lostAfterMs = 60_000;
/** Records whose mapping is stopped are looked at this often; once it goes on they are read at once. */
const stoppedAgainMs = 60_000;
/** Calls spent on finding out which record of a batch makes its call fail. */
const searchCallsMax = 32;

export interface Wanted extends RecordRef {
  readonly connection: string;
  readonly kind: Notice['kind'];
  readonly eventMs: number;
  readonly event: string | null;
  readonly tries: number;
  /** Due time of its row among the rechecks; absent when it has none. */
  readonly dueMs?: number;
  /** When it is to be read again, where that does not follow from its tries. */
  readonly againMs?: number;
}

/** What came of reading. Whatever was wanted is in exactly one of these. */
export interface Found {
  readonly seen: Observation[];
  readonly gone: Wanted[];
  readonly merged: (readonly [Wanted, into: RecordRef])[];
  readonly again: Wanted[];
  /** Not shown to us however often it was asked for. */
  readonly hidden: Wanted[];
  readonly unreadable: (readonly [Wanted, problem: string])[];
}

interface Call {
  readonly connection: string;
  readonly batch: readonly Wanted[];
  readonly found: Found;
  callsLeft: number;
  isDone: boolean;
}

export const keyOf = (wanted: { connection: string } & RecordRef) =>
  `${wanted.connection}|${wanted.recordType}|${wanted.recordId}`;

const nothing = (): Found => ({ seen: [], gone: [], merged: [], again: [], hidden: [], unreadable: [] });

function add(to: Found, from: Found): void {
  to.seen.push(...from.seen);
  to.gone.push(...from.gone);
  to.merged.push(...from.merged);
  to.again.push(...from.again);
  to.hidden.push(...from.hidden);
  to.unreadable.push(...from.unreadable);
}

export class Reader {
  readonly #core: LaneCore;
  readonly #arrived: () => void;
  #late: { found: Found; wanted: Wanted[] } = { found: nothing(), wanted: [] };

  /** `arrived` is called when a read has come to its end after nobody waited for it any more. */
  constructor(core: LaneCore, arrived: () => void) {
    this.#core = core;
    this.#arrived = arrived;
  }

  /** What came late: taken once. */
  takeLate(): { readonly found: Found; readonly wanted: readonly Wanted[] } {
    const late = this.#late;
    this.#late = { found: nothing(), wanted: [] };
    return late;
  }

  /** Reads what is wanted, and in turn what that refers to; `found` may hold records already. */
  async read(wanted: readonly Wanted[], found: Found): Promise<void> {
    const asked = new Set(wanted.map(keyOf));
    let round = wanted;
    let count = 0;
    for (let before = 0; count < roundsMax; count++) {
      await this.#readRound(round, found);
      const fresh = found.seen.slice(before);
      before = found.seen.length;
      round = this.#referencesOf(fresh).filter((one) => !asked.has(keyOf(one)));
      if (round.length === 0) return;
      for (const one of round) asked.add(keyOf(one));
    }
  }

  #referencesOf(seen: readonly Observation[]): Wanted[] {
    const { store, wiring } = this.#core;
    const find = (some: readonly Observation[]) => unlinkedReferences({ sql: store.sql }, wiring, some);
    const safely = (one: Observation) => {
      try {
        return find([one]);
      } catch {
        // What cannot be understood names nobody; the run finds out about it and says so.
        return [];
      }
    };
    const wantedOf = (refs: ReturnType<typeof find>) =>
      refs.map((ref): Wanted => ({ ...ref, kind: 'changed', tries: 0 }));
    try {
      return wantedOf(find(seen));
    } catch {
      return wantedOf([...new Map(seen.flatMap(safely).map((ref) => [keyOf(ref), ref])).values()]);
    }
  }

  async #readRound(wanted: readonly Wanted[], found: Found): Promise<void> {
    const core = this.#core;
    const groups = new Map<string, Wanted[]>();
    for (const one of wanted) {
      const key = `${one.connection}|${one.recordType}`;
      const group = groups.get(key);
      if (group) group.push(one);
      else groups.set(key, [one]);
    }
    const calls: Call[] = [];
    for (const group of groups.values()) {
      const { connection, recordType } = group[0] as Wanted;
      const size = core.wiring.connections.get(connection)?.connector.limits.readBatchMax;
      // A connection that was removed in the meantime has nothing to be read.
      if (size === undefined) continue;
      if (!core.isReadable(connection)) found.again.push(...group);
      else if (isStopped(core.store.sql, core.wiring, connection, recordType))
        found.again.push(...group.map((one) => ({ ...one, againMs: core.ports.nowMs() + stoppedAgainMs })));
      else
        for (let start = 0; start < group.length; start += size) {
          const batch = group.slice(start, start + size);
          calls.push({ connection, batch, found: nothing(), callsLeft: searchCallsMax, isDone: false });
        }
    }
    if (calls.length > 0) await this.#makeCalls(calls, found);
  }

  async #makeCalls(calls: readonly Call[], found: Found): Promise<void> {
    const under = calls.map((call) => this.#make(call));
    await Promise.race([Promise.all(under), this.#core.ports.sleep(waitForReadsMs)]);
    const late = calls.filter((call) => !call.isDone);
    for (const call of calls) if (call.isDone) add(found, call.found);
    if (late.length === 0) return;
    const againMs = this.#core.ports.nowMs() + lostAfterMs;
    for (const { connection, batch } of late) {
      this.#core.ports.log('read-late', { connection, records: batch.length });
      this.#core.slowReads.add(connection);
      found.again.push(...batch.map((one) => ({ ...one, againMs })));
    }
    const waiting = under.filter((_, index) => !calls[index]?.isDone);
    this.#core.ports.start(Promise.all(waiting).then(() => this.#take(late, againMs)));
  }

  /** Late answers are not thrown away, or a source that is always slow would never be heard. */
  #take(calls: readonly Call[], dueMs: number): void {
    for (const { connection, batch, found } of calls) {
      this.#core.slowReads.delete(connection);
      add(this.#late.found, found);
      this.#late.wanted.push(...batch.map((one) => ({ ...one, dueMs })));
    }
    this.#arrived();
  }

  /** Never throws. */
  async #make(call: Call): Promise<void> {
    const failure = await this.#readBatch(call, call.batch);
    const connection = this.#core.wiring.connections.get(call.connection);
    // When no part of it could be read it is not a single record's doing.
    if (failure !== null && connection) this.#core.failed(connection, faultFrom(failure));
    call.isDone = true;
  }

  /** Null when any part was read, or when the connection was told of its failure already; otherwise what went wrong. */
  async #readBatch(call: Call, batch: readonly Wanted[]): Promise<unknown> {
    const core = this.#core;
    const connection = core.callable(call.connection);
    if (!connection) {
      call.found.again.push(...batch);
      return null;
    }
    const readMs = core.ports.nowMs();
    call.callsLeft--;
    try {
      const refs = batch.map(({ recordType, recordId }) => ({ recordType, recordId }));
      const results = await core.session(connection).read(refs);
      core.succeeded(connection.id);
      const here = results.flatMap((result) => (result.found === 'here' ? [result.snapshot] : []));
      haveRead(core, connection, here);
      for (const [index, one] of batch.entries()) {
        sort(call.found, one, results[index], readMs);
        this.#sortLines(call.found, one, results[index], readMs);
      }
      return null;
    } catch (error) {
      if (error instanceof Fault && error.code === 'schema-changed') describeSoon(core.store.sql, call.connection);
      if (isOfARecord(error)) return this.#search(call, batch, error);
      core.failed(connection, faultFrom(error));
      call.found.again.push(...batch.map(oftener));
      return null;
    }
  }

  /**
   * A record brings its lines along. A linked line that is not among them may have been added after this read: it is
   * asked for by itself, and that answer counts.
   */
  #sortLines(found: Found, one: Wanted, result: ReadResult | undefined, readMs: number): void {
    const { store, wiring } = this.#core;
    if (result === undefined || result.found === 'hidden') return;
    const lines = result.found === 'here' ? (result.lines ?? []) : [];
    const { connection, eventMs, event } = one;
    for (const snapshot of lines) found.seen.push({ connection, snapshot, readMs, eventMs, event });
    const there = new Set(lines.map((line) => `${line.recordType} ${line.recordId}`));
    for (const ref of linkedLinesOf(store.sql, wiring, one)) {
      if (!there.has(`${ref.recordType} ${ref.recordId}`))
        found.again.push({ connection, eventMs, event, ...ref, kind: 'changed', tries: 0 });
    }
  }

  /** One record makes the call fail: the others are read without it, by halves. */
  async #search(call: Call, batch: readonly Wanted[], error: unknown): Promise<unknown> {
    const [one] = batch;
    if (batch.length === 1 && one) {
      if (one.tries + 1 < triesMax) call.found.again.push(oftener(one));
      else call.found.unreadable.push([one, problemOf(error)]);
      return error;
    }
    if (call.callsLeft <= 0) {
      // Not proven to be to blame: asked for again, and never given up on before it stood alone.
      call.found.again.push(...batch.map((each) => ({ ...each, tries: Math.min(each.tries + 1, triesMax - 1) })));
      return error;
    }
    const middle = Math.ceil(batch.length / 2);
    const first = await this.#readBatch(call, batch.slice(0, middle));
    const second = await this.#readBatch(call, batch.slice(middle));
    return first !== null && second !== null ? error : null;
  }
}

const oftener = (one: Wanted): Wanted => ({ ...one, tries: one.tries + 1 });

function sort(found: Found, one: Wanted, result: ReadResult | undefined, readMs: number): void {
  const { connection, eventMs, event } = one;
  if (result?.found === 'here') found.seen.push({ connection, snapshot: result.snapshot, readMs, eventMs, event });
  else if (result?.found === 'gone') found.gone.push(one);
  else if (result?.found === 'merged') found.merged.push([one, result.into]);
  else if (one.tries < triesMax) found.again.push(oftener(one));
  else found.hidden.push(one);
}
