// Links in the making: one spelling of a fresh one, and of its copy for D1.
import type { links } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import type { StoredRow } from '../store/rows.ts';
import type { Slot } from './nouns.ts';

export type LinkRow = StoredRow<typeof links>;

/** In place of a content hash: the record counts as given what it held when it was linked. */
export const asFound = 'as-found';

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
  };
  return { entity, connection, recordType, part, kind, recordId, ...known, run };
}

/** The copy for people and reports, written when the link is made. */
export function recordLink(tx: LaneTransaction, link: LinkRow): void {
  const { entity, kind, connection, recordType, recordId, part } = link;
  tx.record('links', { entity, kind, connection, recordType, recordId: recordId ?? '', part, endedMs: null });
}
