// What each destination is told of alerts, and what came of it: one note when a cause begins, one when it is over.
// Notes wait through quiet hours and are tried ever less often while a destination fails. None is dropped for that but
// what began and was over while nobody could be told, once it is so old that nobody would do anything about it.
import { type Severity, shownAlert } from '../../shared/alert.ts';
import { hashOf } from '../../shared/canonical-json.ts';
import { alertDestinations, alertNotes, holds } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { deleteRows, type LaneSql, readColumns, readRows, type StoredRow, writeRows } from '../store/rows.ts';
import {
  type AlertSettings,
  type Destination,
  destinationControl,
  isSeverity,
  settingsOf,
  toldAtMs,
} from './alert-settings.ts';
import { failuresMax, isTaken, leaseMs, waitAfter } from './calling.ts';
import type { LaneCore } from './core.ts';
import { holdOf, type Outcome } from './dispatch.ts';
import { closeHold, raiseHold } from './holds.ts';
import { keptMs } from './replay.ts';

type Note = StoredRow<typeof alertNotes>;

/** An alert as `alerts.ts` tells it. */
interface Alert {
  readonly cause: string;
  readonly owner: string;
  readonly severity: Severity;
  readonly raisedAt: string;
}

/** Notes handed out at a time. */
const roundMax = 10;

/** Written in the transaction that tells of the alerts, so that both are on disk or neither. */
export function noteAlerts(
  core: LaneCore,
  tx: LaneTransaction,
  raised: readonly Alert[],
  over: readonly Alert[],
): void {
  const settings = settingsOf(tx.sql);
  const begun = raised.flatMap((alert) => {
    const off = offOf(tx, alert);
    const hearing = settings.destinations.filter((one) => hears(one, alert) && !off.has(one.id));
    return hearing.map(({ id }) => noteOf(core, tx, settings, id, alert, 'raised'));
  });
  writeRows(tx.sql, alertNotes, begun, 'ignore');
  for (const alert of over) end(core, tx, settings, alert);
  dropStale(core, tx, settings);
}

/** Both notes of what a destination has heard nothing of; those that somebody is telling just now are in no danger. */
function dropStale(core: LaneCore, tx: LaneTransaction, { destinations }: AlertSettings): void {
  const resting = destinations.filter(({ id }) => !isTaken(core, id)).map(({ id }) => id);
  tx.sql.exec(
    `DELETE FROM alert_notes WHERE told_ms IS NULL AND (destination, cause, alert ->> 'raisedAt') IN (
       SELECT b.destination, b.cause, b.alert ->> 'raisedAt' FROM alert_notes e
       JOIN alert_notes b ON b.destination = e.destination AND b.cause = e.cause AND b.kind = 'raised'
         AND b.alert ->> 'raisedAt' = e.alert ->> 'raisedAt'
       WHERE e.kind = 'recovered' AND e.made_ms < ?1 AND e.told_ms IS NULL AND b.told_ms IS NULL
         AND e.destination IN (SELECT value FROM json_each(?2)))`,
    tx.atMs - keptMs,
    JSON.stringify(resting),
  );
}

function hears({ isOn, owners, least }: Destination, { owner, severity }: Alert): boolean {
  return isOn && (owners.length === 0 || owners.includes(owner)) && isSeverity(severity, least);
}

/** Nobody is told that they cannot be told. */
function offOf(tx: LaneTransaction, { cause }: Alert): ReadonlySet<string> {
  if (!cause.startsWith(`${destinationControl}.`)) return new Set();
  const off = readColumns(tx.sql, holds, ['entity'], 'WHERE control = ?', destinationControl);
  return new Set(off.map(({ entity }) => entity));
}

/** What was over before its quiet hours were is not told at all; of what was told, or is being told, the end is too. */
function end(core: LaneCore, tx: LaneTransaction, settings: AlertSettings, alert: Alert): void {
  const begun = readRows(tx.sql, alertNotes, "WHERE cause = ? AND kind = 'raised'", alert.cause);
  const [unheard, heard] = [
    begun.filter((note) => isHeldBack(note, tx)),
    begun.filter((note) => !isHeldBack(note, tx)),
  ];
  deleteNotes(tx, unheard);
  const ends = heard.map(({ destination }) => noteOf(core, tx, settings, destination, alert, 'recovered'));
  writeRows(tx.sql, alertNotes, ends, 'ignore');
}

const isHeldBack = ({ toldMs, dueMs }: Note, { atMs }: LaneTransaction) => toldMs === null && dueMs > atMs;

function noteOf(
  core: LaneCore,
  tx: LaneTransaction,
  { quiet }: AlertSettings,
  destination: string,
  alert: Alert,
  kind: 'raised' | 'recovered',
) {
  const { cause, raisedAt, severity } = alert;
  return {
    ...{ destination, cause, kind, alert: JSON.stringify(alert), madeMs: tx.atMs, toldMs: null },
    id: `alert_${hashOf([core.store.installation, cause, raisedAt, kind])}`,
    dueMs: toldAtMs(quiet, severity, tx.atMs),
  };
}

