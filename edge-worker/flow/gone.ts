// Records that could not be had: hidden from us, unreadable, or beyond what we understand. Each becomes somebody's
// work; none is undone or forgotten by silence.
import { holds, links } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { readRows } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { closeHold, raiseHold } from './holds.ts';
import type { LinkRow } from './links.ts';
import type { Hold, Slot } from './nouns.ts';
import type { Observation } from './observation.ts';
import type { Wanted } from './read.ts';
import { showSoon } from './show-soon.ts';
import type { RecordPlace } from './strays.ts';

interface Trouble {
  readonly control: 'record-hidden' | 'record-unreadable' | 'record-failed';
  readonly owner: Hold['owner'];
  readonly dueMinutes: number;
}

const hidden: Trouble = { control: 'record-hidden', owner: 'integration', dueMinutes: 480 };
const unreadable: Trouble = { control: 'record-unreadable', owner: 'integration', dueMinutes: 480 };
const failed: Trouble = { control: 'record-failed', owner: 'operator', dueMinutes: 60 };

export function linksOf(tx: Pick<LaneTransaction, 'sql'>, places: readonly RecordPlace[]): LinkRow[] {
  if (places.length === 0) return [];
  return readRows(
    tx.sql,
    links,
    'WHERE (connection, record_type, record_id) IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))',
    JSON.stringify(places.map((one) => [one.connection, one.recordType, one.recordId])),
  );
}

/** A record without an entity stands for itself. */
const unlinkedSlot = ({ connection, recordType, recordId }: RecordPlace): Slot => ({
  entity: `${recordType} ${recordId}`,
  connection,
  recordType,
  part: 'read',
});

/** A record that nobody shows us any more, though something is linked to it. */
export function tellHidden(core: LaneCore, tx: LaneTransaction, wanted: readonly Wanted[]): void {
  for (const { connection, recordType, recordId } of wanted)
    core.ports.log('record-hidden', { connection, recordType, recordId });
  for (const row of linksOf(tx, wanted)) raise(core, tx, row, row.recordId ?? '', hidden, '', row.version ?? '');
}

/** A record that its system would not let us read, whatever it was asked together with. */
export function tellUnreadable(
  core: LaneCore,
  tx: LaneTransaction,
  found: readonly (readonly [Wanted, string])[],
): void {
  for (const [one, problem] of found) tellPlace(core, tx, one, unreadable, problem);
}

/** A record that we could not take over: our own mistake. */
export function tellFailed(
  core: LaneCore,
  tx: LaneTransaction,
  { connection, snapshot }: Observation,
  problem: string,
): void {
  const { recordType, recordId, version } = snapshot;
  core.ports.log('record-failed', { connection, recordType, recordId, message: problem });
  tellPlace(core, tx, { connection, recordType, recordId }, failed, problem, version);
}

/** Records were taken over again: what was said of them while they could not be is true no longer. */
export function closeSeen(tx: LaneTransaction, seen: readonly Observation[]): void {
  if (seen.length === 0) return;
  const slots = seen.map(({ connection, snapshot }) => unlinkedSlot({ ...snapshot, connection }).entity);
  const where = "WHERE part = 'read' AND entity IN (SELECT value FROM json_each(?))";
  for (const row of readRows(tx.sql, holds, where, JSON.stringify(slots))) {
    if (seen.some((one) => one.connection === row.connection)) closeHold(tx, row, 'read-again', null);
  }
}

function tellPlace(
  core: LaneCore,
  tx: LaneTransaction,
  place: RecordPlace,
  trouble: Trouble,
  problem: string,
  version = '',
): void {
  const linked = linksOf(tx, [place]);
  const slots: readonly Slot[] = linked.length > 0 ? linked : [unlinkedSlot(place)];
  for (const slot of slots) raise(core, tx, slot, place.recordId, trouble, problem, version);
}

function raise(
  core: LaneCore,
  tx: LaneTransaction,
  slot: Slot & { readonly kind?: string },
  recordId: string,
  { control, owner, dueMinutes }: Trouble,
  problem: string,
  hash: string,
): void {
  const { entity, connection, recordType } = slot;
  const kinds = core.wiring.mapsOf(connection, recordType);
  raiseHold(tx, core.ports.makeId, {
    ...{ entity, connection, recordType, part: 'read' },
    kind: (slot.kind as Hold['kind'] | undefined) ?? kinds[0]?.kind ?? 'customer',
    ...{ control, owner, code: control, dueMinutes, hash },
    params: { connection, recordType, recordId, ...(problem !== '' && { problem }) },
  });
  showSoon(tx, core.wiring, new Set([entity]), 0);
}
