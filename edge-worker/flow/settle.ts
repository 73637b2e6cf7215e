// Receipt -> Status: what became of a call is written down, links and baselines follow, dependents and newer content are planned. One lane transaction.
import type { EntityName } from '../../shared/entities/_registry.ts';
import type { Snapshot, WriteResult } from '../connectors/connector.ts';
import { type Fault, type FaultCode, faults } from '../faults.ts';
import { approvals, attempts, commands, links, rechecks } from '../store/lane-schema.ts';
import { deleteRows, readRows, type StoredRow, writeRows } from '../store/rows.ts';
import { absorb, type Observation } from './absorb.ts';
import { raiseHold } from './holds.ts';
import { type CommandState, move } from './lifecycle.ts';
import { referencePaths } from './mapping.ts';
import { outcomeControls, type PlanContext, plan, showSoon } from './plan.ts';
import { type CommandRow, slotOf } from './plan-view.ts';
import type { Batch, BatchOutcome } from './relay.ts';
import { type RecordPlace, readReferringAgain } from './strays.ts';
import { decode, isSame } from './translate.ts';

/** Tries before a lock or a conflict becomes somebody's work. */
const triesMax = 8;
/** How long an unknown outcome may stay unknown before a person is asked. */
const uncertainMs = 24 * 3_600_000;
const firstBackoffMs = 2_000;
const longestBackoffMs = 15 * 60_000;

type LinkRow = StoredRow<typeof links>;

