// A record as a run saw it, and what it says through each map that reads it.
import type { Snapshot } from '../connectors/connector.ts';
import { type CompiledMap, nestedKinds } from './mapping.ts';
import type { CanonicalRecord } from './nouns.ts';
import { decode, foreignReferences, type Problem } from './translate.ts';
import type { Wiring } from './wiring.ts';

/** One record as it was read, with the instant the read began and the event that asked for it. */
export interface Observation {
  readonly connection: string;
  readonly snapshot: Snapshot;
  readonly readMs: number;
  readonly eventMs: number;
  /** What asked for it: the id of a delivery, or the command that saved it; null where the hub looked by itself. */
  readonly event: string | null;
}

/** An observation as one map reads it; the ids in it are still theirs. */
export interface Reading {
  readonly seen: Observation;
  readonly map: CompiledMap;
  readonly values: CanonicalRecord;
  readonly problems: readonly Problem[];
}

export function readingsOf(wiring: Wiring, observations: readonly Observation[]): Reading[] {
  return observations.flatMap((seen) =>
    wiring.mapsOf(seen.connection, seen.snapshot.recordType).map((map): Reading => {
      const { values, problems } = decode(map, seen.snapshot.wire);
      return { seen, map, values, problems };
    }),
  );
}

/** Readings of one kind, those of a company before those of the ones that belong to it; a circle in one piece. */
export function inLayers(kind: string, readings: readonly Reading[]): readonly (readonly Reading[])[] {
  if (!nestedKinds.has(kind)) return readings.length > 0 ? [readings] : [];
  const layers: (readonly Reading[])[] = [];
  for (let left = readings; left.length > 0; ) {
    const there = new Set(left.map(({ seen }) => placeOf(seen, seen.snapshot.recordId)));
    const [rests, free] = [[] as Reading[], [] as Reading[]];
    for (const one of left) (namesOneOf(there, kind, one) ? rests : free).push(one);
    layers.push(free.length > 0 ? free : left);
    left = free.length > 0 ? rests : [];
  }
  return layers;
}

function namesOneOf(there: ReadonlySet<string>, kind: string, { seen, map, values }: Reading): boolean {
  return foreignReferences(map, values).some((to) => to.kind === kind && there.has(placeOf(seen, to.recordId)));
}

const placeOf = ({ connection, snapshot }: Observation, recordId: string) =>
  `${connection}|${snapshot.recordType}|${recordId}`;
