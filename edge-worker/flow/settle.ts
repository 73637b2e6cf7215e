// What an answer means for each command of a call, and what a look at the target means for one in doubt. Its outcome
// goes into the receipts: one lane transaction.

import type { Snapshot, WithdrawResult, WriteResult } from '../connectors/connector.ts';
import type { Fault } from '../faults.ts';
import { attempts } from '../store/lane-schema.ts';
import { deleteRows } from '../store/rows.ts';
import { withdrawn } from './controls.ts';
import { move } from './lifecycle.ts';
import type { PlanContext } from './plan.ts';
import type { CommandRow } from './plan-view.ts';
import { Receipts } from './receipts.ts';
import type { Batch, BatchOutcome } from './relay.ts';
import { Saved } from './saved.ts';
import { isPastLateCommit, nextLookMs } from './uncertainty.ts';
import { showSettled, writtenAlong } from './written-along.ts';

/** Settles a call, or some of its commands. `context.inFlight` must no longer name its commands. */
export function settleBatch(context: PlanContext, batch: Batch, outcome: BatchOutcome): void {
  const settling = new Settling(context, batch.commands, batch.startedMs);
  deleteRows(context.tx.sql, attempts, [[batch.attempt]]);
  batch.commands.forEach((row, index) => {
    if (outcome.kind === 'failed') settling.failed(row, outcome.fault);
    else settling.answered(row, outcome.results[index] as WriteResult | WithdrawResult, batch.callsMilli);
  });
  settling.receipts.finish();
  showSettled(context, settling.receipts.shown, writtenAlong(batch, outcome));
}

/** What a look at the target found out about an uncertain command. */
export type Look =
  | { readonly found: 'record'; readonly snapshot: Snapshot }
  | { readonly found: 'nothing' | 'several' | 'gone' | 'hidden' };

export function settleLooks(
  context: PlanContext,
  looks: readonly (readonly [CommandRow, Look])[],
  lookedMs: number,
): void {
  const settling = new Settling(
    context,
    looks.map(([row]) => row),
    lookedMs,
  );
  for (const [row, look] of looks) settling.looked(row, look);
  settling.receipts.finish();
  showSettled(context, settling.receipts.shown, null);
}

class Settling {
  readonly receipts: Receipts;
  readonly #context: PlanContext;
  readonly #startedMs: number;

  constructor(context: PlanContext, rows: readonly CommandRow[], startedMs: number) {
    this.#context = context;
    this.#startedMs = startedMs;
    this.receipts = new Receipts(context, rows, startedMs);
  }

  answered(row: CommandRow, result: WriteResult | WithdrawResult, callsMilli: number): void {
    if (result.outcome === 'not-attempted') return;
    if (result.outcome === 'withdrawn')
      return this.receipts.withdrawn(row, result.snapshot, result.requestId, callsMilli);
    if (result.outcome === 'billed') return this.receipts.billed(row, result.message);
    if (result.outcome === 'refused')
      return this.receipts.refused(row, result.code, result.message, result.fields, result.vendorCode);
    const wasMade = row.isCreate === 1 && !result.created;
    const repeats = this.#context.wiring.connections.get(row.connection)?.connector.repeatSafety !== 'external-id';
    this.receipts.applied(
      row,
      result.snapshot,
      result.created ? 'created' : 'updated',
      wasMade && repeats,
      result.requestId,
      callsMilli,
    );
  }

  /** A whole call failed: nothing is known to have happened, or it is unknown whether it did. */
  failed(row: CommandRow, fault: Fault): void {
    if (fault.code === 'uncertain' || fault.code === 'unreadable') return this.receipts.inDoubt(row);
    if (fault.code === 'rejected' || fault.code === 'schema-changed' || fault.code === 'orphaned') {
      return this.receipts.refused(row, fault.code, fault.message, fault.fields, fault.vendorCode);
    }
    // Throttled, unreachable, unauthorised: the relay pauses the connection, the command simply stays due.
    this.receipts.keep(row, 'due', this.#context.tx.atMs + 1_000);
  }

  looked(row: CommandRow, look: Look): void {
    if (row.hash === withdrawn && this.#isWithdrawn(row, look)) return;
    const { tx, wiring } = this.#context;
    const patience = { settleMs: wiring.connections.get(row.connection)?.connector.settleMs };
    if (!isPastLateCommit(row, patience, this.#startedMs) && !this.#isProof(row, look)) {
      return this.receipts.lookAgain(row, nextLookMs(row, patience, tx.atMs));
    }
    if (look.found === 'record') {
      const isOurs = this.#holdsWhatWeSent(row, look.snapshot);
      // A create that took effect is ours even when its content is older; an update that did not is sent again.
      if (row.isCreate === 1 || isOurs) return this.receipts.applied(row, look.snapshot, 'found', !isOurs, null, 0);
      return this.receipts.keep(row, 'due', tx.atMs);
    }
    if (look.found === 'nothing') {
      move('uncertain', 'due');
      tx.tell(row.entity, 'uncertain-not-there', { connection: row.connection });
      return this.receipts.keep(row, 'due', tx.atMs);
    }
    if (look.found === 'several')
      return this.receipts.hold(row, 'two-found', 'integration', 'two-found', { connection: row.connection });
    if (look.found === 'gone') return this.receipts.gone(row);
    if (row.deadlineMs !== null && row.deadlineMs <= tx.atMs) {
      return this.receipts.hold(row, 'uncertain-too-long', 'integration', 'uncertain-too-long', {
        connection: row.connection,
      });
    }
    this.receipts.lookAgain(row, tx.atMs + 60_000);
  }

  /** What is gone or stands there as withdrawn has been taken back, by whomever. */
  #isWithdrawn(row: CommandRow, look: Look): boolean {
    const snapshot = look.found === 'record' ? look.snapshot : null;
    if (look.found !== 'gone' && !snapshot?.isWithdrawn) return false;
    this.receipts.withdrawn(row, snapshot, null, 0);
    return true;
  }

  /**
   * What counts before a late commit can be ruled out. An update must show a save later than the last one we know of.
   */
  #isProof(row: CommandRow, look: Look): boolean {
    if (look.found !== 'record') return look.found === 'several' || look.found === 'gone';
    if (row.isCreate === 1) return true;
    const { wiring } = this.#context;
    const connector = wiring.connections.get(row.connection)?.connector;
    const known = this.receipts.known(row).version ?? '';
    const isSavedSince = connector !== undefined && connector.compareVersions(look.snapshot.version, known) > 0;
    return isSavedSince && this.#holdsWhatWeSent(row, look.snapshot);
  }

  /**
   * Of what was to be withdrawn, a save that did not withdraw it proves nothing. What was withdrawn and is to count
   * again keeps its values meanwhile, so that these prove nothing as long as it stands there as withdrawn.
   */
  #holdsWhatWeSent(row: CommandRow, snapshot: Snapshot): boolean {
    if (row.hash === withdrawn) return false;
    if (snapshot.isWithdrawn && this.receipts.known(row).given === withdrawn) return false;
    return new Saved(this.#context.wiring, row, snapshot).holdsWhatWeSent;
  }
}
