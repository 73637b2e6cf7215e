// Records that people merged: the loser's entity becomes another name of the winner's. What other systems hold goes
// over to it, what waited for it waits for the winner, and where both had a record an admin is asked which goes on.

import type { Action } from '../../shared/actions.ts';
import { type EntityName, entityNames } from '../../shared/entities/_registry.ts';
import type { RecordRef } from '../connectors/connector.ts';
import { aliases, commands, entityRows, holds, leftRecords, links } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { deleteRows, readRows, type StoredRow, writeRows } from '../store/rows.ts';
import { tellAudit } from './audit.ts';
import { twoRecordsControl } from './controls.ts';
import type { LaneCore } from './core.ts';
import { Drafts, deriveFrom } from './drafts.ts';
import { linksOf } from './gone.ts';
import { planIn } from './guard.ts';
import { closeHold, raiseHold } from './holds.ts';
import { siblingId } from './identity.ts';
import { endLink, type LinkRow, recordLink } from './links.ts';
import { referencePaths } from './mapping.ts';
import { slotOf } from './plan-view.ts';
import { showLeft, showSoon } from './show-soon.ts';
import { tellStanding } from './standing.ts';
import { forgetStrays, type RecordPlace, readAgain, releaseWaits } from './strays.ts';

/** A record that is no more, and the one that goes on in its place. */
export type Merged = readonly [loser: RecordPlace, into: RecordRef];

/** What is under way to one of the two is waited for: only then it is known who holds what. */
const busyMs = 30_000;

/** Returns entities to be planned. */
export function tellMerged(core: LaneCore, tx: LaneTransaction, merged: readonly Merged[]): ReadonlySet<string> {
  const changed = new Set<string>();
  forgetStrays(
    tx,
    core.wiring,
    merged.map(([loser]) => loser),
  );
  for (const [loser, into] of merged) {
    const winner: RecordPlace = { connection: loser.connection, ...into };
    const winners = new Map(linksOf(tx, [winner]).map((link) => [link.kind, link]));
    for (const link of linksOf(tx, [loser])) {
      const there = winners.get(link.kind);
      if (isBusy(core, tx, [link.entity, ...(there ? [there.entity] : [])])) {
        readAgain(tx, [loser], tx.atMs, tx.atMs + busyMs);
        continue;
      }
      if (there) for (const entity of join(core, tx, link, there)) changed.add(entity);
      else changed.add(moveRecord(tx, link, winner));
      // Whatever the merge made of the winner.
      readAgain(tx, [winner]);
    }
    closeTwoRecords(core, tx, loser);
  }
  return changed;
}

function isBusy(core: LaneCore, tx: LaneTransaction, entities: readonly string[]): boolean {
  const open = readRows(tx.sql, commands, 'WHERE entity IN (SELECT value FROM json_each(?))', JSON.stringify(entities));
  return open.some((row) => row.state === 'uncertain' || core.inFlight.has(row.id));
}

/** The other record is nobody's: the entity goes on with it. */
function moveRecord(
  tx: LaneTransaction,
  link: LinkRow,
  { connection, recordType, recordId }: RecordPlace,
  former: string | null = null,
): string {
  endLink(tx, link);
  leave(tx, link, link.entity, former);
  const moved = { ...link, recordId, given: null, baseline: null, version: null, seenMs: 0, run: tx.run };
  writeRows(tx.sql, links, [moved], 'replace');
  recordLink(tx, moved);
  // Under which name its page is shown lies nowhere else once a lane was put back.
  const named = former === null ? {} : { named: former };
  tx.tell(link.entity, 'record-merged', { connection, recordType, recordId, former: link.recordId ?? '', ...named });
  return link.entity;
}

/**
 * Nothing moves what names a record that is left: it is known whom that means. One that is there still has a page,
 * shown under a `former` name.
 */
function leave(tx: LaneTransaction, link: LinkRow, entity: string, former: string | null): void {
  const { connection, recordType, recordId, kind } = link;
  if (recordId !== null)
    writeRows(tx.sql, leftRecords, [{ connection, recordType, recordId, kind, entity, former }], 'replace');
}

