// Receipts: what became of commands is written down, links and baselines follow, dependents and newer content are
// planned. Gathered for a whole call, then written in one lane transaction.

import type { EntityName } from '../../shared/entities/_registry.ts';
import type { Snapshot } from '../connectors/connector.ts';
import { type FaultCode, faults } from '../faults.ts';
import { approvals, commands, links } from '../store/lane-schema.ts';
import { deleteRows, readRows, writeRows } from '../store/rows.ts';
import { absorb } from './absorb.ts';
import { tellAudit } from './audit.ts';
import { billedControl, vanishedControl, withdrawn } from './controls.ts';
import { raiseHold } from './holds.ts';
import { type CommandState, move } from './lifecycle.ts';
import { endLink, type LinkRow, leftAsItIs, newLink, recordLink, writesAfter } from './links.ts';
import type { Observation } from './observation.ts';
import { type PlanContext, plan } from './plan.ts';
import { type CommandRow, slotOf } from './plan-view.ts';
import { Saved } from './saved.ts';
import { type RecordPlace, readAgain, readReferringAgain, releaseWaits, waitersOf } from './strays.ts';
import { doubted } from './uncertainty.ts';
import { outcomeControls } from './verdicts.ts';
import { describeSoon } from './watched.ts';

/** Tries before a lock or a conflict becomes somebody's work. */
const triesMax = 8;
const firstBackoffMs = 2_000;
const longestBackoffMs = 15 * 60_000;

export class Receipts {
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
  /** Entities whose pages are out of date now. */
  readonly shown = new Set<string>();

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

  applied(
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
    const isRevived = link.given === withdrawn;
    Object.assign(link, {
      recordId: snapshot.recordId,
      given: isOlder ? null : row.hash,
      baseline: JSON.stringify(baseline),
      ...leftAsItIs(link, row),
      writes: writesAfter(link.writes, [[row.hash, tx.atMs]]),
      run: tx.run,
    });
    this.#changedLinks.add(link);
    this.#leave(row, 'done');
    tx.counted.written.push(row);
    this.shown.add(row.entity);
    if (isNewLink) {
      this.#created.push([row.connection, row.entity]);
      this.#places.push({ connection: row.connection, recordType: row.recordType, recordId: snapshot.recordId });
      recordLink(tx, link);
    }
    if (isOlder || this.#context.planLater.delete(row.entity)) this.#plan.add(row.entity);
    this.#saw(row, snapshot);
    this.#receipt(row, outcome, snapshot.recordId, requestId, null, callsMilli);
    if (isRevived) tx.excepted.add(row.entity);
    tx.tell(row.entity, isRevived ? 'command-revived' : `command-${outcome}`, {
      connection: row.connection,
      command: row.id,
      recordId: snapshot.recordId,
    });
    this.#status({ ...row, recordId: snapshot.recordId }, 'in-step', null, null, null);
  }

  /** Taken back: the record is kept as its system leaves it, or it is a former one, and the next is a create. */
  withdrawn(row: CommandRow, snapshot: Snapshot | null, requestId: string | null, callsMilli: number): void {
    const { tx, wiring } = this.#context;
    const { entity, connection, recordType, recordId } = row;
    const link = this.#linkOf(row);
    if (snapshot) {
      const baseline = JSON.stringify(new Saved(wiring, row, snapshot).baselineAsLeft(link.baseline));
      const writes = writesAfter(link.writes, [[row.hash, tx.atMs]]);
      Object.assign(link, { given: withdrawn, baseline, writes, run: tx.run });
      this.#changedLinks.add(link);
      this.#saw(row, snapshot);
    } else endLink(tx, link);
    this.#leave(row, 'done');
    this.shown.add(entity);
    tx.excepted.add(entity);
    // It is planned again: its purchase order gets back what it took, and what may count again waits for a person.
    this.#context.planLater.delete(entity);
    this.#plan.add(entity);
    this.#receipt(row, 'withdrawn', recordId, requestId, null, callsMilli);
    tx.tell(entity, 'command-withdrawn', { connection, command: row.id, recordType, recordId: recordId ?? '' });
    tellAudit(this.#context, tx, 'hub', 'withdrawn', entity, { connection, recordType, recordId: recordId ?? '' });
    this.#status(row, 'ignored', withdrawn, null, null);
  }

  /** Its record was deleted there: read once more, it is proved, and somebody is asked what is to become of it. */
  gone(row: CommandRow): void {
    const { connection, recordType, recordId } = row;
    if (recordId !== null) readAgain(this.#context.tx, [{ connection, recordType, recordId }], row.eventMs);
    this.hold(row, vanishedControl, 'integration', vanishedControl, { connection, recordId: recordId ?? '' });
  }

  /** It is on an invoice of which we had not heard: the record is read again, and finance decide. */
  billed(row: CommandRow, message: string): void {
    const { connection, recordType, recordId } = row;
    if (recordId !== null) readAgain(this.#context.tx, [{ connection, recordType, recordId }], row.eventMs);
    this.hold(row, billedControl, 'finance', billedControl, { connection, number: '', message });
  }

  refused(
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
      return this.keep({ ...row, tries: row.tries + 1 }, 'due', tx.atMs + wait);
    }
    // Whether the record to be changed was deleted there is found out by reading it.
    if (code === 'orphaned' && row.isCreate === 0 && row.recordId !== null)
      readAgain(tx, [{ connection: row.connection, recordType: row.recordType, recordId: row.recordId }], row.eventMs);
    if (code === 'schema-changed') describeSoon(tx.sql, row.connection);
    const owner = rule.owner === 'hub' ? 'integration' : rule.owner;
    const params = { message, fields: fields.join(', '), code: vendorCode ?? code, connection: row.connection };
    this.#receipt(row, 'refused', row.recordId, null, vendorCode ?? code, 0);
    this.hold(row, 'refused', owner, 'refused', params);
  }

  inDoubt(row: CommandRow): void {
    const { tx } = this.#context;
    // Counted from now: the request may have left long after the call began, behind a queue, a token or a search.
    move('in-flight', 'uncertain');
    const inDoubt = doubted(row, tx.atMs);
    this.#changed.push(inDoubt);
    this.shown.add(row.entity);
    this.#receipt(row, 'uncertain', row.recordId, null, null, 0);
    tx.tell(row.entity, 'command-uncertain', { connection: row.connection, command: row.id });
    this.#status(row, 'uncertain', 'wait-look', null, inDoubt.dueMs);
  }

  hold(
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
    this.shown.add(entity);
    this.#status(row, 'held', code, owner, null);
    if (this.#context.planLater.delete(entity)) this.#plan.add(entity);
  }

  keep(row: CommandRow, state: CommandState, dueMs: number): void {
    this.#changed.push({ ...row, state, dueMs, deadlineMs: null });
    if (this.#context.planLater.delete(row.entity)) this.#plan.add(row.entity);
  }

  /** Still in doubt: looked at again then. */
  lookAgain(row: CommandRow, dueMs: number): void {
    this.#changed.push({ ...row, dueMs });
  }

  /** What we know of its record. */
  known(row: CommandRow): Readonly<LinkRow> {
    return this.#linkOf(row);
  }

  #saw({ id, connection, eventMs }: CommandRow, snapshot: Snapshot): void {
    this.#seen.push({ connection, snapshot, readMs: this.#startedMs, eventMs, event: id });
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

  /** Writes it all down; what was seen is absorbed, and who waited for it is planned. */
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
  }
}
