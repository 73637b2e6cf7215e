// Routes of a draft's tables: which rows use one, which values of real records it lacks, and entries before they are
// kept.
import { z } from 'zod';
import { ok, type Route, route } from '../route.ts';
import { kindName } from '../shapes.ts';

const one = '/installations/{installation}/mapping-drafts/{draft}/tables/{table}';
const params = z.object({ draft: z.string(), table: z.string().max(200) });
const tableUse = z.object({
  ...{ connection: z.string(), title: z.string(), kind: kindName, field: z.string(), at: z.string() },
  direction: z.enum(['both', 'in', 'out']),
  choices: z.array(z.string()).readonly().nullable().meta({ description: 'The only values of ours, where listed.' }),
});

const readTable = route({
  operation: 'readTable',
  method: 'get',
  path: one,
  tag: 'Mappings',
  summary: 'See which values of real records a table of a draft does not know',
  description:
    'The newest records of each row that uses it are read as they are now: theirs that it cannot read, ours that it ' +
    'cannot write. Of the draft as it is saved.',
  params,
  shape: z
    .object({
      uses: z.array(tableUse).readonly().meta({ description: 'Rows that translate by it.' }),
      looked: z.int().meta({ description: 'So many values were looked at.' }),
      unmatched: z
        .array(
          z.object({
            side: z.enum(['theirs', 'ours']),
            ...{ value: z.string(), count: z.int(), connection: z.string(), kind: kindName, field: z.string() },
            records: z.array(z.string()).readonly().meta({ description: 'The first: theirs by id, ours by entity.' }),
          }),
        )
        .readonly(),
      problems: z
        .array(z.object({ connection: z.string(), problem: z.string() }))
        .readonly()
        .meta({ description: 'Systems that could not be asked.' }),
    })
    .meta({ id: 'TableSeen' }),
  handle: async ({ at, params: { draft, table } }) => ok(await at.seeTable(draft, table)),
});

const checkTable = route({
  operation: 'checkTable',
  method: 'post',
  path: `${one}/check`,
  tag: 'Mappings',
  summary: 'Check entries of a table before they are kept, one by one',
  description: 'Against our fields and the choices of every system whose rows use the table. Nothing is saved.',
  params,
  body: z.object({ entries: z.record(z.string(), z.string()).meta({ description: 'Their value -> ours.' }) }),
  shape: z.object({ problems: z.array(z.object({ theirs: z.string(), problem: z.string() })).readonly() }),
  handle: async ({ at, params: { draft, table }, body: { entries } }) =>
    ok({ problems: await at.checkTable(draft, table, entries) }),
});

export const mappingTables: readonly Route[] = [readTable, checkTable];
