// Versions of records that were read or told before, so that the rows of an overlap are not read for ever. In memory
// only: forgetting costs a read.
import type { Notice, Snapshot } from '../connectors/connector.ts';
import type { LaneCore } from './core.ts';
import type { Connection } from './wiring.ts';

interface Known {
  version: string;
  /** A moment at which the record had this version already. */
  atMs: number;
  /** `read`: at a notice without a version · `told`: by a feed, and read then · `done`: read late enough. */
  as: 'read' | 'told' | 'done';
}

/** A version read again this much later has been read late enough to hold all of its second. */
const sameSecondMs = 2_000;
const knownMax = 50_000;

const knownByCore = new WeakMap<LaneCore, Map<string, Known>>();

const keyOf = (connection: string, { recordType, recordId }: Pick<Snapshot, 'recordType' | 'recordId'>) =>
  `${connection}|${recordType}|${recordId}`;

function knownOf(core: LaneCore): Map<string, Known> {
  const known = knownByCore.get(core) ?? new Map<string, Known>();
  knownByCore.set(core, known);
  return known;
}

function keep(known: Map<string, Known>, key: string, one: Known): void {
  if (known.size >= knownMax && !known.has(key)) known.clear();
  known.set(key, one);
}

/** Called once it has been answered: what was read at a push is looked at once more by a feed, not twice. */
export function haveRead(core: LaneCore, { id, connector }: Connection, snapshots: readonly Snapshot[]): void {
  const known = knownOf(core);
  const atMs = core.ports.nowMs();
  for (const snapshot of snapshots) {
    const key = keyOf(id, snapshot);
    const { version } = snapshot;
    const one = known.get(key);
    // A feed may spell the same version in another way; then its own spelling is what it is known by.
    if (one && (one.version === version || connector.compareVersions(one.version, version) === 0)) continue;
    keep(known, key, { version, atMs, as: 'read' });
  }
}

/** Stamps are often whole seconds: a second look, safely after that second, sees what the first may have missed. */
export function isWorthReading(core: LaneCore, connection: string, notice: Notice): boolean {
  const { version } = notice;
  if (!version) return true;
  const known = knownOf(core);
  const key = keyOf(connection, notice);
  const nowMs = core.ports.nowMs();
  const one = known.get(key);
  if (one?.version !== version) {
    keep(known, key, { version, atMs: nowMs, as: 'told' });
    return true;
  }
  const isLate = nowMs - one.atMs >= sameSecondMs;
  // Not every feed tells a row again: one that has not told it yet is heard at once.
  const isWorth = one.as === 'read' || (one.as === 'told' && isLate);
  if (isWorth) known.set(key, { version, atMs: isLate ? one.atMs : nowMs, as: isLate ? 'done' : 'told' });
  return isWorth;
}
