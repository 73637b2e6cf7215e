// Where an installation wants to hear of alerts, of which, and when not: each change is a new version, with an audit
// row.
import { type Severity, severities } from '../../shared/alert.ts';
import { type QuietHours, quietUntilMs } from '../../shared/quiet-hours.ts';
import { alertDestinations, alertNotes, alertSettings, holds } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { deleteRows, type LaneSql, readRows, type StoredRow, writeRows } from '../store/rows.ts';
import { tellAudit } from './audit.ts';
import type { LaneCore } from './core.ts';
import { closeHold, type HoldRow } from './holds.ts';
import { StewardError } from './steward.ts';

export const alertOwners = ['sales', 'finance', 'delivery', 'integration', 'operator'] as const;

export interface Destination {
  readonly id: string;
  readonly name: string;
  readonly channel: string;
  /** The address as people may see it. */
  readonly place: string;
  /** Whose alerts it hears; empty = everybody's. */
  readonly owners: readonly string[];
  /** Nothing milder. */
  readonly least: Severity;
  readonly isOn: boolean;
}

export interface AlertSettings {
  readonly quiet: (QuietHours & { readonly breaksThrough: Severity | null }) | null;
  readonly destinations: readonly Destination[];
}

const none: AlertSettings = { quiet: null, destinations: [] };
const destinationsMax = 20;

export type Standing = StoredRow<typeof alertDestinations>;

export function settingsOf(sql: LaneSql): AlertSettings {
  const [row] = readRows(sql, alertSettings, 'ORDER BY version DESC LIMIT 1');
  return row ? (JSON.parse(row.content) as AlertSettings) : none;
}

type Told = Omit<Destination, 'id' | 'channel' | 'isOn'>;
type Alteration = { readonly [Field in keyof Told | 'isOn']?: Destination[Field] | undefined };
/** What is sealed: where it goes, and the key that signs, where one does. */
export interface Sealable {
  readonly place: string;
  readonly key: string;
}

export type AlertChange =
  | { readonly verb: 'make'; readonly destination: Omit<Destination, 'isOn'>; readonly secrets: Sealable }
  | { readonly verb: 'alter'; readonly id: string; readonly to: Alteration; readonly secrets: Sealable | null }
  | { readonly verb: 'remove'; readonly id: string }
  | { readonly verb: 'quiet'; readonly quiet: AlertSettings['quiet'] }
  | { readonly verb: 'restore'; readonly version: number };

export function changeAlerts(core: LaneCore, request: AlertChange, by: string, sealed: string): { version: number } {
  const before = settingsOf(core.store.sql);
  return core.store.transaction((tx) => {
    const settings = changed(tx, before, request, sealed, by);
    return { version: keepSettings(core, tx, settings, by, `alerts-${request.verb}`) };
  });
}

function changed(
  tx: LaneTransaction,
  before: AlertSettings,
  request: AlertChange,
  sealed: string,
  by: string,
): AlertSettings {
  const { destinations } = before;
  switch (request.verb) {
    case 'quiet':
      moveHeldBack(tx, request.quiet);
      return { ...before, quiet: request.quiet };
    case 'make': {
      if (destinations.length >= destinationsMax) {
        const message = `There are ${destinationsMax} destinations already.`;
        throw new StewardError('too-many-destinations', message, 'Remove one that is not used any more.');
      }
      const health = { failures: 0, nextMs: 0, answeredMs: null, failedMs: null, problem: null, said: null };
      writeRows(tx.sql, alertDestinations, [{ id: request.destination.id, sealed, ...health }], 'fail');
      return { ...before, destinations: [...destinations, { ...request.destination, isOn: true }] };
    }
    case 'alter': {
      const there = destinationIn(before, request.id);
      const given = Object.entries(request.to).filter(([, value]) => value !== undefined);
      const altered = { ...there, ...(Object.fromEntries(given) as Partial<Destination>) };
      // What was mended is tried at once.
      if (request.secrets) tx.sql.exec('UPDATE alert_destinations SET sealed = ? WHERE id = ?', sealed, there.id);
      if (request.secrets) tryAgain(tx, there.id, by);
      turn(tx, there, altered.isOn, by);
      return { ...before, destinations: destinations.map((one) => (one.id === there.id ? altered : one)) };
    }
    case 'remove': {
      const there = destinationIn(before, request.id);
      forget(tx, there.id, by);
      deleteRows(tx.sql, alertDestinations, [[there.id]]);
      return { ...before, destinations: destinations.filter(({ id }) => id !== there.id) };
    }
    case 'restore':
      return putBack(tx, before, versionIn(tx.sql, request.version), by);
  }
}

/**
 * As it was then, but for addresses, which no version holds: each destination goes on where it is told now, one that
 * was added since is turned off, and one that was removed has to be added anew.
 */
function putBack(tx: LaneTransaction, now: AlertSettings, then: AlertSettings, by: string): AlertSettings {
  moveHeldBack(tx, then.quiet);
  const destinations = now.destinations.map((there) => {
    const before = then.destinations.find(({ id }) => id === there.id) ?? { ...there, isOn: false };
    turn(tx, there, before.isOn, by);
    return { ...before, place: there.place };
  });
  return { quiet: then.quiet, destinations };
}

