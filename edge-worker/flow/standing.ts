// How a linked record stands, told to reports and to its pages, where no plan or receipt says it: because somebody is
// asked about the record itself, or is asked no more.

import type { LaneTransaction } from '../store/lane-store.ts';
import { withdrawn } from './controls.ts';
import type { LinkRow } from './links.ts';
import type { Hold } from './nouns.ts';
import { showSoon } from './show-soon.ts';
import type { Wiring } from './wiring.ts';

/** Without a question it stands as its link says. */
export function tellStanding(
  tx: LaneTransaction,
  wiring: Wiring,
  link: LinkRow,
  asked: { readonly code: string; readonly owner: Hold['owner'] } | null,
): void {
  const { entity, connection, kind, recordId, given } = link;
  const end = given === withdrawn ? { state: 'ignored', reason: withdrawn } : { state: 'in-step', reason: null };
  const standing = asked ? { state: 'held', reason: asked.code } : end;
  const row = { entity, connection, kind, recordId, params: null, owner: asked?.owner ?? null, nextMs: null };
  tx.record('statuses', { ...row, ...standing, atMs: tx.atMs });
  tx.excepted.add(entity);
  showSoon(tx, wiring, new Set([entity]), 0);
}
