// Change -> Verdict -> Command: what each target should hold of each entity, compared with what it was last given.
// One lane transaction, no awaits.
// A command exists because content differs, not because an event came: a new target, a new mapping, a released hold
// and "Sync now" all end here.

import { hashOf } from '../../shared/canonical-json.ts';
import type { EntityName } from '../../shared/entities/_registry.ts';
import type { LaneStore, LaneTransaction } from '../store/lane-store.ts';
import { Absences } from './absences.ts';
import { tellDifferences } from './contested.ts';
import { withdrawn } from './controls.ts';
import { Gate } from './gate.ts';
import { type Answers, type Case, govern, isWrongAsItStands, mayBeTakenBack, takenBack } from './govern.ts';
import { heldAround } from './holds.ts';
import { keptBackBy } from './kept-back.ts';
import { asFound, isFound, isLeftAsFound, newLink } from './links.ts';
import type { CanonicalRecord, Consumption } from './nouns.ts';
import { PlanBook, slotOfTarget, type Target } from './plan-book.ts';
import { caseOf, encodedFor, heldElsewhere, type Looked, targetOf } from './plan-case.ts';
import { inOrder } from './plan-order.ts';
import { type CommandRow, PlanView, slotOf } from './plan-view.ts';
import { waitersOf } from './strays.ts';
import { type Encoded, isSame } from './translate.ts';
import { type Unwon, unwonOf, unwonTaking, withSiblings } from './unwon.ts';
import { loopVerdict, movedVerdict, outcomeControls, problemVerdict, unroutedVerdict } from './verdicts.ts';
import type { Connection, Wiring } from './wiring.ts';
import { deletedTaking, planWithdrawal, type Taking, type Withdrawing, withdrawing } from './withdrawals.ts';

export interface PlanContext {
  readonly tx: LaneTransaction;
  readonly store: LaneStore;
  readonly wiring: Wiring;
  readonly makeId: (prefix: string) => string;
  /** Ids of commands whose call is under way. */
  readonly inFlight: ReadonlySet<string>;
  /** In place of `govern` where a plan is only tried out. */
  readonly judge?: typeof govern;
  /** Entities whose newer content waits for the outcome of what is under way; settle plans them again. */
  readonly planLater: Set<string>;
}

/** Dependents of what stopped are planned in turn: time on a project, the project on a customer. */
const roundsMax = 4;
/** Held entities planned anew because a purchase order got something back; an answer brings the rest. */
const heldMax = 500;

export function plan(context: PlanContext, planned: Iterable<string>): void {
  const done = new Set<string>();
  let round = [...planned];
  for (let count = 0; count < roundsMax && round.length > 0; count++) {
    round = [...new Set(withSiblings(round))];
    for (const entity of round) done.add(entity);
    const { stopped, freed } = new Planning(context, round).run();
    const next = [...waitersOf(context.tx, stopped), ...heldAround(context.tx.sql, [...freed], heldMax)];
    round = next.filter((entity) => !done.has(entity));
  }
}

class Planning {
  readonly #context: PlanContext;
  readonly #tx: LaneTransaction;
  readonly #view: PlanView;
  readonly #absences: Absences;
  readonly #gate: Gate;
  readonly #book: PlanBook;
  readonly #planned: readonly string[];

  constructor(context: PlanContext, planned: readonly string[]) {
    this.#context = context;
    this.#tx = context.tx;
    this.#planned = planned;
    this.#view = new PlanView(context.tx, planned);
    this.#absences = new Absences(context.tx, context.wiring, planned);
    this.#gate = new Gate(context.wiring, this.#absences, this.#view);
    this.#book = new PlanBook(context, this.#view);
  }