function deleteNotes(tx: LaneTransaction, notes: readonly Note[]): void {
  deleteRows(
    tx.sql,
    alertNotes,
    notes.map(({ seq }) => [seq]),
  );
}

/** Destinations with something to hear, and when they may be called. */
export function waitingDestinations(sql: LaneSql): readonly { readonly id: string; readonly nextMs: number }[] {
  return sql
    .exec(
      `SELECT d.id AS id, max(d.next_ms, min(n.due_ms)) AS nextMs
       FROM alert_notes n JOIN alert_destinations d ON d.id = n.destination WHERE n.told_ms IS NULL GROUP BY d.id`,
    )
    .toArray() as { id: string; nextMs: number }[];
}

export const isDestination = (id: string) => id.startsWith('dst_');

export interface NoteRound {
  readonly token: string;
  readonly destination: Destination;
  readonly sealed: string;
  readonly notes: readonly Note[];
}

/** The next notes for a destination, for one taker at a time; null when there is nothing to do. */
export function takeNotes(core: LaneCore, id: string): NoteRound | null {
  const { store, ports, leases } = core;
  const nowMs = ports.nowMs();
  if (isTaken(core, id)) return null;
  leases.delete(id);
  const [standing] = readRows(store.sql, alertDestinations, 'WHERE id = ?', id);
  const destination = settingsOf(store.sql).destinations.find((one) => one.id === id);
  if (!standing || !destination?.isOn || standing.nextMs > nowMs) return null;
  const where = 'WHERE destination = ? AND told_ms IS NULL AND due_ms <= ? ORDER BY seq LIMIT ?';
  const notes = readRows(store.sql, alertNotes, where, id, nowMs, standing.failures > 0 ? 1 : roundMax);
  if (notes.length === 0) return null;
  const token = ports.makeId('rnd');
  leases.set(id, { token, untilMs: nowMs + leaseMs });
  return { token, destination, sealed: standing.sealed, notes };
}

/** Writes down what became of a round, in one transaction. Returns whether more may follow at once. */
export function settleNotes(core: LaneCore, id: string, token: string, outcomes: readonly Outcome[]): boolean {
  if (core.leases.get(id)?.token !== token) return false;
  core.leases.delete(id);
  core.store.transaction((tx) => {
    const [standing] = readRows(tx.sql, alertDestinations, 'WHERE id = ?', id);
    if (!standing) return;
    const told = outcomes.flatMap(({ seq, problem }) => (problem === null ? [seq] : []));
    tellDone(tx, id, told);
    const failed = outcomes.find(({ problem }) => problem !== null);
    if (told.length > 0) {
      Object.assign(standing, { failures: 0, problem: null, said: null, answeredMs: tx.atMs, nextMs: 0 });
      closeHold(tx, slotOf(id), 'answered', null);
    }
    if (failed) {
      const { problem, said = null, retryAfterMs } = failed;
      const failures = standing.failures + 1;
      const nextMs = tx.atMs + waitAfter(failures, core.ports.chance(), retryAfterMs);
      Object.assign(standing, { failures, problem, said, failedMs: tx.atMs, nextMs });
      if (failures >= failuresMax) raiseOff(core, tx, standing);
    }
    writeRows(tx.sql, alertDestinations, [standing], 'replace');
  });
  return outcomes.every(({ problem }) => problem === null);
}

/** A beginning stays until its end was told; with the end both go. */
function tellDone(tx: LaneTransaction, id: string, seqs: readonly number[]): void {
  const list = JSON.stringify(seqs);
  tx.sql.exec('UPDATE alert_notes SET told_ms = ? WHERE seq IN (SELECT value FROM json_each(?))', tx.atMs, list);
  tx.sql.exec(
    `DELETE FROM alert_notes WHERE destination = ?1 AND told_ms IS NOT NULL AND cause IN (SELECT cause FROM alert_notes
       WHERE destination = ?1 AND kind = 'recovered' AND seq IN (SELECT value FROM json_each(?2)))`,
    id,
    list,
  );
}

const slotOf = (id: string) => ({ entity: id, connection: '', recordType: '', part: 'destination' });

function raiseOff(core: LaneCore, tx: LaneTransaction, standing: StoredRow<typeof alertDestinations>): void {
  const destination = settingsOf(tx.sql).destinations.find(({ id }) => id === standing.id);
  if (!destination) return;
  const { name, place } = destination;
  const failure = standing.said === null ? (standing.problem ?? '') : `${standing.problem}: ${standing.said}`;
  const off = holdOf('integration', destinationControl, { name, place, failure });
  raiseHold(tx, core.ports.makeId, { ...slotOf(standing.id), ...off, isGrowing: true });
}

/** As channels are handed it. */
export const shownNote = ({ id, kind, madeMs, alert }: Note) => ({
  ...{ id, kind: kind as 'raised' | 'recovered', atMs: madeMs },
  alert: shownAlert(JSON.parse(alert) as Readonly<Record<string, string>>),
});
