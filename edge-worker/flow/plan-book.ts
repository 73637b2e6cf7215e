// What a plan writes down: commands put, superseded and dropped, claims, holds, waits. Gathered for all its entities,
// then written in a handful of statements.

import type { EntityName } from '../../shared/entities/_registry.ts';
import type { Owner } from '../faults.ts';
import { commands, links, purchaseOrders, waits } from '../store/lane-schema.ts';
import { deleteRows, type RowOf, writeRows } from '../store/rows.ts';
import { withdrawn } from './controls.ts';
import { amendsIn } from './given-answers.ts';
import { placeOfHold, placesOfHolds } from './govern.ts';
import { closeHold, type HoldRow, listMark, raiseHold } from './holds.ts';
import { kindOf } from './identity.ts';
import { reasonOfWait } from './kept-back.ts';
import { type CommandState, move } from './lifecycle.ts';
import type { LinkRow } from './links.ts';
import type { CompiledMap } from './mapping.ts';
import type { CanonicalRecord, Consumption, Slot } from './nouns.ts';
import type { PlanContext } from './plan.ts';
import { type CommandRow, type PlanView, slotOf } from './plan-view.ts';
import { showSoon } from './show-soon.ts';
import { type Encoded, mergeWire } from './translate.ts';
import type { HoldVerdict } from './verdicts.ts';
import type { Connection } from './wiring.ts';

/** A wait becomes a hold with an owner after this long. */
export const waitMs = 24 * 3_600_000;
/** "On its way" is shown only when the outcome is not known by then. */
const onItsWayMs = 1_500;
const shownStates = { due: 'on-its-way', waiting: 'waiting', held: 'held' } as const;

/** Why a command does not go, as its status tells it. */
interface Why {
  readonly code: string;
  readonly params: Readonly<Record<string, string>>;
  readonly owner: Owner | null;
  readonly isNews: boolean;
}

/** One entity towards one connection. */
export interface Target {
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

export function slotOfTarget({ entity, connection, map }: Target): Slot {
  return { entity, connection: connection.id, recordType: map.recordType, part: '' };
}

export class PlanBook {
  readonly #context: PlanContext;
  readonly #view: PlanView;
  readonly #put: RowOf<typeof commands>[] = [];
  readonly #gone: string[][] = [];
  readonly #links = new Map<string, LinkRow>();
  readonly #unclaimed: string[][] = [];
  readonly #waits: RowOf<typeof waits>[] = [];
  readonly #shown = new Set<string>();
  /** Creates that stopped being on their way, as [connection, entity]: who waits for them is planned again. */
  readonly stopped: [string, string][] = [];
  /** Contracts whose purchase order has got something back: what did not fit may fit now. */
  readonly freed = new Set<string>();

  constructor(context: PlanContext, view: PlanView) {
    this.#context = context;
    this.#view = view;
  }

