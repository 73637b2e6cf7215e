// The end of an installation, in its lane: from one transaction on nothing is read, taken in, planned or sent, until
// that is taken back or it is erased. What waits for D1 still gets there, and people can come to look, to export and
// to take it back.
import type { EntityName } from '../../shared/entities/_registry.ts';
import type { LaneSql } from '../store/rows.ts';
import { tellAudit } from './audit.ts';
import { endingName, type LaneCore } from './core.ts';
import { beginLoad } from './load-job.ts';
import { StewardError } from './steward.ts';

export interface EndingWish {
  readonly endsMs: number;
  readonly reason: string;
  readonly by: string;
}

/** Asked again it only takes over the day. */
export function endLane(core: LaneCore, { endsMs, reason, by }: EndingWish): void {
  if (core.store.value(endingName) === String(endsMs)) return;
  core.store.transaction((tx) => {
    core.store.setValue(endingName, String(endsMs));
    const endsAt = new Date(endsMs).toISOString();
    tellAudit(core, tx, by, 'installation-ending', core.store.installation, { reason, endsAt });
  });
  core.rewire();
}

/** What came meanwhile was not taken in: everything is read once. */
export function takeLaneBack(core: LaneCore, by: string): void {
  if (core.store.value(endingName) === null) return;
  core.store.transaction((tx) => {
    core.store.dropValue(endingName);
    for (const connection of core.wiring.connections.values()) {
      if (connection.state === 'ending') continue;
      const kinds = Object.keys(connection.connector.maps) as EntityName[];
      beginLoad(core, tx, core.ports.makeId('job'), connection, kinds, by);
    }
    tellAudit(core, tx, by, 'installation-kept', core.store.installation, {});
  });
  core.rewire();
}

/** What people may still do: come, look, and leave. */
const allowed: ReadonlySet<string> = new Set(['found', 'open-session', 'end-session', 'revoke-key']);

export function refuseEnding(core: LaneCore, verb: string): void {
  if (!core.isEnding || allowed.has(verb)) return;
  const endsAt = new Date(Number(core.store.value(endingName))).toISOString().slice(0, 10);
  const message = `This installation has been stopped, and is erased after ${endsAt}.`;
  throw new StewardError('installation-ending', message, 'Take its ending back first, if it is to go on.');
}

/** Whether anybody has laid out tables here. */
export function hasTables(sql: LaneSql): boolean {
  return sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'lane_state'").toArray().length > 0;
}

/** Whether this is somebody's lane. One that was erased, or never was, stays empty whoever knocks. */
export function isFounded(sql: LaneSql): boolean {
  if (!hasTables(sql)) return false;
  return sql.exec("SELECT 1 FROM lane_state WHERE name = 'installation'").toArray().length > 0;
}

/** How many rows lie here, in all tables. */
export function countLane(sql: LaneSql): number {
  const isOurs = "type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_cf%' ESCAPE '\\'";
  const tables = sql.exec(`SELECT name FROM sqlite_master WHERE ${isOurs}`).toArray() as { name: string }[];
  const count = (name: string) => sql.exec(`SELECT count(*) AS n FROM "${name}"`).toArray()[0] as { n: number };
  return tables.reduce((sum, { name }) => sum + count(name).n, 0);
}
