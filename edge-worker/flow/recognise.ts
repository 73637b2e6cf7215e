// Which entity is a record that no link names? Told by our own id in it, by its sibling, by a business key, or it is
// born here; else it stays a stray. Everything it rests on is loaded for all records of a kind at once.
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { Decisions } from './decisions.ts';
import { keysOf, kindOf } from './identity.ts';
import { isCompared } from './likeness.ts';
import type { CanonicalRecord } from './nouns.ts';
import { Ranking } from './ranking.ts';
import type { RecordPlace } from './strays.ts';
import type { Wiring } from './wiring.ts';

export interface Sighting {
  readonly connection: string;
  readonly recordType: string;
  readonly recordId: string;
  readonly externalId: string | null;
  readonly values: CanonicalRecord;
  /** It names records that no link names yet: what it looks like cannot be told for sure. */
  readonly isIncomplete: boolean;
}

export type Recognised =
  | { readonly as: 'adopted' | 'matched'; readonly entity: string }
  | { readonly as: 'born' }
  | { readonly as: 'stray' }
  /** It may be what a create of ours, still under way, has made: look again once that is settled. */
  | { readonly as: 'again' };

interface Place {
  readonly entity: string;
  readonly connection: string;
  readonly recordType: string;
}

/** Kinds that others give rise to: only of these may an entity be known before its record where it is born. */
const arising: ReadonlySet<string> = new Set(
  Object.values(entities).flatMap((entity) => {
    const { derives = [] } = entity as { derives?: readonly { readonly to: string }[] };
    return derives.map(({ to }) => to);
  }),
);

const recordOf = ({ connection, recordType, recordId }: RecordPlace) => `${connection}|${recordType}|${recordId}`;
const placeOf = ({ entity, connection, recordType }: Place) => `${entity}|${connection}|${recordType}`;

export class Recognition {
  readonly #tx: LaneTransaction;
  readonly #wiring: Wiring;
  readonly #kind: EntityName;
  readonly #keys = new Map<Sighting, readonly string[]>();
  readonly #byKey = new Map<string, string[]>();
  /** Unclaimed records by the key they carry. */
  readonly #records = new Map<string, Set<string>>();
  /** Entities that are another one now, for marks of ours from before. */
  readonly #aliases = new Map<string, string>();
  readonly #known = new Set<string>();
  readonly #linked = new Set<string>();
  readonly #coming = new Set<string>();
  readonly #decisions: Decisions;
  readonly #rankings = new Map<string, Ranking>();

  constructor(tx: LaneTransaction, wiring: Wiring, kind: EntityName, sightings: readonly Sighting[]) {
    this.#tx = tx;
    this.#wiring = wiring;
    this.#kind = kind;
    this.#decisions = new Decisions(tx.sql, kind, sightings);
    for (const sighting of sightings) this.#keys.set(sighting, keysOf(kind, sighting.values));
    const keys = [...this.#keys.values()].flat();
    for (const [sighting, own] of this.#keys) for (const key of own) this.#addRecord(key, sighting);
    for (const row of this.#load<RecordPlace & { key: string }>(
      `SELECT key, connection, record_type AS recordType, record_id AS recordId FROM stray_keys
       WHERE key IN (SELECT value FROM json_each(?))`,
      keys,
    ))
      this.#addRecord(row.key, row);
    for (const row of this.#load<{ key: string; entity: string }>(
      'SELECT key, entity FROM business_keys WHERE key IN (SELECT value FROM json_each(?))',
      keys,
    )) {
      this.#byKey.set(row.key, [...(this.#byKey.get(row.key) ?? []), row.entity]);
    }
    const named = sightings.flatMap(({ externalId }) =>
      externalId && kindOf(externalId) === kind ? [externalId] : [],
    );
    for (const row of this.#load<{ entity: string; into: string }>(
      'SELECT entity, "into" FROM aliases WHERE entity IN (SELECT value FROM json_each(?))',
      named,
    ))
      this.#aliases.set(row.entity, row.into);
    const alike = [...this.#byKey.values()].flat();
    const ids = [...new Set([...named, ...this.#aliases.values(), ...alike, ...this.#decisions.entities])];
    for (const row of this.#load<{ id: string }>(
      'SELECT id FROM entities WHERE id IN (SELECT value FROM json_each(?))',
      ids,
    ))
      this.#known.add(row.id);
    const places = 'entity, connection, record_type AS recordType';
    for (const row of this.#load<Place>(
      `SELECT ${places} FROM links WHERE record_id IS NOT NULL AND entity IN (SELECT value FROM json_each(?))`,
      ids,
    ))
      this.#linked.add(placeOf(row));
    for (const row of this.#load<Place>(
      `SELECT ${places} FROM commands WHERE is_create = 1 AND state IN ('due', 'uncertain')
         AND entity IN (SELECT value FROM json_each(?))`,
      ids,
    ))
      this.#coming.add(placeOf(row));
  }

