// The answers of our RESTlet as PROTOCOL.md writes them. Checked at the door, trusted inside.
import { z } from 'zod';
import { parseInstant } from '../../../shared/dates.ts';
import { isValues, type Values } from './records.ts';

const id = z.string().min(1);
const instant = z.string().refine(isInstant);
/** Looked through by the codecs, field by field. */
const values = z.custom<Values>(isValues);

export const record = z.object({
  type: id,
  id,
  externalid: z.string().nullable(),
  lastmodified: instant,
  values,
  sublists: z.record(z.string(), z.array(values)).optional(),
});
export type AnsweredRecord = z.infer<typeof record>;

const refused = z.object({
  outcome: z.literal('refused'),
  code: z.string(),
  message: z.string(),
  field: z
    .string()
    .nullish()
    .transform((field) => field ?? null),
});

export const applyAnswer = z.object({
  results: z.array(
    z.discriminatedUnion('outcome', [
      z.object({
        outcome: z.literal('applied'),
        id,
        created: z.boolean(),
        record,
        lines: z.record(z.string(), z.array(z.object({ line: id, created: z.boolean() }))).optional(),
      }),
      refused,
      z.object({ outcome: z.literal('not-attempted') }),
    ]),
  ),
});

export const readAnswer = z.object({
  results: z.array(
    z.discriminatedUnion('found', [
      z.object({ found: z.literal(true), record }),
      z.object({ found: z.literal(false), deleted: z.boolean() }),
    ]),
  ),
});

export const findAnswer = z.object({ results: z.array(z.object({ records: z.array(record) })) });

export const changesAnswer = z.object({ results: z.array(z.object({ id, lastmodified: instant })) });

export const drainAnswer = z.object({
  results: z.array(z.object({ id, type: id, record: id, kind: z.enum(['changed', 'deleted']), at: instant })),
});

export const describeAnswer = z.object({
  results: z.array(
    z.object({
      id,
      label: z.string(),
      type: z.string(),
      mandatory: z.boolean(),
      options: z.array(z.object({ id: z.string(), label: z.string() })).nullable(),
      maxLength: z.number().int().nullable(),
    }),
  ),
});
export type DescribedField = z.infer<typeof describeAnswer>['results'][number];

export const pingAnswer = z.object({
  results: z.tuple([
    z.object({ account: id, environment: z.string(), role: z.string().default(''), missing: z.array(z.string()) }),
  ]),
});

export const statusAnswer = z.object({
  results: z.array(z.discriminatedUnion('outcome', [z.object({ outcome: z.literal('applied') }), refused])),
});

function isInstant(text: string): boolean {
  try {
    return Number.isFinite(parseInstant(text));
  } catch {
    return false;
  }
}
