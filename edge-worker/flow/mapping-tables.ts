// Tables of values under a draft: which rows use one, which of its entries cannot be kept, and which values of real
// records it does not know. The systems are only read.
import { type EntityName, entities, entityNames } from '../../shared/entities/_registry.ts';
import { titleOf } from '../../shared/entities/entity.ts';
import { readPath } from '../connectors/codecs.ts';
import type { Direction, EntityMap, FieldMap, RecordRef, SchemaField } from '../connectors/connector.ts';
import { Fault } from '../faults.ts';
import { entityRows, links, strays } from '../store/lane-schema.ts';
import { readColumns } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { type MappingContent, mappingContent } from './mapping.ts';
import { choicesOf, schemaOf } from './mapping-fit.ts';
import { sidesOf } from './mapping-sides.ts';
import { openDraft } from './proposals.ts';
import { readAll } from './rehearse.ts';
import type { Connection, Wiring } from './wiring.ts';

/** Their value -> ours. */
export type Entries = Readonly<Record<string, string>>;

/** A row that translates by a table: one of the draft, or one that comes with the connector and was left as it is. */
export interface TableUse {
  readonly connection: string;
  readonly title: string;
  readonly kind: EntityName;
  readonly field: string;
  readonly at: string;
  readonly direction: Direction;
}

export function usesOf({ connections }: Pick<Wiring, 'connections'>, { maps }: MappingContent, table: string) {
  return [...connections.values()].flatMap((connection) =>
    entityNames.flatMap((kind) => {
      const shipped = mapOf(connection, kind)?.fields as Readonly<Record<string, FieldMap<unknown>>> | undefined;
      if (!shipped) return [];
      const rows = { ...shipped, ...maps[connection.id]?.[kind]?.fields };
      return Object.entries(rows).flatMap(([field, row]): TableUse[] => {
        if (row?.lookup !== table) return [];
        const { at, direction } = row;
        return [{ connection: connection.id, title: connection.connector.title, kind, field, at, direction }];
      });
    }),
  );
}

const mapOf = ({ connector }: Connection, kind: EntityName) =>
  connector.maps[kind] as EntityMap<EntityName> | undefined;

export interface EntryProblem {
  readonly theirs: string;
  readonly problem: string;
}

/** What the row carries, as people call it. */
export function nameOf({ kind, field }: TableUse): string {
  const schema = schemaOf(kind, field);
  return `${(schema && titleOf(schema)) || field} of ${entities[kind].title.toLowerCase()}`;
}

/** Where its table stands in the content of a mapping. */
export const placeOf = ({ connection, kind, field }: TableUse) => `maps.${connection}.${kind}.fields.${field}.lookup`;

/** What is wrong with entries for one row that uses them. `described` is their field, where the system describes it. */
export function entryProblems(
  use: TableUse,
  described: Pick<SchemaField, 'label' | 'choices'> | undefined,
  entries: Entries,
): readonly EntryProblem[] {
  const { kind, field, title, at, direction } = use;
  const schema = schemaOf(kind, field);
  const name = nameOf(use);
  const choices = described?.choices ?? [];
  const first = new Map<string, string>();
  const problems: EntryProblem[] = [];
  for (const [theirs, ours] of Object.entries(entries)) {
    if (!schema?.safeParse(ours).success) problems.push({ theirs, problem: `“${ours}” is no value of ${name}.` });
    if (direction === 'in') continue;
    if (choices.length > 0 && !choices.some(({ value }) => value === theirs))
      problems.push({ theirs, problem: `${described?.label ?? at} has no choice “${theirs}” in ${title}.` });
    const before = first.get(ours);
    first.set(ours, before ?? theirs);
    if (before === undefined) continue;
    const both = `“${before}” and “${theirs}” both mean “${ours}”, so nobody can say which is written in ${title}.`;
    problems.push({ theirs, problem: `${both} Keep one, or let ${name} only be read.` });
  }
  return problems;
}

/** Of every row that uses the table, in every system; each is asked for its choices once. */
export async function tableProblems(core: LaneCore, content: MappingContent, table: string, entries: Entries) {
  const problems: (EntryProblem & { readonly place: string })[] = [];
  const asked = new Map<string, readonly SchemaField[]>();
  for (const use of usesOf(core.wiring, content, table)) {
    const key = `${use.connection} ${use.kind}`;
    const theirs = asked.get(key) ?? (await sidesOf(core, use.connection, use.kind)).theirs;
    asked.set(key, theirs);
    const described = theirs.find(({ path }) => path === use.at);
    problems.push(...entryProblems(use, described, entries).map((one) => ({ ...one, place: placeOf(use) })));
  }
  return problems;
}

/** What somebody is about to import, entry by entry. */
export async function checkTable(
  core: LaneCore,
  draft: string,
  table: string,
  entries: Entries,
): Promise<readonly EntryProblem[]> {
  const problems = await tableProblems(core, contentOf(core, draft), table, entries);
  return problems.map(({ theirs, problem }) => ({ theirs, problem }));
}

function contentOf(core: LaneCore, draft: string): MappingContent {
  return mappingContent.parse(JSON.parse(openDraft(core, draft, ['draft', 'submitted']).content));
}

