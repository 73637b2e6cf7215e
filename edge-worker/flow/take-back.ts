// A lane that was put back to an earlier time takes back from D1 what it knew since: first how it is wired, then every
// entity, then what waits for people. Nothing is read, decided or sent meanwhile. Then everything that was open is
// looked for before it is sent, and every system is read from before that time on.
import type { EntityName } from '../../shared/entities/_registry.ts';
import { commands, holds, jobs } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { billedLineCopies, entityVersions, exceptions, linkCopies, timeline } from '../store/record-schema.ts';
import { readRows, writeRows } from '../store/rows.ts';
import { ScopedRecord, select, sql } from '../store/scoped-record.ts';
import { tellAudit } from './audit.ts';
import type { LaneCore } from './core.ts';
import { holdUnplanned, inParts } from './guard.ts';
import { keepHolds } from './holds.ts';
import { steerJobIn } from './job-book.ts';
import { move } from './lifecycle.ts';
import { beginLoad } from './load-job.ts';
import { knownOf, takeEntities } from './take-back-entities.ts';
import { takeWiring } from './take-back-wiring.ts';
import { recordsMax } from './turns.ts';
import { doubted } from './uncertainty.ts';

const stateName = 'taking back';
export const epochName = 'epoch';
/** A batch of the object that is gone may reach D1 late: no run of it comes near those that follow. */
const runsAhead = 100_000;
/** Entities that D1 is asked about at a time. */
const walkedMax = 500;
/** Clocks differ, and what was under way had begun a little earlier. */
const marginMs = 3_600_000;

export interface TakingBack {
  /** The last run that this lane knows of itself, and about when that was. */
  readonly sinceRun: number;
  readonly sinceMs: number;
  readonly step: 'wiring' | 'entities' | 'holds';
  /** Where the step goes on. */
  readonly after: string;
  readonly entities: number;
}

export function takingBack({ store }: LaneCore): TakingBack | null {
  const text = store.value(stateName);
  return text === null ? null : (JSON.parse(text) as TakingBack);
}

/** Whether this lane is known to be as far as D1 is. */
export const isUpToDate = (core: LaneCore): boolean => core.age.isKnown && takingBack(core) === null;

/** From here on every run is above all that D1 has seen. Sessions end: who had been signed out must not be back. */
export function beginTakingBack(core: LaneCore, headRun: number): void {
  const { store } = core;
  const [seen] = store.sql
    .exec('SELECT max((SELECT max(seen_ms) FROM links), (SELECT max(received_ms) FROM deliveries)) AS ms')
    .toArray() as { ms: number | null }[];
  const sinceMs = (seen?.ms ?? core.ports.nowMs()) - marginMs;
  const begun: TakingBack = { sinceRun: store.run, sinceMs, step: 'wiring', after: '', entities: 0 };
  core.ports.log('lane-put-back', { run: store.run, head: headRun });
  store.storage.transactionSync(() => {
    store.setValue('run', String(headRun + runsAhead));
    store.setValue(epochName, String(Number(store.value(epochName) ?? '0') + 1));
    // Put back once more while it was at it, it goes on from where it knew the least.
    if (takingBack(core) === null) store.setValue(stateName, JSON.stringify(begun));
    store.sql.exec('DELETE FROM sessions');
    store.sql.exec('DELETE FROM tokens');
  });
}

export async function takeBack(core: LaneCore): Promise<void> {
  for (let now = takingBack(core); now !== null; now = takingBack(core)) {
    if (now.step === 'wiring') await takeWiring(core, now, (next) => goOn(core, next));
    else if (now.step === 'entities') await takeSome(core, now);
    else await takeHolds(core, now);
    await core.ports.sleep(0);
  }
}

function goOn(core: LaneCore, next: TakingBack): void {
  core.store.setValue(stateName, JSON.stringify(next));
}

