// What a route is: an operation of the access table, an address, schemas of what it is asked and answers, and the work.
import { z } from 'zod';
import type { Context as Ports } from '../context.ts';
import type { Once } from '../flow/requests.ts';
import type { Env } from '../platform/env.ts';
import type { Operation } from './access.ts';
import type { InstallationAt, Place } from './at.ts';
import type { Caller } from './caller.ts';
import { fieldsOf, ProblemError } from './problems.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Bindings that a route may use. Records and lanes are reached through `at` alone, which knows whose they are. */
export type Bindings = Omit<Env, 'RECORD' | 'LANE' | 'OVERFLOW'>;

/** An address under an installation gets that installation; any other gets none. */
type AtOf<Path extends string> = Path extends `/installations/{installation}${string}` ? InstallationAt : null;

export interface Asked<Path extends string, Params, Query, Body> {
  readonly at: AtOf<Path>;
  readonly caller: Caller;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly ports: Ports;
  readonly env: Bindings;
  /** The key of a request that may be sent again; the lane knows it by itself, what is done elsewhere has to ask. */
  readonly once: Once | null;
  /** An installation that has only just been enlisted. */
  readonly open: (installation: string, place: Place) => InstallationAt;
}

export interface Reply<Body> {
  readonly status: 200 | 201 | 202;
  readonly body: Body;
}

/** Lines of JSON, one after the other: for what is too long for one answer. */
export interface Lines {
  readonly lines: AsyncIterable<unknown>;
  readonly fileName: string;
}

export const tags = {
  Installation: 'Systems, connections, first load, flows',
  Records: 'Any record: its status, versions and history',
  Exceptions: 'What waits for a person',
  Indicators: 'What stands open, how long things take, with targets and trends',
  Mappings: 'Which field goes where',
  Jobs: 'Long pieces of work, and how far they are',
  Events: 'Who is told of what happens',
  Alerts: 'Where people hear of what goes wrong, and when not',
  Audit: 'Who changed what, chained and signed',
  Callers: 'Who is asking',
} as const;

interface RouteSpec<
  Path extends string,
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Shape extends z.ZodType,
> {
  readonly operation: Operation;
  readonly method: Method;
  readonly path: Path;
  readonly tag: keyof typeof tags;
  readonly summary: string;
  readonly description?: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly shape: Shape;
  /** What it answers when all is well; a change may also be answered 202. */
  readonly status?: 200 | 201;
  /** The shape is that of one line of many. */
  readonly isLines?: boolean;
  handle(asked: Asked<Path, z.infer<Params>, z.infer<Query>, z.infer<Body>>): Promise<Reply<z.input<Shape>> | Lines>;
}

/** What the server of routes sees of one. */
export interface Route {
  readonly operation: Operation;
  readonly method: Method;
  readonly path: string;
  readonly tag: keyof typeof tags;
  readonly summary: string;
  readonly description: string;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: z.ZodType | null;
  readonly shape: z.ZodType;
  readonly status: 200 | 201;
  readonly isLines: boolean;
  answer(call: Call): Promise<Reply<unknown> | Lines>;
}

/** A call that has been identified and allowed, its parts not looked into yet. */
export interface Call extends Omit<Asked<string, unknown, unknown, unknown>, 'at'> {
  readonly at: InstallationAt | null;
}

const nothing = z.object({});

export function route<
  const Path extends string,
  Shape extends z.ZodType,
  Params extends z.ZodObject = typeof nothing,
  Query extends z.ZodObject = typeof nothing,
  Body extends z.ZodType = z.ZodNull,
>(spec: RouteSpec<Path, Params, Query, Body, Shape>): Route {
  const params = addressOf(spec.path, spec.params ?? nothing);
  const query: z.ZodObject = spec.query ?? nothing;
  const { description = '', status = 200, isLines = false } = spec;
  return {
    ...spec,
    ...{ params, query, description, status, isLines },
    body: spec.body ?? null,
    answer: async ({ params: givenParams, query: givenQuery, body: givenBody, at, ...call }) => {
      const here = at as AtOf<Path>;
      const found = params.safeParse(givenParams);
      if (!found.success) {
        throw new ProblemError('not-found', 'This address names something that cannot be.', {
          fields: fieldsOf(found.error),
        });
      }
      const asked = query.safeParse(givenQuery);
      if (!asked.success) {
        throw new ProblemError('invalid-query', 'Some parameters are missing or wrong.', {
          fields: fieldsOf(asked.error),
        });
      }
      const body = spec.body ? readFields(spec.body, givenBody) : null;
      return spec.handle({
        ...call,
        at: here,
        params: found.data as z.infer<Params>,
        query: asked.data as z.infer<Query>,
        body: body as z.infer<Body>,
      });
    },
  };
}

/** Whatever the address names is a parameter; the schema given says more of some. */
function addressOf(path: string, given: z.ZodObject): z.ZodObject {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '');
  return z.object({ ...Object.fromEntries(names.map((name) => [name, z.string()])), ...given.shape });
}

/** Checks fields; what is wrong is named one by one. */
export function readFields<Shape extends z.ZodType>(shape: Shape, given: unknown, within = ''): z.infer<Shape> {
  const parsed = shape.safeParse(given);
  if (parsed.success) return parsed.data;
  const fields = fieldsOf(parsed.error, within);
  throw new ProblemError('invalid-fields', 'Some fields are missing or wrong.', { fields });
}

export function ok<Body>(body: Body): Reply<Body> {
  return { status: 200, body };
}
