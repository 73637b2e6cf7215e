// History older than D1 keeps -> the archive, a few entities at a time; at the end of each walk the registers, and
// answers that hold for nothing any more. First it is put there, then it is removed from D1: whatever stops this in
// between leaves rows in both, which count once.
import { type Archived, ArchiveUnavailable, archivedText, historyKey } from '../store/archive.ts';
import { RecordUnavailable, removeRows } from '../store/flush.ts';
import { entityVersions, receipts, timeline } from '../store/record-schema.ts';
import { ScopedRecord, select, sql } from '../store/scoped-record.ts';
import { archiveRegister, firstRegister, registerAt, registerText } from './archive-registers.ts';
import type { LaneCore } from './core.ts';
import { answerAt, answerText, firstAnswer, forgetAnswers } from './forget-answers.ts';
import { expireFlushed } from './keep-flushed.ts';

/** Timeline rows that are looked at in one query, entities that are moved together, portions per turn of the loop. */
const walkedMax = 1_000;
const entitiesMax = 20;
const versionsMax = 500;
const portionsMax = 6;
/** A walk through all entities begins so many times within the time that history is kept: as good as daily. */
const walksPerHistory = 14;
const retryMs = 60_000;

/** How far the walk has come, the last entity or a place in a register, and when the last one ended. */
const afterName = 'archived to';
const walkedName = 'archived at';

export function archiveDueMs({ store, ports, archiveAgainMs }: LaneCore): number {
  const everyMs = ports.retention.historyMs / walksPerHistory;
  const walkedMs = Number(store.value(walkedName) ?? '0');
  return Math.max(store.value(afterName) === null ? walkedMs + everyMs : 0, archiveAgainMs);
}

type OfEntity = Pick<Archived, 'entityVersions' | 'timeline' | 'receipts'>;

/** Moves some. The agenda starts it again while the walk has not come to its end. */
export async function archiveSome(core: LaneCore): Promise<void> {
  const { store, ports } = core;
  try {
    for (let portion = 0; portion < portionsMax; portion++) {
      const after = await archiveNext(core, store.value(afterName) ?? '');
      if (after === null) {
        await expireFlushed(core);
        return endWalk(core);
      }
      store.setValue(afterName, after);
    }
  } catch (error) {
    if (!(error instanceof ArchiveUnavailable || error instanceof RecordUnavailable)) throw error;
    core.archiveAgainMs = ports.nowMs() + retryMs;
    ports.log('archive-unavailable', { message: error.message });
  }
}

/** The entities, the registers, then what the lane itself forgets. Returns where the walk goes on; null at its end. */
async function archiveNext(core: LaneCore, after: string): Promise<string | null> {
  const answer = answerAt(after);
  if (answer !== null) {
    const next = forgetAnswers(core, answer);
    return next && answerText(next);
  }
  const at = registerAt(after);
  if (at === null) return (await archivePortion(core, after)) ?? registerText(firstRegister);
  const next = await archiveRegister(core, at);
  return next ? registerText(next) : answerText(firstAnswer);
}

function endWalk({ store, ports }: LaneCore): void {
  store.storage.transactionSync(() => {
    store.dropValue(afterName);
    store.setValue(walkedName, String(ports.nowMs()));
  });
}

/** Returns the last entity that is done with; null at the end of the walk. */
async function archivePortion({ ports, store }: LaneCore, after: string): Promise<string | null> {
  const record = new ScopedRecord(ports.database, store.installation);
  const beforeMs = ports.nowMs() - ports.retention.historyMs;
  const walked = await record.all(
    sql<{ entity: string; atMs: number }>`SELECT entity, at_ms AS atMs FROM ${timeline} WHERE entity > ${after}
      ORDER BY entity, run LIMIT ${walkedMax}`,
  );
  const { due, last, isEnd } = dueAmong(walked, beforeMs);
  if (due.length === 0) return isEnd ? null : last;
  const moved = await olderOf(record, due, beforeMs);
  await Promise.all(
    [...moved].map(([entity, rows]) => ports.archive.put(historyKey(entity, rows), archivedText(rows))),
  );
  const histories = [...moved.values()];
  await removeRows(
    ports.database,
    { table: entityVersions, rows: histories.flatMap((history) => history.entityVersions) },
    { table: receipts, rows: histories.flatMap((history) => history.receipts) },
    { table: timeline, rows: histories.flatMap((history) => history.timeline) },
  );
  if (moved.size < due.length) return [...moved.keys()].at(-1) ?? last;
  return isEnd ? null : last;
}

/** Entities with something to archive, as many as fit into a portion, and where the next portion begins. */
function dueAmong(walked: readonly { readonly entity: string; readonly atMs: number }[], beforeMs: number) {
  const entities = [...new Set(walked.map(({ entity }) => entity))];
  const isWhole = walked.length < walkedMax;
  // The last one may have more rows than were read. Alone it is begun with, and goes on with the next walk.
  if (!isWhole && entities.length > 1) entities.pop();
  const old = new Set(walked.filter(({ atMs }) => atMs < beforeMs).map(({ entity }) => entity));
  const due = entities.filter((entity) => old.has(entity));
  const now = due.slice(0, entitiesMax);
  if (due.length > now.length) return { due: now, last: now.at(-1) ?? '', isEnd: false };
  return { due: now, last: entities.at(-1) ?? '', isEnd: isWhole };
}

/**
 * What leaves D1: timeline rows of their age, the receipts told of there, and versions that a newer one has replaced
 * for as long. The current version never leaves, and the moments D1 answers for find their version there.
 */
async function olderOf(record: ScopedRecord, entities: readonly string[], beforeMs: number) {
  const among = sql`entity IN (SELECT value FROM json_each(${JSON.stringify(entities)}))`;
  const [told, versions, outcomes] = await record.batch([
    select(timeline, sql`WHERE ${among} AND at_ms < ${beforeMs} ORDER BY entity, run LIMIT ${walkedMax}`),
    select(entityVersions, sql`WHERE ${among} ORDER BY entity, version LIMIT ${versionsMax}`),
    select(
      receipts,
      sql`WHERE command IN (SELECT entry.value ->> '$[1].command' FROM ${timeline}, json_each(timeline.entries) AS entry
          WHERE timeline.${among} AND timeline.at_ms < ${beforeMs}) AND ${among}`,
    ),
  ]);
  // Where not all versions were read, the entities from there on are the next portion; alone one is begun with.
  const cut = versions.length < versionsMax ? entities.length : entities.indexOf(versions.at(-1)?.entity ?? '');
  const replaced = versions.filter((version, index) => {
    const next = versions[index + 1];
    return next !== undefined && next.entity === version.entity && next.atMs < beforeMs;
  });
  const moved = new Map<string, OfEntity>();
  for (const entity of entities.slice(0, Math.max(cut, 1))) {
    const isOfIt = (row: { readonly entity: string }) => row.entity === entity;
    const rows = told.filter(isOfIt);
    const lastRun = rows.at(-1)?.run ?? 0;
    moved.set(entity, {
      entityVersions: replaced.filter(isOfIt),
      timeline: rows,
      receipts: outcomes.filter((row) => isOfIt(row) && row.run <= lastRun),
    });
  }
  return moved;
}
