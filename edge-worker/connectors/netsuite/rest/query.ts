// Questions in SuiteQL: what changed, which records have a value, and the fields of many flat records at once.
import { instantText, parseInstant } from '../../../../shared/dates.ts';
import { Fault } from '../../../faults.ts';
import type { AnsweredRecord } from '../answers.ts';
import type { Catalog, CatalogField } from './catalog.ts';
import type { Door } from './door.ts';
import { isOfPackage } from './form.ts';
import type { RestType } from './types.ts';

const mask = 'YYYY-MM-DD HH24:MI:SS';
const asked = `TO_TIMESTAMP(?, '${mask}')`;
const shown = (column: string) => `TO_CHAR(${column}, '${mask}')`;
const stampColumn = 'lastmodifieddate';
/** Zones differ from each other by quarters of an hour; a clock that is some minutes off does not matter. */
const quarterHourMs = 900_000;
const valuesPerQuery = 500;
const isColumn = (name: string) => /^[a-z][a-z0-9_]{0,60}$/.test(name);

const ofType = ({ code }: RestType) => (code === null ? '' : ` AND type = '${code}'`);
const marks = (list: readonly unknown[]) => list.map(() => '?').join(', ');

export class Queries {
  readonly #door: Door;
  readonly #catalog: Catalog;
  #offset: Promise<number> | null = null;

  constructor(door: Door, catalog: Catalog) {
    this.#door = door;
    this.#catalog = catalog;
  }

  /** Strictly after (since, afterId); without `afterId` the named second itself is taken in. */
  async changes(
    type: RestType,
    since: string | null,
    afterId: string | null,
    limit: number,
  ): Promise<readonly { readonly id: string; readonly lastmodified: string }[]> {
    const offsetMs = await this.#offsetMs();
    const sinceMs = since === null ? 0 : parseInstant(since);
    const place = toSql(sinceMs, offsetMs);
    // Stamps are whole seconds: one named with a fraction lies after all records of its second.
    const isWhole = sinceMs % 1000 === 0;
    const atPlace = isWhole && afterId === null ? `${stampColumn} >= ${asked}` : `${stampColumn} > ${asked}`;
    const isBeside = isWhole && afterId !== null;
    const where = isBeside ? `(${stampColumn} > ${asked} OR (${stampColumn} = ${asked} AND id > ?))` : atPlace;
    const params = isBeside ? [place, place, Number(afterId)] : [place];
    const rows = await this.#door.rows(
      `SELECT id, ${shown(stampColumn)} AS stamp FROM ${type.table} WHERE ${where}${ofType(type)} ` +
        `ORDER BY ${stampColumn}, id FETCH FIRST ${limit} ROWS ONLY`,
      params,
      limit,
    );
    return rows.map((row) => ({ id: row['id'] ?? '', lastmodified: fromSql(row['stamp'] ?? '', offsetMs) }));
  }

  /** Value -> ids of the records that have it. */
  async idsBy(type: RestType, column: string, values: readonly string[]): Promise<ReadonlyMap<string, string[]>> {
    if (!isColumn(column)) throw new Fault('schema-changed', `"${column}" is no column of a NetSuite query`);
    const found = new Map<string, string[]>();
    const sought = [...new Set(values)];
    for (let start = 0; start < sought.length; start += valuesPerQuery) {
      const part = sought.slice(start, start + valuesPerQuery);
      const where = `${column} IN (${marks(part)})${ofType(type)}`;
      const query = `SELECT id, ${column} AS sought FROM ${type.table} WHERE ${where} ORDER BY id`;
      for (const row of await this.#door.rows(query, part)) {
        const key = row['sought'] ?? '';
        found.set(key, [...(found.get(key) ?? []), row['id'] ?? '']);
      }
    }
    return found;
  }

  /** Flat records by id, with these fields. UNVERIFIED: that queries call the fields of a record as scripts do. */
  async records(type: RestType, ids: readonly string[], wanted: readonly string[]): Promise<AnsweredRecord[]> {
    const fields = await this.#catalog.fieldsOf(type.id);
    const columns = wanted.filter((id) => isColumn(id) && fields.has(id) && !isOfPackage(id));
    const offsetMs = await this.#offsetMs();
    const select = [
      'id',
      'externalid',
      `${shown(stampColumn)} AS tieout_stamp`,
      ...columns.map((id) => (fields.get(id)?.kind === 'date' ? `TO_CHAR(${id}, 'YYYY-MM-DD') AS ${id}` : id)),
    ].join(', ');
    const records: AnsweredRecord[] = [];
    for (let start = 0; start < ids.length; start += valuesPerQuery) {
      const part = ids.slice(start, start + valuesPerQuery).map(Number);
      const query = `SELECT ${select} FROM ${type.table} WHERE id IN (${marks(part)})`;
      for (const row of await this.#door.rows(query, part)) {
        const values = Object.fromEntries(columns.map((id) => [id, plainValue(fields.get(id), row[id])]));
        const { id = '', externalid = null, tieout_stamp: stamp = '' } = row;
        records.push({ type: type.id, id, externalid, lastmodified: fromSql(stamp, offsetMs), values, sublists: {} });
      }
    }
    return records;
  }

  /** How far the zone in which queries speak is ahead of UTC: their now, against ours. */
  #offsetMs(): Promise<number> {
    this.#offset ??= this.#askOffset().catch((fault: unknown) => {
      this.#offset = null;
      throw fault;
    });
    return this.#offset;
  }

  async #askOffset(): Promise<number> {
    const [row] = await this.#door.rows(
      `SELECT ${shown('SYSDATE')} AS now FROM subsidiary FETCH FIRST 1 ROWS ONLY`,
      [],
    );
    const theirMs = Date.parse(`${(row?.['now'] ?? '').replace(' ', 'T')}Z`);
    if (Number.isNaN(theirMs)) throw new Fault('unreadable', 'NetSuite did not say what time it is in its queries');
    return Math.round((theirMs - this.#door.nowMs()) / quarterHourMs) * quarterHourMs;
  }
}

/** Flags are letters there; everything else is the text it is. */
function plainValue(field: CatalogField | undefined, text: string | undefined): unknown {
  if (field?.kind === 'flag') return text === 'T';
  return text ?? null;
}

function fromSql(text: string, offsetMs: number): string {
  return instantText(Date.parse(`${text.replace(' ', 'T')}Z`) - offsetMs).replace('.000Z', 'Z');
}

function toSql(ms: number, offsetMs: number): string {
  return instantText(ms + offsetMs)
    .slice(0, 19)
    .replace('T', ' ');
}
