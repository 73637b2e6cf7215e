// What people say of likely matches: it is this one, or whatever is sure enough is, or it is none of them and new. Each
// is one lane transaction with an audit row for every record.
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import { candidates, entityRows, links, strays } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { readColumns, readRows, writeRows } from '../store/rows.ts';
import { tellAudit } from './audit.ts';
import { type Candidate, placeOf, proposalsOf } from './candidates.ts';
import type { LaneCore } from './core.ts';
import type { CandidateRow } from './decisions.ts';
import { kindOf } from './identity.ts';
import type { Reason } from './likeness.ts';
import { plan } from './plan.ts';
import { connectionOf, StewardError } from './steward.ts';
import { readAgain } from './strays.ts';

interface Place {
  readonly recordType: string;
  readonly recordId: string;
}
interface Pair extends Place {
  readonly entity: string;
}

export type MatchAnswer =
  | ({ readonly is: 'this' } & Pair)
  /** Whatever is at least that likely. */
  | { readonly is: 'likely'; readonly from: number }
  | ({ readonly is: 'new' } & Place);

export function answerMatch(
  core: LaneCore,
  connection: string,
  kind: EntityName,
  said: MatchAnswer,
  by: string,
): Readonly<Record<string, number>> {
  connectionOf(core, connection);
  if (said.is === 'likely') return acceptLikely(core, connection, kind, said.from, by);
  checkStray(core, connection, kind, said);
  if (said.is === 'this') accept(core, connection, kind, said, by);
  else reject(core, connection, kind, said, by);
  return {};
}

/** It is this one. Linked at once where the kind is accepted, otherwise with the acceptance. */
function accept(core: LaneCore, connection: string, kind: EntityName, pair: Pair, by: string): void {
  checkFree(core, connection, kind, pair.entity);
  core.store.transaction((tx) => decide(core, tx, connection, kind, [{ ...pair, score: 100 }], by));
}

/** Whatever is at least that likely, where both sides have nothing likelier and nothing as likely. */
function acceptLikely(
  core: LaneCore,
  connection: string,
  kind: EntityName,
  from: number,
  by: string,
): { accepted: number } {
  const { found } = proposalsOf(core, connection, kind);
  const best = (sideOf: (one: Candidate) => string) => {
    const tops = new Map<string, { readonly one: Candidate; isSole: boolean }>();
    for (const one of found) {
      const top = tops.get(sideOf(one));
      if (!top || one.score > top.one.score) tops.set(sideOf(one), { one, isSole: true });
      else if (one.score === top.one.score) top.isSole = false;
    }
    return (one: Candidate) => tops.get(sideOf(one))?.one === one && tops.get(sideOf(one))?.isSole === true;
  };
  const [isBestOfRecord, isBestOfEntity] = [best(placeOf), best(({ entity }) => entity)];
  const sure = found.filter((one) => one.score >= from && isBestOfRecord(one) && isBestOfEntity(one));
  core.store.transaction((tx) => decide(core, tx, connection, kind, sure, by));
  return { accepted: sure.length };
}

/** None of those it is like: it is a record of its own. */
function reject(core: LaneCore, connection: string, kind: EntityName, place: Place, by: string): void {
  const found = proposalsOf(core, connection, kind).found.filter((one) => placeOf(one) === placeOf(place));
  core.store.transaction((tx) => {
    const rows = found.map(({ reasons, ...one }) => rowOf(connection, kind, one, 'rejected', reasons));
    writeRows(tx.sql, candidates, rows, 'replace');
    const detail = { kind, record: `${place.recordType} ${place.recordId}` };
    tellAudit(core, tx, by, 'match-rejected', connection, detail);
    goOn(core, tx, connection, kind, [place], rows);
  });
}

function decide(
  core: LaneCore,
  tx: LaneTransaction,
  connection: string,
  kind: EntityName,
  pairs: readonly (Pair & { readonly score: number })[],
  by: string,
): void {
  const accepted = pairs.map((pair) => rowOf(connection, kind, pair, 'accepted', []));
  const asked = readRows(tx.sql, candidates, "WHERE connection = ? AND kind = ? AND state = 'open'", connection, kind);
  const [places, ids] = [new Set(pairs.map(placeOf)), new Set(pairs.map(({ entity }) => entity))];
  // Each side has one other side: what else was asked about either is answered with it.
  const others = asked.filter((row) => places.has(placeOf(row)) || ids.has(row.entity));
  const refused = others.map((row): CandidateRow => ({ ...row, state: 'rejected' }));
  writeRows(tx.sql, candidates, [...refused, ...accepted], 'replace');
  for (const { recordType, recordId, entity } of pairs)
    tellAudit(core, tx, by, 'match-accepted', connection, { kind, record: `${recordType} ${recordId}`, entity });
  const free = others.filter(({ entity }) => !ids.has(entity));
  goOn(core, tx, connection, kind, [...pairs, ...others], free);
}

/** Records are read again and entities planned anew, now that somebody has said. */
function goOn(
  core: LaneCore,
  tx: LaneTransaction,
  connection: string,
  kind: EntityName,
  places: readonly Place[],
  rows: readonly Pair[],
): void {
  if (core.wiring.flow(connection, kind).state === 'matching') return;
  readAgain(
    tx,
    places.map(({ recordType, recordId }) => ({ connection, recordType, recordId })),
  );
  plan(
    core.planContext(tx),
    rows.map(({ entity }) => entity),
  );
}

function rowOf(
  connection: string,
  kind: EntityName,
  { recordType, recordId, entity, score }: Pair & { readonly score: number },
  state: 'accepted' | 'rejected',
  reasons: readonly Reason[],
): CandidateRow {
  return { connection, kind, recordType, recordId, entity, score, reasons: JSON.stringify(reasons), state };
}

/** An entity of that kind that has no record there, and none that somebody has accepted. */
function checkFree(core: LaneCore, connection: string, kind: EntityName, entity: string): void {
  const { sql } = core.store;
  if (kindOf(entity) !== kind || readColumns(sql, entityRows, ['id'], 'WHERE id = ?', entity).length === 0)
    throw new StewardError('unknown-record', `There is no ${kind} ${entity}.`, 'Choose one of the candidates.');
  const place = [connection, core.wiring.mapFor(connection, kind)?.recordType ?? '', entity] as const;
  const isTaken =
    readColumns(sql, links, ['entity'], ofPlace, ...place).length > 0 ||
    readColumns(sql, candidates, ['entity'], `${ofPlace} AND state = 'accepted'`, ...place).length > 0;
  if (!isTaken) return;
  const message = `${entity} has another record in this system.`;
  throw new StewardError('already-matched', message, 'Choose another, or say that this record is new.');
}

const ofPlace = 'WHERE connection = ? AND record_type = ? AND entity = ?';

function checkStray(core: LaneCore, connection: string, kind: EntityName, place: Place): void {
  const where = 'WHERE connection = ? AND kind = ? AND record_type = ? AND record_id = ?';
  const [row] = readRows(core.store.sql, strays, where, connection, kind, place.recordType, place.recordId);
  if (row) return;
  const message = `No unclaimed ${entities[kind].title.toLowerCase()} ${place.recordId} is known there.`;
  throw new StewardError('unknown-record', message, 'It may have been matched already: read the list anew.');
}
