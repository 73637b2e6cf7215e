// Sends what is due on one target until nothing is, several calls at a time, each settled as soon as it is answered.
import { attempts } from '../store/lane-schema.ts';
import { deleteRows } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { planSafely } from './guard.ts';
import type { CommandRow } from './plan-view.ts';
import { type Batch, type BatchOutcome, beginBatches, chooseDue, recordKeyOf, send } from './relay.ts';
import { setAside, setAsideForgotten } from './set-aside.ts';
import { settleBatch } from './settle.ts';
import { StatusView } from './status.ts';
import { turnsOf } from './turns.ts';
import type { Connection } from './wiring.ts';

/** Content that waited this long is governed again before it is sent. */
const governAgainMs = 60_000;
/** Calls to one target at a time, whatever its limit. */
const callsMax = 3;

export class RelayLoop {
  readonly #core: LaneCore;
  readonly #changed: () => void;
  readonly #governedMs = new Map<string, number>();
  readonly #nudges = new Map<string, () => void>();

  /** `changed` is called after each lane transaction. */
  constructor(core: LaneCore, changed: () => void) {
    this.#core = core;
    this.#changed = changed;
  }

  /** There may be something new to send: a loop that waits for its calls looks again now. */
  nudge(connection: string): void {
    this.#nudges.get(connection)?.();
  }

  async run(id: string): Promise<void> {
    const calls = new Set<Promise<void>>();
    for (;;) {
      const nudged = new Promise<void>((nudge) => this.#nudges.set(id, nudge));
      // Asked anew each time: a connection may be stopped, mended or paused while its calls are under way.
      const connection = this.#core.callable(id);
      if (connection) {
        for (const batch of this.#pick(connection, slotsOf(connection) - calls.size)) {
          const call = this.#send(batch).finally(() => calls.delete(call));
          calls.add(call);
        }
      }
      if (calls.size === 0) break;
      await Promise.race([...calls, nudged]);
    }
    this.#nudges.delete(id);
  }

  #pick(connection: Connection, free: number): Batch[] {
    if (free <= 0) return [];
    const core = this.#core;
    setAsideForgotten(core, connection.id);
    const nowMs = core.ports.nowMs();
    const { inFlight, busyRecords } = core;
    const busy = { inFlight, has: (key: string) => busyRecords.has(`${connection.id}|${key}`) };
    const choose = () => chooseDue(core.store, connection, nowMs, busy, free);
    let chosen = choose();
    if (this.#governAgain(chosen.flat())) chosen = choose();
    const batches = beginBatches(core.store, connection, core.ports.makeId, nowMs, chosen);
    for (const { attempt, commands: rows } of batches) {
      for (const row of rows) {
        core.inFlight.add(row.id);
        core.busyRecords.add(`${connection.id}|${recordKeyOf(row)}`);
        if (connection.connector.visits) core.attemptsToCome.set(row.id, attempt);
      }
    }
    return batches;
  }

  /** Never throws: the other calls of the loop go on. */
  async #send(batch: Batch): Promise<void> {
    const core = this.#core;
    const { connection } = batch;
    const outcome = await send(
      () => core.session(connection),
      batch,
      () => this.#statusesAlong(batch),
      (recordType) => core.wiring.mapsOf(connection.id, recordType).length > 0,
    );
    try {
      if (outcome.kind === 'answered') core.succeeded(connection.id);
      if (outcome.kind !== 'unsent' && !isUntouched(batch, outcome)) await this.#settle(batch, outcome);
      else {
        const { attempt, commands: rows } = batch;
        this.#release(connection, rows);
        if (outcome.kind === 'unsent')
          setAside(core, { rows, attempt, from: 'in-flight', to: 'due', error: outcome.error });
      }
      if (outcome.kind === 'failed') core.failed(connection, outcome.fault);
    } catch (error) {
      // Nothing could be written down. The attempt stands, and what it names is in doubt at the next turn.
      const message = error instanceof Error ? (error.stack ?? error.message) : 'unknown';
      core.ports.log('loop-failed', { loop: `relay ${connection.id}`, message });
    }
    this.#changed();
  }

