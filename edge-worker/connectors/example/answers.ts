// What Example answers, as far as we rely on it. Everything else in an answer is passed over.
import { z } from 'zod';

const record = z.looseObject({ id: z.string(), version: z.string() });
const refused = z.object({
  status: z.int().min(400),
  code: z.string(),
  message: z.string(),
  fields: z.array(z.string()),
});
export const accountAnswer = z.object({ account: z.string(), missing: z.array(z.string()) });
export const readAnswer = z.object({
  results: z.array(
    z.discriminatedUnion('found', [
      z.object({ found: z.literal('here'), record }),
      z.object({ found: z.literal('gone') }),
      z.object({ found: z.literal('merged'), into: z.string() }),
      z.object({ found: z.literal('hidden') }),
    ]),
  ),
});
const saved = z.object({ status: z.union([z.literal(200), z.literal(201)]), record });
export const writeAnswer = z.object({ results: z.array(z.union([saved, refused])) });
export const withdrawAnswer = z.object({
  results: z.array(
    z.union([z.object({ status: z.literal(200), record }), z.object({ deleted: z.literal(true) }), refused]),
  ),
});
export const findAnswer = z.object({ results: z.array(z.array(record)) });
export const statusAnswer = z.object({ results: z.array(z.union([z.object({ status: z.literal(200) }), refused])) });
export const changesAnswer = z.object({
  rows: z.array(z.object({ id: z.string(), kind: z.enum(['changed', 'deleted']), at: z.string() })),
  next: z.string(),
  more: z.boolean(),
});
export const schemaAnswer = z.object({
  fields: z.array(
    z.object({
      path: z.string(),
      type: z.enum(['text', 'decimal', 'date', 'boolean', 'reference', 'choice', 'list']),
      required: z.boolean(),
      choices: z.array(z.string()).nullable(),
    }),
  ),
});