/** A page that is cut off is done once more: what is there already is taken as it is. */
async function takeSome(core: LaneCore, now: TakingBack): Promise<void> {
  const record = new ScopedRecord(core.ports.database, core.store.installation);
  const walked = await record.all(
    sql<{ entity: string }>`SELECT DISTINCT entity FROM ${entityVersions} WHERE entity > ${now.after}
      ORDER BY entity LIMIT ${walkedMax}`,
  );
  const upper = walked.at(-1)?.entity;
  if (upper === undefined) return void core.store.transaction(() => goOn(core, { ...now, step: 'holds', after: '' }));
  const between = sql`WHERE entity > ${now.after} AND entity <= ${upper} AND run > ${now.sinceRun}`;
  const moved = await record.all(
    sql<{
      entity: string;
    }>`SELECT entity FROM ${timeline} ${between} UNION SELECT entity FROM ${entityVersions} ${between}
      UNION SELECT entity FROM ${linkCopies} ${between} UNION SELECT source AS entity FROM ${billedLineCopies}
      WHERE source > ${now.after} AND source <= ${upper} AND run > ${now.sinceRun} ORDER BY 1`,
  );
  const ids = moved.map(({ entity }) => entity);
  for (let at = 0; at < ids.length; at += recordsMax) {
    const known = await knownOf(record, ids.slice(at, at + recordsMax), now.sinceRun);
    inParts(
      core,
      known,
      (tx, part) => takeEntities(core, tx, part),
      ({ entity }, error) => holdUnplanned(core, entity, error),
    );
  }
  core.store.transaction(() => goOn(core, { ...now, after: upper, entities: now.entities + ids.length }));
}

/** What D1 shows as open is what waits here, and nothing else. */
async function takeHolds(core: LaneCore, now: TakingBack): Promise<void> {
  const record = new ScopedRecord(core.ports.database, core.store.installation);
  const open = await record.all(
    select(exceptions, sql`WHERE state = 'open' AND id > ${now.after} ORDER BY id LIMIT ${walkedMax}`),
  );
  core.store.transaction((tx) => {
    const here = new Set(readRows(tx.sql, holds, '').map(({ id }) => id));
    for (const { installation: _installation, run: _run, ...row } of open) {
      if (here.has(row.id)) continue;
      tx.record('exceptions', { ...row, state: 'closed', closedMs: tx.atMs, closedBy: 'put-back', reason: null });
    }
    const last = open.at(-1)?.id;
    if (last !== undefined && open.length === walkedMax) goOn(core, { ...now, after: last });
    else end(core, tx, now);
  });
  core.rewire();
}

function end(core: LaneCore, tx: LaneTransaction, now: TakingBack): void {
  keepHolds(tx, readRows(tx.sql, holds, ''));
  // What is to be sent may have been sent: it is looked for first.
  const due = readRows(tx.sql, commands, "WHERE state = 'due'");
  for (const _row of due) move('due', 'uncertain');
  writeRows(
    tx.sql,
    commands,
    due.map((row) => doubted(row, tx.atMs)),
    'replace',
  );
  for (const row of readRows(tx.sql, jobs, 'WHERE ended_ms IS NULL')) steerJobIn(core, tx, row.id, 'cancel', 'hub');
  readAgainSince(core, tx, now.sinceMs);
  const [{ n = 0 } = {}] = tx.sql.exec('SELECT count(*) AS n FROM links').toArray() as { n?: number }[];
  const counts = { entities: String(now.entities), links: String(n), looked: String(due.length) };
  const since = new Date(now.sinceMs).toISOString();
  tellAudit(core, tx, 'hub', 'lane-put-back', core.store.installation, { since, ...counts });
  core.store.dropValue(stateName);
}

/** Feeds go on from before that time; what no feed tells any more is found by reading everything once. */
function readAgainSince(core: LaneCore, tx: LaneTransaction, sinceMs: number): void {
  for (const connection of core.wiring.connections.values()) {
    const { id, connector, state } = connection;
    if (state !== 'active' && state !== 'paused') continue;
    const feeds = connector.feeds.map(({ name, startAt }) => ({ name, cursor: startAt(sinceMs) }));
    for (const { name, cursor } of feeds)
      tx.sql.exec(
        "UPDATE cursors SET cursor = ?, next_ms = 0 WHERE connection = ? AND feed = ? AND purpose = 'feed'",
        cursor,
        id,
        name,
      );
    beginLoad(core, tx, core.ports.makeId('job'), connection, Object.keys(connector.maps) as EntityName[], 'hub');
  }
}
