// How one installation is wired right now: its connections, compiled maps, ownership and flows. Rebuilt when any of
// them changes.
import { type EntityName, entities, entityNames } from '../../shared/entities/_registry.ts';
import { type Role, roles } from '../../shared/entities/entity.ts';
import { type Connector, connectorUnder, type Environment } from '../connectors/connector.ts';
import { connectionRows, flows, laneState, mappingVersions } from '../store/lane-schema.ts';
import { type LaneSql, readRows } from '../store/rows.ts';
import { bearerOf, type CompiledMap, compileMap, type MappingContent, mappingContent, ownerOf } from './mapping.ts';
import type { CanonicalRecord } from './nouns.ts';

/** Which records a connection serves where several share a role: `field` of the canonical record is one of `values`. */
export interface Routing {
  readonly field: string;
  readonly values: readonly string[];
}

export interface Connection {
  readonly id: string;
  readonly connector: Connector;
  readonly roles: readonly Role[];
  readonly account: string;
  readonly environment: Environment;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly routing: Routing | null;
  /** Of one that is ending nothing is asked, and nothing is planned for it. */
  readonly state: 'active' | 'paused' | 'ending';
  readonly keyVersion: number;
}

/** One that was taken away. Ids of what is known since then sort after `endedAt`. */
export interface Former extends Connection {
  readonly endedAt: string;
}

export interface Flow {
  readonly state: 'matching' | 'open' | 'observe';
  readonly cutoverOn: string | null;
}

/** The latest are remembered; of older ones the records tell, as after a restart. */
const unwantedMax = 10_000;

const openFlow: Flow = { state: 'open', cutoverOn: null };

export class Wiring {
  readonly connections: ReadonlyMap<string, Connection>;
  /** Connections that were taken away: what is linked there stays known. */
  readonly former: readonly Former[];
  readonly mappingVersion: number;
  readonly content: MappingContent;
  readonly #maps = new Map<string, Map<EntityName, CompiledMap | null>>();
  readonly #feeding = new Map<string, ReadonlyMap<string, readonly CompiledMap[]>>();
  readonly #flows: ReadonlyMap<string, Flow>;
  readonly #owners = new Map<EntityName, Map<string, Role>>();
  readonly #unwanted = new Set<string>();
  readonly #sql: LaneSql;
  readonly #connectors: Readonly<Record<string, Connector>>;
  #families: ReadonlyMap<EntityName, readonly EntityName[]> | null = null;

