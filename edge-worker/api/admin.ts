// The operator's API: make installations and connections, match, publish, answer holds, look. Guarded by the operator's key; every change goes to the lane.
import { timingSafeEqual } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { type EntityName, entityNames } from '../../shared/entities/_registry.ts';
import { roles } from '../../shared/entities/entity.ts';
import { wordsFor } from '../../shared/words.ts';
import { connectors } from '../connectors/_registry.ts';
import type { Context as Ports } from '../context.ts';
import { mappingContent } from '../flow/mapping.ts';
import type { Change, Question } from '../flow/requests.ts';
import type { Env } from '../platform/env.ts';
import { laneStub } from '../platform/lanes.ts';
import { storeFor } from '../platform/record-database.ts';
import { hookPath, receiverKey } from '../platform/vault.ts';
import { claim, enlist, laneOf } from '../store/directory.ts';
import { ProblemError, problem, readBody } from './problems.ts';

type App = { Bindings: Env };
type C = Context<App>;

const kind = z.enum(entityNames as [EntityName, ...EntityName[]]);
const newInstallation = z.object({ name: z.string().min(1).max(120), jurisdiction: z.enum(['', 'eu']).default('') });
const newConnection = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/),
  system: z.string(),
  roles: z.array(z.enum(roles)).min(1),
  account: z.string().min(1).max(100),
  environment: z.enum(['production', 'sandbox']),
  settings: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.unknown()),
  routing: z
    .object({ field: z.string(), values: z.array(z.string()) })
    .nullable()
    .default(null),
  flow: z.enum(['matching', 'open', 'observe']).default('matching'),
});
const day = z.iso.date().nullable().default(null);

export function admin(ports: Ports): Hono<App> {
  const app = new Hono<App>().basePath('/v1');
  app.use(async (c, next) => {
    const given = c.req.header('authorization') ?? '';
    if (!isEqual(given, `Bearer ${c.env.OPERATOR_KEY}`)) {
      return problem(c, 401, 'not-signed-in', 'The operator key is missing or wrong.', 'Send it as a bearer token.');
    }
    return next();
  });

  app.get('/systems', (c) =>
    c.json(
      Object.values(connectors).map(({ name, title, roles: offered, settings, secrets, maps }) => ({
        name,
        title,
        roles: offered,
        kinds: Object.keys(maps),
        settings: z.toJSONSchema(settings, { unrepresentable: 'any' }),
        secrets: z.toJSONSchema(secrets, { unrepresentable: 'any' }),
      })),
    ),
  );

  app.post('/installations', async (c) => {
    const body = await readBody(c, newInstallation);
    const installation = ports.makeId('ins');
    const { jurisdiction, name } = body;
    const shard = c.env.SHARD;
    await enlist(c.env.DIRECTORY, { installation, shard, jurisdiction, createdMs: ports.nowMs() });
    await send(c, laneStub(c.env, installation, jurisdiction), {
      verb: 'found',
      founding: { installation, name, shard, jurisdiction },
    });
    return c.json({ installation }, 201);
  });

  app.post('/installations/:installation/connections', async (c) => {
    const installation = c.req.param('installation');
    const body = await readBody(c, newConnection);
    const connector = connectors[body.system];
    if (!connector)
      throw new ProblemError(
        422,
        'unknown-system',
        `No connector is called ${body.system}.`,
        'GET /v1/systems lists them.',
      );
    checkFields(connector.settings, body.settings, 'settings');
    checkFields(connector.secrets, body.secrets, 'secrets');
    const lane = await laneOf(c.env.DIRECTORY, installation);
    if (!lane) throw unknownInstallation(installation);
    const place = { installation, connection: body.id, shard: lane.shard, jurisdiction: lane.jurisdiction };
    const { system, environment, account } = body;
    if (!(await claim(c.env.DIRECTORY, { ...place, system, environment, account, claimedMs: ports.nowMs() }))) {
      throw new ProblemError(
        409,
        'account-claimed',
        `${connector.title} account ${account} belongs to another connection.`,
        'Disconnect it there first.',
      );
    }
    const { secrets, ...connection } = body;
    await send(c, laneStub(c.env, installation, lane.jurisdiction), {
      verb: 'connect',
      connection,
      secrets,
      by: 'operator',
    });
    const path = await hookPath(c.env.HUB_KEY, system, { ...place, environment, account });
    const isShared = connector.receiver?.accountOf !== undefined;
    return c.json(
      {
        connection: body.id,
        hookUrl: connector.receiver ? c.env.PUBLIC_URL + (isShared ? `/hooks/${system}` : path) : null,
        hookKey:
          connector.receiver?.keys === 'issued' ? await receiverKey(c.env.HUB_KEY, installation, body.id, 1) : null,
      },
      201,
    );
  });

  app.post('/installations/:installation/connections/:connection/load', async (c) => {
    const body = await readBody(c, z.object({ kinds: z.array(kind).min(1) }));
    return changed(c, { verb: 'load', connection: c.req.param('connection'), kinds: body.kinds, by: 'operator' });
  });
  app.get('/installations/:installation/connections/:connection/matches', async (c) => {
    const asked = z
      .object({ kind, limit: z.coerce.number().int().min(1).max(1000).default(200) })
      .safeParse(c.req.query());
    if (!asked.success)
      throw new ProblemError(422, 'invalid-query', 'Name one kind.', `Use ?kind=${entityNames.join('|')}.`);
    return c.json(
      (await (
        await laneAt(c)
      ).ask({ about: 'matches', connection: c.req.param('connection'), ...asked.data })) as object,
    );
  });
  app.post('/installations/:installation/connections/:connection/accept', async (c) => {
    const body = await readBody(c, z.object({ kind, cutoverOn: day }));
    return changed(c, { verb: 'accept-matches', connection: c.req.param('connection'), ...body, by: 'operator' });
  });
  app.put('/installations/:installation/connections/:connection/flows/:kind', async (c) => {
    const body = await readBody(c, z.object({ state: z.enum(['matching', 'open', 'observe']), cutoverOn: day }));
    return changed(c, {
      verb: 'set-flow',
      connection: c.req.param('connection'),
      kind: kind.parse(c.req.param('kind')),
      flow: body,
      by: 'operator',
    });
  });
  app.post('/installations/:installation/connections/:connection/ask', (c) =>
    changed(c, { verb: 'ask-feeds', connection: c.req.param('connection') }),
  );
  app.post('/installations/:installation/connections/:connection/resume', (c) =>
    changed(c, { verb: 'resume', connection: c.req.param('connection'), by: 'operator' }),
  );
  app.post('/installations/:installation/mappings', async (c) =>
    changed(c, { verb: 'publish', content: await readBody(c, mappingContent), by: 'operator' }),
  );

  app.get('/installations/:installation/progress', async (c) =>
    c.json((await (await laneAt(c)).ask({ about: 'progress' })) as object),
  );
  app.get('/installations/:installation/records/:connection/:type/:id', async (c) => {
    const question: Question = {
      about: 'status',
      connection: c.req.param('connection'),
      recordType: c.req.param('type'),
      recordId: c.req.param('id'),
    };
    return c.json((await (await laneAt(c)).ask(question)) as object);
  });
  app.get('/installations/:installation/exceptions', async (c) => {
    const rows = await storeFor(c.env, c.req.param('installation'))
      .prepare(
        `SELECT exceptions.*, system FROM exceptions LEFT JOIN connections ON connections.installation = exceptions.installation
         AND connections.id = exceptions.connection WHERE exceptions.installation = ? AND exceptions.state = ? ORDER BY made_ms, exceptions.id LIMIT 1000`,
      )
      .bind(c.req.param('installation'), c.req.query('state') ?? 'open')
      .all<{ code: string; params: string; system: string | null; connection: string | null }>();
    return c.json(
      rows.results.map((row) => ({
        ...row,
        words: wordsFor(row.code, { system: titleOf(row), ...(JSON.parse(row.params) as Record<string, string>) }),
      })),
    );
  });
  app.post('/installations/:installation/exceptions/:id/:answer', async (c) => {
    const given = z.enum(['approve', 'reject', 'retry']).safeParse(c.req.param('answer'));
    if (!given.success)
      throw new ProblemError(404, 'unknown-action', 'There is no such action.', 'Use approve, reject or retry.');
    const body = await readBody(
      c,
      z.object({ reason: z.string().max(500).default(''), by: z.string().min(1).default('operator') }),
    );
    return changed(c, { verb: 'answer', hold: c.req.param('id'), answer: given.data, ...body });
  });
  app.get('/installations/:installation/entities/:entity', async (c) => {
    const store = storeFor(c.env, c.req.param('installation'));
    const where = 'WHERE installation = ?1 AND entity = ?2';
    const bind = (query: string) => store.prepare(query).bind(c.req.param('installation'), c.req.param('entity'));
    const [versions, links, statuses, timeline, receipts] = await store.batch([
      bind(`SELECT * FROM entity_versions ${where} ORDER BY version DESC LIMIT 50`),
      bind(`SELECT * FROM links ${where}`),
      bind(`SELECT * FROM statuses ${where}`),
      bind(`SELECT * FROM timeline ${where} ORDER BY run DESC LIMIT 200`),
      bind(`SELECT * FROM receipts ${where} ORDER BY at_ms DESC LIMIT 200`),
    ]);
    return c.json({
      versions: versions?.results,
      links: links?.results,
      statuses: statuses?.results,
      timeline: timeline?.results,
      receipts: receipts?.results,
    });
  });
  return app;
}

