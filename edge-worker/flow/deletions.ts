// Records that were deleted: proved twice, counted, and only then of any consequence. Many of a type within an hour are
// held together, whether notices or feeds told of them.
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import type { Deletion, Role } from '../../shared/entities/entity.ts';
import { grouped } from '../../shared/grouped.ts';
import { deletions, holds } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { deleteRows, readRows, type StoredRow, writeRows } from '../store/rows.ts';
import { claimAgain, freeBilled } from './billing.ts';
import { deletedControl, guardControl, vanishedControl } from './controls.ts';
import type { LaneCore } from './core.ts';
import { linksOf } from './gone.ts';
import { closeHold, raiseHold } from './holds.ts';
import type { LinkRow } from './links.ts';
import { closeTwoRecords } from './merges.ts';
import type { Observation } from './observation.ts';
import { tellStanding } from './standing.ts';
import { forgetStrays, type RecordPlace, readAgain } from './strays.ts';
import type { Wiring } from './wiring.ts';

type DeletionRow = StoredRow<typeof deletions>;

const windowMs = 3_600_000;
/** More than this many records of a type within the window, or more than one in a hundred, are held together. */
const countMax = 20;
const shareMax = 0.01;
/** What was said to be a mistake is looked for again, ever more seldom. */
const firstWaitMs = 10 * 60_000;
const longestWaitMs = 6 * 3_600_000;

const askDelivery: Deletion = { means: 'ask', owner: 'delivery' };

/** What a deletion of this link's record means; null where the record is only what the hub made of another. */
export function deletionOf(
  wiring: Wiring,
  { connection, kind }: Pick<LinkRow, 'connection' | 'kind'>,
): Deletion | null {
  const { bornIn, deletion } = entities[kind as EntityName] as { bornIn: readonly Role[]; deletion?: Deletion };
  const roles = wiring.connections.get(connection)?.roles ?? [];
  return roles.some((role) => bornIn.includes(role)) ? (deletion ?? askDelivery) : null;
}

const keyOf = ({ connection, recordType, recordId }: RecordPlace) => `${connection}|${recordType}|${recordId}`;
const typeOf = ({ connection, recordType }: RecordPlace) => `${connection}|${recordType}`;
export const guardSlot = ({ connection, recordType }: Omit<RecordPlace, 'recordId'>) => ({
  ...{ entity: `${connection} ${recordType}`, connection, recordType },
  part: 'deletions',
});

function rowsOf(tx: Pick<LaneTransaction, 'sql'>, places: readonly RecordPlace[]): DeletionRow[] {
  if (places.length === 0) return [];
  return readRows(
    tx.sql,
    deletions,
    'WHERE (connection, record_type, record_id) IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))',
    JSON.stringify(places.map((one) => [one.connection, one.recordType, one.recordId])),
  );
}

/** Records whose system proves that they are deleted. Returns entities to be planned. */
export function tellDeleted(core: LaneCore, tx: LaneTransaction, gone: readonly RecordPlace[]): ReadonlySet<string> {
  forgetStrays(tx, core.wiring, gone);
  for (const place of gone) closeTwoRecords(core, tx, place);
  const linked = grouped(linksOf(tx, gone), (link) => keyOf({ ...link, recordId: link.recordId ?? '' }));
  const known = new Map(rowsOf(tx, gone).map((row) => [keyOf(row), row]));
  const fresh = [...new Map(gone.map((place) => [keyOf(place), place])).values()].filter(
    (place) => linked.has(keyOf(place)) && !known.has(keyOf(place)),
  );
  const proved = fresh.map(
    ({ connection, recordType, recordId }): DeletionRow => ({
      ...{ connection, recordType, recordId },
      ...{ provedMs: tx.atMs, state: 'proved', counted: 1 },
    }),
  );
  writeRows(tx.sql, deletions, proved, 'replace');
  const { deletionGraceMs } = core.ports;
  readAgain(tx, proved, tx.atMs, tx.atMs + deletionGraceMs);
  const rows = [...known.values()];
  for (const row of rows.filter(({ state }) => state === 'awaited'))
    readAgain(tx, [row], tx.atMs, tx.atMs + Math.min(longestWaitMs, Math.max(firstWaitMs, tx.atMs - row.provedMs)));
  const owed = rows.filter(({ state }) => state === 'proved');
  const isRipe = ({ provedMs }: DeletionRow) => tx.atMs - provedMs >= deletionGraceMs;
  const [ripe, early] = [owed.filter(isRipe), owed.filter((row) => !isRipe(row))];
  // Whatever made it be read before its time, a second notice or a system that is back, the second proof is still owed.
  for (const [first, ...others] of grouped(early, ({ provedMs }) => String(provedMs)).values())
    if (first) readAgain(tx, [first, ...others], tx.atMs, first.provedMs + deletionGraceMs);
  const changed = new Set<string>();
  for (const list of grouped(ripe, typeOf).values()) {
    if (isTooMany(tx, list)) guard(core, tx, list);
    else for (const entity of act(core, tx, list)) changed.add(entity);
  }
  return changed;
}

