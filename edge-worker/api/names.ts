// How people call the other records that an answer names by their ids: asked for all of them at once.
import { z } from 'zod';
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import { kindOf } from '../flow/identity.ts';
import { entityVersions } from '../store/record-schema.ts';
import { type Fragment, type ScopedRecord, sql } from '../store/scoped-record.ts';
import { labelOf, labelParts } from './exception-shapes.ts';
import { kindName } from './shapes.ts';

export const namesShape = z
  .record(
    z.string(),
    z.object({
      kind: kindName,
      title: z.string().meta({ description: 'How people call records of this kind.' }),
      label: z.string().nullable().meta({ description: 'Its name or number; null where it has none.' }),
    }),
  )
  .meta({ description: 'The other records that are named here, by their ids.' });
type Names = z.infer<typeof namesShape>;

export interface NamedRow {
  readonly entity: string;
  readonly kind: EntityName;
  /** What a label is made of. */
  readonly canonical: string;
}

/** Each as it is now. */
export function namedNow(ids: readonly string[]): Fragment<NamedRow> {
  return sql`SELECT entity, kind, max(version) AS version, ${labelParts} AS canonical FROM ${entityVersions}
    WHERE entity IN (SELECT value FROM json_each(${JSON.stringify(ids)})) GROUP BY entity`;
}

const ids = /\b[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}\b/g;

/** Of whatever stands in `told`, however deep, in one statement; in none where no record is named. */
export async function namesIn(record: ScopedRecord, told: unknown): Promise<Names> {
  const named = [...new Set(JSON.stringify(told).match(ids) ?? [])].filter((id) => kindOf(id) !== null);
  if (named.length === 0) return {};
  const rows = await record.all(namedNow(named));
  return Object.fromEntries(
    rows.map(({ entity, kind, canonical }) => [
      entity,
      { kind, title: entities[kind].title, label: labelOf(canonical) },
    ]),
  );
}
