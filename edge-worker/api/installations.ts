// Routes that make installations and connections: an account is claimed in the directory first, then the lane is told.
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { roles } from '../../shared/entities/entity.ts';
import { connectors } from '../connectors/_registry.ts';
import type { Connector } from '../connectors/connector.ts';
import type { Context as Ports } from '../context.ts';
import { laneStub } from '../platform/lanes.ts';
import { hookPath, receiverKey } from '../platform/vault.ts';
import { claim, enlist, laneOf, release } from '../store/directory.ts';
import { type App, send, unknownInstallation } from './lanes.ts';
import { ProblemError, readBody } from './problems.ts';

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
type NewConnection = z.infer<typeof newConnection>;

export function installations(ports: Ports): Hono<App> {
  const app = new Hono<App>();

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
    const { jurisdiction, name } = await readBody(c, newInstallation);
    const installation = ports.makeId('ins');
    const shard = c.env.SHARD;
    await enlist(c.env.DIRECTORY, { installation, shard, jurisdiction, createdMs: ports.nowMs() });
    const founding = { installation, name, shard, jurisdiction };
    await send(laneStub(c.env, installation, jurisdiction), { verb: 'found', founding });
    return c.json({ installation }, 201);
  });

  app.post('/installations/:installation/connections', async (c) =>
    connect(c, ports, c.req.param('installation'), await readBody(c, newConnection)),
  );
  return app;
}

async function connect(c: Context<App>, ports: Ports, installation: string, body: NewConnection): Promise<Response> {
  const connector = connectors[body.system];
  if (!connector) {
    const message = `No connector is called ${body.system}.`;
    throw new ProblemError(422, 'unknown-system', message, 'GET /v1/systems lists them.');
  }
  checkFields(connector.settings, body.settings, 'settings');
  checkFields(connector.secrets, body.secrets, 'secrets');
  const lane = await laneOf(c.env.DIRECTORY, installation);
  if (!lane) throw unknownInstallation(installation);
  const { secrets, ...connection } = body;
  const { system, environment, account } = body;
  const { shard, jurisdiction } = lane;
  const place = { installation, connection: body.id, shard, jurisdiction, environment, account };
  const claimed = { ...place, system, claimedMs: ports.nowMs() };
  const outcome = await claim(c.env.DIRECTORY, claimed);
  if (outcome === 'refused') {
    const message = `${connector.title} account ${account} belongs to another connection.`;
    throw new ProblemError(409, 'account-claimed', message, 'Disconnect it there first.');
  }
  const stub = laneStub(c.env, installation, jurisdiction);
  try {
    await send(stub, { verb: 'connect', connection, secrets, by: 'operator' });
  } catch (error) {
    // A refusal made nothing: the account is free again. After any other failure the lane may have connected it.
    if (outcome === 'made' && error instanceof ProblemError) await release(c.env.DIRECTORY, claimed);
    throw error;
  }
  const path = await hookPath(c.env.HUB_KEY, system, place);
  return c.json({ connection: body.id, ...(await hookOf(c, connector, installation, body.id, path)) }, 201);
}

/** Where the system's notices go, and the key they are signed with; null where it sends none, or signs with its own. */
async function hookOf(c: Context<App>, { name, receiver }: Connector, installation: string, id: string, path: string) {
  if (!receiver) return { hookUrl: null, hookKey: null };
  const isShared = receiver.accountOf !== undefined;
  return {
    hookUrl: c.env.PUBLIC_URL + (isShared ? `/hooks/${name}` : path),
    hookKey: receiver.keys === 'issued' ? await receiverKey(c.env.HUB_KEY, installation, id, 1) : null,
  };
}

function checkFields(schema: z.ZodType, given: unknown, what: string): void {
  const parsed = schema.safeParse(given);
  if (parsed.success) return;
  const fields = parsed.error.issues.map(({ path, message: problem }) => ({
    field: `${what}.${path.join('.')}`,
    problem,
  }));
  const message = `The ${what} of this system are not complete.`;
  throw new ProblemError(422, 'invalid-fields', message, 'Correct the named fields.', fields);
}