  keysOf(sighting: Sighting): readonly string[] {
    return this.#keys.get(sighting) ?? [];
  }

  recognise(sighting: Sighting): Recognised {
    const { connection, recordType } = sighting;
    const externalId = sighting.externalId && (this.#aliases.get(sighting.externalId) ?? sighting.externalId);
    const at = (entity: string) => placeOf({ entity, connection, recordType });
    if (externalId !== null && this.#known.has(externalId)) {
      if (this.#coming.has(at(externalId))) return { as: 'again' };
      // Two records with one id of ours: the second is nobody's until a person decides.
      if (this.#linked.has(at(externalId))) return { as: 'stray' };
      return this.#take(sighting, 'adopted', externalId);
    }
    const roles = this.#wiring.connections.get(connection)?.roles ?? [];
    const isBornHere = roles.some((role) => (entities[this.#kind].bornIn as readonly string[]).includes(role));
    const isOpen = this.#wiring.flow(connection, this.#kind).state !== 'matching';
    const accepted = this.#decisions.acceptedOf(sighting);
    if (accepted !== null && this.#known.has(accepted) && !this.#linked.has(at(accepted))) {
      if (this.#coming.has(at(accepted))) return { as: 'again' };
      return isOpen ? this.#take(sighting, 'matched', accepted) : { as: 'stray' };
    }
    // The strongest key that tells anything decides: weaker ones cannot overrule it.
    const key = this.keysOf(sighting).find((one) => this.#byKey.has(one));
    const candidates = (key === undefined ? [] : (this.#byKey.get(key) ?? [])).filter(
      (id) => !this.#linked.has(at(id)) && !this.#decisions.isRejected(sighting, id),
    );
    if (candidates.some((id) => this.#coming.has(at(id)))) return { as: 'again' };
    const [candidate] = candidates;
    if (candidate === undefined) {
      if (this.#decisions.openOf(sighting).some((id) => !this.#linked.has(at(id)))) return { as: 'stray' };
      // Before the acceptance, what may yet turn out to be an entity's own record is not made another one.
      const mayMatchLater = !isOpen && isBornHere && this.#mayMatchLater(sighting);
      return isBornHere && !mayMatchLater ? { as: 'born' } : { as: 'stray' };
    }
    const isSole = candidates.length === 1 && !this.#hasRivals(sighting, key);
    // Also where records are born: a project that a deal gave rise to may run there since long before the hub came.
    return isOpen && isSole ? this.#take(sighting, 'matched', candidate) : { as: 'stray' };
  }

  /** It names what nobody knows yet, or a person is to say whether it is what another record gave rise to. */
  #mayMatchLater(sighting: Sighting): boolean {
    const { connection, recordType } = sighting;
    const map = this.#wiring.mapFor(connection, this.#kind);
    if (!map?.canWrite) return false;
    if (sighting.isIncomplete) return true;
    if (map.livesOn || !arising.has(this.#kind) || !isCompared(this.#kind)) return false;
    const ranking = this.#rankings.get(connection) ?? new Ranking(this.#tx.sql, connection, recordType, this.#kind);
    this.#rankings.set(connection, ranking);
    return ranking.of(sighting.values).some(({ entity }) => !this.#decisions.isRejected(sighting, entity));
  }

  #addRecord(key: string, record: RecordPlace): void {
    this.#records.set(key, (this.#records.get(key) ?? new Set()).add(recordOf(record)));
  }

  /** Whether another record there looks the same: which of them it is, a person decides. */
  #hasRivals(sighting: Sighting, key: string | undefined): boolean {
    const place = recordOf({ ...sighting, recordId: '' });
    const alike = [...(this.#records.get(key ?? '') ?? [])].filter((record) => record.startsWith(place));
    return alike.some((record) => record !== recordOf(sighting));
  }

  /** One record per entity and place, within one run too. */
  #take({ connection, recordType }: Sighting, as: 'adopted' | 'matched', entity: string): Recognised {
    this.#linked.add(placeOf({ entity, connection, recordType }));
    return { as, entity };
  }

  #load<Row>(query: string, values: readonly string[]): Row[] {
    if (values.length === 0) return [];
    return this.#tx.sql.exec(query, JSON.stringify(values)).toArray() as Row[];
  }
}
