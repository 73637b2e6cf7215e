// Registers older than D1 keeps -> the archive: exceptions that were closed, what subscribers were told, the audit. A
// stretch of a register is one text. What people were asked about an entity also goes to its history, with the answers.
import { grouped } from '../../shared/grouped.ts';
import { type Archive, type Archived, archivedText, closedKey } from '../store/archive.ts';
import { removeRows } from '../store/flush.ts';
import { answersTo } from '../store/history.ts';
import { audit } from '../store/record-schema.ts';
import { type RegisterName, type RowIn, registerKey, registers } from '../store/registers.ts';
import { leavesBeforeMs, type Retention } from '../store/retention.ts';
import { type StoredRow, shapeOf } from '../store/rows.ts';
import { columnsOf, Fragment, joined, ScopedRecord, sql } from '../store/scoped-record.ts';
import type { LaneCore } from './core.ts';

/** A place in the walk through the registers: the key of the last row that is done with. */
export type RegisterPlace = readonly [name: RegisterName, ...after: (string | number)[]];

export const firstRegister: RegisterPlace = ['exceptions'];
export const registerText = (place: RegisterPlace) => JSON.stringify(place);
/** The walk is in a register, and not among the entities. */
export const registerAt = (text: string) => (text.startsWith('[') ? (JSON.parse(text) as RegisterPlace) : null);

type Table = (typeof registers)[RegisterName]['table'];

interface Leaving<Name extends RegisterName> {
  readonly keptMs: keyof Retention;
  /** Rows that are looked at together. */
  readonly rowsMax: number;
  /** Which rows nobody works with any more. */
  readonly isOver: (beforeMs: number) => Fragment;
  /** Whose rows they are, where the register is kept for several. */
  readonly partOf: (row: RowIn<Name>) => string;
  /** What rows of one text have in common. */
  readonly together: (row: RowIn<Name>, gatheredMs: number) => string | number;
  /** Those that leave. */
  readonly without?: (record: ScopedRecord, rows: readonly RowIn<Name>[]) => Promise<readonly RowIn<Name>[]>;
  /** Where else they are put. */
  readonly also?: (archive: Archive, record: ScopedRecord, rows: readonly RowIn<Name>[]) => Promise<unknown>;
  readonly next: RegisterName | null;
}

const plain = {
  ...{ rowsMax: 1_000, partOf: () => '', together: () => '' },
  isOver: (beforeMs: number) => sql`at_ms < ${beforeMs}`,
} as const;

/** In this order: an answer is put beside its exception while D1 has it. */
const leaving: { readonly [Name in RegisterName]: Leaving<Name> } = {
  exceptions: {
    ...{ keptMs: 'exceptionsMs', rowsMax: 200, partOf: () => '', also: putWithEntities, next: 'dispatches' },
    isOver: (beforeMs) => sql`state = 'closed' AND closed_ms < ${beforeMs}`,
    // One that was open for years makes no text that reaches over years.
    together: ({ madeMs }, gatheredMs) => Math.floor(madeMs / gatheredMs),
  },
  dispatches: {
    ...{ ...plain, keptMs: 'dispatchesMs', next: 'auditHeads' },
    partOf: ({ subscription }) => subscription,
    together: ({ subscription }) => subscription,
  },
  auditHeads: { ...plain, keptMs: 'auditMs', next: 'audit' },
  audit: { ...plain, keptMs: 'auditMs', without: withoutLast, next: null },
};

/** Moves a portion. Returns where the walk goes on; null once it is through all registers. */
export function archiveRegister(core: LaneCore, [name, ...after]: RegisterPlace): Promise<RegisterPlace | null> {
  return archiveSomeOf(core, name, after);
}

