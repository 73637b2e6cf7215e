// Links in the making: one spelling of a fresh one, and of its copy for D1.
import { links } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { deleteRows, type StoredRow } from '../store/rows.ts';
import type { Slot } from './nouns.ts';
import { stillPutBack } from './put-back.ts';

export type LinkRow = StoredRow<typeof links>;

/** In place of a content hash: the record counts as given what it held when it was linked. */
export const asFound = 'as-found';

const keyOf = ({ entity, connection, recordType, part }: LinkRow) =>
  JSON.stringify([entity, connection, recordType, part]);

/** The plan that follows is expected to say that this is what the record of a fresh link has been given. */
export function presume(tx: LaneTransaction, link: LinkRow, given: string): void {
  link.given = given;
  tx.presumed.add(keyOf(link));
}

/** Whether the plan has yet to say what the record has been given; asked once, it has. */
export function isFound(tx: LaneTransaction, link: LinkRow): boolean {
  return tx.presumed.delete(keyOf(link)) || link.given === asFound;
}

/** What was presumed and never came to be planned is as found. */
export function putRight(tx: LaneTransaction): void {
  if (tx.presumed.size === 0) return;
  const keys = `[${[...tx.presumed].join(',')}]`;
  const picked = 'SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?2)';
  const query = `UPDATE links SET given = ?1 WHERE (entity, connection, record_type, part) IN (${picked})`;
  tx.sql.exec(query, asFound, keys);
}

/** Found on the first day as something that does not count: left alone until our content changes. */
export function isLeftAsFound(link: LinkRow | null, content: string): boolean {
  if (!link?.differences) return false;
  return (JSON.parse(link.differences) as Record<string, string>)[asFound] === content;
}

/** After a write: what of the record is left as it was found, or was put back, without what has just been written. */
export function leftAsItIs(
  { differences, putBack }: LinkRow,
  { carried, wire }: { readonly carried: string; readonly wire: string },
): Pick<LinkRow, 'differences' | 'putBack'> {
  return { differences: leftAlone(differences, carried), putBack: stillPutBack(putBack, wire) };
}

function leftAlone(differences: string | null, carriedText: string): string | null {
  if (differences === null) return null;
  const carried = JSON.parse(carriedText) as Record<string, unknown>;
  const left = Object.entries(JSON.parse(differences) as Record<string, string>).filter(
    ([field]) => field !== asFound && !(field in carried),
  );
  return left.length > 0 ? JSON.stringify(Object.fromEntries(left)) : null;
}

/** When a record was last read. What stands on another's record there is never read by itself. */
export const lastReadMs = ({ seenMs }: Pick<LinkRow, 'seenMs'>) => (seenMs > 0 ? seenMs : null);

/** Without a record id it remembers what a create under way takes; that one is under way, its command says. */
export function newLink(slot: Slot & { readonly kind: string }, run: number, recordId: string | null = null): LinkRow {
  const { entity, connection, recordType, part, kind } = slot;
  const known = {
    given: null,
    baseline: null,
    version: null,
    seenMs: 0,
    writes: null,
    consumption: null,
    differences: null,
    putBack: null,
  };
  return { entity, connection, recordType, part, kind, recordId, ...known, run };
}

/** A record that is this entity's no more: out of the lane, and a former one for the history. */
export function endLink(tx: LaneTransaction, link: LinkRow): void {
  const { entity, kind, connection, recordType, recordId, part } = link;
  deleteRows(tx.sql, links, [[entity, connection, recordType, part]]);
  tx.record('links', { entity, kind, connection, recordType, recordId: recordId ?? '', part, endedMs: tx.atMs });
}

/** The copy for people and reports, written when the link is made. */
export function recordLink(tx: LaneTransaction, link: LinkRow): void {
  const { entity, kind, connection, recordType, recordId, part } = link;
  tx.counted.linked.add(entity);
  tx.record('links', { entity, kind, connection, recordType, recordId: recordId ?? '', part, endedMs: null });
}

/** So many are enough to know a loop by. */
const writesKept = 5;

/** What a record was given last, and when. */
export function writesAfter(
  before: string | null,
  made: readonly (readonly [hash: string, atMs: number])[],
): string | null {
  const all = [...(before === null ? [] : (JSON.parse(before) as [string, number][])), ...made];
  return all.length === 0 ? null : JSON.stringify(all.slice(-writesKept));
}