  run(): Pick<PlanBook, 'stopped' | 'freed'> {
    for (const entity of inOrder(this.#planned, this.#view)) this.#planEntity(entity);
    this.#book.write();
    return this.#book;
  }

  #planEntity(entity: string): void {
    const row = this.#view.rows.get(entity);
    const record = this.#view.records.get(entity);
    if (!row || !record) return;
    const { wiring } = this.#context;
    const kind = row.kind as EntityName;
    const valueAt = (field: string) => this.#view.valueNear(entity, field);
    const chosen = wiring.targetsOf(kind, record, valueAt);
    const unrouted = wiring.unroutedOf(kind, valueAt);
    const others = [...wiring.connections.values()].filter(
      (one) => !chosen.includes(one) && wiring.mapFor(one.id, kind)?.canWrite,
    );
    for (const connection of chosen) this.#planTarget(this.#targetOf(entity, kind, record, connection, row.eventMs));
    for (const connection of others) {
      const target = this.#targetOf(entity, kind, record, connection, row.eventMs);
      if (unrouted.includes(connection) && target.link?.recordId == null) this.#holdUnrouted(target);
      else this.#book.drop(target, this.#openCommands(target), 'not-a-target');
    }
  }

  #targetOf(
    entity: string,
    kind: EntityName,
    record: CanonicalRecord,
    connection: Connection,
    eventMs: number,
  ): Target {
    const map = this.#context.wiring.mapFor(connection.id, kind);
    if (!map) throw new Error(`${connection.id} carries no ${kind}`);
    const slot = { entity, connection: connection.id, recordType: map.recordType, part: '' };
    const host = map.livesOn ? record[map.livesOn] : null;
    const hostId = typeof host === 'string' ? this.#view.recordIdOf(host, connection.id) : null;
    const link = this.#view.links.get(slotOf(slot)) ?? null;
    return { ...targetOf(this.#view, { entity, kind, record, connection, map, link }), hostId, eventMs };
  }

  #planTarget(as: Target): void {
    const { target, encoded, answers } = this.#contentOf(as);
    const { link } = target;
    const open = this.#openCommands(target);
    const isLinked = link?.recordId != null;
    if (this.#gate.isClosed(target) || (!isLinked && this.#isBarred(target)))
      return this.#book.drop(target, open, 'not-ready');
    if (isLinked && this.#absences.isGone(slotOfTarget(target))) return this.#book.leaveGone(target, open);
    const busy = open.find((row) => this.#context.inFlight.has(row.id) || row.state === 'uncertain');
    // The outcome of what is under way decides what is still to be sent; settle plans this entity again.
    if (busy) {
      this.#context.planLater.add(target.entity);
      const rest = open.filter((row) => row !== busy);
      return this.#book.leave(rest, 'superseded');
    }
    const look = () => caseOf(this.#view, target, encoded, open, answers);
    const unwon = this.#unwonOf(target);
    const taking = isLinked ? this.#takingOf(target, unwon, look) : null;
    if (link && isLinked && isFound(this.#tx, link)) return this.#takeAsFound(target, encoded, open, taking !== null);
    if (taking && !isLeftAsFound(link, encoded.content)) {
      if (unwon === 'ask') return this.#book.hold(target, withdrawing(encoded), open, unwonTaking);
      if (unwon === 'asked') return this.#book.drop(target, open, 'asked');
      return this.#takeBack({ target, encoded, open, answers, choices: this.#choicesOf(target), taking });
    }
    // What is kept of a deal that is won no more goes on but for the contract, of which the deal says nothing now.
    if (unwon === 'keep' && target.kind === 'contract') return this.#book.drop(target, open, 'kept');
    // It counts: whatever was said of its withdrawal is over.
    if (unwon === null) this.#view.answers.forget(target.entity, target.connection.id, withdrawn);
    const isGiven = isLinked && link?.given === encoded.hash;
    if (isGiven && !isWrongAsItStands(target.kind, () => look().change)) return this.#book.inStep(target, open);
    if ([...answers.values()].includes('rejected')) return this.#book.drop(target, open, 'rejected');
    if (this.#isOutcomeHeld(target, encoded, open, answers)) return;
    const problem = problemVerdict(encoded);
    if (problem) return this.#book.hold(target, encoded, open, problem);
    const loop = loopVerdict(link, encoded.hash, this.#tx.atMs);
    if (loop) return this.#book.hold(target, encoded, open, loop);
    this.#judge(target, encoded, open, look());
  }

  /** What is to stand there: as it is, or as the answer to exactly this content has amended it. */
  #contentOf(target: Target) {
    const { entity, record, connection } = target;
    const encoded = this.#encode(target);
    const answers = this.#view.answers.of(entity, connection.id, encoded.content);
    const amends = this.#view.answers.amendsOf(entity, connection.id, encoded.content);
    if (!amends) return { target, encoded, answers };
    const amended = { ...target, record: { ...record, ...amends } };
    // Whatever people say next is said of the content that was amended, not of its amendment.
    return { target: amended, encoded: { ...this.#encode(amended), content: encoded.content }, answers };
  }

  #encode(target: Target): Encoded {
    return encodedFor(this.#view, this.#context.wiring, target);
  }

  /**
   * First day: the record counts as given what it holds. What differs is told, and left alone until our value
   * changes.
   */
  #takeAsFound(target: Target, encoded: Encoded, open: readonly CommandRow[], isTakenBack: boolean): void {
    const { link, record } = target;
    if (!link) return;
    const baseline = link.baseline === null ? {} : (JSON.parse(link.baseline) as Record<string, unknown>);
    const fields = Object.keys(encoded.carried).filter(
      (field) => field in baseline && !isSame(baseline[field], encoded.carried[field]),
    );
    tellDifferences(this.#tx, this.#context.wiring, target, fields, [baseline, encoded.carried]);
    const differences = fields.map((field) => [field, hashOf(record[field] ?? null)]);
    if (isTakenBack) differences.push([asFound, encoded.content]);
    const kept = { ...link, differences: differences.length ? JSON.stringify(Object.fromEntries(differences)) : null };
    const given = fields.length > 0 ? this.#encode({ ...target, link: kept }).hash : encoded.hash;
    if (given !== link.given || kept.differences !== link.differences) this.#book.keepLink({ ...kept, given });
    this.#book.inStep(target, open);
  }

  #takeBack(one: Withdrawing): void {
    const { target, open, choices } = one;
    const content = withdrawing(one.encoded);
    planWithdrawal(this.#book, this.#view, one, () => {
      if (this.#isOutcomeHeld(target, content, open, choices)) return;
      if (this.#gate.isObserved(target)) return this.#book.drop(target, open, 'observed');
      this.#book.close(target, 'granted');
      this.#book.enqueue(target, content, open, 'due', null);
    });
  }

  #takingOf(target: Target, unwon: Unwon | null, look: () => Looked): Taking | null {
    if (this.#absences.isDeleted(target.entity)) return deletedTaking;
    if (unwon !== null && unwon !== 'keep') return unwonTaking;
    return this.#gate.takenByOthers(target) ?? (mayBeTakenBack(target.kind) ? takenBack(look().change) : null);
  }

  #unwonOf(target: Target): Unwon | null {
    return this.#absences.isDeleted(target.entity) ? null : unwonOf(this.#view, this.#context.wiring, target);
  }

  #choicesOf({ entity, connection }: Target): Answers {
    return this.#view.answers.of(entity, connection.id, withdrawn);
  }

  /** What a deal that is won no more has given rise to is not made either. */
  #isBarred(target: Target): boolean {
    return this.#gate.isBarred(target) || this.#unwonOf(target) !== null;
  }

  #holdUnrouted(target: Target): void {
    if (this.#gate.isClosed(target) || this.#isBarred(target))
      return this.#book.drop(target, this.#openCommands(target), 'not-ready');
    const encoded = this.#encode(target);
    this.#book.hold(target, encoded, this.#openCommands(target), unroutedVerdict(target.connection.roles.join(', ')));
  }

  #openCommands(target: Target): CommandRow[] {
    return this.#view.commands.get(slotOf(slotOfTarget(target))) ?? [];
  }

  #judge(target: Target, encoded: Encoded, open: readonly CommandRow[], looked: Looked): void {
    const { isCreate, answers } = looked.change;
    const elsewhere =
      isCreate && !answers.has('moved-route') ? heldElsewhere(this.#view, this.#context.wiring, target) : null;
    if (elsewhere) return this.#book.hold(target, encoded, open, movedVerdict(elsewhere, target.connection.id));
    for (const reference of looked.unlinked) this.#book.waitFor(target, reference);
    const verdict = (this.#context.judge ?? govern)(looked.change);
    if (verdict.verdict === 'reject') return this.#book.drop(target, open, 'rejected');
    if (verdict.verdict === 'hold') return this.#book.hold(target, encoded, open, verdict);
    this.#book.letOn(target);
    this.#book.close(target, verdict.verdict === 'wait' ? 'waits' : 'granted');
    // Who only tries it out hears of what is missing by looking at those records themselves.
    const keepers = this.#context.judge ? [] : keptBackBy(target, this.#view, (id) => this.#casesOf(id));
    if (keepers.length > 0) return this.#book.keepBack(target, encoded, open, keepers);
    // What is not linked yet ends the wait once it is, or follows as an update.
    for (const reference of encoded.missing) this.#book.waitFor(target, reference.entity);
    if (verdict.verdict === 'wait') return this.#book.enqueue(target, encoded, open, 'waiting', verdict.until);
    this.#grant(target, encoded, open, looked.before, verdict.consumes);
  }

  /** What govern would be told of a record towards each target that is open to it and does not hold it yet. */
  *#casesOf(entity: string): Generator<Case> {
    const row = this.#view.rows.get(entity);
    const record = this.#view.records.get(entity);
    if (!row || !record) return;
    const kind = row.kind as EntityName;
    const chosen = this.#context.wiring.targetsOf(kind, record, (field) => this.#view.valueNear(entity, field));
    for (const connection of chosen) {
      const target = this.#targetOf(entity, kind, record, connection, row.eventMs);
      if (target.link?.recordId != null || this.#gate.isClosed(target) || this.#gate.isObserved(target)) continue;
      const encoded = this.#encode(target);
      const answers = this.#view.answers.of(entity, connection.id, encoded.content);
      yield caseOf(this.#view, target, encoded, this.#openCommands(target), answers).change;
    }
  }

  #grant(
    target: Target,
    encoded: Encoded,
    open: readonly CommandRow[],
    before: Consumption | null,
    after: Consumption | null,
  ): void {
    if (this.#gate.isObserved(target)) return this.#book.drop(target, open, 'observed');
    const link = target.link ?? newLink({ ...slotOfTarget(target), kind: target.kind }, this.#tx.run);
    const consumption = after ? JSON.stringify(after) : null;
    this.#view.book(before, after);
    // The command is the claim; a link without a record is only written for what it has to remember.
    if (link.consumption !== consumption) this.#book.keepLink({ ...link, consumption });
    this.#book.enqueue(target, encoded, open, 'due', null);
  }

  /** What the target itself refused, or nobody could find out, waits for a person or for other content. */
  #isOutcomeHeld(target: Target, encoded: Encoded, open: readonly CommandRow[], answers: Answers): boolean {
    const hold = this.#view.holds.get(slotOf(slotOfTarget(target)));
    if (!hold || !outcomeControls.has(hold.control) || hold.hash !== encoded.content || open.length === 0) return false;
    return answers.get(hold.control) !== 'approved';
  }
}