/** Counted over everything that was proved of the type within the window, whoever told of it. */
function isTooMany(tx: LaneTransaction, [first]: readonly DeletionRow[]): boolean {
  if (!first) return false;
  const { connection, recordType } = first;
  const [counts] = tx.sql
    .exec(
      `SELECT (SELECT count(*) FROM deletions
           WHERE connection = ?1 AND record_type = ?2 AND counted = 1
             AND (proved_ms > ?3 OR state = 'guarded')) AS gone,
         (SELECT count(DISTINCT record_id) FROM links WHERE connection = ?1 AND record_type = ?2) AS known`,
      connection,
      recordType,
      tx.atMs - windowMs,
    )
    .toArray() as { gone: number; known: number }[];
  const { gone = 0, known = 0 } = counts ?? {};
  return gone > countMax || gone > Math.max(1, known * shareMax);
}

/** All of the type that nothing has followed from yet wait together. */
function guard(core: LaneCore, tx: LaneTransaction, [first]: readonly DeletionRow[]): void {
  if (!first) return;
  const { connection, recordType } = first;
  const place = 'WHERE connection = ? AND record_type = ?';
  tx.sql.exec(`UPDATE deletions SET state = 'guarded' ${place} AND state = 'proved'`, connection, recordType);
  const [counts] = tx.sql
    .exec(
      `SELECT count(*) FILTER (WHERE state = 'guarded') AS waiting,
         count(*) FILTER (WHERE state <> 'guarded' AND proved_ms > ?3) AS before
       FROM deletions WHERE connection = ?1 AND record_type = ?2`,
      connection,
      recordType,
      tx.atMs - windowMs,
    )
    .toArray() as { waiting: number; before: number }[];
  const params = { count: String(counts?.waiting ?? 0), before: String(counts?.before ?? 0), recordType, connection };
  tellGuard(core, tx, first, guardControl, params);
}

export function tellGuard(
  core: LaneCore,
  tx: LaneTransaction,
  place: Omit<RecordPlace, 'recordId'>,
  code: string,
  params: Readonly<Record<string, string>>,
): void {
  raiseHold(tx, core.ports.makeId, {
    ...guardSlot(place),
    kind: core.wiring.mapsOf(place.connection, place.recordType)[0]?.kind ?? 'customer',
    ...{ control: guardControl, owner: 'integration', code, params, hash: '', dueMinutes: 60 },
    isGrowing: true,
  });
}

