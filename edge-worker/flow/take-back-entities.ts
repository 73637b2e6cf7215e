// What D1 knows of entities, into a lane that was put back: their newest version, their links with what each record was
// last given, and who has billed them. Then they are planned; what is in step stays so.
import { type EntityName, entities as schemas } from '../../shared/entities/_registry.ts';
import {
  aliases,
  billedLines,
  businessKeys,
  entityRows,
  leftRecords,
  links,
  purchaseOrders,
} from '../store/lane-schema.ts';
import type { LaneTransaction, TimelineEntry } from '../store/lane-store.ts';
import {
  aliasCopies,
  billedLineCopies,
  entityVersions,
  linkCopies,
  receipts,
  timeline,
} from '../store/record-schema.ts';
import { deleteRows, readRows, type StoredRow, writeRows } from '../store/rows.ts';
import { type ScopedRecord, select, sql } from '../store/scoped-record.ts';
import { announce } from './announce.ts';
import { withdrawn } from './controls.ts';
import type { LaneCore } from './core.ts';
import { bookBilled, bookFigures, type Moved } from './figures.ts';
import { consumptionOf } from './govern.ts';
import { planIn } from './guard.ts';
import { keysOf, kindOf } from './identity.ts';
import { asFound, type LinkRow, newLink, writesAfter } from './links.ts';
import type { CanonicalRecord, Consumption } from './nouns.ts';
import { caseOf, encodedFor, targetOf } from './plan-case.ts';
import { PlanView, slotOf } from './plan-view.ts';
import { showLeft, showSoon } from './show-soon.ts';
import { forgetStrays, releaseWaits } from './strays.ts';

/** One entity as D1 has it. */
export interface Known {
  readonly entity: string;
  readonly version: StoredRow<typeof entityVersions> | null;
  readonly links: readonly StoredRow<typeof linkCopies>[];
  /** Of the time that the lane has lost, in order. */
  readonly receipts: readonly StoredRow<typeof receipts>[];
  readonly billed: StoredRow<typeof billedLineCopies> | null;
  readonly alias: StoredRow<typeof aliasCopies> | null;
  /** What was told on its timeline in that time, in order. */
  readonly entries: readonly TimelineEntry[];
  /** Records of whoever it was merged into. */
  readonly gone: readonly StoredRow<typeof linkCopies>[];
}

