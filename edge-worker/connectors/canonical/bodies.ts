// What a visit may carry. Read with the first visit of an isolate, not at every start.
import { z } from 'zod';

const recordsMax = 500;
const workMax = 100;
const waitSecondsMax = 20;

const id = z.string().min(1).max(100);
const key = z
  .string()
  .max(40)
  .regex(/^[\w-]+$/);
const values = z.record(z.string(), z.unknown());
const record = z.union([
  z.strictObject({ type: id, id, key: key.nullable().default(null), withdrawn: z.boolean().default(false), values }),
  z.strictObject({ type: id, id, deleted: z.literal(true) }),
]);
const applied = z.strictObject({
  work: id,
  key,
  outcome: z.literal('applied'),
  id,
  created: z.boolean().default(false),
  values: values.nullable().default(null),
});
const withdrawn = z.strictObject({
  work: id,
  key,
  outcome: z.literal('withdrawn'),
  values: values.nullable().default(null),
});
const billed = z.strictObject({ work: id, key, outcome: z.literal('billed'), message: z.string().min(1).max(1_000) });
const refused = z.strictObject({
  work: id,
  key,
  outcome: z.literal('refused'),
  code: z.enum(['rejected', 'locked', 'conflict', 'orphaned']).default('rejected'),
  message: z.string().min(1).max(1_000),
  fields: z.array(z.string().max(100)).max(50).default([]),
});
const receipt = z.discriminatedUnion('outcome', [applied, withdrawn, billed, refused]);

/** Every body names whose it is, so that one signed for another account proves nothing here. */
const sender = { installation: z.string(), account: z.string(), environment: z.enum(['production', 'sandbox']) };
export const bodies = {
  records: z.strictObject({ ...sender, delivery: id, records: z.array(record).min(1).max(recordsMax) }),
  work: z.strictObject({
    ...sender,
    limit: z.int().min(1).max(workMax).default(workMax),
    waitSeconds: z.int().min(0).max(waitSecondsMax).default(0),
  }),
  receipts: z.strictObject({
    ...sender,
    receipts: z.array(receipt).min(1).max(workMax),
  }),
  statuses: z.strictObject({
    ...sender,
    after: z.int().min(0),
    limit: z.int().min(1).max(500).default(500),
  }),
} as const;
export type Bodies = typeof bodies;
