// Errors as problem+json: a stable `type`, what happened, what to do next, and which fields are meant.
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { z } from 'zod';

export interface FieldProblem {
  readonly field: string;
  readonly problem: string;
}

export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: ContentfulStatusCode;
  readonly type: string;
  readonly next: string;
  readonly fields: readonly FieldProblem[];

  constructor(
    status: ContentfulStatusCode,
    type: string,
    message: string,
    next: string,
    fields: readonly FieldProblem[] = [],
  ) {
    super(message);
    this.status = status;
    this.type = type;
    this.next = next;
    this.fields = fields;
  }
}

export function problem(
  c: Context,
  status: ContentfulStatusCode,
  type: string,
  detail: string,
  next: string,
  fields: readonly FieldProblem[] = [],
): Response {
  const body = { type, title: type.replaceAll('-', ' '), status, detail, next, ...(fields.length > 0 && { fields }) };
  return c.body(JSON.stringify(body), status, { 'content-type': 'application/problem+json' });
}

/** The request's JSON body, checked; what is wrong is named field by field. */
export async function readBody<Schema extends z.ZodType>(c: Context, schema: Schema): Promise<z.infer<Schema>> {
  const text = await c.req.text();
  let given: unknown;
  try {
    given = text === '' ? {} : JSON.parse(text);
  } catch {
    throw new ProblemError(400, 'invalid-json', 'The body is not JSON.', 'Send a JSON object.');
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => ({ field: issue.path.join('.'), problem: issue.message }));
  throw new ProblemError(
    422,
    'invalid-fields',
    'Some fields are missing or wrong.',
    'Correct the named fields.',
    fields,
  );
}
