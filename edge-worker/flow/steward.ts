// How people wire a lane: connections, first loads and matches, flows, mappings. Each is one lane transaction with an
// audit row.
import { canonicalJson, hashOf } from '../../shared/canonical-json.ts';
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import type { Role } from '../../shared/entities/entity.ts';
import type { RefusalCode } from '../../shared/refusals.ts';
import { connectorUnder, type Environment } from '../connectors/connector.ts';
import { commands, connectionRows, flows, mappingVersions } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { readRows, writeRows } from '../store/rows.ts';
import { tellAudit } from './audit.ts';
import { acceptedPlaces, askAboutLikely, placeOf } from './candidates.ts';
import type { LaneCore } from './core.ts';
import { formerOf } from './disconnect.ts';
import { watchSchemas } from './drift.ts';
import { loadLists, startFeeds } from './feeds.ts';
import { matches, straysOf } from './first-day.ts';
import { beginLoad } from './load-job.ts';
import { compileMap, type MappingContent, mappingContent } from './mapping.ts';
import { plan } from './plan.ts';
import { readAgain } from './strays.ts';
import { describeSoon } from './watched.ts';
import { type Connection, endedName, type Flow, type Routing } from './wiring.ts';

/** More than any system holds unclaimed. */
const strayMax = 1_000_000;

/** A request that cannot be carried out as things stand; `code` is stable and `next` says what to do. */
export class StewardError extends Error {
  override readonly name = 'StewardError';
  readonly code: RefusalCode;
  readonly next: string;

  constructor(code: RefusalCode, message: string, next: string) {
    super(message);
    this.code = code;
    this.next = next;
  }
}

/** What crosses to another isolate, where an error would lose its code. */
export type Tried<Found> =
  | { readonly ok: true; readonly value: Found }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly next: string };

export async function tried<Found>(work: () => Promise<Found>): Promise<Tried<Found>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (!(error instanceof StewardError)) throw error;
    return { ok: false, code: error.code, message: error.message, next: error.next };
  }
}

export interface Founding {
  readonly installation: string;
  readonly name: string;
  readonly shard: string;
  readonly jurisdiction: string;
}

/** The lane's first transaction. Repeating it changes nothing. */
export function found(core: LaneCore, founding: Founding): void {
  if (core.store.value('installation') !== null) return;
  // The name and the first rows are on disk together, or the lane would believe itself founded without them.
  core.store.storage.transactionSync(() => {
    core.store.setValue('installation', founding.installation);
    core.store.setValue('jurisdiction', founding.jurisdiction);
    core.store.setValue('name', founding.name);
    core.store.transaction((tx) => {
      const { name, shard, jurisdiction } = founding;
      tx.record('installations', { name, shard, jurisdiction, createdMs: tx.atMs });
      publishIn(core, tx, mappingContent.parse({}), 'hub', null);
      tellAudit(core, tx, 'hub', 'installation-founded', founding.installation, { name });
    });
  });
  core.rewire();
}

export interface NewConnection {
  readonly id: string;
  readonly system: string;
  readonly roles: readonly Role[];
  readonly account: string;
  readonly environment: Environment;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly sealedSecrets: string;
  readonly routing: Routing | null;
  /** State of every kind's flow at the start. */
  readonly flow: Flow['state'];
}

/** Adds a connection; its feeds start now, what was there before comes with the first load. */
export function connect(core: LaneCore, made: NewConnection, by: string): void {
  const system = core.ports.connectors[made.system];
  const connector = system && connectorUnder(system, made.settings);
  if (!connector)
    throw new StewardError(
      'unknown-system',
      `No connector is called ${made.system}.`,
      'Choose one of the systems listed.',
    );
  const former = formerOf(core, made);
  const missing = made.roles.filter((role) => !connector.roles.includes(role));
  if (missing.length > 0)
    throw new StewardError(
      'role-not-offered',
      `${connector.title} cannot be the ${missing.join(', ')}.`,
      'Choose one of its roles.',
    );
  core.store.transaction((tx) => {
    const { id, system, account, environment, sealedSecrets, flow } = made;
    // A key that was ended stays so, also for one that comes back.
    const keyVersion = former?.keyVersion ?? 1;
    const row = { id, system, account, environment, sealedSecrets, keyVersion, fault: null, state: 'active' };
    writeRows(
      tx.sql,
      connectionRows,
      [
        {
          ...row,
          roles: JSON.stringify(made.roles),
          settings: JSON.stringify(made.settings),
          routing: made.routing ? JSON.stringify(made.routing) : null,
        },
      ],
      former ? 'replace' : 'fail',
    );
    core.recordConnection(tx, id);
    const kinds = Object.keys(connector.maps) as EntityName[];
    // What it holds is linked still, and may have changed unseen: everything is read once.
    if (former) {
      beginLoad(core, tx, core.ports.makeId('job'), { id, connector }, kinds, by);
      core.store.dropValue(endedName(id));
    }
    writeRows(
      tx.sql,
      flows,
      kinds.map((kind) => ({ connection: id, kind, state: flow, cutoverOn: null })),
      'replace',
    );
    startFeeds(tx, id, connector.feeds);
    watchSchemas(tx, id, connector);
    loadLists(tx, id, connector, kinds);
    // What is known already has its place here from the start.
    if (flow === 'open') for (const kind of kinds) core.store.setValue(`replan ${kind}`, '');
    const isBack: Record<string, string> = former ? { linked: 'kept' } : {};
    tellAudit(core, tx, by, 'connection-made', id, { system, account, environment, ...isBack });
  });
  core.rewire();
}

