// A page of a register whose older rows lie in the archive: what D1 has and what the archive has stand in one order, as
// if none had ever left. Both are asked by the same query.
import type { Archive } from './archive.ts';
import { archivedRows } from './history.ts';
import {
  inOrder,
  newestOf,
  type Place,
  type RegisterName,
  type RowIn,
  registers,
  rowsOf,
  stretchesOf,
} from './registers.ts';
import { retention } from './retention.ts';
import { shapeOf } from './rows.ts';
import { Fragment, joined, type ScopedRecord, sql } from './scoped-record.ts';

/** Texts that are opened together, and for one page at most. */
const openedMax = 6;
const textsMax = 36;

/** What narrows a list: as D1 is asked, and as rows of the archive are looked through. */
export interface Narrowing<Row> {
  readonly asks: Fragment;
  readonly fits: (row: Row) => boolean;
}

/** The rows that have this value; all where none is asked for. */
export function having<Name extends RegisterName>(
  register: Name,
  key: keyof RowIn<Name> & string,
  value: string | null | undefined,
): readonly Narrowing<RowIn<Name>>[] {
  if (value === undefined) return [];
  const { name, columns, properties } = shapeOf(registers[register].table);
  const column = new Fragment([`"${name}"."${columns[properties.indexOf(key)]}"`], []);
  const asks = value === null ? sql`${column} IS NULL` : sql`${column} = ${value}`;
  return [{ asks, fits: (row) => row[key] === value }];
}

interface PageOf<Name extends RegisterName, Row> {
  readonly register: Name;
  /** Whose rows, where the register is kept for several. */
  readonly part?: string;
  readonly narrowed: readonly Narrowing<RowIn<Name>>[];
  /** Rows that fit all of it, after `after` in their order, one more than `limit`. */
  readonly query: (isNarrowed: Fragment) => Fragment<Row>;
  readonly limit: number;
  readonly after: Place | null;
  /** Nothing is found that was made before, or from then on. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly nowMs: number;
}

export interface RegisterPage<Row> {
  /** One more than the limit where there are more. */
  readonly rows: readonly Row[];
  /** Where the next page goes on, although this one is not full: texts further on have not been opened. */
  readonly goesOn: Place | null;
}

export async function pageOfRegister<Name extends RegisterName, Row extends object>(
  record: ScopedRecord,
  archive: Archive,
  asked: PageOf<Name, Row>,
): Promise<RegisterPage<Row>> {
  const { register, limit } = asked;
  const query = asked.query(joined([sql`TRUE`, ...asked.narrowed.map(({ asks }) => asks)], ' AND '));
  const { isNewestFirst, madeMs } = registers[register];
  // D1 first: what leaves it meanwhile is in the archive before.
  const found = await record.all(query);
  const last = found.length > limit && isNewestFirst ? (found.at(-1) as Readonly<Record<string, unknown>>) : null;
  const oldestMs = Math.max(Number(last?.[madeMs] ?? 0), asked.fromMs ?? 0);
  // Nothing that was made since then has left D1 yet.
  if (oldestMs >= asked.nowMs - retention.flushedMs) return { rows: found, goesOn: null };
  const { rows: away, goesOn } = await lookInArchive(archive, asked, found);
  if (away.length === 0 && goesOn === null) return { rows: found, goesOn };
  const archived = away.length === 0 ? [] : await throughArchived(record, register, away).all(query);
  const place = placing(register);
  const rows = [...found, ...archived].sort((a, b) => inOrder(register, place(a), place(b)));
  const read = goesOn === null ? rows : rows.filter((row) => inOrder(register, place(row), goesOn) <= 0);
  return { rows: read.slice(0, limit + 1), goesOn };
}

/** The record with these rows of the archive in the place of D1's. */
export function throughArchived<Name extends RegisterName>(
  record: ScopedRecord,
  register: Name,
  rows: readonly RowIn<Name>[],
): ScopedRecord {
  const { table } = registers[register];
  return record.through(new Map([[table, joined(archivedRows(table, rows), ' UNION ALL ')]]));
}

/** Rows of the archive that belong on the page. Texts are opened in the order of the register, until it is full. */
async function lookInArchive<Name extends RegisterName, Row extends object>(
  archive: Archive,
  { register, part, limit, after, narrowed, fromMs = 0, toMs = Number.POSITIVE_INFINITY }: PageOf<Name, Row>,
  found: readonly Row[],
): Promise<{ readonly rows: RowIn<Name>[]; readonly goesOn: Place | null }> {
  const { begins, ends } = registers[register];
  const place = placing(register);
  const fits = (row: RowIn<Name>) => narrowed.every((one) => one.fits(row));
  const isAfter = (one: Place) => after === null || inOrder(register, after, one) < 0;
  const stretches = (await stretchesOf(archive, register, part)).filter(
    (one) => isAfter(ends(one)) && one.toMs >= fromMs && one.fromMs < toMs,
  );
  const here = new Set(found.map((row) => String(place(row))));
  let rows: RowIn<Name>[] = [];
  for (let opened = 0; opened < stretches.length; opened += openedMax) {
    const next = begins(stretches[opened]!);
    const places = [...found, ...rows].map(place).sort((a, b) => inOrder(register, a, b));
    const full = places[limit];
    if (full !== undefined && inOrder(register, full, next) <= 0) break;
    if (opened >= textsMax) return { rows, goesOn: next };
    const read = await rowsOf(archive, register, stretches.slice(opened, opened + openedMax));
    const more = read.filter((row) => fits(row) && isAfter(place(row)) && !here.has(String(place(row))));
    rows = newestOf(register, [...rows, ...more])
      .sort((a, b) => inOrder(register, place(a), place(b)))
      .slice(0, limit + 1);
  }
  return { rows, goesOn: null };
}

const placing = (register: RegisterName) => registers[register].placeOf as (row: object) => Place;
