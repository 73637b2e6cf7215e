// Whether rows of a draft can be kept: each changed row against both schemas, against what real records hold, and
// against the tables it uses. Says what is wrong, where, in sentences; nothing is refused without its reason.
import { canonicalJson } from '../../shared/canonical-json.ts';
import { type EntityName, entities, entityNames } from '../../shared/entities/_registry.ts';
import { confidentialIn, titleOf } from '../../shared/entities/entity.ts';
import { type Codec, CodecError, readPath } from '../connectors/codecs.ts';
import type { EntityMap, FieldMap } from '../connectors/connector.ts';
import { entityRows } from '../store/lane-schema.ts';
import { readColumns } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { checkFormula, compileFormula } from './formula.ts';
import { codecsOf, type MappingContent, mappingContent } from './mapping.ts';
import {
  codecsFor,
  codecsForTyped,
  currencyPath,
  encoded,
  isCarried,
  openText,
  refusedThere,
  schemaOf,
  someValues,
} from './mapping-fit.ts';
import { type Sides, sidesOf } from './mapping-sides.ts';
import { entryProblems, nameOf, placeOf, tableProblems, usesOf } from './mapping-tables.ts';
import type { CanonicalRecord } from './nouns.ts';
import { openDraft } from './proposals.ts';
import type { Connection } from './wiring.ts';

export interface RowProblem {
  /** Where it stands in the content: `maps.<connection>.<kind>.fields.<field>.<part>`. */
  readonly field: string;
  readonly problem: string;
}

type Overlay = MappingContent['maps'][string][string];
type Row = NonNullable<Overlay['fields'][string]>;
type Extra = Overlay['extra'][number];

/** A value that stands in real records is a reason that people can look at. */
const lookedAtMax = 500;

/** Against what the draft holds until now. What somebody else changed meanwhile is found out when it is saved. */
export async function checkDraft(
  core: LaneCore,
  draft: string,
  content: MappingContent,
): Promise<readonly RowProblem[]> {
  const row = openDraft(core, draft, ['draft']);
  return checkContent(core, mappingContent.parse(JSON.parse(row.content)), content);
}

/** What is wrong with the rows that differ from those of `before`. The systems that they concern are only read. */
async function checkContent(
  core: LaneCore,
  before: MappingContent,
  after: MappingContent,
): Promise<readonly RowProblem[]> {
  const problems: RowProblem[] = [...checkOwners(after)];
  for (const [id, kinds] of Object.entries(after.maps)) {
    const connection = core.wiring.connections.get(id);
    if (!connection) {
      problems.push({ field: `maps.${id}`, problem: `There is no connection ${id}.` });
      continue;
    }
    for (const [kind, overlay] of Object.entries(kinds)) {
      const place = `maps.${id}.${kind}`;
      const map = (connection.connector.maps as Readonly<Record<string, EntityMap<EntityName> | undefined>>)[kind];
      if (!map) problems.push({ field: place, problem: `${connection.connector.title} carries no such record.` });
      else {
        const changed = changedRows(before.maps[id]?.[kind], overlay);
        if (changed.fields.length + changed.extra.length + changed.off.length === 0) continue;
        const sides = await sidesOf(core, id, kind as EntityName);
        problems.push(...new MapCheck(core, connection, kind as EntityName, after, sides).check(changed));
      }
    }
  }
  for (const table of changedTables(before, after)) problems.push(...(await checkUses(core, after, table)));
  return distinct(problems);
}

/** A table is for all rows that use it, also for those that the draft leaves as they are. */
async function checkUses(core: LaneCore, after: MappingContent, table: string): Promise<RowProblem[]> {
  const entries = after.lookups[table];
  if (entries !== undefined)
    return (await tableProblems(core, after, table, entries)).map(({ problem, place }) => ({ field: place, problem }));
  return usesOf(core.wiring, after, table).map((use) => ({
    field: placeOf(use),
    problem: `There is no table ${table}, and ${use.title} still uses it for ${nameOf(use)}.`,
  }));
}

function distinct(problems: readonly RowProblem[]): RowProblem[] {
  return [...new Map(problems.map((one) => [`${one.field} ${one.problem}`, one] as const)).values()];
}

function checkOwners({ ownership }: MappingContent): RowProblem[] {
  return Object.keys(ownership).flatMap((key) => {
    const [kind = '', field = ''] = key.split('.');
    const isKnown = entityNames.includes(kind as EntityName) && schemaOf(kind as EntityName, field) !== undefined;
    return isKnown ? [] : [{ field: `ownership.${key}`, problem: `There is no field ${key}.` }];
  });
}

interface Changed {
  readonly fields: readonly (readonly [string, Row])[];
  readonly off: readonly string[];
  readonly extra: readonly (readonly [number, Extra])[];
}

function changedTables(before: MappingContent, after: MappingContent): ReadonlySet<string> {
  const names = [...Object.keys(before.lookups), ...Object.keys(after.lookups)];
  return new Set(names.filter((name) => !isAlike(before.lookups[name], after.lookups[name])));
}

const isAlike = (one: unknown, other: unknown) => canonicalJson(one ?? null) === canonicalJson(other ?? null);

