// Which record pages are out of date now: those of the entities and of their siblings, on every host that can show a
// status.
import type { LaneTransaction } from '../store/lane-store.ts';
import { kindOf, siblingId } from './identity.ts';
import type { Wiring } from './wiring.ts';

/** Pages on one host that show everything already. */
export interface UpToDate {
  readonly host: string;
  readonly entities: readonly string[];
}

/** Marks pages to be shown anew after `delayMs`. An entity without a page of its own shows on its siblings'. */
export function showSoon(
  tx: LaneTransaction,
  wiring: Wiring,
  shown: ReadonlySet<string>,
  delayMs: number,
  upToDate: UpToDate | null = null,
): void {
  const hosts = hostsIn(wiring);
  if (shown.size === 0 || hosts.length === 0) return;
  showFigures(tx, wiring, projectsOf(tx, shown));
  const family = [...shown].flatMap((entity) => {
    const kind = kindOf(entity);
    return kind ? wiring.familyOf(kind).map((member) => siblingId(entity, member)) : [entity];
  });
  const exceptionsOnly = hosts.flatMap((host) =>
    (host.connector.showsExceptionsOnly ?? []).map((type) => `${host.id} ${type}`),
  );
  const dueMs = tx.atMs + delayMs;
  const made = tx.sql.exec(
    `INSERT INTO status_due (entity, connection, due_ms, tries, run)
     SELECT DISTINCT entity, connection, ?3, 0, ?4 FROM links WHERE record_id IS NOT NULL
     AND entity IN (SELECT value FROM json_each(?1)) AND connection IN (SELECT value FROM json_each(?2))
     AND (connection || ' ' || record_type NOT IN (SELECT value FROM json_each(?5))
       OR entity IN (SELECT value FROM json_each(?6)))
     AND (connection != ?7 OR entity NOT IN (SELECT value FROM json_each(?8)))
     ON CONFLICT DO UPDATE SET run = excluded.run, due_ms = min(due_ms, excluded.due_ms)
     RETURNING connection AS host`,
    JSON.stringify(family),
    JSON.stringify(hosts.map((host) => host.id)),
    dueMs,
    tx.run,
    JSON.stringify(exceptionsOnly),
    JSON.stringify([...tx.excepted]),
    upToDate?.host ?? '',
    JSON.stringify(upToDate?.entities ?? []),
  );
  wake(tx, made.toArray() as { host: string }[], dueMs);
}

/** Marks the pages of records that a merge has left, and that say which record stands for them. */
export function showLeft(tx: LaneTransaction, wiring: Wiring, entity: string): void {
  const made = tx.sql.exec(
    `INSERT INTO status_due (entity, connection, due_ms, tries, run)
     SELECT DISTINCT former, connection, ?2, 0, ?3 FROM left_records
     WHERE entity = ?1 AND former IS NOT NULL AND connection IN (SELECT value FROM json_each(?4))
     ON CONFLICT DO UPDATE SET run = excluded.run, due_ms = min(due_ms, excluded.due_ms)
     RETURNING connection AS host`,
    entity,
    tx.atMs,
    tx.run,
    JSON.stringify(hostsIn(wiring).map((host) => host.id)),
  );
  wake(tx, made.toArray() as { host: string }[], tx.atMs);
}

/** A mark that nobody was woken for would wait until something else happens. */
function wake(tx: LaneTransaction, made: readonly { readonly host: string }[], dueMs: number): void {
  for (const { host } of made) tx.mark(host, dueMs);
}

const hostsIn = (wiring: Wiring) =>
  [...wiring.connections.values()].filter((connection) => connection.connector.limits.statusBatchMax > 0);

/** A burst of hours is shown in one go. */
const figuresShownMs = 1_500;

/** Marks the pages that show the figures of these projects: deals, contracts, the projects themselves. */
export function showFigures(tx: LaneTransaction, wiring: Wiring, projects: ReadonlySet<string>): void {
  const places = hostsIn(wiring).flatMap((host) =>
    (host.connector.showsFigures ?? []).map((type) => `${host.id} ${type}`),
  );
  if (projects.size === 0 || places.length === 0) return;
  const family = wiring.familyOf('project');
  const pages = [...projects].flatMap((project) => family.map((kind) => siblingId(project, kind)));
  const dueMs = tx.atMs + figuresShownMs;
  const made = tx.sql.exec(
    `INSERT INTO status_due (entity, connection, due_ms, tries, run)
     SELECT DISTINCT entity, connection, ?3, 0, ?4 FROM links WHERE record_id IS NOT NULL
     AND entity IN (SELECT value FROM json_each(?1))
     AND connection || ' ' || record_type IN (SELECT value FROM json_each(?2))
     ON CONFLICT DO UPDATE SET run = excluded.run, due_ms = min(due_ms, excluded.due_ms)
     RETURNING connection AS host`,
    JSON.stringify(pages),
    JSON.stringify(places),
    dueMs,
    tx.run,
  );
  wake(tx, made.toArray() as { host: string }[], dueMs);
}

/** The projects of entities that came to wait for a person, or wait no more: how much is held is another sum now. */
function projectsOf(tx: LaneTransaction, shown: ReadonlySet<string>): ReadonlySet<string> {
  const excepted = [...tx.excepted].filter((entity) => shown.has(entity));
  if (excepted.length === 0) return new Set();
  const rows = tx.sql
    .exec(
      `SELECT DISTINCT canonical ->> 'project' AS project FROM entities
       WHERE id IN (SELECT value FROM json_each(?)) AND canonical ->> 'project' IS NOT NULL`,
      JSON.stringify(excepted),
    )
    .toArray() as { project: string }[];
  return new Set(rows.map(({ project }) => project));
}