  write(): void {
    const { tx, wiring } = this.#context;
    deleteRows(tx.sql, commands, this.#gone);
    writeRows(tx.sql, commands, this.#put, 'replace');
    deleteRows(tx.sql, links, this.#unclaimed);
    writeRows(tx.sql, links, [...this.#links.values()], 'replace');
    writeRows(tx.sql, waits, this.#waits, 'ignore');
    writeRows(tx.sql, purchaseOrders, this.#view.orderRows(), 'replace');
    showSoon(tx, wiring, this.#shown, onItsWayMs);
  }

  /** Whatever comes of it now, the link of a reference is reason to look again. */
  waitFor(target: Target, reference: string): void {
    const kind = kindOf(reference);
    // A system that does not carry the kind will never have a record of it.
    if (!kind || !this.#context.wiring.mapFor(target.connection.id, kind)) return;
    this.#waits.push({ connection: target.connection.id, reference, entity: target.entity });
  }

  keepLink(link: LinkRow): void {
    this.#links.set(slotOf(link), link);
    this.#view.addLink(link);
  }

  hold(target: Target, encoded: Encoded, open: readonly CommandRow[], verdict: HoldVerdict): void {
    const { tx, makeId } = this.#context;
    const { beside = [], verdict: _verdict, ...first } = verdict;
    const near = this.#view.around(target.entity);
    const slot = slotOfTarget(target);
    const before = this.#holdsAt(target);
    const isNews = !before.some((row) => row.code === first.code && row.owner === first.owner);
    const places = new Set<string>();
    for (const one of [first, ...beside]) {
      const { lists = [], keeps: _keeps, ...holding } = one;
      const amends = amendsIn(target.record, one);
      const around = [...near, ...lists.map(listMark)];
      const part = placeOfHold(holding.control);
      places.add(part);
      // What is missing stays missing, whatever else is entered meanwhile.
      raiseHold(tx, makeId, {
        ...{ ...slot, part, kind: target.kind, ...holding, around, amends, hash: encoded.content },
        isGrowing: part !== '',
      });
    }
    for (const row of before) if (!places.has(row.part)) closeHold(tx, row, 'granted', null);
    this.#giveBackUnwritten(target);
    this.enqueue(target, encoded, open, 'held', null, { ...first, isNews });
    if (target.link?.recordId == null) this.stopped.push([target.connection.id, target.entity]);
  }

  /** One open command per slot: the same content keeps its id and its tries, other content takes its place. */
  enqueue(
    target: Target,
    encoded: Encoded,
    open: readonly CommandRow[],
    state: 'due' | 'waiting' | 'held',
    until: readonly string[] | null,
    why: Why | null = null,
  ): void {
    const { tx, makeId } = this.#context;
    const same = open.find(
      (row) => row.hash === encoded.hash && (row.state === state || mayBecome(row.state as CommandState, state)),
    );
    this.leave(
      open.filter((row) => row !== same),
      'superseded',
    );
    const deadlineMs = state === 'waiting' && !why ? (same?.deadlineMs ?? tx.atMs + waitMs) : null;
    const row = { ...this.#commandFor(target, encoded, state, until, same, same?.id ?? makeId('cmd')), deadlineMs };
    this.#put.push(row);
    this.#view.setCommands(slotOf(row), [row]);
    if (same?.state === state && !why?.isNews) return;
    this.#shown.add(target.entity);
    if (same?.state !== state)
      tx.tell(target.entity, `command-${state}`, { connection: target.connection.id, command: row.id });
    // Plain progress is not worth a row: what is due is in step, or not, a moment later.
    if (state === 'due' && open.length === 0) return;
    const { entity, connection, kind, recordId } = row;
    const reason = { reason: why?.code ?? null, params: why ? JSON.stringify(why.params) : null };
    const shown = { state: shownStates[state], owner: why?.owner ?? null, atMs: tx.atMs, nextMs: deadlineMs };
    tx.record('statuses', { entity, connection, kind, recordId, ...reason, ...shown });
  }

  #commandFor(
    target: Target,
    encoded: Encoded,
    state: CommandState,
    until: readonly string[] | null,
    same: CommandRow | undefined,
    id: string,
  ): Omit<CommandRow, 'deadlineMs'> {
    const { tx, wiring } = this.#context;
    const isCreate = target.link?.recordId == null && !target.map.livesOn;
    return {
      ...slotOfTarget(target),
      id,
      kind: target.kind,
      state,
      hash: encoded.hash,
      content: encoded.content,
      wire: JSON.stringify(isCreate ? mergeWire(encoded.initial, encoded.wire) : encoded.wire),
      carried: JSON.stringify(encoded.carried),
      isCreate: isCreate ? 1 : 0,
      recordId: target.link?.recordId ?? target.hostId,
      mappingVersion: wiring.mappingVersion,
      dueMs: same && same.state === state ? same.dueMs : tx.atMs,
      tries: same?.tries ?? 0,
      waits: until ? JSON.stringify(until) : null,
      madeMs: same?.madeMs ?? tx.atMs,
      eventMs: target.eventMs,
      freedMs: same?.freedMs ?? null,
    };
  }

  inStep(target: Target, open: readonly CommandRow[]): void {
    this.leave(open, 'superseded');
    if (this.close(target, 'in-step') || open.length > 0) this.#status(target, 'in-step');
  }

  /**
   * Nothing is to be written: what is open and not under way ends, and a claim that no create will fill is given up.
   */
  drop(target: Target, open: readonly CommandRow[], by: string): void {
    const idle = open.filter((row) => !this.#context.inFlight.has(row.id) && row.state !== 'uncertain');
    this.leave(idle, 'dropped');
    const isThere = target.link?.recordId != null && target.link.given !== withdrawn;
    if (this.close(target, by) || idle.length > 0) this.#status(target, isThere ? 'in-step' : 'ignored');
    // What is under way may still make the record; then it is planned again.
    if (idle.length < open.length) this.#context.planLater.add(target.entity);
    const { link } = target;
    if (link?.recordId != null || idle.length < open.length) return;
    if (idle.length > 0) this.stopped.push([target.connection.id, target.entity]);
    if (!link) return;
    this.#giveBackUnwritten(target);
    this.#links.delete(slotOf(link));
    this.#unclaimed.push([link.entity, link.connection, link.recordType, link.part]);
  }

  /** A command or hold ended without a call: the record must not go on saying what it said. */
  #status(target: Target, state: 'in-step' | 'ignored'): void {
    const { entity, connection, kind, link } = target;
    this.#shown.add(entity);
    const reason = link?.given === withdrawn ? withdrawn : null;
    const none = { reason, params: null, owner: null, nextMs: null };
    const { tx } = this.#context;
    tx.record('statuses', {
      entity,
      connection: connection.id,
      kind,
      state,
      recordId: link?.recordId ?? null,
      atMs: tx.atMs,
      ...none,
    });
  }

  /** There is no record to write to: what was meant for it ends, and who was asked about it has another question. */
  leaveGone(target: Target, open: readonly CommandRow[]): void {
    const idle = open.filter((row) => !this.#context.inFlight.has(row.id) && row.state !== 'uncertain');
    this.leave(idle, 'dropped');
    this.close(target, 'gone');
  }

  leave(rows: readonly CommandRow[], to: 'superseded' | 'dropped'): void {
    for (const row of rows) {
      move(row.state as CommandState, to);
      this.#gone.push([row.entity, row.connection, row.recordType, row.part, row.id]);
      this.#context.tx.tell(row.entity, `command-${to}`, { connection: row.connection, command: row.id });
      this.#shown.add(row.entity);
    }
    if (rows.length > 0) this.#view.commands.delete(slotOf(rows[0] as CommandRow));
  }

  close(target: Target, by: string): boolean {
    const there = this.#holdsAt(target);
    for (const row of there) {
      closeHold(this.#context.tx, row, by, null);
      this.#view.holds.delete(slotOf(row));
    }
    return there.length > 0;
  }

  /** Nothing holds it: what it kept back may be made now, in every system. */
  letOn({ entity, kind, link }: Target): void {
    if (link?.recordId != null || placesOfHolds(kind).length === 1) return;
    for (const id of this.#context.wiring.connections.keys()) this.stopped.push([id, entity]);
  }

  /** It waits for as long as they are held: their holds have owners and due times, so it needs no end of its own. */
  keepBack(target: Target, encoded: Encoded, open: readonly CommandRow[], keepers: readonly string[]): void {
    const connection = target.connection.id;
    this.#waits.push(...keepers.map((reference) => ({ connection, reference, entity: target.entity })));
    this.enqueue(
      target,
      encoded,
      open,
      'waiting',
      keepers,
      reasonOfWait(keepers, (id) => this.#view.records.get(id)),
    );
  }

  #holdsAt(target: Target): readonly HoldRow[] {
    const slot = slotOfTarget(target);
    return placesOfHolds(target.kind).flatMap((part) => this.#view.holds.get(slotOf({ ...slot, part })) ?? []);
  }

  /** What was granted and never written takes nothing from a purchase order any more. */
  #giveBackUnwritten(target: Target): void {
    if (target.link?.given === null) this.giveBack(target);
  }

  giveBack({ link }: Target): void {
    if (!link?.consumption) return;
    const taken = JSON.parse(link.consumption) as Consumption;
    this.#view.book(taken, null);
    this.freed.add(taken.contract);
    this.keepLink({ ...link, consumption: null });
  }
}

function mayBecome(from: CommandState, to: CommandState): boolean {
  return (
    from !== to && (from === 'held' || from === 'waiting' || from === 'due' || from === 'dead') && to !== 'waiting'
  );
}
