// Registers: what the record tells in order and no entity has to itself: exceptions that were closed, what subscribers
// were told, the audit. A text of the archive holds a stretch of one, and its key says which.
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type Archive, type Archived, padded, readArchived, textsUnder } from './archive.ts';
import { audit, auditHeads, dispatches, exceptions } from './record-schema.ts';

/** Where something stands in its register. */
export type Place = readonly (string | number)[];

/** A stretch of a register: by what its rows are known, and when each of them was made. */
export interface Stretch {
  readonly key: string;
  readonly first: string;
  readonly last: string;
  readonly fromMs: number;
  readonly toMs: number;
}

interface Register {
  readonly table: SQLiteTable;
  /** By which column a row is known, and which says when it was made. */
  readonly id: string;
  readonly madeMs: 'madeMs' | 'atMs';
  readonly isNewestFirst: boolean;
  /** Where a row stands. */
  readonly placeOf: (row: never) => Place;
  /** A place before all rows of a stretch, and one that is not before any. */
  readonly begins: (stretch: Stretch) => Place;
  readonly ends: (stretch: Stretch) => Place;
}

/** Numbered in the order in which they are made, and listed the other way round. */
const bySeq = {
  id: 'seq',
  isNewestFirst: true,
  placeOf: ({ seq }: { readonly seq: number }): Place => [seq],
  begins: ({ last }: Stretch): Place => [Number(last) + 1],
  ends: ({ first }: Stretch): Place => [Number(first)],
} as const;

export const registers = {
  exceptions: {
    ...{ table: exceptions, id: 'id', madeMs: 'madeMs', isNewestFirst: false },
    placeOf: ({ madeMs, id }: { readonly madeMs: number; readonly id: string }): Place => [madeMs, id],
    begins: ({ fromMs }): Place => [fromMs, ''],
    ends: ({ toMs, last }): Place => [toMs, last],
  },
  dispatches: { ...bySeq, table: dispatches, madeMs: 'madeMs' },
  audit: { ...bySeq, table: audit, madeMs: 'atMs' },
  auditHeads: {
    ...{ table: auditHeads, id: 'day', madeMs: 'atMs', isNewestFirst: false },
    placeOf: ({ day }: { readonly day: string }): Place => [day],
    begins: (): Place => [''],
    ends: ({ last }): Place => [last],
  },
} as const satisfies Record<string, Register>;
export type RegisterName = keyof typeof registers;
export type RowIn<Name extends RegisterName> = Archived[Name][number];

/** `part` is whose rows they are, where a register is kept for several. */
export const registerPrefix = (name: RegisterName, part: string) =>
  `registers/${name}/${part === '' ? '' : `${part}/`}`;

/** The same rows have the same key, so that a repeat adds nothing. */
export function registerKey<Name extends RegisterName>(name: Name, part: string, rows: readonly RowIn<Name>[]): string {
  const { id, madeMs } = registers[name];
  const read = rows as readonly Readonly<Record<string, string | number>>[];
  const ids = read.map((row) => idText(row[id])).sort();
  const times = read.map((row) => Number(row[madeMs]));
  const ends = [ids[0], ids.at(-1), padded(Math.min(...times)), padded(Math.max(...times))];
  return `${registerPrefix(name, part)}${ends.join('~')}.ndjson`;
}

const idText = (id: string | number | undefined) => (typeof id === 'number' ? padded(id) : String(id));

function stretchOf(key: string): Stretch {
  const [first = '', last = '', from, to] = key.slice(key.lastIndexOf('/') + 1, -'.ndjson'.length).split('~');
  return { key, first, last, fromMs: Number(from), toMs: Number(to) };
}

/** What the archive has of a register, in its order. */
export async function stretchesOf(archive: Archive, name: RegisterName, part = ''): Promise<Stretch[]> {
  const { begins } = registers[name];
  const stretches = (await archive.list(registerPrefix(name, part))).map(stretchOf);
  return stretches.sort((a, b) => inOrder(name, begins(a), begins(b)));
}

/** Negative where one place comes before the other. */
export function inOrder(name: RegisterName, a: Place, b: Place): number {
  const at = a.findIndex((one, index) => one !== b[index]);
  const [one = '', other = ''] = at < 0 ? [] : [a[at], b[at]];
  const order = one === other ? 0 : one < other ? -1 : 1;
  return registers[name].isNewestFirst ? -order : order;
}

/** Their rows. One that was changed after it had been put away is there twice: the later one counts. */
export async function rowsOf<Name extends RegisterName>(
  archive: Archive,
  name: Name,
  stretches: readonly Stretch[],
): Promise<RowIn<Name>[]> {
  const texts = await textsUnder(
    archive,
    stretches.map(({ key }) => key),
  );
  return newestOf(name, readArchived(texts)[name] as readonly RowIn<Name>[]);
}

export function newestOf<Name extends RegisterName>(name: Name, rows: readonly RowIn<Name>[]): RowIn<Name>[] {
  const byId = new Map<unknown, RowIn<Name>>();
  for (const row of rows) {
    const id = (row as Readonly<Record<string, unknown>>)[registers[name].id];
    if ((byId.get(id)?.run ?? -1) < row.run) byId.set(id, row);
  }
  return [...byId.values()];
}

/** One row by which it is known; null where the archive has none. */
export async function archivedRow<Name extends RegisterName>(
  archive: Archive,
  name: Name,
  id: string,
): Promise<RowIn<Name> | null> {
  const around = (await stretchesOf(archive, name)).filter(({ first, last }) => first <= id && id <= last);
  const rows = await rowsOf(archive, name, around);
  return rows.find((row) => (row as Readonly<Record<string, unknown>>)[registers[name].id] === id) ?? null;
}