function changedRows(was: Overlay | undefined, is: Overlay): Changed {
  const moved = Object.entries(is.fields).filter(
    ([field, row]) => !isAlike(was?.fields[field], row) || was?.fields[field] === undefined,
  );
  return {
    fields: moved.flatMap(([field, row]) => (row === null ? [] : [[field, row] as const])),
    off: moved.flatMap(([field, row]) => (row === null ? [field] : [])),
    extra: is.extra.flatMap((row, at) => (was?.extra.some((one) => isAlike(one, row)) ? [] : [[at, row] as const])),
  };
}

class MapCheck {
  readonly #connection: Connection;
  readonly #kind: EntityName;
  readonly #content: MappingContent;
  readonly #sides: Sides;
  readonly #map: EntityMap<EntityName>;
  readonly #shipped: Readonly<Record<string, FieldMap<unknown>>>;
  readonly #codecs: ReadonlyMap<string, Codec<unknown>>;
  readonly #records: readonly CanonicalRecord[];

  constructor(core: LaneCore, connection: Connection, kind: EntityName, content: MappingContent, sides: Sides) {
    this.#connection = connection;
    this.#kind = kind;
    this.#content = content;
    this.#sides = sides;
    this.#map = connection.connector.maps[kind] as EntityMap<EntityName>;
    this.#shipped = this.#map.fields as Readonly<Record<string, FieldMap<unknown>>>;
    this.#codecs = codecsOf(connection.connector);
    const where = `WHERE kind = ? ORDER BY event_ms DESC LIMIT ${lookedAtMax}`;
    const rows = readColumns(core.store.sql, entityRows, ['canonical'], where, kind);
    this.#records = rows.map(({ canonical }) => JSON.parse(canonical) as CanonicalRecord);
  }

