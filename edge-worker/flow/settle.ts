// Receipt -> Status: what became of a call is written down, links and baselines follow, dependents and newer content
// are planned. One lane transaction.
import type { EntityName } from '../../shared/entities/_registry.ts';
import type { ShownStatus } from '../../shared/wire/status.ts';
import type { Snapshot, WriteResult } from '../connectors/connector.ts';
import { type Fault, type FaultCode, faults } from '../faults.ts';
import { approvals, attempts, commands, links, statusDue } from '../store/lane-schema.ts';
import { deleteRows, readRows, writeRows } from '../store/rows.ts';
import { absorb, type Observation } from './absorb.ts';
import { raiseHold } from './holds.ts';
import { type CommandState, move } from './lifecycle.ts';
import { type LinkRow, newLink, recordLink } from './links.ts';
import { outcomeControls, type PlanContext, plan, waitersOf } from './plan.ts';
import { type CommandRow, slotOf } from './plan-view.ts';
import type { Batch, BatchOutcome } from './relay.ts';
import { Saved } from './saved.ts';
import { showSoon, type UpToDate } from './show-soon.ts';
import { StatusView, sayTheSame } from './status.ts';
import { type RecordPlace, readAgain, readReferringAgain, releaseWaits } from './strays.ts';
import { doubted, isPastLateCommit, nextLookMs } from './uncertainty.ts';

/** Tries before a lock or a conflict becomes somebody's work. */
const triesMax = 8;
const firstBackoffMs = 2_000;
const longestBackoffMs = 15 * 60_000;

/** Settles one call. `context.inFlight` must no longer name its commands. */
export function settleBatch(context: PlanContext, batch: Batch, outcome: BatchOutcome): void {
  const settling = new Settling(context, batch.commands, batch.startedMs);
  settling.wroteAlong(batch, outcome);
  deleteRows(context.tx.sql, attempts, [[batch.attempt]]);
  const callsMilli = Math.ceil(1000 / batch.commands.length);
  batch.commands.forEach((row, index) => {
    if (outcome.kind === 'failed') settling.failed(row, outcome.fault);
    else settling.answered(row, outcome.results[index] as WriteResult, callsMilli);
  });
  settling.finish();
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
  settling.finish();
}

class Settling {
  readonly #context: PlanContext;
  readonly #startedMs: number;
  readonly #links: Map<string, LinkRow>;
  readonly #changedLinks = new Set<LinkRow>();
  readonly #changed: CommandRow[] = [];
  readonly #gone: string[][] = [];
  readonly #seen: Observation[] = [];
  readonly #created: [connection: string, entity: string][] = [];
  readonly #stopped: [connection: string, entity: string][] = [];
  readonly #places: RecordPlace[] = [];
  readonly #plan = new Set<string>();
  readonly #shown = new Set<string>();
  /** Status rows that the call wrote along, as they were when it began. */
  #along: { readonly host: string; readonly statuses: ReadonlyMap<string, readonly ShownStatus[]> } | null = null;

  constructor(context: PlanContext, rows: readonly CommandRow[], startedMs: number) {
    this.#context = context;
    this.#startedMs = startedMs;
    const entities = JSON.stringify(rows.map((row) => row.entity));
    const connection = rows[0]?.connection ?? '';
    const found = readRows(
      context.tx.sql,
      links,
      'WHERE connection = ? AND entity IN (SELECT value FROM json_each(?))',
      connection,
      entities,
    );
    this.#links = new Map(found.map((row) => [slotOf(row), row]));
  }

  wroteAlong({ connection, commands: rows }: Batch, outcome: BatchOutcome): void {
    if (outcome.kind === 'failed' || outcome.along === null) return;
    const { results, along } = outcome;
    const applied = rows.flatMap((row, index) =>
      results[index]?.outcome === 'applied' ? [[row.entity, along[index] ?? []] as const] : [],
    );
    this.#along = { host: connection.id, statuses: new Map(applied) };
  }

