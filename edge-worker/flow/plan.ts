// Change -> Verdict -> Command: what each target should hold of each entity, compared with what it was last given. One lane transaction, no awaits.
// A command exists because content differs, not because an event came: a new target, a new mapping, a released hold and "Sync now" all end here.
import type { EntityName } from '../../shared/entities/_registry.ts';
import { entities } from '../../shared/entities/_registry.ts';
import { commands, links, purchaseOrders, waits } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { deleteRows, type RowOf, writeRows } from '../store/rows.ts';
import { type Case, govern } from './govern.ts';
import { closeHold, raiseHold } from './holds.ts';
import { kindOf, siblingId } from './identity.ts';
import { type CommandState, move } from './lifecycle.ts';
import { asFound, type LinkRow, newLink } from './links.ts';
import { type CompiledMap, kindsInOrder } from './mapping.ts';
import type { CanonicalRecord, Consumption } from './nouns.ts';
import { type CommandRow, PlanView, slotOf } from './plan-view.ts';
import { type Encoded, encode, mergeWire } from './translate.ts';
import type { Connection, Wiring } from './wiring.ts';

export interface PlanContext {
  readonly tx: LaneTransaction;
  readonly wiring: Wiring;
  readonly makeId: (prefix: string) => string;
  /** Ids of commands whose call is under way. */
  readonly inFlight: ReadonlySet<string>;
  /** Entities whose newer content waits for the outcome of what is under way; settle plans them again. */
  readonly planLater: Set<string>;
}

/** A wait becomes a hold with an owner after this long. */
export const waitMs = 24 * 3_600_000;
/** The same content written to one record this often within ten minutes is a loop. */
const loopWrites = 3;
const loopWindowMs = 600_000;

/** Holds that settle raises after a call, as against those that govern raises before it. */
export const outcomeControls: ReadonlySet<string> = new Set(['refused', 'two-found', 'uncertain-too-long', 'target-gone']);
/** "On its way" is shown only when the outcome is not known by then. */
const onItsWayMs = 1_500;

const shownStates = { due: 'on-its-way', waiting: 'waiting', held: 'held' } as const;

interface Target {
  readonly entity: string;
  readonly kind: EntityName;
  readonly record: CanonicalRecord;
  readonly connection: Connection;
  readonly map: CompiledMap;
  readonly link: LinkRow | null;
  /** The record that carries it, for entities that live on another's. */
  readonly hostId: string | null;
  readonly eventMs: number;
}

export function plan(context: PlanContext, planned: Iterable<string>): void {
  new Planning(context, [...planned]).run();
}

class Planning {
  readonly #context: PlanContext;
  readonly #tx: LaneTransaction;
  readonly #view: PlanView;
  readonly #planned: readonly string[];
  readonly #put: RowOf<typeof commands>[] = [];
  readonly #gone: string[][] = [];
  readonly #links: LinkRow[] = [];
  readonly #waits: RowOf<typeof waits>[] = [];
  readonly #shown = new Set<string>();

  constructor(context: PlanContext, planned: readonly string[]) {
    this.#context = context;
    this.#tx = context.tx;
    this.#planned = planned;
    this.#view = new PlanView(context.tx, planned);
  }

