// /v1: every route of the registry behind the same door. Identified, allowed, read, answered, each failure a problem.
import { type Context, Hono } from 'hono';
import { canonicalJson, hashOf } from '../../shared/canonical-json.ts';
import type { Context as Ports } from '../context.ts';
import type { Once } from '../flow/requests.ts';
import { auditPublicKey } from '../platform/audit-signature.ts';
import type { Env } from '../platform/env.ts';
import { asyncApi } from './asyncapi.ts';
import { InstallationAt, type Place, placeOfInstallation, unknownInstallation } from './at.ts';
import { readBody } from './body.ts';
import { type Caller, identify, mayCall } from './caller.ts';
import { signInForDevelopment } from './development.ts';
import { docsPage } from './docs-page.ts';
import { openApi } from './openapi.ts';
import { ProblemError } from './problems.ts';
import { spend } from './rate.ts';
import type { Call, Lines, Method, Reply, Route } from './route.ts';
import { routes } from './routes/_registry.ts';

type App = { Bindings: Env };

export function api(ports: Ports): Hono<App> {
  const app = new Hono<App>().basePath('/v1');
  app.use(async (c, next) => {
    await next();
    // A token in a browser's cache or another site's page would outlive the session.
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
    c.header('x-content-type-options', 'nosniff');
    c.header('referrer-policy', 'no-referrer');
  });
  app.get('/openapi.json', (c) => c.json(openApi(c.env.PUBLIC_URL), 200, { 'cache-control': 'max-age=300' }));
  app.get('/asyncapi.json', (c) => c.json(asyncApi(), 200, { 'cache-control': 'max-age=300' }));
  app.get('/docs', async (c) => c.body(await docsPage(openApi(c.env.PUBLIC_URL)), 200, docsHeaders));
  app.get('/audit-key', async (c) => c.json({ publicKey: await auditPublicKey(c.env.HUB_KEY) }));
  app.post('/development/session', async (c) => c.json(await signInForDevelopment(c.env, ports, c.req.raw), 201));
  for (const one of routes) app.on(one.method.toUpperCase(), honoPath(one.path), (c) => serve(c, ports, one));
  for (const [path, methods] of methodsByPath()) {
    app.all(path, () => {
      const headers = { allow: methods.join(', ').toUpperCase() };
      throw new ProblemError('method-not-allowed', 'This address does not take that method.', { headers });
    });
  }
  return app;
}

/** The page carries its own styles and no script; nothing else may run in it, and nobody may frame it. */
const docsHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'max-age=300',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
};

async function serve(c: Context<App>, ports: Ports, route: Route): Promise<Response> {
  const caller = await identify(c.env, ports, c.req.header('authorization'));
  spend(caller, ports.nowMs());
  const { installation } = c.req.param() as { installation?: string };
  if (installation !== undefined && caller.installation !== null && caller.installation !== installation) {
    throw unknownInstallation(installation);
  }
  if (!mayCall(caller, route.operation)) {
    throw new ProblemError('not-allowed', `You may not do this: ${route.summary.toLowerCase()}.`);
  }
  const { text, json } = route.method === 'get' ? { text: '', json: null } : await readBody(c.req.raw);
  const once = onceOf(c, caller, route, text);
  const place = installation === undefined ? null : await placeOfInstallation(c.env, installation, ports.nowMs());
  const open = (id: string, where: Place) => new InstallationAt(c.env, id, where, once);
  const at = installation === undefined || !place ? null : open(installation, place);
  const body = route.body === null ? null : (json ?? {});
  const call: Call = { at, caller, params: c.req.param(), query: c.req.query(), body, ports, env: c.env, once, open };
  return reply(c, await route.answer(call));
}

/** The same request under the same key is done once; the lane keeps the answer for a day. */
function onceOf(c: Context<App>, caller: Caller, route: Route, text: string): Once | null {
  const key = c.req.header('idempotency-key');
  if (key === undefined || route.method === 'get') return null;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new ProblemError('invalid-query', 'An Idempotency-Key has 1 to 255 visible characters.', {
      fields: [{ field: 'Idempotency-Key', problem: 'empty, too long, or not plain text' }],
    });
  }
  return { key: `${caller.by} ${key}`, hash: hashOf([route.operation, c.req.path, text]) };
}

function reply(c: Context<App>, answered: Reply<unknown> | Lines): Response {
  if ('lines' in answered) return streamed(answered);
  const { status, body } = answered;
  if (c.req.method !== 'GET') return c.json(body as object, status);
  const etag = `"${hashOf(canonicalJson(body)).slice(0, 32)}"`;
  const headers = { etag, 'cache-control': 'private, no-cache' };
  const known = c.req
    .header('if-none-match')
    ?.split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''));
  if (known?.includes(etag)) return c.body(null, 304, headers);
  return c.json(body as object, status, headers);
}

/** A failure half-way cuts the answer off: its last line is what says that it is whole. */
function streamed({ lines, fileName }: Lines): Response {
  const encoder = new TextEncoder();
  const source = lines[Symbol.asyncIterator]();
  const body = new ReadableStream({
    async pull(controller) {
      const { value, done } = await source.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`));
    },
  });
  const disposition = `attachment; filename="${fileName}"`;
  return new Response(body, {
    headers: {
      'content-type': 'application/x-ndjson',
      'content-disposition': disposition,
      'cache-control': 'no-store',
    },
  });
}

const honoPath = (path: string) => path.replace(/\{(\w+)\}/g, ':$1');

function methodsByPath(): Map<string, Method[]> {
  const found = new Map<string, Method[]>();
  for (const { path, method } of routes) found.set(honoPath(path), [...(found.get(honoPath(path)) ?? []), method]);
  return found;
}