  /** Under the version in force, under an earlier one, or under content that is only tried. */
  constructor(
    sql: LaneSql,
    connectors: Readonly<Record<string, Connector>>,
    tried: MappingContent | null = null,
    version: number | null = null,
  ) {
    this.#sql = sql;
    this.#connectors = connectors;
    const published = readRows(sql, mappingVersions, 'ORDER BY version DESC LIMIT 1')[0];
    this.mappingVersion = version ?? published?.version ?? 0;
    this.content = tried ?? mappingContent.parse(published ? JSON.parse(published.content) : {});
    const rows = readRows(sql, connectionRows, 'ORDER BY id');
    const wired = (isWired: boolean) =>
      rows.flatMap((row) => {
        const connector = connectors[row.system];
        return connector && (row.state !== 'ended') === isWired ? [connectionFrom(row, connector)] : [];
      });
    this.connections = new Map(wired(true).map((connection) => [connection.id, connection]));
    this.former = wired(false).map((connection) => ({ ...connection, endedAt: endedAtOf(sql, connection.id) }));
    this.#flows = new Map(
      readRows(sql, flows, '').map((row) => [
        `${row.connection} ${row.kind}`,
        { state: row.state as Flow['state'], cutoverOn: row.cutoverOn },
      ]),
    );
  }

  /** The same connections under other mappings, for what is only tried. */
  withContent(content: MappingContent): Wiring {
    return new Wiring(this.#sql, this.#connectors, content);
  }

  /** The same connections under a version that was in force; null where nobody knows it. */
  underVersion(version: number): Wiring | null {
    const [row] = readRows(this.#sql, mappingVersions, 'WHERE version = ?', version);
    const content = row && mappingContent.parse(JSON.parse(row.content));
    return content ? new Wiring(this.#sql, this.#connectors, content, version) : null;
  }

  mapFor(connection: string, kind: EntityName): CompiledMap | null {
    const known = this.#maps.get(connection)?.get(kind);
    if (known !== undefined) return known;
    const wired = this.connections.get(connection);
    const map = wired ? compileMap(wired.connector, connection, kind, this.content) : null;
    within(this.#maps, connection).set(kind, map);
    return map;
  }

  /** The maps that a record type of a connection feeds. */
  mapsOf(connection: string, recordType: string): readonly CompiledMap[] {
    const byType = this.#feeding.get(connection) ?? this.#feedingOf(connection);
    this.#feeding.set(connection, byType);
    return byType.get(recordType) ?? [];
  }

  #feedingOf(connection: string): ReadonlyMap<string, readonly CompiledMap[]> {
    const byType = new Map<string, CompiledMap[]>();
    for (const kind of entityNames) {
      const map = this.mapFor(connection, kind);
      if (!map?.rows.some((row) => row.direction !== 'out')) continue;
      byType.set(map.recordType, [...(byType.get(map.recordType) ?? []), map]);
    }
    return byType;
  }

  /** Every path that the maps of a connection name, by record type: what its session has to read. */
  pathsOf(connection: string): Readonly<Record<string, readonly string[]>> {
    const paths: Record<string, string[]> = {};
    for (const kind of entityNames) {
      const map = this.mapFor(connection, kind);
      if (map === null) continue;
      const named = [...map.rows, ...map.extra].map((row) => row.at);
      paths[map.recordType] = [...new Set([...(paths[map.recordType] ?? []), ...named])];
    }
    return paths;
  }

  /** Whether records of a type are written there. */
  writesType(connection: string, recordType: string): boolean {
    return entityNames.some((kind) => {
      const map = this.mapFor(connection, kind);
      return map !== null && map.recordType === recordType && map.canWrite;
    });
  }

  /** The types of lines of a record type that are records by themselves here. */
  lineTypesOf(connection: string, recordType: string): readonly string[] {
    const types = entityNames.flatMap((kind) => this.mapFor(connection, kind)?.recordType ?? []);
    return [...new Set(types)].filter((type) => type.startsWith(`${recordType}:`));
  }

  /** A plan has found whether an entity, as it is now, has a place on a connection. */
  noteWanted(entity: string, connection: string, isWanted: boolean): void {
    const key = `${connection} ${entity}`;
    this.#unwanted.delete(key);
    if (isWanted) return;
    this.#unwanted.add(key);
    const [oldest] = this.#unwanted;
    if (this.#unwanted.size > unwantedMax && oldest !== undefined) this.#unwanted.delete(oldest);
  }

  /** Whether it is known to have none there; where it is not known its record tells. */
  isUnwanted(entity: string, connection: string): boolean {
    return this.#unwanted.has(`${connection} ${entity}`);
  }

  flow(connection: string, kind: EntityName): Flow {
    return this.#flows.get(`${connection} ${kind}`) ?? openFlow;
  }

  /** Kinds whose entities share one ULID: fed by one record type, or one arising from the other. */
  familyOf(kind: EntityName): readonly EntityName[] {
    this.#families ??= this.#findFamilies();
    return this.#families.get(kind) ?? [kind];
  }

  #findFamilies(): ReadonlyMap<EntityName, readonly EntityName[]> {
    const family = new Map<EntityName, Set<EntityName>>(entityNames.map((kind) => [kind, new Set([kind])]));
    const join = (a: EntityName, b: EntityName) => {
      const joined = new Set([...(family.get(a) ?? []), ...(family.get(b) ?? [])]);
      for (const member of joined) family.set(member, joined);
    };
    for (const giver of entityNames) {
      const derives = (entities[giver] as { derives?: readonly { to: string }[] }).derives ?? [];
      for (const derivation of derives) join(giver, derivation.to as EntityName);
    }
    for (const connection of this.connections.values()) {
      for (const kind of entityNames) {
        const recordType = this.mapFor(connection.id, kind)?.recordType;
        if (recordType) for (const map of this.mapsOf(connection.id, recordType)) join(kind, map.kind);
      }
    }
    return new Map([...family].map(([member, all]) => [member, [...all]]));
  }

  owner(kind: EntityName, field: string, record?: CanonicalRecord): Role {
    if (record && bearerOf(kind, field, record) !== null) return ownerOf(kind, field, this.content, record);
    const known = this.#owners.get(kind)?.get(field);
    if (known) return known;
    const role = ownerOf(kind, field, this.content);
    within(this.#owners, kind).set(field, role);
    return role;
  }

  /** Whether a field, of this record where one is given, belongs to the system behind a connection. */
  owns(connection: string, kind: EntityName, field: string, record?: CanonicalRecord): boolean {
    return this.connections.get(connection)?.roles.includes(this.owner(kind, field, record)) ?? false;
  }

  /**
   * The connections that should hold an entity: per role the one whose routing matches, each connection once.
   * `valueAt` finds the routing field, in the record itself or in what it refers to.
   */
  targetsOf(
    kind: EntityName,
    record: CanonicalRecord,
    valueAt: (field: string) => unknown = (field) => record[field],
  ): readonly Connection[] {
    const chosen = new Map<string, Connection>();
    for (const role of roles) {
      const target = routeOf(this.#seated(kind, role), valueAt);
      if (target) chosen.set(target.id, target);
    }
    return [...chosen.values()];
  }

  /**
   * A connection of each role that several share and none of them serves this entity: an admin has to extend the
   * routing.
   */
  unroutedOf(kind: EntityName, valueAt: (field: string) => unknown): readonly Connection[] {
    return roles.flatMap((role) => {
      const seated = this.#seated(kind, role);
      return seated[0] && !routeOf(seated, valueAt) ? [seated[0]] : [];
    });
  }

  #seated(kind: EntityName, role: Role): readonly Connection[] {
    return [...this.connections.values()].filter(
      ({ id, roles: seats, state }) =>
        seats.includes(role) && state !== 'ending' && this.mapFor(id, kind)?.canWrite === true,
    );
  }
}

/** The map that lies under a key; made when there is none. */
function within<Outer, Inner, Value>(maps: Map<Outer, Map<Inner, Value>>, key: Outer): Map<Inner, Value> {
  const map = maps.get(key) ?? new Map<Inner, Value>();
  maps.set(key, map);
  return map;
}

function routeOf(seated: readonly Connection[], valueAt: (field: string) => unknown): Connection | undefined {
  const routed = seated.find(({ routing }) => routing?.values.includes(String(valueAt(routing.field) ?? '')) ?? false);
  return routed ?? seated.find((connection) => connection.routing === null);
}

export const endedName = (connection: string) => `ended ${connection}`;

function endedAtOf(sql: LaneSql, connection: string): string {
  return readRows(sql, laneState, 'WHERE name = ?', endedName(connection))[0]?.value ?? '';
}

function connectionFrom(row: typeof connectionRows.$inferSelect, connector: Connector): Connection {
  const settings = JSON.parse(row.settings) as Record<string, unknown>;
  return {
    id: row.id,
    connector: connectorUnder(connector, settings),
    roles: JSON.parse(row.roles) as Role[],
    account: row.account,
    environment: row.environment as Environment,
    settings,
    routing: row.routing ? (JSON.parse(row.routing) as Routing) : null,
    state: row.state as Connection['state'],
    keyVersion: row.keyVersion,
  };
}