/** One entity from now on, under the winner's name. */
function join(core: LaneCore, tx: LaneTransaction, loserLink: LinkRow, winnerLink: LinkRow): readonly string[] {
  const [loser, winner] = [loserLink.entity, winnerLink.entity];
  const { connection, recordId } = loserLink;
  tx.tell(loser, 'entity-merged', { connection, into: winner });
  tx.tell(winner, 'record-merged', {
    ...{ connection, recordType: loserLink.recordType, recordId: winnerLink.recordId ?? '', former: recordId ?? '' },
  });
  tellAudit(core, tx, 'hub', 'merged', loser, { connection, into: winner, recordId: recordId ?? '' });
  const linked = takeLinks(core, tx, loserLink, winner);
  dropWork(tx, loser);
  tx.sql.exec('UPDATE aliases SET "into" = ? WHERE "into" = ?', winner, loser);
  tx.sql.exec('UPDATE left_records SET entity = ? WHERE entity = ?', winner, loser);
  writeRows(tx.sql, aliases, [{ entity: loser, into: winner, atMs: tx.atMs }], 'replace');
  tx.record('aliases', { entity: loser, into: winner, atMs: tx.atMs });
  const repointed = repoint(core, tx, loser, winner);
  tx.sql.exec('UPDATE OR REPLACE waits SET reference = ? WHERE reference = ?', winner, loser);
  deleteRows(tx.sql, entityRows, [[loser]]);
  const released = releaseWaits(
    tx,
    linked.map((one) => [one, winner] as const),
  );
  showSoon(tx, core.wiring, new Set([winner]), 0);
  showLeft(tx, core.wiring, winner);
  return [winner, ...repointed, ...released];
}

/** Records in other systems become the winner's; where it has one already, somebody says which goes on. */
function takeLinks(core: LaneCore, tx: LaneTransaction, source: LinkRow, winner: string): readonly string[] {
  const where = 'WHERE entity = ?';
  const own = new Map(readRows(tx.sql, links, where, winner).map((link) => [slotOf(link), link]));
  const linked = new Set([...own.values()].flatMap((link) => (link.recordId ? [link.connection] : [])));
  for (const link of readRows(tx.sql, links, where, source.entity)) {
    const there = own.get(slotOf({ ...link, entity: winner }));
    if (link.recordId === null) deleteRows(tx.sql, links, [[link.entity, link.connection, link.recordType, link.part]]);
    else endLink(tx, link);
    if (link.recordId === null) continue;
    const { entity, connection, kind, recordId } = link;
    const params = JSON.stringify({ into: winner });
    const status = { state: 'ignored', reason: 'entity-merged', params, owner: null, atMs: tx.atMs, nextMs: null };
    tx.record('statuses', { entity, connection, kind, recordId, ...status });
    const isMergedAway = link.connection === source.connection && link.recordId === source.recordId;
    if (isMergedAway || there?.recordId) leave(tx, link, winner, isMergedAway ? null : entity);
    if (isMergedAway) continue;
    if (there?.recordId) askWhich(core, tx, there, link.recordId);
    else {
      const taken = { ...link, entity: winner, baseline: null, version: null, seenMs: 0, run: tx.run };
      writeRows(tx.sql, links, [taken], 'replace');
      recordLink(tx, taken);
      linked.add(link.connection);
      // What its system owns was the loser's until now: the winner hears of it by a read.
      readAgain(tx, [{ connection, recordType: link.recordType, recordId }]);
    }
  }
  return [...linked];
}

/** One question per target, however often it is merged. */
function askWhich(core: LaneCore, tx: LaneTransaction, link: LinkRow, other: string): void {
  const { entity, connection, recordType, recordId } = link;
  raiseHold(tx, core.ports.makeId, {
    ...{ entity, connection, recordType, part: 'merge', kind: link.kind as EntityName },
    ...{ control: twoRecordsControl, code: twoRecordsControl, owner: 'integration', dueMinutes: 960, hash: '' },
    params: { connection, recordType, recordId: recordId ?? '', other },
  });
  tellStanding(tx, core.wiring, link, { code: twoRecordsControl, owner: 'integration' });
}

/** What was meant for the loser ends: the winner is planned in its place. */
function dropWork(tx: LaneTransaction, loser: string): void {
  for (const row of readRows(tx.sql, commands, 'WHERE entity = ?', loser)) {
    deleteRows(tx.sql, commands, [[row.entity, row.connection, row.recordType, row.part, row.id]]);
    tx.tell(loser, 'command-superseded', { connection: row.connection, command: row.id });
  }
  for (const hold of readRows(tx.sql, holds, 'WHERE entity = ?', loser)) closeHold(tx, hold, 'merged', null);
  for (const table of ['approvals', 'business_keys', 'status_due', 'waits'])
    tx.sql.exec(`DELETE FROM ${table} WHERE entity = ?`, loser);
}