function versionIn(sql: LaneSql, version: number): AlertSettings {
  const [row] = readRows(sql, alertSettings, 'WHERE version = ?', version);
  if (row) return JSON.parse(row.content) as AlertSettings;
  throw new StewardError('unknown-version', `There is no version ${version} of the alerts.`, 'List the versions.');
}

/** Who is turned on again is tried at once. */
function turn(tx: LaneTransaction, there: Destination, isOn: boolean, by: string): void {
  if (isOn && !there.isOn) tryAgain(tx, there.id, by);
  if (!isOn) forget(tx, there.id, by);
}

/** Later than now where quiet hours hold it back. */
export function toldAtMs(quiet: AlertSettings['quiet'], severity: Severity, atMs: number): number {
  const breaksThrough = quiet?.breaksThrough != null && isSeverity(severity, quiet.breaksThrough);
  return (quiet && !breaksThrough ? quietUntilMs(quiet, atMs) : null) ?? atMs;
}

/** What waits for the end of quiet hours waits for that of the new ones. */
function moveHeldBack(tx: LaneTransaction, quiet: AlertSettings['quiet']): void {
  const waiting = readRows(tx.sql, alertNotes, 'WHERE told_ms IS NULL AND due_ms > ?', tx.atMs);
  const moved = waiting.map((note) => {
    const { severity } = JSON.parse(note.alert) as { severity: Severity };
    return { ...note, dueMs: toldAtMs(quiet, severity, tx.atMs) };
  });
  writeRows(tx.sql, alertNotes, moved, 'replace');
}

export function destinationIn({ destinations }: AlertSettings, id: string): Destination {
  const found = destinations.find((one) => one.id === id);
  if (found) return found;
  throw new StewardError('unknown-destination', `There is no destination ${id}.`, 'List the destinations.');
}

function keepSettings(core: LaneCore, tx: LaneTransaction, settings: AlertSettings, by: string, action: string) {
  const [newest] = readRows(tx.sql, alertSettings, 'ORDER BY version DESC LIMIT 1');
  const version = (newest?.version ?? 0) + 1;
  const content = JSON.stringify(settings);
  writeRows(tx.sql, alertSettings, [{ version, content, by, madeMs: tx.atMs }], 'fail');
  tellAudit(core, tx, by, action, String(version), { content });
  return version;
}

/** Who is turned off, or taken away, is told nothing more of what is under way now. */
function forget(tx: LaneTransaction, id: string, by: string): void {
  tx.sql.exec('DELETE FROM alert_notes WHERE destination = ?', id);
  for (const hold of readRows(tx.sql, holds, 'WHERE entity = ?', id)) closeHold(tx, hold, by, null);
}

function tryAgain(tx: LaneTransaction, id: string, by: string): void {
  tx.sql.exec('UPDATE alert_destinations SET failures = 0, problem = NULL, said = NULL, next_ms = 0 WHERE id = ?', id);
  for (const hold of readRows(tx.sql, holds, 'WHERE entity = ?', id)) closeHold(tx, hold, by, null);
}

export const destinationControl = 'destination-off';

/** A person's answer to a destination that cannot be reached: try it at once, or turn it off. */
export function answerDestination(core: LaneCore, hold: HoldRow, isRetry: boolean, by: string): void {
  if (!isRetry) {
    changeAlerts(core, { verb: 'alter', id: hold.entity, to: { isOn: false }, secrets: null }, by, '');
    return;
  }
  core.store.transaction((tx) => {
    tryAgain(tx, hold.entity, by);
    tellAudit(core, tx, by, 'alerts-retry', hold.entity, {});
  });
}

export interface ShownAlerts extends AlertSettings {
  readonly version: number;
  readonly madeMs: number | null;
  readonly by: string | null;
  readonly standings: readonly (Omit<Standing, 'sealed'> & { readonly waiting: number })[];
}

/** As people see it: how each is doing, and nothing that could be used to write there. */
export function alertsOf({ store: { sql } }: LaneCore): ShownAlerts {
  const [row] = readRows(sql, alertSettings, 'ORDER BY version DESC LIMIT 1');
  const notes = readRows(sql, alertNotes, 'WHERE told_ms IS NULL');
  const standings = readRows(sql, alertDestinations, 'ORDER BY id').map(({ sealed: _sealed, ...standing }) => ({
    ...standing,
    waiting: notes.filter(({ destination }) => destination === standing.id).length,
  }));
  const { version = 0, madeMs = null, by = null } = row ?? {};
  return { ...settingsOf(sql), version, madeMs, by, standings };
}

export interface AlertVersion extends AlertSettings {
  readonly version: number;
  readonly madeMs: number;
  readonly by: string;
}

/** The newest first. */
export function alertVersionsOf({ store: { sql } }: LaneCore, before: number, limit: number): AlertVersion[] {
  const rows = readRows(sql, alertSettings, 'WHERE version < ? ORDER BY version DESC LIMIT ?', before, limit);
  return rows.map(({ version, madeMs, by, content }) => ({
    ...(JSON.parse(content) as AlertSettings),
    ...{ version, madeMs, by },
  }));
}

export const isSeverity = (severity: Severity, least: Severity) =>
  severities.indexOf(severity) >= severities.indexOf(least);
