// What is told of a value that a system holds against its owner's word: whose field it is, and both values.
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import { confidentialIn, type Role } from '../../shared/entities/entity.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import type { CanonicalRecord } from './nouns.ts';
import type { Target } from './plan-book.ts';
import type { Wiring } from './wiring.ts';

/** Longer values are told by their beginning: a timeline is read by people. */
const shownMax = 300;

export function contested(
  [kind, field]: readonly [kind: EntityName, field: string],
  connection: string,
  owner: Role,
  [there, ours]: readonly [there: unknown, ours: unknown],
): Readonly<Record<string, string>> {
  // A timeline is read by everybody, and told to subscribers.
  if (confidentialIn(entities[kind]).has(field)) return { field, connection, owner };
  return { field, connection, owner, there: shortly(there), ours: shortly(ours) };
}

/** JSON, so that an amount is read as one again. */
function shortly(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  return text.length <= shownMax ? text : JSON.stringify(`${text.slice(0, shownMax)}…`);
}

/** What a record was found to hold otherwise when it was matched. */
export function tellDifferences(
  tx: LaneTransaction,
  wiring: Wiring,
  { entity, kind, connection, record }: Pick<Target, 'entity' | 'kind' | 'connection' | 'record'>,
  fields: readonly string[],
  [there, ours]: readonly [there: CanonicalRecord, ours: CanonicalRecord],
): void {
  for (const field of fields) {
    const values = [there[field], ours[field]] as const;
    tx.tell(
      entity,
      'difference-found',
      contested([kind, field], connection.id, wiring.owner(kind, field, record), values),
    );
  }
}