  answered(row: CommandRow, result: WriteResult, callsMilli: number): void {
    if (result.outcome === 'not-attempted') return;
    if (result.outcome === 'refused')
      return this.#refused(row, result.code, result.message, result.fields, result.vendorCode);
    const wasMade = row.isCreate === 1 && !result.created;
    const repeats = this.#context.wiring.connections.get(row.connection)?.connector.repeatSafety !== 'external-id';
    this.#apply(
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
    if (fault.code === 'uncertain' || fault.code === 'unreadable') return this.#uncertain(row);
    if (fault.code === 'rejected' || fault.code === 'schema-changed' || fault.code === 'orphaned') {
      return this.#refused(row, fault.code, fault.message, fault.fields, fault.vendorCode);
    }
    // Throttled, unreachable, unauthorised: the relay pauses the connection, the command simply stays due.
    this.#keep(row, 'due', this.#context.tx.atMs + 1_000);
  }

  looked(row: CommandRow, look: Look): void {
    const { tx, wiring } = this.#context;
    const patience = { settleMs: wiring.connections.get(row.connection)?.connector.settleMs };
    if (!isPastLateCommit(row, patience, this.#startedMs) && !this.#isProof(row, look)) {
      this.#changed.push({ ...row, dueMs: nextLookMs(row, patience, tx.atMs) });
      return;
    }
    if (look.found === 'record') {
      const isOurs = new Saved(this.#context.wiring, row, look.snapshot).holdsWhatWeSent;
      // A create that took effect is ours even when its content is older; an update that did not is sent again.
      if (row.isCreate === 1 || isOurs) return this.#apply(row, look.snapshot, 'found', !isOurs, null, 0);
      return this.#keep(row, 'due', tx.atMs);
    }
    if (look.found === 'nothing') {
      move('uncertain', 'due');
      tx.tell(row.entity, 'uncertain-not-there', { connection: row.connection });
      return this.#keep(row, 'due', tx.atMs);
    }
    if (look.found === 'several')
      return this.#holdFor(row, 'two-found', 'integration', 'two-found', { connection: row.connection });
    if (look.found === 'gone')
      return this.#holdFor(row, 'target-gone', 'integration', 'target-gone', { connection: row.connection });
    if (row.deadlineMs !== null && row.deadlineMs <= tx.atMs) {
      return this.#holdFor(row, 'uncertain-too-long', 'integration', 'uncertain-too-long', {
        connection: row.connection,
      });
    }
    this.#changed.push({ ...row, dueMs: tx.atMs + 60_000 });
  }

