// The OpenAPI 3.1 document, made from the routes' own schemas. Made once per isolate, when somebody asks.
import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { type Access, accessTo, scopes } from './access.ts';
import { problemShape } from './problems.ts';
import { type Route, tags } from './route.ts';
import { routes } from './routes/_registry.ts';

export type Document = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

const purpose = 'What was sold, delivered, billed and paid, tied out across your systems.';
const scopeWords = Object.entries(scopes)
  .map(([scope, what]) => `\`${scope}\`: ${what}.`)
  .join(' ');

let made: { readonly origin: string; readonly document: Document } | null = null;

export function openApi(origin: string): Document {
  if (made?.origin !== origin) made = { origin, document: makeDocument(origin) };
  return made.document;
}

const idempotencyKey = z.object({
  'Idempotency-Key': z
    .string()
    .max(255)
    .optional()
    .meta({ description: 'The same request under the same key is done once; its answer is kept for a day.' }),
});
const ifNoneMatch = z.object({
  'If-None-Match': z.string().optional().meta({ description: 'An ETag you hold: 304 when nothing has changed.' }),
});

function makeDocument(origin: string): Document {
  const app = new OpenAPIHono();
  const registry = app.openAPIRegistry;
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key of the installation, the session of a person in a host page, or the operator key.',
  });
  for (const route of routes) registry.registerPath(pathOf(route));
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Tieout',
      version: '1',
      description: `${purpose}\n\nScopes of API keys: ${scopeWords}`,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: `${origin}/v1` }],
    security: [{ bearer: [] }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
  });
}

type Path = Parameters<OpenAPIHono['openAPIRegistry']['registerPath']>[0];

function pathOf(route: Route): Path {
  const isRead = route.method === 'get';
  const json = (schema: z.ZodType) => ({ 'application/json': { schema } });
  const problem = (description: string) => ({
    description,
    content: { 'application/problem+json': { schema: problemShape } },
  });
  return {
    operationId: route.operation,
    method: route.method,
    path: route.path,
    tags: [route.tag],
    summary: route.summary,
    description: [route.description, allowedTo(accessTo(route.operation))].filter(Boolean).join('\n\n'),
    request: {
      params: route.params,
      query: route.query,
      headers: isRead ? ifNoneMatch : idempotencyKey,
      ...(route.body && { body: { content: json(route.body), required: true } }),
    },
    responses: {
      [route.status]: {
        description: route.isLines ? 'Lines of JSON, one after the other.' : 'Done.',
        content: route.isLines ? { 'application/x-ndjson': { schema: route.shape } } : json(route.shape),
      },
      ...(isRead
        ? { 304: { description: 'Nothing has changed since the ETag you sent.' } }
        : { 202: { description: 'Taken; not in the record yet.', content: json(route.shape) } }),
      401: problem('No valid key or session.'),
      403: problem('Not with these roles or scopes.'),
      ...(route.path.includes('{') && { 404: problem('There is no such thing for you.') }),
      ...(!isRead && { 409: problem('Not as things stand: `type` says why, `next` what to do.') }),
      422: problem('Fields or parameters are missing or wrong.'),
      429: problem('Too many requests; wait as long as Retry-After says.'),
      503: problem('A part of the hub is away; wait as long as Retry-After says.'),
    },
  };
}

function allowedTo({ roles, scope }: Access): string {
  if (roles.length === 0) return 'Allowed to the operator alone.';
  const keys = scope ? `, and to API keys with \`${scope}\`.` : '; not to API keys.';
  return `Allowed to people with the role ${roles.join(', ')}${keys}`;
}