export async function knownOf(
  record: ScopedRecord,
  ids: readonly string[],
  sinceRun: number,
): Promise<readonly Known[]> {
  const among = sql`IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  const into = sql`IN (SELECT "into" FROM ${aliasCopies} WHERE entity ${among})`;
  const [versions, linked, told, billed, merged, lines, others] = await record.batch([
    select(entityVersions, sql`WHERE entity ${among} AND run > ${sinceRun} ORDER BY version`),
    select(linkCopies, sql`WHERE entity ${among}`),
    select(receipts, sql`WHERE entity ${among} AND run > ${sinceRun} ORDER BY run`),
    select(billedLineCopies, sql`WHERE source ${among}`),
    select(aliasCopies, sql`WHERE entity ${among}`),
    select(timeline, sql`WHERE entity ${among} AND run > ${sinceRun} ORDER BY run`),
    select(linkCopies, sql`WHERE entity ${into} AND ended_ms IS NULL`),
  ] as const);
  return ids.map((entity) => ({
    entity,
    version: versions.findLast((row) => row.entity === entity) ?? null,
    links: linked.filter((row) => row.entity === entity),
    receipts: told.filter((row) => row.entity === entity),
    billed: billed.find((row) => row.source === entity) ?? null,
    alias: merged.find((row) => row.entity === entity) ?? null,
    entries: lines.flatMap((row) => (row.entity === entity ? (JSON.parse(row.entries) as TimelineEntry[]) : [])),
    gone: others,
  }));
}

/** Done twice it finds everything as it left it. */
export function takeEntities(core: LaneCore, tx: LaneTransaction, known: readonly Known[]): void {
  takeVersions(tx, known);
  takeBilled(tx, known);
  const linked = takeLinks(core, tx, known);
  const merged = known.flatMap(({ alias }) => (alias ? [alias] : []));
  takeLeft(tx, known);
  forgetMerged(tx, merged);
  const gone = new Set(merged.map(({ entity }) => entity));
  const there = known.flatMap(({ entity }) => (gone.has(entity) ? [] : [entity]));
  takeConsumptions(core, tx, there);
  planIn(core, tx, [...there, ...releaseWaits(tx, linked)]);
  showSoon(tx, core.wiring, new Set(there), 0);
  for (const entity of new Set([...there, ...merged.map(({ into }) => into)])) showLeft(tx, core.wiring, entity);
  // Under the same ids as before: whoever has heard of one knows it by that.
  const told = new Map(known.flatMap(({ entity, entries }) => (entries.length > 0 ? [[entity, entries]] : [])));
  if (core.audience.size > 0) announce(core.announceContext, tx, core.audience, told);
}

function takeVersions(tx: LaneTransaction, known: readonly Known[]): void {
  const where = 'WHERE id IN (SELECT value FROM json_each(?))';
  const here = new Map(readRows(tx.sql, entityRows, where, idsOf(known)).map((row) => [row.id, row] as const));
  const newer = known.flatMap(({ version }) => {
    if (!version || version.version <= (here.get(version.entity)?.version ?? 0)) return [];
    return version.kind in schemas ? [version] : [];
  });
  const moved = newer.map(({ entity: id, kind, canonical }): Moved => {
    const before = here.get(id);
    return {
      ...{ id, kind: kind as EntityName, isNew: before === undefined },
      before: before ? (JSON.parse(before.canonical) as CanonicalRecord) : null,
      record: JSON.parse(canonical) as CanonicalRecord,
    };
  });
  const rows = newer.map(({ entity: id, kind, version, canonical, provenance, atMs }) => ({
    ...{ id, kind, version, canonical, provenance },
    eventMs: Math.max(atMs, here.get(id)?.eventMs ?? 0),
  }));
  writeRows(tx.sql, entityRows, rows, 'replace');
  const keys = ({ id, kind }: Moved, record: CanonicalRecord | null) =>
    record ? keysOf(kind, record).map((key) => [key, id] as [string, string]) : [];
  const oldKeys = moved.flatMap((one) => keys(one, one.before));
  deleteRows(tx.sql, businessKeys, oldKeys);
  const fresh = moved.flatMap((one) => keys(one, one.record)).map(([key, entity]) => ({ key, entity }));
  writeRows(tx.sql, businessKeys, fresh, 'ignore');
  for (const { kind, isNew } of moved) if (isNew) tx.bear(kind);
  bookFigures(tx, moved);
}

function takeBilled(tx: LaneTransaction, known: readonly Known[]): void {
  const where = 'WHERE source IN (SELECT value FROM json_each(?))';
  const here = new Map(readRows(tx.sql, billedLines, where, idsOf(known)).map((row) => [row.source, row.invoice]));
  const rows = known.flatMap(({ billed }) => (billed ? [billed] : []));
  const freed = rows.flatMap(({ source, invoice }) => (invoice === '' && here.has(source) ? [source] : []));
  const claimed = rows.filter(({ source, invoice }) => invoice !== '' && here.get(source) !== invoice);
  deleteRows(
    tx.sql,
    billedLines,
    freed.map((source) => [source]),
  );
  const lines = claimed.map(({ source, invoice, line, run }) => ({ source, invoice, line, run }));
  writeRows(tx.sql, billedLines, lines, 'replace');
  const fresh = claimed.flatMap(({ source }) => (here.has(source) ? [] : [source]));
  bookBilled(tx, fresh, freed);
}

/** Returns what is linked now and was not, as [connection, entity]. */
function takeLinks(core: LaneCore, tx: LaneTransaction, known: readonly Known[]): [string, string][] {
  const where = 'WHERE entity IN (SELECT value FROM json_each(?))';
  const here = new Map(readRows(tx.sql, links, where, idsOf(known)).map((row) => [slotOf(row), row] as const));
  const kept: LinkRow[] = [];
  const fresh: LinkRow[] = [];
  for (const one of known) {
    for (const { installation: _installation, endedMs, ...copy } of one.links) {
      const there = here.get(slotOf(copy));
      const isIt = there?.recordId === copy.recordId;
      if (endedMs !== null) {
        if (isIt) deleteRows(tx.sql, links, [[copy.entity, copy.connection, copy.recordType, copy.part]]);
      } else if (isIt) kept.push(asTold(there, one));
      else fresh.push(asTold({ ...newLink(copy, copy.run, copy.recordId), given: asFound }, one));
    }
  }
  const places = fresh.map(({ connection, recordType, recordId }) => ({
    connection,
    recordType,
    recordId: recordId ?? '',
  }));
  // Another entity may have it still by what this lane knows: its own turn comes.
  tx.sql.exec(
    `DELETE FROM links WHERE (connection, record_type, record_id, part, kind) IN
       (SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?))`,
    JSON.stringify(
      fresh.map(({ connection, recordType, recordId, part, kind }) => [connection, recordType, recordId, part, kind]),
    ),
  );
  forgetStrays(tx, core.wiring, places);
  writeRows(tx.sql, links, [...kept, ...fresh], 'replace');
  return fresh.map(({ connection, entity }) => [connection, entity]);
}

const given: Readonly<Record<string, (hash: string) => string | null>> = {
  created: (hash) => hash,
  updated: (hash) => hash,
  found: (hash) => hash,
  withdrawn: () => withdrawn,
  uncertain: () => null,
};

/** What the record was last given is in its receipts; whatever it holds otherwise is news when it is read next. */
function asTold(link: LinkRow, { version, receipts: told }: Known): LinkRow {
  const own = told.filter(({ connection, outcome }) => connection === link.connection && outcome in given);
  const last = own.at(-1);
  if (!last && !version) return link;
  const baseline = version?.canonical ?? link.baseline;
  const hash = last ? (given[last.outcome]?.(last.hash) ?? null) : link.given;
  // That it is the hub's work is part of what subscribers are told of it.
  const written = own.filter(({ outcome }) => outcome !== 'uncertain');
  const writes = writesAfter(
    link.writes,
    written.map((one) => [one.hash, one.atMs] as const),
  );
  return { ...link, given: hash, baseline, writes, version: null, seenMs: 0 };
}

/** Records that merges have left: other records may name them still. */
function takeLeft(tx: LaneTransaction, known: readonly Known[]): void {
  const places = (rows: readonly Place[]) => new Set(rows.map(placeText));
  const rows = known.flatMap(({ entity, alias, links: own, gone, entries }) => {
    const kind = kindOf(entity) ?? '';
    const held = places(gone.filter((row) => row.entity === alias?.into));
    const ended = alias ? own.filter((row) => row.endedMs !== null && !held.has(placeText(row))) : [];
    // Where it was merged there is no page of it any more; elsewhere its page is shown under its own name.
    const [, mergedIn] = entries.findLast(([code]) => code === 'entity-merged') ?? [];
    const left = ended.map((row) => ({ ...row, former: row.connection === mergedIn?.['connection'] ? null : entity }));
    const moved = entries.flatMap(([code, { connection = '', recordType = '', former = '', named = null }]) =>
      code === 'record-merged' && former !== '' ? [{ connection, recordType, recordId: former, former: named }] : [],
    );
    return [...left, ...moved].map(({ connection, recordType, recordId, former }) => ({
      ...{ connection, recordType, recordId, kind, entity: alias?.into ?? entity, former },
    }));
  });
  writeRows(tx.sql, leftRecords, rows, 'replace');
  // One of them may have been chosen to go on since.
  const current = known.flatMap((one) => one.links.filter(({ endedMs }) => endedMs === null));
  const taken = current.map(({ connection, recordType, recordId, kind }) => [connection, recordType, recordId, kind]);
  deleteRows(tx.sql, leftRecords, taken);
}

type Place = { readonly connection: string; readonly recordType: string; readonly recordId: string };
const placeText = ({ connection, recordType, recordId }: Place) => JSON.stringify([connection, recordType, recordId]);

/** Entities that are another one since: by their name the other is meant. */
function forgetMerged(tx: LaneTransaction, merged: readonly StoredRow<typeof aliasCopies>[]): void {
  writeRows(
    tx.sql,
    aliases,
    merged.map(({ entity, into, atMs }) => ({ entity, into, atMs })),
    'replace',
  );
  for (const { entity, into } of merged) {
    tx.sql.exec('UPDATE left_records SET entity = ? WHERE entity = ?', into, entity);
    // Whoever was merged into this one before, and whoever that is by now: never a chain.
    tx.sql.exec('UPDATE aliases SET "into" = ? WHERE "into" = ?', into, entity);
  }
  const among = 'IN (SELECT value FROM json_each(?))';
  const ids = JSON.stringify(merged.map(({ entity }) => entity));
  tx.sql.exec(`DELETE FROM entities WHERE id ${among}`, ids);
  for (const table of ['commands', 'holds', 'approvals', 'business_keys', 'status_due', 'waits'])
    tx.sql.exec(`DELETE FROM ${table} WHERE entity ${among}`, ids);
}

/** What granted content has taken from purchase orders is taken again. */
function takeConsumptions(core: LaneCore, tx: LaneTransaction, ids: readonly string[]): void {
  const view = new PlanView(tx, ids);
  const own = new Set(ids);
  const changed: LinkRow[] = [];
  for (const link of view.links.values()) {
    const kind = link.kind as EntityName;
    const connection = core.wiring.connections.get(link.connection);
    const map = core.wiring.mapFor(link.connection, kind);
    const record = view.records.get(link.entity);
    if (!own.has(link.entity) || !connection || !map || !record || link.recordId === null) continue;
    const target = targetOf(view, { entity: link.entity, kind, record, connection, map, link });
    const { change, before } = caseOf(view, target, encodedFor(view, core.wiring, target), [], new Map());
    const isGranted = link.given !== null && link.given !== asFound && link.given !== withdrawn;
    const after: Consumption | null = isGranted ? consumptionOf(change) : null;
    const text = after ? JSON.stringify(after) : null;
    if (text === link.consumption) continue;
    view.book(before, after);
    changed.push({ ...link, consumption: text });
  }
  writeRows(tx.sql, links, changed, 'replace');
  writeRows(tx.sql, purchaseOrders, view.orderRows(), 'replace');
}

const idsOf = (known: readonly Known[]) => JSON.stringify(known.map(({ entity }) => entity));