  /**
   * What counts before a late commit can be ruled out. An update must show a save later than the last one we know of.
   */
  #isProof(row: CommandRow, look: Look): boolean {
    if (look.found !== 'record') return look.found === 'several' || look.found === 'gone';
    if (row.isCreate === 1) return true;
    const { wiring } = this.#context;
    const connector = wiring.connections.get(row.connection)?.connector;
    const known = this.#linkOf(row).version ?? '';
    const isSavedSince = connector !== undefined && connector.compareVersions(look.snapshot.version, known) > 0;
    return isSavedSince && new Saved(wiring, row, look.snapshot).holdsWhatWeSent;
  }

  finish(): void {
    const { tx, wiring, makeId } = this.#context;
    deleteRows(tx.sql, commands, this.#gone);
    writeRows(tx.sql, commands, this.#changed, 'replace');
    // What the target's own automation changed in our save is compared with the earlier snapshot and travels on.
    const absorbed = absorb({ tx, wiring, makeId }, this.#seen, [...this.#changedLinks]);
    for (const entity of absorbed.entities) this.#plan.add(entity);
    readAgain(
      tx,
      absorbed.again.map(({ connection, snapshot }) => ({ ...snapshot, connection })),
    );
    readReferringAgain(tx, this.#places);
    for (const entity of releaseWaits(tx, this.#created)) this.#plan.add(entity);
    // A create that is held is not on its way any more: who waits for it learns of it now, not when the wait runs out.
    for (const entity of waitersOf(tx, this.#stopped)) this.#plan.add(entity);
    if (this.#plan.size > 0) plan(this.#context, this.#plan);
    this.#showAll();
  }

  /** Marks the pages of what was settled, but for those that the call itself wrote and that are still right. */
  #showAll(): void {
    const { tx, wiring } = this.#context;
    const upToDate = this.#pagesStillRight();
    if (upToDate)
      deleteRows(
        tx.sql,
        statusDue,
        upToDate.entities.map((entity) => [entity, upToDate.host]),
      );
    showSoon(tx, wiring, this.#shown, 0, upToDate);
  }

  #pagesStillRight(): UpToDate | null {
    const { tx, wiring } = this.#context;
    const along = this.#along;
    if (along === null) return null;
    const view = new StatusView(tx.sql, wiring, [...along.statuses.keys()]);
    const entities = [...along.statuses].flatMap(([entity, written]) =>
      sayTheSame(written, view.statusesFor(entity, along.host, tx.atMs)) ? [entity] : [],
    );
    return { host: along.host, entities };
  }

  #apply(
    row: CommandRow,
    snapshot: Snapshot,
    outcome: 'created' | 'updated' | 'found',
    isOlder: boolean,
    requestId: string | null,
    callsMilli: number,
  ): void {
    const { tx } = this.#context;
    const link = this.#linkOf(row);
    const baseline = new Saved(this.#context.wiring, row, snapshot).baselineOver(link.baseline, (field) =>
      tx.tell(row.entity, 'value-altered', { field, connection: row.connection }),
    );
    const isNewLink = link.recordId === null;
    const recent = (link.writes === null ? [] : (JSON.parse(link.writes) as [string, number][])).slice(-4);
    Object.assign(link, {
      recordId: snapshot.recordId,
      given: isOlder ? null : row.hash,
      baseline: JSON.stringify(baseline),
      differences: leftAlone(link.differences, row.carried),
      writes: JSON.stringify([...recent, [row.hash, tx.atMs]]),
      run: tx.run,
    });
    this.#changedLinks.add(link);
    this.#leave(row, 'done');
    this.#shown.add(row.entity);
    if (isNewLink) {
      this.#created.push([row.connection, row.entity]);
      this.#places.push({ connection: row.connection, recordType: row.recordType, recordId: snapshot.recordId });
      recordLink(tx, link);
    }
    if (isOlder || this.#context.planLater.delete(row.entity)) this.#plan.add(row.entity);
    this.#seen.push({ connection: row.connection, snapshot, readMs: this.#startedMs, eventMs: row.eventMs });
    this.#receipt(row, outcome, snapshot.recordId, requestId, null, callsMilli);
    tx.tell(row.entity, `command-${outcome}`, {
      connection: row.connection,
      command: row.id,
      recordId: snapshot.recordId,
    });
    this.#status({ ...row, recordId: snapshot.recordId }, 'in-step', null, null, null);
  }

  #refused(
    row: CommandRow,
    code: FaultCode,
    message: string,
    fields: readonly string[],
    vendorCode: string | null,
  ): void {
    const { tx } = this.#context;
    const rule = faults[code];
    if ((rule.retry === 'backoff' || rule.retry === 'after' || rule.retry === 'reread') && row.tries + 1 < triesMax) {
      const wait = Math.min(firstBackoffMs * 2 ** row.tries, longestBackoffMs);
      const { connection, recordType, recordId } = row;
      if (rule.retry === 'reread' && recordId !== null)
        readAgain(tx, [{ connection, recordType, recordId }], row.eventMs);
      return this.#keep({ ...row, tries: row.tries + 1 }, 'due', tx.atMs + wait);
    }
    const owner = rule.owner === 'hub' ? 'integration' : rule.owner;
    const params = { message, fields: fields.join(', '), code: vendorCode ?? code, connection: row.connection };
    this.#receipt(row, 'refused', row.recordId, null, vendorCode ?? code, 0);
    this.#holdFor(row, 'refused', owner, 'refused', params);
  }

  #uncertain(row: CommandRow): void {
    const { tx } = this.#context;
    // Counted from now: the request may have left long after the call began, behind a queue, a token or a search.
    move('in-flight', 'uncertain');
    const inDoubt = doubted(row, tx.atMs);
    this.#changed.push(inDoubt);
    this.#shown.add(row.entity);
    this.#receipt(row, 'uncertain', row.recordId, null, null, 0);
    tx.tell(row.entity, 'command-uncertain', { connection: row.connection, command: row.id });
    this.#status(row, 'uncertain', 'wait-look', null, inDoubt.dueMs);
  }

  #holdFor(
    row: CommandRow,
    control: string,
    owner: Parameters<typeof raiseHold>[2]['owner'],
    code: string,
    params: Readonly<Record<string, string>>,
  ): void {
    const { tx, makeId } = this.#context;
    if (outcomeControls.has(control))
      deleteRows(tx.sql, approvals, [[row.entity, row.connection, control, row.content]]);
    const { entity, connection, recordType, part } = row;
    const slot = { entity, connection, recordType, part };
    raiseHold(tx, makeId, {
      ...slot,
      kind: row.kind as EntityName,
      control,
      owner,
      code,
      params,
      hash: row.content,
      dueMinutes: 480,
    });
    if (row.isCreate === 1) this.#stopped.push([row.connection, row.entity]);
    this.#changed.push({ ...row, state: 'held', deadlineMs: null });
    this.#shown.add(entity);
    this.#status(row, 'held', code, owner, null);
    if (this.#context.planLater.delete(entity)) this.#plan.add(entity);
  }

  #keep(row: CommandRow, state: CommandState, dueMs: number): void {
    this.#changed.push({ ...row, state, dueMs, deadlineMs: null });
    if (this.#context.planLater.delete(row.entity)) this.#plan.add(row.entity);
  }

  #leave(row: CommandRow, to: CommandState): void {
    move(row.state === 'uncertain' ? 'uncertain' : 'in-flight', to);
    this.#gone.push([row.entity, row.connection, row.recordType, row.part, row.id]);
  }

  #linkOf(row: CommandRow): LinkRow {
    const link = this.#links.get(slotOf(row)) ?? newLink(row, this.#context.tx.run);
    this.#links.set(slotOf(row), link);
    return link;
  }

  #receipt(
    row: CommandRow,
    outcome: string,
    recordId: string | null,
    requestId: string | null,
    code: string | null,
    callsMilli: number,
  ): void {
    const { entity, connection, hash, mappingVersion, tries } = row;
    this.#context.tx.record('receipts', {
      command: row.id,
      outcome,
      entity,
      connection,
      recordId,
      requestId,
      code,
      hash,
      mappingVersion,
      tries,
      callsMilli,
      atMs: this.#context.tx.atMs,
    });
  }

  #status(row: CommandRow, state: string, reason: string | null, owner: string | null, nextMs: number | null): void {
    const { entity, connection, kind, recordId } = row;
    this.#context.tx.record('statuses', {
      entity,
      connection,
      kind,
      state,
      reason,
      params: null,
      recordId,
      owner,
      atMs: this.#context.tx.atMs,
      nextMs,
    });
  }
}

/** Fields that were left as found until now, without those just written. */
function leftAlone(differences: string | null, carriedText: string): string | null {
  if (differences === null) return null;
  const carried = JSON.parse(carriedText) as Record<string, unknown>;
  const left = Object.entries(JSON.parse(differences) as Record<string, string>).filter(
    ([field]) => !(field in carried),
  );
  return left.length > 0 ? JSON.stringify(Object.fromEntries(left)) : null;
}