/** Whoever named the loser names the winner. The systems move their own records in silence. */
function repoint(core: LaneCore, tx: LaneTransaction, loser: string, winner: string): readonly string[] {
  const naming = readRows(tx.sql, entityRows, 'WHERE instr(canonical, ?) > 0 AND id <> ?', `"${loser}"`, loser);
  const drafts = new Drafts(tx);
  drafts.load(naming.map((row) => row.id));
  for (const row of naming) {
    if (!entityNames.includes(row.kind as EntityName)) continue;
    const draft = drafts.open(row.id, row.kind as EntityName, row.eventMs);
    for (const { field } of referencePaths(draft.kind)) {
      const text = JSON.stringify(draft.record[field] ?? null);
      const renamed = text.replaceAll(`"${loser}"`, `"${winner}"`);
      if (renamed !== text)
        draft.set(field, JSON.parse(renamed) as unknown, { run: tx.run, connection: 'hub', at: tx.atMs });
    }
  }
  // What they gave rise to at the loser counts for the winner: of two customers, who has won a deal is none to be won.
  deriveFrom(drafts, ({ id }, kind) => siblingIn(tx, id, kind));
  const changed = drafts.changed();
  drafts.write(core.wiring.mappingVersion);
  return changed;
}

/** The entity of another kind that comes from the same record. */
function siblingIn({ sql }: LaneTransaction, entity: string, kind: EntityName): string {
  const found = sql.exec(
    `SELECT other.entity AS entity FROM links AS own JOIN links AS other USING (connection, record_type, record_id)
     WHERE own.entity = ? AND own.record_id IS NOT NULL AND other.kind = ? LIMIT 1`,
    entity,
    kind,
  );
  return (found.toArray()[0] as { entity: string } | undefined)?.entity ?? siblingId(entity, kind);
}

/** One of two records that somebody was asked about is gone: it is settled there. */
export function closeTwoRecords(
  { wiring }: Pick<LaneCore, 'wiring'>,
  tx: LaneTransaction,
  { connection, recordType, recordId }: RecordPlace,
): void {
  const isLeft = 'WHERE connection = ? AND record_type = ? AND record_id = ? AND former IS NOT NULL';
  for (const left of readRows(tx.sql, leftRecords, isLeft, connection, recordType, recordId)) {
    // What is gone has no page any more.
    writeRows(tx.sql, leftRecords, [{ ...left, former: null }], 'replace');
    closeHold(tx, { entity: left.former ?? '', connection, recordType: '', part: 'status' }, 'merged-there', null);
  }
  for (const hold of readRows(tx.sql, holds, "WHERE part = 'merge' AND connection = ?", connection)) {
    const { other, recordId: kept } = JSON.parse(hold.params) as { other?: string; recordId?: string };
    if (other !== recordId && kept !== recordId) continue;
    closeHold(tx, hold, 'merged-there', null);
    for (const link of linksAt(tx, hold)) tellStanding(tx, wiring, link, null);
  }
}

function linksAt(tx: LaneTransaction, { entity, connection, recordType }: StoredRow<typeof holds>): LinkRow[] {
  const where = 'WHERE entity = ? AND connection = ? AND record_type = ? AND record_id IS NOT NULL';
  return readRows(tx.sql, links, where, entity, connection, recordType);
}

/** A record that was left goes on after all. Returns the name that its page had, for the record that is left now. */
function takenUp(tx: LaneTransaction, place: RecordPlace & { readonly kind: string }): string | null {
  const key = [place.connection, place.recordType, place.recordId, place.kind] as const;
  const where = 'WHERE connection = ? AND record_type = ? AND record_id = ? AND kind = ?';
  const [row] = readRows(tx.sql, leftRecords, where, ...key);
  deleteRows(tx.sql, leftRecords, [key]);
  return row?.former ?? null;
}

export function answerTwoRecords(
  core: LaneCore,
  hold: StoredRow<typeof holds>,
  given: Action,
  by: string,
  reason: string,
): void {
  const { entity, connection, recordType } = hold;
  const { other = '', recordId = '' } = JSON.parse(hold.params) as { other?: string; recordId?: string };
  core.store.transaction((tx) => {
    tellAudit(core, tx, by, `hold-${given}`, hold.id, { control: hold.control, entity, other, reason });
    // Merged there: once one of the two is gone, the question is settled.
    if (given === 'retry')
      return readAgain(
        tx,
        [other, recordId].map((id) => ({ connection, recordType, recordId: id })),
      );
    closeHold(tx, hold, by, reason);
    const linked = linksAt(tx, hold);
    for (const link of linked) tellStanding(tx, core.wiring, link, null);
    if (given !== 'other-one') return;
    const place = { connection, recordType, recordId: other };
    forgetStrays(tx, core.wiring, [place]);
    for (const link of linked) moveRecord(tx, link, place, takenUp(tx, { ...place, kind: link.kind }));
    showLeft(tx, core.wiring, entity);
    readAgain(tx, [place]);
    planIn(core, tx, [entity]);
  });
}
