// A record as a run saw it, and what it says through each map that reads it.
import type { Snapshot } from '../connectors/connector.ts';
import type { CompiledMap } from './mapping.ts';
import type { CanonicalRecord } from './nouns.ts';
import { decode, type Problem } from './translate.ts';
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
