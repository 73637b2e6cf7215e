// What govern is told of one entity and one target: the record, its references there, its twins, and what people said
// of it. Pure, on what the plan has loaded.

import { hashOf } from '../../shared/canonical-json.ts';
import type { AnswerRef } from './given-answers.ts';
import type { Answers, Case } from './govern.ts';
import type { CanonicalRecord, Consumption } from './nouns.ts';
import type { Target } from './plan-book.ts';
import type { CommandRow, PlanView } from './plan-view.ts';
import type { PutBack } from './put-back.ts';
import { type Encoded, encode } from './translate.ts';
import { toldOf } from './who-bills.ts';
import type { Wiring } from './wiring.ts';

/** A case with the references that decide it: every reference that has no record there yet is reason to look again. */
export interface Looked {
  readonly change: Case;
  readonly unlinked: readonly string[];
  /** What the record takes from a purchase order as it was granted last. */
  readonly before: Consumption | null;
}

export function caseOf(
  view: PlanView,
  target: Target,
  encoded: Encoded,
  open: readonly CommandRow[],
  answers: Answers,
): Looked {
  const { entity, kind, record, connection, map, link } = target;
  const isCreate = link?.recordId == null;
  const needed = map.livesOn ? [...new Set([...map.required, map.livesOn])] : map.required;
  const missing = isCreate ? needed.filter((field) => record[field] == null || isMissing(target, encoded, field)) : [];
  const unlinked = missing.flatMap((field) => (typeof record[field] === 'string' ? [record[field] as string] : []));
  const hoped = isCreate ? encoded.missing.filter(({ field }) => map.awaits.includes(field)) : [];
  const hopes = [...unlinked, ...hoped.map((one) => one.entity)];
  const awaited = hopes.filter((id) => view.isOnItsWay(id, connection.id));
  const before = link?.consumption ? (JSON.parse(link.consumption) as Consumption) : null;
  const change: Case = {
    entity,
    kind,
    connection: connection.id,
    record,
    targetRoles: connection.roles,
    isCreate,
    held: () => (link?.baseline ? (JSON.parse(link.baseline) as CanonicalRecord) : null),
    unresolved: missing.filter((field) => !awaited.includes(record[field] as string)),
    awaited,
    twins: isCreate && !map.livesOn ? twinsOf(view, target, open) : [],
    billedElsewhere: view.billedElsewhere(entity),
    answers,
    lookup: (id) => (id === null ? null : (view.records.get(id) ?? null)),
    consumed: (contract) => view.consumed(contract, before),
    every: (list) => view.lists.every(list, connection.id),
  };
  return { change, unlinked, before };
}

/**
 * An entity towards one connection, with its record as people have said that it is to be there; which record carries it
 * matters only to whoever makes one. `undone`: an answer that is being taken back.
 */
export function targetOf(
  view: PlanView,
  at: Omit<Target, 'hostId' | 'eventMs'>,
  undone: AnswerRef | null = null,
): Target {
  return { ...at, record: view.answers.asKept(at.record, at.link, undone), hostId: null, eventMs: 0 };
}

/** What the target should hold: what its first day found different is left out while our value is what it was then. */
export function encodedFor(view: PlanView, wiring: Wiring, target: Target): Encoded {
  const { kind, connection, map, link } = target;
  const record = toldOf(view, target, connection.roles) ?? target.record;
  const differences = link?.differences ? (JSON.parse(link.differences) as Record<string, string>) : {};
  return encode(
    map,
    record,
    (field) => wiring.owns(connection.id, kind, field, record),
    (_refKind, id) => view.recordIdOf(id, connection.id),
    (field) => field in differences && differences[field] === hashOf(record[field] ?? null),
    link?.putBack ? (JSON.parse(link.putBack) as PutBack) : {},
  );
}

/** Another connection of the same role that holds this entity's record already. */
export function heldElsewhere(
  view: PlanView,
  wiring: Wiring,
  { entity, kind, connection, map }: Target,
): string | null {
  if (map.livesOn) return null;
  // What was taken away still has its records: whether another system is to have them anew, a person says.
  for (const other of [...wiring.connections.values(), ...wiring.former]) {
    const isRival = other.id !== connection.id && other.roles.some((role) => connection.roles.includes(role));
    if (isRival && other.connector.maps[kind]?.canWrite && view.recordIdOf(entity, other.id)) return other.id;
  }
  return null;
}

/** What was granted already is not held back by a twin that came after it. */
function twinsOf(view: PlanView, { entity, connection, map }: Target, open: readonly CommandRow[]): readonly string[] {
  const there = view.twinsOf(entity, connection.id);
  if (open.some((row) => row.state === 'due')) return there;
  return [...there, ...view.twinsComing(entity, connection.id, map.recordType)];
}

function isMissing(target: Target, encoded: Encoded, field: string): boolean {
  if (field === target.map.livesOn) return target.hostId === null;
  return encoded.missing.some((reference) => reference.field === field);
}
