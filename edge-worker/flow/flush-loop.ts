// Brings waiting rows into D1, at most twice a second, and tries those it refused again from time to time.
import { flush, flushKept, RecordUnavailable } from '../store/flush.ts';
import type { LaneCore } from './core.ts';
import { guiltySlot, tellGuilty } from './guilty-rows.ts';
import { closeHold } from './holds.ts';

/** At most two flushes a second. */
const flushPauseMs = 500;
const flushRetryMs = 2_000;
/** Rows that D1 would not take are tried again this often. */
const keptAgainMs = 60_000;
const lookAgainMs = 20;

interface Newest {
  readonly newest: number;
}

export class FlushLoop {
  readonly #core: LaneCore;

  constructor(core: LaneCore) {
    this.#core = core;
  }

  async run(): Promise<void> {
    const core = this.#core;
    for (;;) {
      try {
        const rows = await flush(core.store, core.ports.database, (tx, guilty) => tellGuilty(core, tx, guilty));
        if (rows === 0) return await this.#flushKept();
      } catch (error) {
        if (!(error instanceof RecordUnavailable)) throw error;
        core.ports.log('record-unavailable', { message: error.message });
        await core.ports.sleep(flushRetryMs);
        continue;
      }
      await core.ports.sleep(flushPauseMs);
    }
  }

  /** Resolves once the rows that wait now are in D1: true, or false when it takes longer than `withinMs`. */
  async waited(withinMs: number): Promise<boolean> {
    const { store, ports } = this.#core;
    const { newest } = store.sql.exec('SELECT coalesce(max(seq), 0) AS newest FROM flush_log').toArray()[0] as Newest;
    const untilMs = ports.nowMs() + withinMs;
    // Rows that come after these are not waited for: a busy lane always has some.
    for (;;) {
      const oldest = store.flushLog.waiting(1)[0];
      if (!oldest || oldest.seq > newest) return true;
      if (ports.nowMs() >= untilMs) return false;
      await ports.sleep(lookAgainMs);
    }
  }

  async #flushKept(): Promise<void> {
    const core = this.#core;
    if (core.ports.nowMs() < core.keptAgainMs) return;
    core.keptAgainMs = core.ports.nowMs() + keptAgainMs;
    await flushKept(core.store, core.ports.database, (tx, table, row) =>
      closeHold(tx, guiltySlot(table, row), 'flushed', null),
    );
  }
}
