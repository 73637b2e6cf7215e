// Likely matches of the first day, proposed from what is read, for a person to decide on. Nothing is linked by likeness
// alone.
import type { EntityName } from '../../shared/entities/_registry.ts';
import { candidates, entityRows, strays } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { readColumns, readRows, writeRows } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { type CandidateRow, Decisions } from './decisions.ts';
import { matches, straysOf } from './first-day.ts';
import type { Reason } from './likeness.ts';
import { Ranking } from './ranking.ts';
import type { StrayRow } from './strays.ts';

/** Unclaimed records that are compared; those above are left to their business keys. */
const comparedMax = 20_000;

export interface Candidate {
  readonly recordType: string;
  readonly recordId: string;
  readonly entity: string;
  readonly score: number;
  readonly reasons: readonly Reason[];
}

/** What the last of a page is found again by: how likely it is, its record, and which of ours it may be. */
export type LikelyPlace = readonly [score: number, place: string, entity: string];

/** Where each kind stands on a connection. */
export interface Likely {
  readonly candidates: readonly (Candidate & { readonly record: string | null; readonly name: string | null })[];
  /** Records that agree with one entity only: linked with the acceptance. */
  readonly agreeing: number;
  /** Records that somebody has to decide on. */
  readonly undecided: number;
  /** Records that are like nothing known. */
  readonly unlike: number;
}

/** What would be asked, or is asked: the likeliest first. */
export function likelyOf(
  core: LaneCore,
  connection: string,
  kind: EntityName,
  limit: number,
  after: LikelyPlace | null,
): Likely {
  const { found, agreeing, unlike } = proposalsOf(core, connection, kind);
  const undecided = new Set(found.map(placeOf)).size;
  const rest = after === null ? found : found.filter((one) => inOrder(after, likelyPlaceOf(one)) < 0);
  const shown = [...rest].sort((a, b) => inOrder(likelyPlaceOf(a), likelyPlaceOf(b))).slice(0, limit);
  return { candidates: named(core, connection, kind, shown), agreeing, undecided, unlike };
}

export const likelyPlaceOf = (one: Candidate): LikelyPlace => [one.score, placeOf(one), one.entity];

function inOrder([score, place, entity]: LikelyPlace, other: LikelyPlace): number {
  if (score !== other[0]) return other[0] - score;
  if (place !== other[1]) return place < other[1] ? -1 : 1;
  return entity < other[2] ? -1 : Number(entity > other[2]);
}

export const placeOf = ({ recordType, recordId }: Pick<Candidate, 'recordType' | 'recordId'>) =>
  `${recordType}|${recordId}`;

/** An entity that somebody has accepted for one record is no candidate for another. */
export function proposalsOf(core: LaneCore, connection: string, kind: EntityName) {
  const { sql } = core.store;
  const rows = straysOf(core, connection, kind, comparedMax);
  const exact = new Map(matches(core, connection, kind, comparedMax).map((match) => [placeOf(match), match]));
  const decisions = new Decisions(sql, kind, rows);
  const taken = new Set(rows.flatMap((row) => decisions.acceptedOf(row) ?? []));
  const ranking = rankingOf(core, connection, kind);
  const found: Candidate[] = [];
  let [agreeing, unlike] = [0, 0];
  for (const row of rows) {
    const { recordType, recordId } = row;
    const isPossible = (entity: string) => !taken.has(entity) && !decisions.isRejected(row, entity);
    const match = exact.get(placeOf(row));
    const sure = match?.candidates.filter(isPossible) ?? [];
    const isSole = sure.length === 1 && match?.rivals.length === 0;
    if (decisions.acceptedOf(row) !== null || isSole) agreeing++;
    else if (sure.length > 0) {
      for (const entity of sure) found.push({ recordType, recordId, entity, score: 100, reasons: ['key record'] });
    } else {
      const ranked = likelyTo(ranking, row).filter(({ entity }) => isPossible(entity));
      if (ranked.length === 0) unlike++;
      for (const one of ranked) found.push({ recordType, recordId, ...one });
    }
  }
  return { found, agreeing, unlike };
}

/** Null where nothing is looked for: what has no record of its own there cannot be matched. */
function rankingOf(core: Pick<LaneCore, 'store' | 'wiring'>, connection: string, kind: EntityName) {
  const map = core.wiring.mapFor(connection, kind);
  if (!map?.canWrite || map.livesOn) return null;
  return new Ranking(core.store.sql, connection, map.recordType, kind);
}

const likelyTo = (ranking: Ranking | null, row: StrayRow) => ranking?.of(JSON.parse(row.baseline)) ?? [];

/** What people call both sides. */
function named(core: LaneCore, connection: string, kind: EntityName, found: readonly Candidate[]) {
  const { sql } = core.store;
  const ids = JSON.stringify(found.map(({ entity }) => entity));
  const labels = new Map(
    readColumns(sql, entityRows, ['id', 'canonical'], 'WHERE id IN (SELECT value FROM json_each(?))', ids).map(
      ({ id, canonical }) => [id, nameIn(canonical)],
    ),
  );
  const places = JSON.stringify(found.map(({ recordType, recordId }) => [recordType, recordId]));
  const where = `WHERE connection = ? AND kind = ? AND (record_type, record_id) IN
    (SELECT value ->> 0, value ->> 1 FROM json_each(?))`;
  const records = new Map(
    readRows(sql, strays, where, connection, kind, places).map((row) => [placeOf(row), nameIn(row.baseline)]),
  );
  return found.map((one) => ({
    ...one,
    record: records.get(placeOf(one)) ?? null,
    name: labels.get(one.entity) ?? null,
  }));
}

function nameIn(json: string): string | null {
  const { name, number } = JSON.parse(json) as { name?: unknown; number?: unknown };
  const label = name ?? number;
  return typeof label === 'string' && label !== '' ? label : null;
}

/** Records that somebody has decided on already. */
export function acceptedPlaces(core: LaneCore, connection: string, kind: EntityName): ReadonlySet<string> {
  const where = "WHERE connection = ? AND kind = ? AND state = 'accepted'";
  return new Set(readRows(core.store.sql, candidates, where, connection, kind).map(placeOf));
}

/** With the acceptance of a kind, whatever is not sure waits for a person. Returns how many records do. */
export function askAboutLikely(core: LaneCore, tx: LaneTransaction, connection: string, kind: EntityName): number {
  const { found } = proposalsOf(core, connection, kind);
  const asked = found.filter(({ reasons }) => !reasons.includes('key record'));
  const rows = asked.map(({ reasons, ...one }): CandidateRow => {
    return { ...one, connection, kind, reasons: JSON.stringify(reasons), state: 'open' };
  });
  writeRows(tx.sql, candidates, rows, 'ignore');
  return new Set(asked.map(placeOf)).size;
}
