// Billed lines: which record has billed which source. The table lets each source be billed once, whatever the path.
import { entities } from '../../shared/entities/_registry.ts';
import { billedLines, entityRows, links } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { deleteRows, readRows, type StoredRow, writeRows } from '../store/rows.ts';
import { bookBilled } from './figures.ts';
import { kindOf } from './identity.ts';
import type { CanonicalRecord } from './nouns.ts';
import { readAgain } from './strays.ts';

export interface Bill {
  readonly source: string;
  readonly line: string;
}

/** The sources a record bills; none for kinds that bill nothing. */
export function billsOf(entity: string, record: CanonicalRecord | undefined): readonly Bill[] {
  const kind = kindOf(entity);
  if (!kind || !record) return [];
  const { bills } = entities[kind] as { bills?: (record: never) => readonly Bill[] };
  return bills?.(record as never) ?? [];
}

/** A record as it is now; `before` as it was, where a change is what asks. */
interface Billing {
  readonly id: string;
  readonly record: CanonicalRecord;
  readonly before?: CanonicalRecord | null;
}

/**
 * Claims the sources that changed records bill, and gives back those they bill no more. The first claim stands.
 * Returns the sources that nobody bills now.
 */
export function claimBilled(tx: LaneTransaction, changed: readonly Billing[]): readonly string[] {
  const billing = changed.filter(({ id }) => {
    const kind = kindOf(id);
    return kind !== null && 'bills' in entities[kind];
  });
  if (billing.length === 0) return [];
  const now = billing.flatMap(({ id, record }) =>
    billsOf(id, record).map((bill) => ({ ...bill, invoice: id, run: tx.run })),
  );
  // What a record holds is among what it bills or billed, and found by source: all lines ever billed are many.
  const billed = billing.flatMap(({ id, before }) => billsOf(id, before ?? undefined));
  const own = new Set(billing.map(({ id }) => id));
  const before = claimsOf(tx, [...billed, ...now]).filter((row) => own.has(row.invoice));
  const kept = new Set(now.map((row) => `${row.invoice}|${row.source}`));
  const freed = before.filter((row) => !kept.has(`${row.invoice}|${row.source}`));
  free(tx, freed);
  // What one of them gives back another may claim in the same breath: an invoice voided, and its successor.
  const known = new Set(before.map((row) => `${row.invoice}|${row.source}`));
  const isNew = ({ invoice, source }: StoredRow<typeof billedLines>) => !known.has(`${invoice}|${source}`);
  const claims = now.filter(isNew);
  writeRows(tx.sql, billedLines, claims, 'ignore');
  const held = claimsOf(tx, now);
  const mine = new Set(held.map((row) => `${row.invoice}|${row.source}`));
  const claimed = claims.filter(({ source, invoice }) => mine.has(`${invoice}|${source}`));
  for (const { source, line, invoice } of claimed) tx.record('billedLines', { source, line, invoice });
  const sources = claimed.map(({ source }) => source);
  tx.counted.billed.push(...sources);
  bookBilled(tx, sources, []);
  return freed.map((row) => row.source);
}

function claimsOf(tx: LaneTransaction, bills: readonly Bill[]): StoredRow<typeof billedLines>[] {
  if (bills.length === 0) return [];
  const where = 'WHERE source IN (SELECT value FROM json_each(?))';
  return readRows(tx.sql, billedLines, where, JSON.stringify(bills.map(({ source }) => source)));
}

function free(tx: LaneTransaction, freed: readonly StoredRow<typeof billedLines>[]): void {
  deleteRows(
    tx.sql,
    billedLines,
    freed.map((row) => [row.source]),
  );
  for (const { source, line, invoice } of freed) {
    tx.record('billedLines', { source, line, invoice: '' });
    tx.tell(source, 'billing-freed', { invoice });
  }
  bookBilled(
    tx,
    [],
    freed.map(({ source }) => source),
  );
}

const isOf = (column: 'invoice' | 'id') => `WHERE ${column} IN (SELECT value FROM json_each(?))`;

/** Invoices that are no more: their lines are nobody's. Returns all whom that concerns. */
export function freeBilled(tx: LaneTransaction, invoices: readonly string[]): readonly string[] {
  const freed = readRows(tx.sql, billedLines, isOf('invoice'), JSON.stringify(invoices));
  free(tx, freed);
  const sources = freed.map((row) => row.source);
  return [...sources, ...claimFreed(tx, sources)];
}

/** They are there again, as they were. */
export function claimAgain(tx: LaneTransaction, entities: readonly string[]): void {
  const rows = readRows(tx.sql, entityRows, isOf('id'), JSON.stringify(entities));
  claimBilled(
    tx,
    rows.map(({ id, canonical }) => ({ id, record: JSON.parse(canonical) as CanonicalRecord })),
  );
}

/**
 * Sources were freed: invoices that were held because another had billed them claim them now, the others' systems are
 * asked what they make of it. Returns those invoices.
 */
export function claimFreed(tx: LaneTransaction, freed: readonly string[]): readonly string[] {
  if (freed.length === 0) return [];
  const places = readRows(
    tx.sql,
    links,
    'WHERE record_id IS NOT NULL AND entity IN (SELECT value FROM json_each(?))',
    JSON.stringify(freed),
  );
  readAgain(
    tx,
    places.map(({ connection, recordType, recordId }) => ({ connection, recordType, recordId: recordId ?? '' })),
  );
  const waiting = tx.sql
    .exec(
      `SELECT DISTINCT e.id AS id, e.canonical AS canonical FROM holds h JOIN entities e ON e.id = h.entity
       WHERE h.control = 'billed-twice' AND EXISTS
         (SELECT 1 FROM json_each(h.around) AS looked WHERE looked.value IN (SELECT value FROM json_each(?)))`,
      JSON.stringify(freed),
    )
    .toArray() as { id: string; canonical: string }[];
  claimBilled(
    tx,
    waiting.map(({ id, canonical }) => ({ id, record: JSON.parse(canonical) as CanonicalRecord })),
  );
  return waiting.map(({ id }) => id);
}