/** The effect that each has by itself. Returns entities to be planned. */
export function act(core: LaneCore, tx: LaneTransaction, rows: readonly DeletionRow[]): readonly string[] {
  const { wiring } = core;
  const byPlace = grouped(linksOf(tx, rows), (link) => keyOf({ ...link, recordId: link.recordId ?? '' }));
  const elsewhere = recordsElsewhere(tx, [...byPlace.values()].flat());
  const planned: string[] = [];
  const settled = rows.map((row): DeletionRow => {
    let isAsked = false;
    for (const link of byPlace.get(keyOf(row)) ?? []) {
      const deletion = deletionOf(wiring, link);
      tx.tell(link.entity, 'record-deleted', { connection: row.connection, recordId: row.recordId });
      const isTarget = deletion === null;
      if (isTarget || (deletion.means === 'ask' && elsewhere.has(`${link.entity}|${link.connection}`))) {
        ask(core, tx, link, deletion);
        isAsked = true;
      }
      planned.push(link.entity);
    }
    return { ...row, state: isAsked ? 'asked' : 'acted' };
  });
  writeRows(tx.sql, deletions, settled, 'replace');
  return [...planned, ...freeBilled(tx, planned)];
}

/** Entities that have a record on another connection than this one, as `entity|connection`. */
function recordsElsewhere(tx: LaneTransaction, linked: readonly LinkRow[]): ReadonlySet<string> {
  const rows = tx.sql
    .exec(
      `SELECT DISTINCT value ->> 0 || '|' || (value ->> 1) AS key FROM json_each(?) AS own WHERE EXISTS
         (SELECT 1 FROM links
           WHERE entity = own.value ->> 0 AND connection <> own.value ->> 1 AND record_id IS NOT NULL)`,
      JSON.stringify(linked.map(({ entity, connection }) => [entity, connection])),
    )
    .toArray() as { key: string }[];
  return new Set(rows.map((row) => row.key));
}

function ask(core: LaneCore, tx: LaneTransaction, link: LinkRow, deletion: Deletion | null): void {
  const { entity, connection, recordType, recordId } = link;
  const control = deletion ? deletedControl : vanishedControl;
  raiseHold(tx, core.ports.makeId, {
    ...{ entity, connection, recordType, part: 'gone', kind: link.kind as EntityName },
    ...{ control, code: control, owner: deletion?.owner ?? 'integration', dueMinutes: 480, hash: '' },
    params: { connection, recordType, recordId: recordId ?? '' },
  });
  tellStanding(tx, core.wiring, link, { code: control, owner: deletion?.owner ?? 'integration' });
}

/**
 * Records that are there again: whatever followed from their deletion is undone by the plan. Returns their entities.
 */
export function tellRestored(
  { wiring }: Pick<LaneCore, 'wiring'>,
  tx: LaneTransaction,
  seen: readonly Observation[],
): ReadonlySet<string> {
  const restored = new Set<string>();
  if (seen.length === 0 || tx.sql.exec('SELECT 1 FROM deletions LIMIT 1').toArray().length === 0) return restored;
  const rows = rowsOf(
    tx,
    seen.map(({ connection, snapshot }) => ({ ...snapshot, connection })),
  );
  if (rows.length === 0) return restored;
  deleteRows(
    tx.sql,
    deletions,
    rows.map((row) => [row.connection, row.recordType, row.recordId]),
  );
  for (const link of linksOf(tx, rows)) {
    restored.add(link.entity);
    closeHold(tx, { ...link, part: 'gone' }, 'restored', null);
    tellStanding(tx, wiring, link, null);
    tx.tell(link.entity, 'record-restored', { connection: link.connection, recordId: link.recordId ?? '' });
  }
  for (const [first] of grouped(rows, typeOf).values()) if (first) closeGuard(tx, first);
  claimAgain(tx, [...restored]);
  return restored;
}

/** Over once nothing of the type waits for it any more. */
export function closeGuard(tx: LaneTransaction, place: Omit<RecordPlace, 'recordId'>): void {
  const waiting = "WHERE connection = ? AND record_type = ? AND state IN ('guarded', 'awaited') LIMIT 1";
  const { connection, recordType } = place;
  if (readRows(tx.sql, deletions, waiting, connection, recordType).length > 0) return;
  const [open] = readRows(
    tx.sql,
    holds,
    "WHERE part = 'deletions' AND connection = ? AND record_type = ?",
    connection,
    recordType,
  );
  if (open) closeHold(tx, open, 'restored', null);
}
