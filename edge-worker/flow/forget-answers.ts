// Answers that hold for nothing any more: given long ago, of content that the record does not have by now. They are
// forgotten a portion at a time, at the end of each walk through the archive; the audit says for ever what was said.
import type { EntityName } from '../../shared/entities/_registry.ts';
import { approvals } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { deleteRows, readRows, type StoredRow } from '../store/rows.ts';
import { withdrawn } from './controls.ts';
import type { LaneCore } from './core.ts';
import { encodedFor, targetOf } from './plan-case.ts';
import { PlanView, slotOf } from './plan-view.ts';

type Answer = StoredRow<typeof approvals>;
/** A place in the walk: the key of the last answer that is done with. */
type AnswerPlace = readonly [entity: string, connection: string, control: string, hash: string];

const portionMax = 500;
const mark = 'answers ';

export const firstAnswer: AnswerPlace = ['', '', '', ''];
export const answerText = (place: AnswerPlace) => mark + JSON.stringify(place);
/** The walk is among the answers, behind entities and registers. */
export const answerAt = (text: string) =>
  text.startsWith(mark) ? (JSON.parse(text.slice(mark.length)) as AnswerPlace) : null;

/** Moves on by a portion. Returns the last answer that was looked at; null once all were. */
export function forgetAnswers(core: LaneCore, after: AnswerPlace): AnswerPlace | null {
  const { store, ports } = core;
  const where = `WHERE (entity, connection, control, hash) > (?, ?, ?, ?)
    ORDER BY entity, connection, control, hash LIMIT ?`;
  const rows = readRows(store.sql, approvals, where, ...after, portionMax);
  // A person who gave one can read of it among the exceptions for as long.
  const beforeMs = ports.nowMs() - ports.retention.exceptionsMs;
  const old = rows.filter((row) => row.atMs < beforeMs && isOfContent(row));
  if (old.length > 0)
    store.transaction((tx) => {
      const over = overAmong(core, tx, old);
      deleteRows(tx.sql, approvals, over.map(keyOf));
    });
  const last = rows.at(-1);
  return last && rows.length === portionMax ? keyOf(last) : null;
}

const keyOf = ({ entity, connection, control, hash }: Answer): [...AnswerPlace] => [entity, connection, control, hash];

/** Others hold for the record whatever it says, for its withdrawal, or end with the value that they are about. */
const isOfContent = ({ hash, outcome, amends }: Answer) =>
  hash !== '' && hash !== withdrawn && !(outcome === 'rejected' && amends !== null);

function overAmong(core: LaneCore, tx: LaneTransaction, rows: readonly Answer[]): readonly Answer[] {
  const view = new PlanView(tx, [...new Set(rows.map(({ entity }) => entity))]);
  return rows.filter((row) => {
    try {
      return isOver(core, view, row);
    } catch {
      // What cannot be worked out cannot be planned either and has a hold of its own; its answers wait for that.
      return false;
    }
  });
}

function isOver(core: LaneCore, view: PlanView, { entity, connection: id, hash }: Answer): boolean {
  const record = view.records.get(entity);
  const kind = view.rows.get(entity)?.kind as EntityName | undefined;
  if (!record || !kind) return true;
  const connection = core.wiring.connections.get(id);
  const map = core.wiring.mapFor(id, kind);
  // A connection that was taken away may come back to what it has.
  if (!connection || !map) return false;
  const link = view.links.get(slotOf({ entity, connection: id, recordType: map.recordType, part: '' })) ?? null;
  const target = targetOf(view, { entity, kind, record, connection, map, link });
  return encodedFor(view, core.wiring, target).content !== hash;
}
