// Values that an application of a mapping wrote and a person had undone: the record holds what it held before, for as
// long as ours is the value that was undone. What a person has put back is part of what the record should hold.
import { canonicalJson, hashOf } from '../../shared/canonical-json.ts';
import { readPath } from '../connectors/codecs.ts';
import type { WireRecord } from '../connectors/connector.ts';

export interface Instead {
  /** Hash of the value that was undone: another one is written as ever. */
  readonly undone: string;
  /** What the path is to hold, in their spelling. */
  readonly put: unknown;
  /** The same as we read it; absent where we cannot. */
  readonly reads?: unknown;
}

/** By path. */
export type PutBack = Readonly<Record<string, Instead>>;

export function insteadOf(putBack: PutBack, at: string, value: unknown): Instead | null {
  const instead = putBack[at];
  return instead && instead.undone === hashOf(value ?? null) ? instead : null;
}

/**
 * A path that was given a third value is put back no longer, even if the one that was undone returns. That one may be
 * written once more by a call that was under way when it was undone.
 */
export function stillPutBack(putBack: string | null, wireText: string): string | null {
  if (putBack === null) return null;
  const wire = JSON.parse(wireText) as WireRecord;
  const still = Object.entries(JSON.parse(putBack) as PutBack).filter(([at, { put, undone }]) => {
    const value = readPath(wire, at) ?? null;
    return canonicalJson(value) === canonicalJson(put ?? null) || hashOf(value) === undone;
  });
  return still.length > 0 ? JSON.stringify(Object.fromEntries(still)) : null;
}