  check({ fields, off, extra }: Changed): RowProblem[] {
    const rows = fields.flatMap(([field, row]) => within(`fields.${field}`, this.#checkRow(field, row)));
    const extras = extra.flatMap(([at, row]) => within(`extra.${at}`, this.#checkExtra(row)));
    const place = `maps.${this.#connection.id}.${this.#kind}`;
    const moved = [...fields.map(([field]) => field), ...off];
    return within(place, [...rows, ...extras, ...this.#checkFilled(moved), ...this.#checkCurrencies(moved)]);
  }

  #checkRow(field: string, row: Row): RowProblem[] {
    const schema = schemaOf(this.#kind, field);
    if (!schema) return [{ field: '', problem: `${entities[this.#kind].title} has no field ${field}.` }];
    if (row.direction !== 'in' && confidentialIn(entities[this.#kind]).has(field))
      return [{ field: 'direction', problem: 'It is confidential: it is read, and written to no system.' }];
    const codec = this.#codecs.get(row.codec);
    if (!codec) return [{ field: 'codec', problem: `There is no codec ${row.codec}.` }];
    if (!row.lookup && !codecsFor(this.#connection.connector, this.#kind, field).includes(row.codec))
      return [{ field: 'codec', problem: `${row.codec} cannot carry this field there and back without loss.` }];
    return [
      ...this.#checkPath(row.at, row.direction !== 'in'),
      ...this.#checkTable(field, row),
      ...(row.direction === 'out' ? [] : this.#checkRead(row, codec)),
      ...(row.direction === 'in' ? [] : this.#checkWritten(field, row, codec)),
    ];
  }

  #checkPath(at: string, isWritten: boolean): RowProblem[] {
    const { theirs, recordType } = this.#sides;
    if (theirs.length === 0) return [];
    const described = theirs.find(({ path }) => path === at);
    const title = this.#connection.connector.title;
    // A path into a described list or reference is the connector's own way.
    const isInside = theirs.some(({ path }) => at.startsWith(`${path}.`));
    if (!described && !isInside) return [{ field: 'at', problem: `${recordType} has no field ${at} in ${title}.` }];
    if (!isWritten || described?.isWritable !== false) return [];
    return [{ field: 'direction', problem: `${described.label} cannot be written in ${title}. It can be read.` }];
  }

  /** An amount whose currency is not read with it would be held, record by record: one that moves, or whose goes. */
  #checkCurrencies(moved: readonly string[]): RowProblem[] {
    const places = this.#places();
    return places.flatMap(({ field, codec }) => {
      const [at, schema] = [currencyPath(codec), schemaOf(this.#kind, field)];
      if (at === null || !schema || places.some((row) => row.at === at)) return [];
      if (!moved.some((one) => one === field || this.#shipped[one]?.at === at)) return [];
      const says = `has its currency at ${at}, which no row of this record carries.`;
      return [{ field: `fields.${field}.codec`, problem: `${titleOf(schema)} ${says}` }];
    });
  }

  /** Where the map reads and writes under the draft. */
  #places(): readonly (Pick<Row, 'at' | 'direction' | 'codec'> & { readonly field: string })[] {
    const overlay = this.#content.maps[this.#connection.id]?.[this.#kind];
    const kept = Object.entries(this.#shipped).flatMap(([field, { codec, ...row }]) =>
      overlay?.fields[field] === undefined ? [{ ...row, field, codec: codec.name }] : [],
    );
    const own = Object.entries(overlay?.fields ?? {}).flatMap(([field, row]) => (row ? [{ ...row, field }] : []));
    const extra = [...(this.#map.extra ?? []), ...(overlay?.extra ?? [])];
    return [...kept, ...own, ...extra.map(({ at }) => ({ at, direction: 'out' as const, field: '', codec: '' }))];
  }

  #checkTable(field: string, { lookup, at, direction }: Row): RowProblem[] {
    if (lookup === undefined) return [];
    const table = this.#content.lookups[lookup];
    if (!table) return [{ field: 'lookup', problem: `There is no table ${lookup}.` }];
    const { id, connector } = this.#connection;
    const use = { connection: id, title: connector.title, kind: this.#kind, field, at, direction };
    const described = this.#sides.theirs.find(({ path }) => path === at);
    return entryProblems(use, described, table).map(({ problem }) => ({ field: 'lookup', problem }));
  }

  #checkRead({ at, lookup }: Row, codec: Codec<unknown>): RowProblem[] {
    const { sample } = this.#sides;
    const wire = sample && readPath(sample.wire, at);
    // What a table does not know is listed with the table, to be added there.
    if (!sample || wire === undefined || lookup !== undefined) return [];
    try {
      codec.decode(wire, sample.wire);
      return [];
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      return [{ field: 'codec', problem: `Record ${sample.recordId} cannot be read this way: ${error.message}.` }];
    }
  }

  #checkWritten(field: string, row: Row, codec: Codec<unknown>): RowProblem[] {
    const there = this.#sides.theirs.find(({ path }) => path === row.at);
    // What a table writes is what stands in it.
    if (row.lookup !== undefined) return [];
    const { choices, lengthMax } = there ?? { choices: null, lengthMax: null };
    const seen = this.#records.flatMap((record) => (record[field] === undefined ? [] : [record[field]]));
    const some = someValues(this.#kind, field);
    // Which words a text will hold nobody knows beforehand: real ones decide whether they have a place there.
    const isOpenText = some[0] === openText && (choices !== null || lengthMax !== null);
    return this.#refused(row.at, codec, isOpenText ? seen : [...seen, ...some]);
  }

  #refused(at: string, codec: Codec<unknown>, values: readonly unknown[]): RowProblem[] {
    const described = this.#sides.theirs.find(({ path }) => path === at);
    if (!described) return [];
    const wires = values.flatMap((value) => (value === null ? [null] : encoded(codec, value)));
    const problem = wires.map((wire) => refusedThere(described, wire)).find((one) => one !== null);
    return problem ? [{ field: 'at', problem }] : [];
  }

  #checkExtra(row: Extra): RowProblem[] {
    const { connector } = this.#connection;
    const codec = this.#codecs.get(row.codec);
    if (!codec) return [{ field: 'codec', problem: `There is no codec ${row.codec}.` }];
    const path = this.#checkPath(row.at, true);
    if (row.formula === undefined) {
      const type = typeof row.constant === 'boolean' ? 'bool' : 'string';
      const isFit = codecsForTyped(connector, type).includes(row.codec) || isCarried(codec, row.constant);
      if (!isFit) return [{ field: 'constant', problem: `${row.codec} cannot write ${JSON.stringify(row.constant)}.` }];
      return [...path, ...this.#refused(row.at, codec, [row.constant ?? null])];
    }
    const checked = checkFormula(row.formula, this.#kind);
    if (!checked.ok) return [{ field: 'formula', problem: `${checked.problem}. ${checked.next}` }];
    const says = `The formula makes a value of the type ${checked.type}, not for ${row.codec}.`;
    if (!codecsForTyped(connector, checked.type).includes(row.codec)) return [{ field: 'codec', problem: says }];
    return [...path, ...this.#refused(row.at, codec, this.#worked(row.formula))];
  }

  /** What the formula makes of real records. Those on which it fails are for the rehearsal to show. */
  #worked(formula: string): unknown[] {
    const workOut = compileFormula(formula, this.#kind);
    return this.#records.flatMap((record) => {
      try {
        return [workOut(record)];
      } catch (error) {
        if (error instanceof CodecError) return [];
        throw error;
      }
    });
  }

  /** A field that must not be empty there is still filled by some row. */
  #checkFilled(moved: readonly string[]): RowProblem[] {
    const written = new Set(this.#places().flatMap(({ at, direction }) => (direction === 'in' ? [] : [at])));
    return (this.#map.canCreate ? moved : []).flatMap((field) => {
      const before = this.#shipped[field];
      const there = this.#sides.theirs.find(({ path }) => path === before?.at);
      if (before?.direction === 'in' || !there?.isRequired || written.has(there.path)) return [];
      return [{ field: `fields.${field}`, problem: `${there.label} must not be empty there, and no row fills it.` }];
    });
  }
}

const within = (place: string, problems: readonly RowProblem[]): RowProblem[] =>
  problems.map(({ field, problem }) => ({ field: [place, field].filter(String).join('.'), problem }));