async function archiveSomeOf<Name extends RegisterName>(
  { ports, store }: LaneCore,
  name: Name,
  after: readonly (string | number)[],
): Promise<RegisterPlace | null> {
  const { keptMs, partOf, without, also, next, isOver, rowsMax } = leaving[name];
  const record = new ScopedRecord(ports.database, store.installation);
  const beforeMs = leavesBeforeMs(ports.retention, ports.retention[keptMs], ports.nowMs());
  const { table, madeMs } = registers[name];
  const { keys, named } = ownKeys(table);
  const isAfter =
    after.length === 0
      ? sql``
      : sql`WHERE (${named}) > (${joined(
          after.map((one) => sql`${one}`),
          ', ',
        )})`;
  // So that what is not over yet is not looked through to its end.
  const some = sql`(SELECT * FROM ${table} ${isAfter} ORDER BY ${named} LIMIT ${rowsMax}) AS ${nameOf(table)}`;
  const [[last], over] = await record.batch([
    sql<RowIn<Name>>`SELECT ${columnsOf(table)} FROM ${some} ORDER BY ${descending(keys)} LIMIT 1`,
    sql<RowIn<Name>>`SELECT ${columnsOf(table)} FROM ${some} WHERE ${isOver(beforeMs)} ORDER BY ${named}`,
  ]);
  if (!last) return next && [next];
  const moved = over.length > 0 && without ? await without(record, over) : over;
  if (moved.length > 0) {
    await also?.(ports.archive, record, moved);
    await putTexts(ports.archive, name, moved, ports.retention.gatheredMs);
    // A row that was changed since it was read stays.
    await removeRows(ports.database, { table, rows: moved as readonly StoredRow<Table>[], unchanged: ['run'] });
  }
  const place = keys.map((key) => (last as Readonly<Record<string, string | number>>)[key] ?? '');
  if (Number((last as Readonly<Record<string, unknown>>)[madeMs]) < beforeMs) return [name, ...place];
  // What follows was made later, and is not over either.
  return partOf(last) === '' ? next && [next] : [name, partOf(last), Number.MAX_SAFE_INTEGER];
}

async function putTexts<Name extends RegisterName>(
  archive: Archive,
  name: Name,
  rows: readonly RowIn<Name>[],
  gatheredMs: number,
): Promise<void> {
  const { partOf, together } = leaving[name];
  const texts = [...grouped(rows, (row) => together(row, gatheredMs)).values()];
  await Promise.all(
    texts.map((list) =>
      archive.put(registerKey(name, partOf(list[0]!), list), archivedText({ [name]: list } as Partial<Archived>)),
    ),
  );
}

/** What was asked about an entity, and what people said to it, is found with the entity. */
async function putWithEntities(
  archive: Archive,
  record: ScopedRecord,
  rows: readonly RowIn<'exceptions'>[],
): Promise<unknown> {
  const ids = JSON.stringify(rows.map(({ id }) => id));
  const answers = await record.all(answersTo(sql`IN (SELECT value FROM json_each(${ids}))`));
  return Promise.all(
    [...grouped(rows, ({ entity }) => entity ?? '')].map(([entity, closed]) => {
      const own = new Set(closed.map(({ id }) => id));
      const told = { exceptions: closed, audit: answers.filter(({ subject }) => own.has(subject)) };
      return archive.put(closedKey(entity, told), archivedText(told));
    }),
  );
}

/** The end of the chain stays, for whoever goes on from it; and when each person was here last: so all stay known. */
async function withoutLast(record: ScopedRecord, rows: readonly RowIn<'audit'>[]): Promise<RowIn<'audit'>[]> {
  const kept = await record.all(
    sql<{ seq: number }>`SELECT max(seq) AS seq FROM ${audit}
      UNION SELECT max(seq) FROM ${audit} WHERE action = 'session-opened' GROUP BY "by"`,
  );
  const stays = new Set(kept.map(({ seq }) => seq));
  return rows.filter(({ seq }) => !stays.has(seq));
}

function ownKeys(table: Table): { readonly keys: readonly string[]; readonly named: Fragment } {
  const keys = shapeOf(table).keys.filter((key) => key !== 'installation');
  return { keys, named: new Fragment([keys.join(', ')], []) };
}

const descending = (keys: readonly string[]) => new Fragment([keys.map((key) => `${key} DESC`).join(', ')], []);
const nameOf = (table: Table) => new Fragment([`"${shapeOf(table).name}"`], []);