/** What people call the system an exception is about. */
function titleOf(row: { readonly system: string | null; readonly connection: string | null }): string {
  return connectors[row.system ?? '']?.title ?? row.connection ?? '';
}

async function laneAt(c: C) {
  const installation = c.req.param('installation') ?? '';
  const place = await laneOf(c.env.DIRECTORY, installation);
  if (!place) throw unknownInstallation(installation);
  return laneStub(c.env, installation, place.jurisdiction);
}

async function send(c: C, lane: Awaited<ReturnType<typeof laneAt>>, change: Change) {
  const result = await lane.change(change);
  if (!result.ok) throw new ProblemError(409, result.code, result.message, result.next);
  return result;
}

/** 200 once the change is in the record; 202 with the lane's own view while D1 is away. */
async function changed(c: C, change: Change): Promise<Response> {
  const result = await send(c, await laneAt(c), change);
  return c.json({ ...result.value, recorded: result.isRecorded }, result.isRecorded ? 200 : 202);
}

function checkFields(schema: z.ZodType, given: unknown, what: string): void {
  const parsed = schema.safeParse(given);
  if (parsed.success) return;
  const fields = parsed.error.issues.map((issue) => ({
    field: `${what}.${issue.path.join('.')}`,
    problem: issue.message,
  }));
  throw new ProblemError(
    422,
    'invalid-fields',
    `The ${what} of this system are not complete.`,
    'Correct the named fields.',
    fields,
  );
}

function unknownInstallation(installation: string): ProblemError {
  return new ProblemError(
    404,
    'unknown-installation',
    `There is no installation ${installation.slice(0, 40)}.`,
    'Check the address.',
  );
}

/** Compares without telling by its duration how much was right. */
function isEqual(a: string, b: string): boolean {
  const encoder = new TextEncoder();
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}