/** Asks feeds of a connection at once, instead of in their rhythm: those named, or all. */
export function askNow(core: LaneCore, connection: string, feeds: readonly string[] | null): void {
  const known = new Set(connectionOf(core, connection).connector.feeds.map((feed) => feed.name));
  const unknown = feeds?.find((feed) => !known.has(feed));
  if (unknown !== undefined) {
    throw new StewardError('unknown-feed', `There is no feed ${unknown}.`, `Choose from: ${[...known].join(', ')}.`);
  }
  core.store.sql.exec(
    `UPDATE cursors SET next_ms = 0 WHERE connection = ? AND purpose = 'feed'
       AND feed IN (SELECT value FROM json_each(?))`,
    connection,
    JSON.stringify(feeds ?? [...known]),
  );
}

/**
 * Accepts the first-day match of one kind: what matches is linked, the flow opens, and what has no record there yet
 * is planned.
 */
export function acceptMatches(
  core: LaneCore,
  connection: string,
  kind: EntityName,
  cutoverOn: string | null,
  by: string,
): { linked: number; open: number } {
  connectionOf(core, connection);
  const accepted = acceptedPlaces(core, connection, kind);
  const proposed = matches(core, connection, kind, strayMax).filter(
    (match) => match.candidates.length > 0 && !accepted.has(placeOf(match)),
  );
  const sure = proposed.filter((match) => match.candidates.length === 1 && match.rivals.length === 0).length;
  const linked = sure + accepted.size;
  const asked = core.store.transaction((tx) => {
    const asked = askAboutLikely(core, tx, connection, kind);
    writeRows(tx.sql, flows, [{ connection, kind, state: 'open', cutoverOn }], 'replace');
    // Reading them again links what matches, and gives birth to what is like nothing else.
    readAgain(tx, straysOf(core, connection, kind, strayMax));
    core.store.setValue(`replan ${kind}`, '');
    tellAudit(core, tx, by, 'matches-accepted', connection, {
      kind,
      linked: String(linked),
      cutoverOn: cutoverOn ?? '',
    });
    return asked;
  });
  core.rewire();
  return { linked, open: proposed.length - sure + asked };
}

/** Sets one flow: matching, open or observe-only, with its cut-over day. */
export function setFlow(core: LaneCore, connection: string, kind: EntityName, flow: Flow, by: string): void {
  connectionOf(core, connection);
  core.store.transaction((tx) => {
    writeRows(tx.sql, flows, [{ connection, kind, ...flow }], 'replace');
    core.store.setValue(`replan ${kind}`, '');
    tellAudit(core, tx, by, 'flow-set', connection, { kind, state: flow.state, cutoverOn: flow.cutoverOn ?? '' });
    core.rewire();
    // What was granted under the old state must not go out under the new one, not even until the replan has come to it.
    const open = readRows(tx.sql, commands, 'WHERE connection = ? AND kind = ?', connection, kind);
    plan(core.planContext(tx), new Set(open.map((row) => row.entity)));
  });
}

/** Publishes a mapping version. Every map is compiled first: what does not compile is never published. */
export function publish(core: LaneCore, content: MappingContent, by: string): number {
  checkCompiles(core, content);
  const version = core.store.transaction((tx) => publishIn(core, tx, content, by, null));
  core.rewire();
  return version;
}

/** Refuses content with a row that does not compile, and says which. */
export function checkCompiles(core: LaneCore, content: MappingContent): void {
  for (const connection of core.wiring.connections.values()) {
    for (const kind of Object.keys(entities) as EntityName[]) {
      try {
        compileMap(connection.connector, connection.id, kind, content);
      } catch (error) {
        throw new StewardError(
          'mapping-invalid',
          `${connection.id} ${kind}: ${error instanceof Error ? error.message : 'invalid'}`,
          'Correct the row and try again.',
        );
      }
    }
  }
}

/** `approvedBy` is who let it through; null where nobody had to. */
export function publishIn(
  core: LaneCore,
  tx: LaneTransaction,
  content: MappingContent,
  by: string,
  approvedBy: string | null,
): number {
  const newest = readRows(tx.sql, mappingVersions, 'ORDER BY version DESC LIMIT 1')[0];
  const row = { version: (newest?.version ?? 0) + 1, content: canonicalJson(content), publishedMs: tx.atMs, by };
  writeRows(tx.sql, mappingVersions, [row], 'fail');
  tx.record('mappingVersions', row);
  describeSoon(tx.sql, null);
  const detail = { hash: hashOf(content), ...(approvedBy !== null && { approvedBy }) };
  tellAudit(core, tx, by, 'mapping-published', String(row.version), detail);
  return row.version;
}

/** One that is being taken away is there no more. */
export function connectionOf(core: LaneCore, id: string): Connection {
  const connection = core.wiring.connections.get(id);
  if (!connection || connection.state === 'ending')
    throw new StewardError(
      'unknown-connection',
      `This installation has no connection ${id}.`,
      'Choose one of its connections.',
    );
  return connection;
}