  /** Once for each command: right after, another one for the same record may be under way. */
  #release(connection: Connection, rows: readonly CommandRow[]): void {
    const core = this.#core;
    for (const row of rows) {
      core.inFlight.delete(row.id);
      core.attemptsToCome.delete(row.id);
      this.#governedMs.delete(row.id);
      core.busyRecords.delete(`${connection.id}|${recordKeyOf(row)}`);
    }
  }

  /**
   * The attempt stands until the last of its commands is settled, so that a restart in between doubts the rest; until
   * then they are under way.
   */
  async #settle(batch: Batch, outcome: BatchOutcome): Promise<void> {
    // A failure is said of all at once, before anybody thinks of the next call.
    const turns = outcome.kind === 'failed' ? [batch.commands] : turnsOf(batch.commands);
    let settled = 0;
    for (const [index, rows] of turns.entries()) {
      const isLast = index === turns.length - 1;
      const turn = { ...batch, commands: rows, attempt: isLast ? batch.attempt : '' };
      const said = partOf(outcome, settled, rows.length);
      settled += rows.length;
      this.#release(batch.connection, rows);
      try {
        this.#settleTurn(turn, said);
      } catch (error) {
        this.#release(batch.connection, batch.commands.slice(settled));
        throw error;
      }
      if (!isLast) await this.#core.ports.sleep(0);
    }
  }

  #statusesAlong(batch: Batch) {
    const { store, wiring, ports } = this.#core;
    const { connection, commands: rows } = batch;
    const isAlong = connection.connector.isStatusWrittenAlong;
    const entities = isAlong ? rows.map((row) => row.entity) : [];
    const view = new StatusView(store.sql, wiring, entities);
    return (row: Batch['commands'][number]) => view.statusesFor(row.entity, connection.id, ports.nowMs(), row.id);
  }

  /** One command whose outcome cannot be settled leaves the others of its call alone. */
  #settleTurn(batch: Batch, outcome: BatchOutcome): void {
    const core = this.#core;
    const settle = (one: Batch, result: BatchOutcome) =>
      core.store.transaction((tx) => settleBatch(core.planContext(tx), one, result));
    try {
      return settle(batch, outcome);
    } catch (error) {
      core.ports.log('settle-failed', { commands: batch.commands.length, message: String(error) });
    }
    batch.commands.forEach((row, index) => {
      core.planLater.add(row.entity);
      const one = { ...batch, attempt: '', commands: [row] };
      try {
        // Alone it is settled without its status rows: its page is shown once more, which is harmless.
        settle(one, outcome.kind === 'failed' ? outcome : { ...partOf(outcome, index, 1), along: null });
      } catch (error) {
        setAside(core, { rows: [row], attempt: null, from: 'in-flight', to: 'uncertain', error });
      }
    });
    core.store.storage.transactionSync(() => deleteRows(core.store.sql, attempts, [[batch.attempt]]));
  }

  /**
   * What waited long is looked at by the controls once more: a contract may have changed, an approval been taken
   * back.
   */
  #governAgain(chosen: readonly CommandRow[]): boolean {
    const core = this.#core;
    const beforeMs = core.ports.nowMs() - governAgainMs;
    // What was looked at longer ago is looked at again, so it need not be remembered.
    for (const [id, atMs] of this.#governedMs) if (atMs < beforeMs) this.#governedMs.delete(id);
    const stale = chosen.filter((row) => row.madeMs < beforeMs && !this.#governedMs.has(row.id));
    if (stale.length === 0) return false;
    for (const row of stale) this.#governedMs.set(row.id, core.ports.nowMs());
    planSafely(core, new Set(stale.map((row) => row.entity)));
    return true;
  }
}

/** What an outcome says of some of its commands. */
function partOf<Outcome extends BatchOutcome>(outcome: Outcome, start: number, count: number): Outcome {
  if (outcome.kind === 'failed') return outcome;
  const { results, along } = outcome;
  const end = start + count;
  return { ...outcome, results: results.slice(start, end), along: along?.slice(start, end) ?? null };
}

/** Nobody fetched it: there is nothing to write down, not even an attempt. */
function isUntouched({ connection }: Batch, outcome: BatchOutcome): boolean {
  const { visits } = connection.connector;
  if (visits === undefined || outcome.kind !== 'answered') return false;
  return outcome.results.every((result) => result.outcome === 'not-attempted');
}

function slotsOf({ connector }: Connection): number {
  return Math.max(1, Math.min(callsMax, connector.limits.concurrentMax - connector.limits.concurrentReserve));
}