/** A value that stands in records and that the table cannot translate. */
export interface Unmatched {
  /** Theirs is met when records are read, ours when they are written. */
  readonly side: 'theirs' | 'ours';
  readonly value: string;
  readonly count: number;
  readonly connection: string;
  readonly kind: EntityName;
  readonly field: string;
  /** The first records that hold it: theirs by their id, ours by entity. */
  readonly records: readonly string[];
}

export interface TableSeen {
  readonly uses: readonly (TableUse & { readonly choices: readonly string[] | null })[];
  /** So many records were looked at. */
  readonly looked: number;
  readonly unmatched: readonly Unmatched[];
  /** Systems that could not be asked, and why. */
  readonly problems: readonly { readonly connection: string; readonly problem: string }[];
}

const readMax = 500;
const oursMax = 5_000;
const namedMax = 5;

/** What the newest records hold, under the draft as it is saved. */
export async function seeTable(core: LaneCore, draft: string, table: string): Promise<TableSeen> {
  const content = contentOf(core, draft);
  const drafted = core.wiring.withContent(content);
  const uses = usesOf(drafted, content, table);
  const entries = content.lookups[table] ?? {};
  const unknown = new Gathered(new Set(Object.keys(entries)), new Set(Object.values(entries)));
  const problems: { connection: string; problem: string }[] = [];
  for (const use of uses) {
    if (use.direction !== 'out') {
      const { found, problem } = await theirsOf(core, drafted, use);
      unknown.addTheirs(use, found);
      if (problem !== null) problems.push({ connection: use.connection, problem });
    }
    if (use.direction !== 'in') unknown.addOurs(use, oursOf(core, use));
  }
  const shown = uses.map((use) => {
    const schema = schemaOf(use.kind, use.field);
    return { ...use, choices: schema ? choicesOf(schema) : null };
  });
  return { uses: shown, ...unknown.told(), problems };
}

type Held = readonly (readonly [record: string, value: unknown])[];

function oursOf({ store }: LaneCore, { kind, field }: TableUse): Held {
  const newest = `WHERE kind = ? ORDER BY event_ms DESC LIMIT ${oursMax}`;
  const rows = readColumns(store.sql, entityRows, ['id', 'canonical'], newest, kind);
  return rows.map(({ id, canonical }) => [id, (JSON.parse(canonical) as Record<string, unknown>)[field]] as const);
}

/** As their system has them now: linked ones, and those that no entity claims yet, perhaps for this very reason. */
async function theirsOf(core: LaneCore, drafted: Wiring, use: TableUse) {
  const connection = core.callable(use.connection);
  const recordType = drafted.mapFor(use.connection, use.kind)?.recordType ?? '';
  if (!connection) return { found: [], problem: `${use.title} cannot be asked now.` };
  const newest = `WHERE connection = ? AND record_type = ? AND kind = ? AND record_id IS NOT NULL
    ORDER BY seen_ms DESC LIMIT ${readMax}`;
  const place = [use.connection, recordType, use.kind] as const;
  const linked = readColumns(core.store.sql, links, ['recordId'], newest, ...place);
  const unclaimed = readColumns(core.store.sql, strays, ['recordId'], newest, ...place);
  const ids = new Set([...linked, ...unclaimed].map(({ recordId }) => recordId ?? ''));
  const refs = [...ids].map((recordId): RecordRef => ({ recordType, recordId }));
  try {
    const seen = await readAll(core, drafted, connection, refs);
    const found = seen.map(({ snapshot }) => [snapshot.recordId, readPath(snapshot.wire, use.at)] as const);
    return { found, problem: null };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { found: [], problem: error.message };
  }
}

class Gathered {
  readonly #theirs: ReadonlySet<string>;
  readonly #ours: ReadonlySet<string>;
  readonly #found = new Map<string, Unmatched & { count: number; readonly records: string[] }>();
  #looked = 0;

  constructor(theirs: ReadonlySet<string>, ours: ReadonlySet<string>) {
    this.#theirs = theirs;
    this.#ours = ours;
  }

  addTheirs(use: TableUse, held: Held): void {
    this.#add('theirs', use, held, this.#theirs);
  }

  addOurs(use: TableUse, held: Held): void {
    this.#add('ours', use, held, this.#ours);
  }

  #add(side: Unmatched['side'], { connection, kind, field }: TableUse, held: Held, known: ReadonlySet<string>): void {
    this.#looked += held.length;
    for (const [record, given] of held) {
      if (given === null || given === undefined || given === '' || known.has(String(given))) continue;
      const value = String(given);
      const key = [side, connection, kind, field, value].join('\n');
      const one = this.#found.get(key) ?? { side, value, count: 0, connection, kind, field, records: [] };
      this.#found.set(key, one);
      one.count++;
      if (one.records.length < namedMax) one.records.push(record);
    }
  }

  told(): Pick<TableSeen, 'looked' | 'unmatched'> {
    return { looked: this.#looked, unmatched: [...this.#found.values()].sort((a, b) => b.count - a.count) };
  }
}
