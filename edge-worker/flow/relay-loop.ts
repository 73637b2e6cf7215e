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
    for (const row of batch.commands) {
      core.inFlight.delete(row.id);
      core.attemptsToCome.delete(row.id);
      this.#governedMs.delete(row.id);
      core.busyRecords.delete(`${connection.id}|${recordKeyOf(row)}`);
    }
    try {
      if (outcome.kind === 'answered') core.succeeded(connection.id);
      if (outcome.kind === 'unsent') {
        const { attempt, commands: rows } = batch;
        setAside(core, { rows, attempt, from: 'in-flight', to: 'due', error: outcome.error });
      } else if (!isUntouched(batch, outcome)) this.#settle(batch, outcome);
      if (outcome.kind === 'failed') core.failed(connection, outcome.fault);
    } catch (error) {
      // Nothing could be written down. The attempt stands, and what it names is in doubt at the next turn.
      const message = error instanceof Error ? (error.stack ?? error.message) : 'unknown';
      core.ports.log('loop-failed', { loop: `relay ${connection.id}`, message });
    }
    this.#changed();
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
  #settle(batch: Batch, outcome: BatchOutcome): void {
    const core = this.#core;
    const settle = (one: Batch, result: BatchOutcome) =>
      core.store.transaction((tx) => settleBatch(core.planContext(tx), one, result));
    try {
      return settle(batch, outcome);
    } catch (error) {
      core.ports.log('settle-failed', { commands: batch.commands.length, message: String(error) });
    }
    // The attempt stands until the last of them is settled, so that a restart in between doubts the rest.
    batch.commands.forEach((row, index) => {
      core.planLater.add(row.entity);
      const one = { ...batch, attempt: '', commands: [row] };
      try {
        // Alone it is settled without its status rows: its page is shown once more, which is harmless.
        settle(
          one,
          outcome.kind === 'failed' ? outcome : { kind: 'answered', results: [outcome.results[index]!], along: null },
        );
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

/** Nobody fetched it: there is nothing to write down, not even an attempt. */
function isUntouched({ connection }: Batch, outcome: BatchOutcome): boolean {
  const { visits } = connection.connector;
  if (visits === undefined || outcome.kind !== 'answered') return false;
  return outcome.results.every((result) => result.outcome === 'not-attempted');
}

function slotsOf({ connector }: Connection): number {
  return Math.max(1, Math.min(callsMax, connector.limits.concurrentMax - connector.limits.concurrentReserve));
}
