// Errors as problem+json: a stable `type` from a closed table, what happened, what to do next, which fields are meant.
import { z } from 'zod';
import { type RefusalCode, refusalTitle } from '../../shared/refusals.ts';

interface Problem {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 500 | 503;
  /** What to do, unless the place where it is thrown knows better. */
  readonly next: string;
}

/** Every `type` that the API itself answers. What a lane refuses has a code of its own, answered 409. */
export const problems = {
  'invalid-json': { status: 400, next: 'Send a JSON object.' },
  'body-too-deep': { status: 400, next: 'Nest the body less deeply.' },
  'not-signed-in': { status: 401, next: 'Send an API key or a session as a bearer token.' },
  'session-ended': { status: 401, next: 'Prove who you are again: load the page anew.' },
  'key-ended': { status: 401, next: 'Ask an integration admin for a new key.' },
  'not-proven': { status: 403, next: 'Load the page anew.' },
  'not-allowed': { status: 403, next: 'Ask an integration admin for the role or scope named.' },
  'not-found': { status: 404, next: 'Check the address.' },
  'unknown-installation': { status: 404, next: 'Check the address, and whose key or session this is.' },
  'method-not-allowed': { status: 405, next: 'Use a method that the document lists for this address.' },
  'system-unavailable': { status: 503, next: 'Try again in a minute.' },
  'account-claimed': { status: 409, next: 'Work in the installation that has it, or connect another account.' },
  'being-erased': { status: 409, next: 'Found a new installation and connect your systems to it.' },
  'idempotency-key-reused': { status: 409, next: 'Use a new Idempotency-Key for a different request.' },
  'body-too-large': { status: 413, next: 'Send less at a time.' },
  'not-json': { status: 415, next: 'Send the body as application/json.' },
  'invalid-fields': { status: 422, next: 'Correct the named fields.' },
  'invalid-query': { status: 422, next: 'Correct the named parameters.' },
  'unknown-system': { status: 422, next: 'GET /v1/systems lists them.' },
  'too-many-requests': { status: 429, next: 'Wait as long as Retry-After says, and ask less often.' },
  unexpected: { status: 500, next: 'Try again; it has been written down.' },
  'record-unavailable': { status: 503, next: 'Try again in a minute. Changes are still taken.' },
  'lane-unavailable': { status: 503, next: 'Try again in a few seconds.' },
} as const satisfies Partial<Record<RefusalCode, Problem>>;
export type ProblemType = keyof typeof problems;

export interface FieldProblem {
  readonly field: string;
  readonly problem: string;
}

interface Details {
  readonly next?: string;
  readonly fields?: readonly FieldProblem[];
  readonly headers?: Readonly<Record<string, string>>;
}

export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly type: string;
  readonly next: string;
  readonly fields: readonly FieldProblem[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(type: ProblemType, detail: string, { next, fields = [], headers = {} }: Details = {}) {
    super(detail);
    this.status = problems[type].status;
    this.type = type;
    this.next = next ?? problems[type].next;
    this.fields = fields;
    this.headers = headers;
  }
}

/** What a lane would not do: its own code, its own next step. 409, unless the code is one of the table's. */
export class LaneRefusal extends ProblemError {
  override readonly status: number;
  override readonly type: string;

  constructor(code: string, detail: string, next: string) {
    super('unexpected', detail, { next });
    this.type = code;
    this.status = code in problems ? problems[code as ProblemType].status : 409;
  }
}

export const problemShape = z
  .object({
    type: z.string().meta({ description: 'A stable code.', example: 'invalid-fields' }),
    title: z.string().meta({ description: 'The code in words, for people.' }),
    status: z.int(),
    detail: z.string().meta({ description: 'What happened.' }),
    next: z.string().meta({ description: 'What to do.' }),
    instance: z.string().optional().meta({ description: 'Names this one failure in our log.' }),
    fields: z.array(z.object({ field: z.string(), problem: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });

export function problemReply(error: ProblemError, instance?: string): Response {
  const { type, status, message: detail, next, fields } = error;
  const body: z.infer<typeof problemShape> = {
    ...{ type, title: refusalTitle(type), status, detail, next },
    ...(instance !== undefined && { instance }),
    ...(fields.length > 0 && { fields: [...fields] }),
  };
  const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...error.headers };
  return new Response(JSON.stringify(body), { status, headers });
}

export function fieldsOf(error: z.ZodError, within = ''): FieldProblem[] {
  return error.issues.map(({ path, message }) => ({
    field: [within, ...path].filter(String).join('.'),
    problem: message,
  }));
}
