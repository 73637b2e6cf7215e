// What a target made of the values we sent: compared to tell whether a write took effect, and kept as the baseline
// against which later reads are news.
import type { EntityName } from '../../shared/entities/_registry.ts';
import type { Snapshot, WireRecord } from '../connectors/connector.ts';
import { type CompiledMap, referencePaths } from './mapping.ts';
import type { CanonicalRecord } from './nouns.ts';
import type { CommandRow } from './plan-view.ts';
import { decode, isSame, mergeWire } from './translate.ts';
import type { Wiring } from './wiring.ts';

export class Saved {
  readonly #wiring: Wiring;
  readonly #map: CompiledMap | null;
  readonly #row: CommandRow;
  readonly #wire: WireRecord;
  /** Their spelling; references are still record ids. */
  readonly #values: CanonicalRecord;
  readonly #carried: CanonicalRecord;

  constructor(wiring: Wiring, row: CommandRow, snapshot: Snapshot) {
    this.#wiring = wiring;
    this.#map = wiring.mapFor(row.connection, row.kind as EntityName);
    this.#row = row;
    this.#wire = snapshot.wire;
    this.#values = this.#map ? decode(this.#map, snapshot.wire).values : {};
    this.#carried = JSON.parse(row.carried) as CanonicalRecord;
  }

  /**
   * Whether the record holds every value we sent. One that cannot be read back proves nothing: sending it once more
   * is harmless.
   */
  get holdsWhatWeSent(): boolean {
    const { connection, kind } = this.#row;
    const isSent = (field: string) => !this.#wiring.owns(connection, kind as EntityName, field);
    if (!this.#map || this.#map.rows.some((row) => row.direction === 'out' && isSent(row.field))) return false;
    const sent = decode(this.#map, mergeWire(this.#wire, JSON.parse(this.#row.wire) as WireRecord)).values;
    return Object.keys(this.#carried).every(
      (field) => field in this.#values && isSame(sent[field], this.#values[field]),
    );
  }

  /**
   * The baseline after a withdrawal: whatever the target made of the record is what we wanted, but for what its own
   * role says and for the records it names.
   */
  baselineAsLeft(before: string | null): Record<string, unknown> {
    const baseline = before === null ? {} : (JSON.parse(before) as Record<string, unknown>);
    const map = this.#map;
    if (!map) return baseline;
    const references = new Set(referencePaths(map.kind).map((path) => path.field));
    for (const [field, value] of Object.entries(this.#values)) {
      const isTheirs = this.#wiring.owns(this.#row.connection, map.kind, field);
      if (!isTheirs && !references.has(field)) baseline[field] = value;
    }
    return baseline;
  }

  /**
   * The baseline after our write: what we sent and will read, as the target keeps it. References stay ours, because
   * the target only keeps what we named; lists with references in them are left to be read, because it may not know
   * all of those.
   */
  baselineOver(before: string | null, tell: (alteredField: string) => void): Record<string, unknown> {
    const baseline = before === null ? {} : (JSON.parse(before) as Record<string, unknown>);
    const paths = this.#map ? referencePaths(this.#map.kind) : [];
    const plain = new Set(paths.filter((path) => path.inner === null).map((path) => path.field));
    const lists = new Set(paths.filter((path) => path.inner !== null).map((path) => path.field));
    for (const [field, value] of Object.entries(this.#carried)) {
      if (lists.has(field)) {
        delete baseline[field];
        continue;
      }
      const kept = !plain.has(field) && field in this.#values ? this.#values[field] : value;
      // Told once: the next time the same alteration is what the record held before.
      if (!isSame(kept, value) && !isSame(baseline[field], kept)) tell(field);
      baseline[field] = kept;
    }
    return baseline;
  }
}
