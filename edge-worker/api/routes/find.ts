// Routes of one record among all: looked for by what people know of it, compared across the systems, read anew.
import { z } from 'zod';
import { canonicalJson } from '../../../shared/canonical-json.ts';
import { type EntityName, entities, entityNames } from '../../../shared/entities/_registry.ts';
import { fieldTitleIn } from '../../../shared/field-titles.ts';
import { connectors } from '../../connectors/_registry.ts';
import type { Beside } from '../../flow/beside.ts';
import { kindOf } from '../../flow/identity.ts';
import { connectionCopies, entityVersions } from '../../store/record-schema.ts';
import { type Fragment, select, sql } from '../../store/scoped-record.ts';
import { changed } from '../at.ts';
import { hiddenFrom, withoutHidden } from '../confidential.ts';
import { labelOf } from '../exception-shapes.ts';
import { namedNow, namesIn, namesShape } from '../names.ts';
import { ProblemError } from '../problems.ts';
import { ok, type Route, route } from '../route.ts';
import { instant, instantOf, kindName, titleOf } from '../shapes.ts';

const foundMax = 50;
/** Hours and expenses have no name or number; they are found by their id, or from their project's page. */
const nameless: readonly EntityName[] = ['time', 'expense'];

/** Their keys begin with the kind, so that hours are not read when a customer is looked for. */
function named(kind: EntityName, pattern: string): Fragment<{ entity: string }> {
  const { prefix } = entities[kind];
  return sql`SELECT DISTINCT entity FROM ${entityVersions} WHERE entity >= ${`${prefix}_`} AND entity < ${`${prefix}~`}
    AND (canonical ->> 'name' LIKE ${pattern} ESCAPE '!' OR canonical ->> 'number' LIKE ${pattern} ESCAPE '!'
      OR canonical ->> 'accountNumber' LIKE ${pattern} ESCAPE '!'
      OR canonical ->> 'purchaseOrder' LIKE ${pattern} ESCAPE '!' OR canonical ->> 'email' LIKE ${pattern} ESCAPE '!')
    LIMIT ${foundMax}`;
}

const findRecords = route({
  operation: 'findRecords',
  method: 'get',
  path: '/installations/{installation}/records',
  tag: 'Records',
  summary: 'Find records by number, name or id in any system',
  description:
    'An id of any connected system, or one of ours, has to be whole; of a name, a number, a purchase order or a mail ' +
    'address a part is enough, also of one that the record had earlier. At most 50 are shown.',
  query: z.object({ text: z.string().trim().min(2).max(200) }),
  shape: z
    .object({
      rows: z.array(z.object({ entity: z.string(), kind: kindName, label: z.string().nullable() })),
      isAll: z.boolean().meta({ description: 'False when there are more than are shown.' }),
    })
    .meta({ id: 'FoundRecords' }),
  handle: async ({ at, query: { text } }) => {
    const pattern = `%${text.replace(/[%_!]/g, '!$&')}%`;
    const kinds = entityNames.filter((kind) => !nameless.includes(kind));
    const [under, byName] = await Promise.all([
      at.ask<readonly string[]>({ about: 'record-id', recordId: text }),
      at.record.batch(kinds.map((kind) => named(kind, pattern))),
    ]);
    const own = kindOf(text) ? [text] : [];
    const all = [...new Set([...own, ...under, ...byName.flat().map(({ entity }) => entity)])];
    // Under the name it has now, whatever name it was found by.
    const rows = await at.record.all(namedNow(all.slice(0, foundMax)));
    return ok({
      rows: rows.map(({ entity, kind, canonical }) => ({ entity, kind, label: labelOf(canonical) })),
      isAll: all.length <= foundMax,
    });
  },
});

const compared = z
  .object({
    entity: z.string(),
    kind: kindName,
    title: z.string().meta({ description: 'How people call records of this kind.' }),
    label: z.string().nullable(),
    fields: z.array(z.object({ field: z.string(), title: z.string(), value: z.unknown() })),
    names: namesShape,
    systems: z.array(
      z.object({
        ...{ connection: z.string(), system: z.string(), title: z.string() },
        ...{ recordType: z.string(), recordId: z.string() },
        link: z.string().nullable().meta({ description: 'Where a person sees it there.' }),
        seenAt: instant
          .nullable()
          .meta({ description: 'When the read or save that told its values began; null before the first.' }),
        values: z
          .record(z.string(), z.unknown())
          .nullable()
          .meta({ description: 'Only of fields that are mapped there; null while nothing was seen of it.' }),
        differing: z.array(z.string()).meta({ description: 'Fields in which it holds something else.' }),
      }),
    ),
  })
  .meta({ id: 'Comparison' });

const compareRecord = route({
  operation: 'compareRecord',
  method: 'get',
  path: '/installations/{installation}/entities/{entity}/systems',
  tag: 'Records',
  summary: 'Compare a record across the systems',
  description: 'What each system was last seen to hold, beside what the record is, with the differences named.',
  params: z.object({ entity: z.string() }),
  shape: compared,
  handle: async ({ at, params: { entity }, caller }) => {
    const [found, connections] = await Promise.all([
      at.ask<Beside | null>({ about: 'beside', entity }),
      at.record.all(select(connectionCopies, sql``)),
    ]);
    if (!found) throw new ProblemError('not-found', 'There is no such entity.');
    const { kind, canonical, records } = found;
    const hidden = hiddenFrom(caller, kind);
    const shape = withoutHidden<z.ZodType>(entities[kind].schema.shape, hidden);
    return ok({
      ...{ entity, kind, title: entities[kind].title, label: labelOf(JSON.stringify(canonical)) },
      names: await namesIn(at.record, [canonical, records.map(({ seen }) => seen)]),
      fields: Object.keys(shape).map((field) => ({
        ...{ field, value: canonical[field] ?? null },
        title: fieldTitleIn(kind, field) || field,
      })),
      systems: records.map(({ connection, recordType, recordId, seen: all, seenMs }) => {
        const seen = all && withoutHidden(all, hidden);
        const { system = '', settings = '{}' } = connections.find(({ id }) => id === connection) ?? {};
        return {
          ...{ connection, system, recordType, recordId, values: seen },
          title: titleOf(system),
          link: connectors[system]?.recordUrl(JSON.parse(settings), { recordType, recordId }) ?? null,
          seenAt: instantOf(seenMs),
          differing: Object.keys(seen ?? {}).filter(
            (field) => canonicalJson(seen?.[field] ?? null) !== canonicalJson(canonical[field] ?? null),
          ),
        };
      }),
    });
  },
});

const syncRecord = route({
  operation: 'syncRecord',
  method: 'post',
  path: '/installations/{installation}/entities/{entity}/sync',
  tag: 'Records',
  summary: 'Sync now: read a record anew in every system that has it',
  description: 'What has changed there is told and written on as ever. Asking twice costs a read and nothing else.',
  params: z.object({ entity: z.string() }),
  shape: changed,
  handle: ({ at, params: { entity } }) => at.change({ verb: 'sync-now', entity }),
});

export const find: readonly Route[] = [findRecords, compareRecord, syncRecord];