  run(): void {
    // What is referred to is planned first, so that a dependent sees the command that will make its reference.
    const inOrder = [...this.#planned].sort((a, b) => rank(a) - rank(b));
    for (const entity of inOrder) {
      const row = this.#view.rows.get(entity);
      const record = this.#view.records.get(entity);
      if (!row || !record) continue;
      const kind = row.kind as EntityName;
      for (const connection of this.#context.wiring.targetsOf(kind, record)) {
        const map = this.#context.wiring.mapFor(connection.id, kind);
        if (!map) continue;
        const link = this.#view.links.get(slotOf({ entity, connection: connection.id, recordType: map.recordType, part: '' })) ?? null;
        const host = map.livesOn ? record[map.livesOn] : null;
        const hostId = typeof host === 'string' ? this.#view.recordIdOf(host, connection.id) : null;
        this.#planTarget({ entity, kind, record, connection, map, link, hostId, eventMs: row.eventMs });
      }
    }
    deleteRows(this.#tx.sql, commands, this.#gone);
    writeRows(this.#tx.sql, commands, this.#put, 'replace');
    writeRows(this.#tx.sql, links, this.#links, 'replace');
    writeRows(this.#tx.sql, waits, this.#waits, 'ignore');
    writeRows(this.#tx.sql, purchaseOrders, this.#view.orderRows(), 'replace');
    showSoon(this.#tx, this.#context.wiring, this.#shown, onItsWayMs);
  }

  #planTarget(target: Target): void {
    const { entity, kind, record, connection, map, link } = target;
    const isLinked = link?.recordId != null;
    const isReady = (entities[kind] as { isReady?: (record: never) => boolean }).isReady?.(record as never) ?? true;
    if (!isLinked && (!isReady || this.#isBarred(target))) return this.#dropOpen(target);
    const encoded = encode(
      map,
      record,
      (field) => this.#context.wiring.owns(connection.id, kind, field),
      (_refKind, id) => this.#view.recordIdOf(id, connection.id),
    );
    const open = this.#openCommands(target);
    const busy = open.find((row) => this.#context.inFlight.has(row.id) || row.state === 'uncertain');
    // The outcome of what is under way decides what is still to be sent; settle plans this entity again.
    if (busy) {
      this.#context.planLater.add(entity);
      return this.#supersede(open.filter((row) => row !== busy), 'superseded');
    }
    if (link && isLinked && link.given === asFound) {
      this.#links.push({ ...link, given: encoded.hash });
      return this.#supersede(open, 'superseded');
    }
    if (link && isLinked && link.given === encoded.hash) return this.#inStep(target, open);
    if (this.#isAnswered(target, encoded, open)) return;
    if (encoded.problems.length > 0) return this.#holdFor(target, encoded, open, problemVerdict(encoded));
    if (this.#isLoop(link, encoded.hash)) return this.#holdFor(target, encoded, open, loopVerdict(connection.id));
    this.#judge(target, encoded, open);
  }

  /** Creates that may not start: before the first-day match is accepted, before the cut-over, or where the hub never creates. */
  #isBarred(target: Target): boolean {
    const flow = this.#context.wiring.flow(target.connection.id, target.kind);
    if (flow.state === 'matching') return true;
    if ((!target.map.canCreate && !target.map.livesOn) || !target.map.isWanted(target.record)) return true;
    const dayField = (entities[target.kind] as { dayOf?: string }).dayOf;
    const day = dayField ? target.record[dayField] : null;
    return flow.cutoverOn !== null && typeof day === 'string' && day < flow.cutoverOn;
  }

  #openCommands(target: Target): CommandRow[] {
    const { entity, connection, map } = target;
    return this.#view.commands.get(slotOf({ entity, connection: connection.id, recordType: map.recordType, part: '' })) ?? [];
  }

  #judge(target: Target, encoded: Encoded, open: readonly CommandRow[]): void {
    const { entity, kind, record, connection, map, link } = target;
    const isLinked = link?.recordId != null;
    const needed = map.livesOn ? [...new Set([...map.required, map.livesOn])] : map.required;
    const unlinked = isLinked ? [] : needed.filter((field) => record[field] == null || this.#isMissing(target, encoded, field));
    const awaited = unlinked.flatMap((field) => {
      const id = record[field];
      return typeof id === 'string' && this.#willBeLinked(id, connection.id) ? [id] : [];
    });
    // Whatever comes of it now, the link of a reference is reason to look again.
    for (const field of unlinked) {
      const reference = record[field];
      if (typeof reference === 'string') this.#waits.push({ connection: connection.id, reference, entity });
    }
    const unresolved = unlinked.filter((field) => !awaited.includes(record[field] as string));
    const before = link?.consumption ? (JSON.parse(link.consumption) as Consumption) : null;
    const twins = isLinked || map.livesOn ? [] : this.#view.twinsOf(entity, connection.id);
    const change: Case = {
      entity,
      kind,
      record,
      targetRoles: connection.roles,
      isCreate: !isLinked,
      unresolved,
      awaited,
      twins,
      answers: this.#view.answersFor(entity, connection.id, encoded.hash),
      lookup: (id) => (id === null ? null : (this.#view.records.get(id) ?? null)),
      consumed: (contract) => this.#view.consumed(contract, before),
    };
    const verdict = govern(change);
    if (verdict.verdict === 'reject') return this.#supersede(open, 'dropped');
    if (verdict.verdict === 'hold') return this.#holdFor(target, encoded, open, verdict);
    if (verdict.verdict === 'wait') return this.#waitFor(target, encoded, open, verdict.until);
    this.#waitOptional(target, encoded);
    this.#grant(target, encoded, open, before, verdict.consumes);
  }

  #isMissing(target: Target, encoded: Encoded, field: string): boolean {
    if (field === target.map.livesOn) return target.hostId === null;
    return encoded.missing.some((reference) => reference.field === field);
  }

  #willBeLinked(id: string, connection: string): boolean {
    return this.#view.isOnItsWay(id, connection);
  }

  #grant(target: Target, encoded: Encoded, open: readonly CommandRow[], before: Consumption | null, after: Consumption | null): void {
    const { entity, kind, connection, map } = target;
    const observes = this.#context.wiring.flow(connection.id, kind).state === 'observe';
    this.#close(target, 'granted');
    if (observes) return this.#supersede(open, 'dropped');
    const link = target.link ?? newLink({ ...this.#slot(target), kind }, this.#tx.run);
    const consumption = after ? JSON.stringify(after) : null;
    this.#view.book(before, after);
    if (!target.link || link.consumption !== consumption) this.#keepLink({ ...link, consumption });
    this.#enqueue(target, encoded, open, 'due', null);
  }

  #keepLink(link: LinkRow): void {
    this.#links.push(link);
    this.#view.addLink(link);
  }

  #waitFor(target: Target, encoded: Encoded, open: readonly CommandRow[], until: readonly string[]): void {
    this.#close(target, 'waits');
    this.#enqueue(target, encoded, open, 'waiting', until);
  }

  /** Optional references that are not linked yet follow as an update once they are. */
  #waitOptional(target: Target, encoded: Encoded): void {
    for (const reference of encoded.missing) {
      this.#waits.push({ connection: target.connection.id, reference: reference.entity, entity: target.entity });
    }
  }

  #holdFor(target: Target, encoded: Encoded, open: readonly CommandRow[], verdict: HoldVerdict): void {
    raiseHold(this.#tx, this.#context.makeId, {
      ...this.#slot(target),
      kind: target.kind,
      control: verdict.control,
      owner: verdict.owner,
      code: verdict.code,
      params: verdict.params,
      hash: encoded.hash,
      dueMinutes: verdict.dueMinutes,
    });
    this.#enqueue(target, encoded, open, 'held', null, verdict);
  }

  /** One open command per slot: the same content keeps its id and its tries, other content takes its place. */
  #enqueue(target: Target, encoded: Encoded, open: readonly CommandRow[], state: 'due' | 'waiting' | 'held', until: readonly string[] | null, verdict: HoldVerdict | null = null): void {
    const same = open.find((row) => row.hash === encoded.hash && (row.state === state || isLegal(row.state as CommandState, state)));
    this.#supersede(open.filter((row) => row !== same), 'superseded');
    const isCreate = target.link?.recordId == null && !target.map.livesOn;
    const row: CommandRow = {
      ...this.#slot(target),
      id: same?.id ?? this.#context.makeId('cmd'),
      kind: target.kind,
      state,
      hash: encoded.hash,
      wire: JSON.stringify(isCreate ? mergeWire(encoded.initial, encoded.wire) : encoded.wire),
      carried: JSON.stringify(encoded.carried),
      isCreate: isCreate ? 1 : 0,
      recordId: target.link?.recordId ?? target.hostId,
      mappingVersion: this.#context.wiring.mappingVersion,
      dueMs: same && same.state === state ? same.dueMs : this.#tx.atMs,
      deadlineMs: state === 'waiting' ? (same?.deadlineMs ?? this.#tx.atMs + waitMs) : null,
      tries: same?.tries ?? 0,
      waits: until ? JSON.stringify(until) : null,
      madeMs: same?.madeMs ?? this.#tx.atMs,
      eventMs: target.eventMs,
    };
    this.#put.push(row);
    this.#view.commands.set(slotOf(row), [row]);
    this.#shown.add(target.entity);
    if (same?.state === state) return;
    this.#tx.tell(target.entity, `command-${state}`, { connection: target.connection.id, command: row.id });
    const hold = state === 'held' ? verdict : null;
    // Plain progress is not worth a row: what is due is in step, or not, a moment later.
    if (state === 'due' && !same) return;
    this.#tx.record('statuses', {
      entity: row.entity,
      connection: row.connection,
      kind: row.kind,
      state: shownStates[state],
      reason: hold?.code ?? null,
      params: hold ? JSON.stringify(hold.params) : null,
      recordId: row.recordId,
      owner: hold?.owner ?? null,
      atMs: this.#tx.atMs,
      nextMs: row.deadlineMs,
    });
  }

  #inStep(target: Target, open: readonly CommandRow[]): void {
    this.#supersede(open, 'superseded');
    if (this.#close(target, 'in-step')) this.#shown.add(target.entity);
  }

  #dropOpen(target: Target): void {
    const open = this.#openCommands(target).filter((row) => !this.#context.inFlight.has(row.id) && row.state !== 'uncertain');
    if (open.length > 0) this.#supersede(open, 'dropped');
    if (this.#close(target, 'not-ready')) this.#shown.add(target.entity);
  }

  #supersede(rows: readonly CommandRow[], to: 'superseded' | 'dropped'): void {
    for (const row of rows) {
      move(row.state as CommandState, to);
      this.#gone.push([row.entity, row.connection, row.recordType, row.part, row.id]);
      this.#tx.tell(row.entity, `command-${to}`, { connection: row.connection, command: row.id });
      this.#shown.add(row.entity);
    }
    if (rows.length > 0) this.#view.commands.delete(slotOf(rows[0] as CommandRow));
  }

  #close(target: Target, by: string): boolean {
    const slot = this.#slot(target);
    if (!this.#view.holds.has(slotOf(slot))) return false;
    closeHold(this.#tx, slot, by, null);
    return true;
  }

  /** What the target itself refused, or what could not be found out, is not tried again until a person said so or the content changed. */
  #isAnswered(target: Target, encoded: Encoded, open: readonly CommandRow[]): boolean {
    const answers = this.#view.answersFor(target.entity, target.connection.id, encoded.hash);
    if ([...outcomeControls].some((control) => answers.get(control) === 'rejected')) {
      this.#supersede(open, 'dropped');
      return true;
    }
    const hold = this.#view.holds.get(slotOf(this.#slot(target)));
    if (!hold || !outcomeControls.has(hold.control) || hold.hash !== encoded.hash || open.length === 0) return false;
    return answers.get(hold.control) !== 'approved';
  }

  #slot(target: Target) {
    return { entity: target.entity, connection: target.connection.id, recordType: target.map.recordType, part: '' };
  }

  #isLoop(link: LinkRow | null, hash: string): boolean {
    if (!link?.writes) return false;
    const recent = (JSON.parse(link.writes) as [string, number][]).filter(([written, at]) => written === hash && this.#tx.atMs - at < loopWindowMs);
    return recent.length >= loopWrites;
  }
}

type HoldVerdict = Extract<ReturnType<typeof govern>, { verdict: 'hold' }>;

function problemVerdict(encoded: Encoded): HoldVerdict {
  const problem = encoded.problems[0] as Encoded['problems'][number];
  return { verdict: 'hold', control: 'unreadable-value', owner: 'integration', dueMinutes: 480, code: problem.code, params: problem.params };
}

function loopVerdict(connection: string): HoldVerdict {
  return { verdict: 'hold', control: 'write-loop', owner: 'integration', dueMinutes: 240, code: 'write-loop', params: { connection } };
}

function isLegal(from: CommandState, to: CommandState): boolean {
  return from !== to && (from === 'held' || from === 'waiting' || from === 'due' || from === 'dead') && to !== 'waiting';
}

const order = new Map(kindsInOrder.map((kind, index) => [kind as string, index]));

function rank(entity: string): number {
  return order.get(kindOf(entity) ?? '') ?? order.size;
}

/** Marks the record pages that show some entities as out of date. An entity without a page of its own shows on its siblings'. */
export function showSoon(tx: LaneTransaction, wiring: Wiring, shown: ReadonlySet<string>, delayMs: number): void {
  const hosts = [...wiring.connections.values()].filter((connection) => connection.connector.limits.statusBatchMax > 0);
  if (shown.size === 0 || hosts.length === 0) return;
  const family = [...shown].flatMap((entity) => {
    const kind = kindOf(entity);
    return kind ? wiring.familyOf(kind).map((member) => siblingId(entity, member)) : [entity];
  });
  tx.sql.exec(
    `INSERT INTO status_due (entity, connection, due_ms, tries, run)
     SELECT DISTINCT entity, connection, ?3, 0, ?4 FROM links WHERE record_id IS NOT NULL
     AND entity IN (SELECT value FROM json_each(?1)) AND connection IN (SELECT value FROM json_each(?2))
     AND (connection || ' ' || record_type NOT IN (SELECT value FROM json_each(?5)) OR entity IN (SELECT value FROM json_each(?6)))
     ON CONFLICT DO UPDATE SET run = excluded.run, due_ms = min(due_ms, excluded.due_ms)`,
    JSON.stringify(family),
    JSON.stringify(hosts.map((host) => host.id)),
    tx.atMs + delayMs,
    tx.run,
    JSON.stringify(hosts.flatMap((host) => (host.connector.showsExceptionsOnly ?? []).map((type) => `${host.id} ${type}`))),
    JSON.stringify([...tx.excepted]),
  );
}
