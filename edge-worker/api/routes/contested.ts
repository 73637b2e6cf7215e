// Routes of values that a system held against their owner's word: what was written over, what waits, what was left.
import { z } from 'zod';
import { type EntityName, entities } from '../../../shared/entities/_registry.ts';
import { roles } from '../../../shared/entities/entity.ts';
import { kindOf } from '../../flow/identity.ts';
import { contestedSql, entityVersions, timeline } from '../../store/record-schema.ts';
import { Fragment, joined, sql } from '../../store/scoped-record.ts';
import { labelOf } from '../exception-shapes.ts';
import { cursorAfter, cursorOf, pageOf, paging } from '../paging.ts';
import { ok, type Route, route } from '../route.ts';
import { instant, instantOf, kindName, parsed } from '../shapes.ts';

const becomings = ['overwritten', 'held', 'left'] as const;

const row = z
  .object({
    at: instant,
    ...{ entity: z.string(), kind: kindName.nullable() },
    label: z.string().nullable().meta({ description: 'What people call the record.' }),
    field: z.string(),
    connection: z.string().meta({ description: 'Where the value was found.' }),
    owner: z.enum(roles).nullable().meta({ description: 'Whose word counts.' }),
    there: z.unknown().meta({ description: 'What was found; long values are cut.' }),
    ours: z.unknown().meta({ description: 'What the owner says.' }),
    became: z.enum(becomings).meta({
      description:
        "overwritten: the owner's value is written again. held: that write waits for a person. left: found so on the " +
        'first day, and left alone until our value changes.',
    }),
  })
  .meta({ id: 'Contested' });

interface Found {
  readonly entity: string;
  readonly run: number;
  readonly place: number;
  readonly atMs: number;
  readonly code: string;
  readonly params: string;
  readonly isHeld: number;
  readonly canonical: string | null;
}

interface Asked {
  readonly kind?: EntityName | undefined;
  readonly connection?: string | undefined;
  readonly field?: string | undefined;
  readonly became?: (typeof becomings)[number] | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

type Before = readonly [atMs: number, entity: string, run: number, place: number];

const inIndex = new Fragment<never>([contestedSql], []);
const heldNow = sql`EXISTS (SELECT 1 FROM json_each(timeline.entries) AS beside
  WHERE beside.value ->> '$[0]' = 'command-held'
    AND beside.value ->> '$[1].connection' = entry.value ->> '$[1].connection')`;
const isCode = {
  overwritten: sql`entry.value ->> '$[0]' = 'not-the-owner' AND NOT ${heldNow}`,
  held: sql`entry.value ->> '$[0]' = 'not-the-owner' AND ${heldNow}`,
  left: sql`entry.value ->> '$[0]' = 'difference-found'`,
} as const;

/** The newest first, from after the given place on. */
export function contestedRows(
  { kind, connection, field, became, from, to }: Asked,
  before: Before | null,
  limit: number,
) {
  const conditions = [
    sql`(${inIndex})`,
    became === undefined ? sql`entry.value ->> '$[0]' IN ('not-the-owner', 'difference-found')` : isCode[became],
    ...(kind === undefined ? [] : [sql`substr(timeline.entity, 1, 4) = ${`${entities[kind].prefix}_`}`]),
    ...(connection === undefined ? [] : [sql`entry.value ->> '$[1].connection' = ${connection}`]),
    ...(field === undefined ? [] : [sql`entry.value ->> '$[1].field' = ${field}`]),
    ...(from === undefined ? [] : [sql`timeline.at_ms >= ${Date.parse(from)}`]),
    ...(to === undefined ? [] : [sql`timeline.at_ms < ${Date.parse(to)}`]),
    ...(before === null
      ? []
      : [
          sql`timeline.at_ms <= ${before[0]}`,
          sql`(timeline.at_ms, timeline.entity, timeline.run, entry.key) <
            (${before[0]}, ${before[1]}, ${before[2]}, ${before[3]})`,
        ]),
  ];
  return sql<Found>`SELECT timeline.entity AS entity, timeline.run AS run, entry.key AS place, timeline.at_ms AS atMs,
      entry.value ->> '$[0]' AS code, entry.value -> '$[1]' AS params, ${heldNow} AS isHeld,
      (SELECT canonical FROM ${entityVersions} WHERE entity_versions.entity = timeline.entity
        ORDER BY version DESC LIMIT 1) AS canonical
    FROM ${timeline}, json_each(timeline.entries) AS entry
    WHERE ${joined(conditions, ' AND ')}
    ORDER BY timeline.at_ms DESC, timeline.entity DESC, timeline.run DESC, entry.key DESC LIMIT ${limit}`;
}

function shown({ entity, atMs, code, params, isHeld, canonical }: Found): z.input<typeof row> {
  const told = parsed<Record<string, string>>(params) ?? {};
  const became = code === 'difference-found' ? 'left' : isHeld ? 'held' : 'overwritten';
  const owner = roles.find((role) => role === told['owner']) ?? null;
  const value = (text: string | undefined): unknown => (text === undefined ? null : parsed<unknown>(text));
  return {
    ...{ at: instantOf(atMs), entity, kind: kindOf(entity), label: labelOf(canonical), owner, became },
    ...{ field: told['field'] ?? '', connection: told['connection'] ?? '' },
    ...{ there: value(told['there']), ours: value(told['ours']) },
  };
}

const listContested = route({
  operation: 'listContested',
  method: 'get',
  path: '/installations/{installation}/contested',
  tag: 'Records',
  summary: "List values that a system held against their owner's word, the newest first",
  description:
    'Whose field it is, what was found where, what its owner says, and whether it was written over, waits for a ' +
    "person or was left as it was found. Of the last 14 days; older ones stand on each record's own timeline.",
  query: paging.extend({
    kind: kindName.optional(),
    connection: z.string().max(60).optional(),
    field: z.string().max(60).optional(),
    became: z.enum(becomings).optional(),
    from: instant.optional(),
    to: instant.optional().meta({ description: 'Not included.' }),
  }),
  shape: pageOf(row),
  handle: async ({ at, query: { limit, after, ...asked } }) => {
    const before = cursorOf(after, z.tuple([z.int(), z.string(), z.int(), z.int()]));
    const rows = await at.record.all(contestedRows(asked, before, limit + 1));
    return ok(cursorAfter(rows, limit, shown, (one) => [one.atMs, one.entity, one.run, one.place]));
  },
});

export const contested: readonly Route[] = [listContested];
