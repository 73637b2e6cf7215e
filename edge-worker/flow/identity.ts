// Business keys and ids: by what two records are known to be the same thing, and how siblings of one record are named.
import { canonicalJson, hashOf } from '../../shared/canonical-json.ts';
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import type { CanonicalRecord } from './nouns.ts';

const kindByPrefix = new Map(
  Object.values(entities).map((entity) => [entity.prefix as string, entity.name as EntityName]),
);

/** The business keys of a record, strongest first. A key with an empty part does not count. */
export function keysOf(kind: EntityName, record: CanonicalRecord): string[] {
  const keys: string[] = [];
  for (const fields of entities[kind].matchKeys as readonly (readonly string[])[]) {
    const parts = fields.map((field) => plain(record[field]));
    if (parts.every((part) => part !== '')) keys.push(keyOf(kind, fields, parts));
  }
  return keys;
}

/** Keys of a record are asked for when it is recognised, kept and planned. */
const keysMade = new Map<string, string>();
const keysMadeMax = 5_000;

function keyOf(kind: EntityName, fields: readonly string[], parts: readonly string[]): string {
  const plainKey = JSON.stringify([kind, fields, parts]);
  let key = keysMade.get(plainKey);
  if (!key) {
    key = hashOf([kind, fields, parts]);
    if (keysMade.size >= keysMadeMax) keysMade.clear();
    keysMade.set(plainKey, key);
  }
  return key;
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') return canonicalJson(value);
  return String(value).normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}

/** The id of another kind that belongs to the same source record: the same ULID under that kind's prefix. */
export function siblingId(entity: string, kind: EntityName): string {
  return `${entities[kind].prefix}${entity.slice(3)}`;
}

/** The kind an entity id names; null when it is none of ours. */
export function kindOf(entity: string): EntityName | null {
  return /^[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}$/.test(entity) ? (kindByPrefix.get(entity.slice(0, 3)) ?? null) : null;
}

/** Ids of a kind lie between these two, so that they are found by the key. */
export function idsOf(kind: EntityName): readonly [after: string, before: string] {
  const { prefix } = entities[kind];
  return [`${prefix}_`, `${prefix}_~`];
}

/** Ids are made in the order of time: whether one was made before another, whatever kinds they name. */
export function isOlder(id: string, than: string): boolean {
  return id.slice(4) < than.slice(4);
}
