// Routes of what there is to map: our kinds, each connection's tables, a system's fields, and whether a formula is one.
import { z } from 'zod';
import { roles } from '../../../shared/entities/entity.ts';
import { checkFormula as checked } from '../../flow/formula.ts';
import { formulaRecords, formulaWords } from '../../flow/formula-words.ts';
import { ourTypes } from '../../flow/mapping-fit.ts';
import type { Ground } from '../../flow/mapping-sides.ts';
import { hiddenFrom } from '../confidential.ts';
import { ok, type Route, route } from '../route.ts';
import { kindName } from '../shapes.ts';

const ground = '/installations/{installation}/mapping-ground';
const direction = z.enum(['both', 'in', 'out']);
const role = z.enum(roles);

const ourField = z.object({
  field: z.string(),
  title: z.string(),
  type: z.enum(ourTypes),
  isRequired: z.boolean().meta({ description: 'It is never empty.' }),
  choices: z.array(z.string()).readonly().nullable(),
  refersTo: z.string().nullable(),
  owner: role.meta({ description: 'Unless a mapping moves it.' }),
});

const shippedMap = z.object({
  kind: kindName,
  recordType: z.string(),
  canWrite: z.boolean(),
  fields: z
    .record(z.string(), z.object({ at: z.string(), codec: z.string(), direction, lookup: z.string().optional() }))
    .meta({ description: 'Rows as they come with the connector, by field of ours.' }),
  extra: z
    .array(z.object({ at: z.string(), codec: z.string(), says: z.string() }))
    .readonly()
    .meta({ description: 'What only the system has: a constant or a formula.' }),
});

const groundShape = z
  .object({
    kinds: z.array(z.object({ kind: kindName, title: z.string(), fields: z.array(ourField).readonly() })).readonly(),
    connections: z
      .array(
        z.object({
          ...{ connection: z.string(), title: z.string() },
          roles: z.array(role).readonly(),
          maps: z.array(shippedMap).readonly(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'MappingGround' });

const readGround = route({
  operation: 'readGround',
  method: 'get',
  path: ground,
  tag: 'Mappings',
  summary: 'Read what there is to map: our fields, and the rows that each connection comes with',
  shape: groundShape,
  handle: async ({ at }) => ok(await at.ask<Ground>({ about: 'ground' })),
});

const names = z.record(z.string(), z.array(z.string()).readonly());
const theirTypes = [
  'text',
  'decimal',
  'money',
  'integer',
  'date',
  'instant',
  'boolean',
  'reference',
  'choice',
  'list',
] as const;
const theirField = z.object({
  ...{ path: z.string(), label: z.string() },
  type: z.enum(theirTypes),
  isRequired: z.boolean(),
  isWritable: z.boolean(),
  lengthMax: z.int().nullable(),
  choices: z
    .array(z.object({ value: z.string(), label: z.string() }))
    .readonly()
    .nullable(),
  sample: z.unknown().meta({ description: 'What a real record holds there.' }),
});

const describeMap = route({
  operation: 'describeMap',
  method: 'get',
  path: `${ground}/{connection}/{kind}`,
  tag: 'Mappings',
  summary: "Describe a system's fields for one kind, with a real record's values and the codecs that fit",
  description: 'The system is asked, and only reads. Where it cannot be asked its fields are empty, which is said.',
  params: z.object({ connection: z.string(), kind: kindName }),
  shape: z
    .object({
      recordType: z.string(),
      theirs: z.array(theirField),
      sampleOf: z.string().nullable().meta({ description: 'The id of the record whose values are shown.' }),
      problem: z.string().nullable().meta({ description: 'Why the system did not answer.' }),
      codecs: names.meta({ description: 'By field of ours.' }),
      typedCodecs: names.meta({ description: 'By the type of a constant or a formula.' }),
    })
    .meta({ id: 'MappingSides' }),
  handle: async ({ at, params: { connection, kind }, caller }) => {
    const { sample, theirs, ...sides } = await at.sides(connection, kind);
    // Which of their fields holds what is hidden depends on the mapping, so no value of such a record is shown.
    const isHidden = hiddenFrom(caller, kind).size > 0;
    const shown = theirs.map((field) => (isHidden ? { ...field, sample: null } : field));
    return ok({ ...sides, theirs: shown, sampleOf: sample?.recordId ?? null });
  },
});

const checkFormula = route({
  operation: 'checkFormula',
  method: 'post',
  path: `${ground}/check-formula`,
  tag: 'Mappings',
  summary: 'Check a formula while it is written: its type, or what is wrong and where',
  body: z.object({ kind: kindName, formula: z.string().max(4_000) }),
  shape: z
    .object({
      type: z.string().nullable().meta({ description: 'Null where it cannot be used.' }),
      problem: z.string().nullable(),
      next: z.string().nullable(),
      start: z.int().nullable().meta({ description: 'Where the fault is, in characters.' }),
      end: z.int().nullable(),
    })
    .meta({ id: 'CheckedFormula' }),
  handle: async ({ body: { kind, formula } }) => {
    const found = checked(formula, kind);
    if (found.ok) return ok({ type: found.type, problem: null, next: null, start: null, end: null });
    const { problem, next, at } = found;
    return ok({ type: null, problem, next, start: at?.start ?? null, end: at?.end ?? null });
  },
});

const readFormulaWords = route({
  operation: 'readFormulaWords',
  method: 'get',
  path: '/installations/{installation}/formula-words/{kind}',
  tag: 'Mappings',
  summary: 'Read what a formula over a kind may use: fields with their types and a real value, functions in words',
  params: z.object({ kind: kindName }),
  shape: z
    .object({
      records: z
        .array(
          z.object({
            name: z.string(),
            fields: z
              .array(
                z.object({
                  ...{ name: z.string(), type: z.string(), title: z.string() },
                  choices: z.array(z.string()).readonly().nullable(),
                }),
              )
              .readonly(),
          }),
        )
        .readonly()
        .meta({ description: 'What `it` is comes last, before it the elements of its lists.' }),
      functions: z
        .array(
          z.object({
            name: z.string(),
            after: z
              .enum(['text', 'list', 'text or list'])
              .nullable()
              .meta({ description: 'After a point, or alone.' }),
            ...{ takes: z.string(), says: z.string(), example: z.string() },
          }),
        )
        .readonly(),
      sample: z.record(z.string(), z.unknown()).nullable().meta({ description: 'The record that changed last.' }),
    })
    .meta({ id: 'FormulaWords' }),
  handle: async ({ at, params: { kind } }) => {
    const sample = await at.ask<Readonly<Record<string, unknown>> | null>({ about: 'formula-sample', kind });
    return ok({ records: formulaRecords(kind), functions: formulaWords, sample });
  },
});

export const mappingGround: readonly Route[] = [readGround, checkFormula, describeMap, readFormulaWords];