/** Settles one call. `context.inFlight` must no longer name its commands. */
export function settleBatch(context: PlanContext, batch: Batch, outcome: BatchOutcome): void {
  const settling = new Settling(context, batch.commands, batch.startedMs);
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
  readonly #created: string[] = [];
  readonly #places: RecordPlace[] = [];
  readonly #plan = new Set<string>();
  readonly #shown = new Set<string>();
  readonly #applied = new Set<string>();
  #connection = '';

  constructor(context: PlanContext, rows: readonly CommandRow[], startedMs: number) {
    this.#context = context;
    this.#startedMs = startedMs;
    const entities = JSON.stringify(rows.map((row) => row.entity));
    const connection = rows[0]?.connection ?? '';
    this.#connection = connection;
    const found = readRows(
      context.tx.sql,
      links,
      'WHERE connection = ? AND entity IN (SELECT value FROM json_each(?))',
      connection,
      entities,
    );
    this.#links = new Map(found.map((row) => [slotOf(row), row]));
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
    const { tx } = this.#context;
    if (look.found === 'record') {
      const carried = JSON.parse(row.carried) as Record<string, unknown>;
      const isOurs = this.#holdsWhatWeSent(row, look.snapshot, carried);
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

  finish(): void {
    const { tx, wiring, makeId } = this.#context;
    deleteRows(tx.sql, commands, this.#gone);
    writeRows(tx.sql, commands, this.#changed, 'replace');
    // What the target's own automation changed in our save is compared with the earlier snapshot and travels on.
    const absorbed = absorb({ tx, wiring, makeId }, this.#seen, [...this.#changedLinks]);
    for (const entity of absorbed.entities) this.#plan.add(entity);
    if (this.#created.length > 0) {
      readReferringAgain(tx, this.#places);
      const waiting = tx.sql
        .exec(
          'DELETE FROM waits WHERE connection = ? AND reference IN (SELECT value FROM json_each(?)) RETURNING entity',
          this.#connection,
          JSON.stringify(this.#created),
        )
        .toArray() as { entity: string }[];
      for (const row of waiting) this.#plan.add(row.entity);
    }
    if (this.#plan.size > 0) plan(this.#context, this.#plan);
    showSoon(tx, wiring, this.#shown, 0);
    if (wiring.connections.get(this.#connection)?.connector.isStatusWrittenAlong) this.#forgetMarks();
  }

  /** The target wrote its own status rows in the same call. */
  #forgetMarks(): void {
    this.#context.tx.sql.exec(
      'DELETE FROM status_due WHERE connection = ? AND entity IN (SELECT value FROM json_each(?))',
      this.#connection,
      JSON.stringify([...this.#applied]),
    );
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
    const carried = JSON.parse(row.carried) as Record<string, unknown>;
    const link = this.#linkOf(row);
    const baseline = link.baseline === null ? {} : (JSON.parse(link.baseline) as Record<string, unknown>);
    const saved = this.#savedValues(row, snapshot);
    for (const [field, value] of Object.entries(carried)) {
      const kept = saved.has(field) ? saved.get(field) : value;
      // Told once: the next time the same alteration is what the record held before.
      if (!isSame(kept, value) && !isSame(baseline[field], kept))
        tx.tell(row.entity, 'value-altered', { field, connection: row.connection });
      baseline[field] = kept;
    }
    const isNewLink = link.recordId === null;
    const recent = (link.writes === null ? [] : (JSON.parse(link.writes) as [string, number][])).slice(-4);
    Object.assign(link, {
      recordId: snapshot.recordId,
      given: isOlder ? null : row.hash,
      baseline: JSON.stringify(baseline),
      writes: JSON.stringify([...recent, [row.hash, tx.atMs]]),
      run: tx.run,
    });
    this.#changedLinks.add(link);
    this.#leave(row, 'done');
    this.#applied.add(row.entity);
    this.#shown.add(row.entity);
    if (isNewLink) {
      this.#created.push(row.entity);
      const { entity, kind, connection, recordType, part } = row;
      this.#places.push({ connection, recordType, recordId: snapshot.recordId });
      tx.record('links', { entity, kind, connection, recordType, recordId: snapshot.recordId, part, endedMs: null });
    }
    if (isOlder || this.#context.planLater.delete(row.entity)) this.#plan.add(row.entity);
    this.#seen.push({ connection: row.connection, snapshot, readMs: this.#startedMs, eventMs: row.eventMs });
    this.#receipt(row, outcome, snapshot.recordId, requestId, null, callsMilli);
    tx.tell(row.entity, `command-${outcome}`, {
      connection: row.connection,
      command: row.id,
      recordId: snapshot.recordId,
    });
    const { entity, connection, kind } = row;
    tx.record('statuses', {
      entity,
      connection,
      kind,
      state: 'in-step',
      reason: null,
      params: null,
      recordId: snapshot.recordId,
      owner: null,
      atMs: tx.atMs,
      nextMs: null,
    });
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
      if (rule.retry === 'reread' && row.recordId !== null) this.#readAgain(row, row.recordId);
      return this.#keep({ ...row, tries: row.tries + 1 }, 'due', tx.atMs + wait);
    }
    const owner = rule.owner === 'hub' ? 'integration' : rule.owner;
    const params = { message, fields: fields.join(', '), code: vendorCode ?? code, connection: row.connection };
    this.#receipt(row, 'refused', row.recordId, null, vendorCode ?? code, 0);
    this.#holdFor(row, 'refused', owner, 'refused', params);
  }

  #uncertain(row: CommandRow): void {
    const { tx, wiring } = this.#context;
    const settleMs = wiring.connections.get(row.connection)?.connector.settleMs ?? 300_000;
    move('in-flight', 'uncertain');
    this.#changed.push({
      ...row,
      state: 'uncertain',
      dueMs: this.#startedMs + settleMs,
      deadlineMs: tx.atMs + uncertainMs,
    });
    this.#shown.add(row.entity);
    this.#receipt(row, 'uncertain', row.recordId, null, null, 0);
    tx.tell(row.entity, 'command-uncertain', { connection: row.connection, command: row.id });
    this.#status(row, 'uncertain', 'wait-look', null, this.#startedMs + settleMs);
  }

  #holdFor(
    row: CommandRow,
    control: string,
    owner: Parameters<typeof raiseHold>[2]['owner'],
    code: string,
    params: Readonly<Record<string, string>>,
  ): void {
    const { tx, makeId } = this.#context;
    if (outcomeControls.has(control)) deleteRows(tx.sql, approvals, [[row.entity, row.connection, control, row.hash]]);
    const { entity, connection, recordType, part } = row;
    const slot = { entity, connection, recordType, part };
    raiseHold(tx, makeId, {
      ...slot,
      kind: row.kind as EntityName,
      control,
      owner,
      code,
      params,
      hash: row.hash,
      dueMinutes: 480,
    });
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

  #readAgain(row: CommandRow, recordId: string): void {
    const { connection, recordType, eventMs } = row;
    writeRows(
      this.#context.tx.sql,
      rechecks,
      [{ connection, recordType, recordId, kind: 'changed', dueMs: this.#context.tx.atMs, tries: 0, eventMs }],
      'ignore',
    );
  }

  #linkOf(row: CommandRow): LinkRow {
    const known = this.#links.get(slotOf(row));
    if (known) return known;
    const { entity, connection, recordType, part, kind } = row;
    const made: LinkRow = {
      entity,
      connection,
      recordType,
      part,
      kind,
      recordId: null,
      given: null,
      baseline: null,
      version: null,
      seenMs: 0,
      writes: null,
      consumption: null,
      run: this.#context.tx.run,
    };
    this.#links.set(slotOf(row), made);
    return made;
  }

  /** Values as the target saved them; references stay ours, because the target only kept what we named. */
  #savedValues(row: CommandRow, snapshot: Snapshot): ReadonlyMap<string, unknown> {
    const map = this.#context.wiring.mapFor(row.connection, row.kind as EntityName);
    if (!map) return new Map();
    const references = new Set(referencePaths(map.kind).map((path) => path.field));
    const values = Object.entries(decode(map, snapshot.wire).values).filter(([field]) => !references.has(field));
    return new Map(values);
  }

  #holdsWhatWeSent(row: CommandRow, snapshot: Snapshot, carried: Readonly<Record<string, unknown>>): boolean {
    const saved = this.#savedValues(row, snapshot);
    // A field that cannot be read back proves nothing: sending the same content once more is harmless.
    return Object.entries(carried).every(([field, value]) => saved.has(field) && isSame(saved.get(field), value));
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

  #status(row: CommandRow, state: string, reason: string, owner: string | null, nextMs: number | null): void {
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
