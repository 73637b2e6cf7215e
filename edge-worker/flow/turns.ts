// Long work is done in turns: other lanes that share the thread, and senders who wait for an answer, go in between.

import { kindsInOrder } from './mapping.ts';
import type { Observation } from './observation.ts';
import type { Wiring } from './wiring.ts';

/** Records taken over, planned or settled in one transaction: some milliseconds of work. */
export const recordsMax = 50;

/** In their order; at least one turn, which may be empty. */
export function turnsOf<One>(all: readonly One[]): readonly (readonly One[])[] {
  if (all.length <= recordsMax) return [all];
  const turns = Math.ceil(all.length / recordsMax);
  return Array.from({ length: turns }, (_, turn) => all.slice(turn * recordsMax, (turn + 1) * recordsMax));
}

/** What others may refer to comes first, so that a turn finds it known. */
export function referredFirst(wiring: Wiring, seen: readonly Observation[]): readonly Observation[] {
  if (seen.length <= recordsMax) return seen;
  const rankOf = ({ connection, snapshot }: Observation) =>
    Math.min(...wiring.mapsOf(connection, snapshot.recordType).map((map) => kindsInOrder.indexOf(map.kind)));
  return [...seen].sort((a, b) => rankOf(a) - rankOf(b));
}
