// Routes that steer a connection: first load, matches, flows, feeds, credentials, resuming; and the mapping versions
// they follow.
import { Hono } from 'hono';
import { z } from 'zod';
import { type EntityName, entityNames } from '../../shared/entities/_registry.ts';
import { mappingContent } from '../flow/mapping.ts';
import { type App, changed, laneAt } from './lanes.ts';
import { ProblemError, readBody } from './problems.ts';

const kind = z.enum(entityNames as [EntityName, ...EntityName[]]);
const day = z.iso.date().nullable().default(null);
const flow = z.object({ state: z.enum(['matching', 'open', 'observe']), cutoverOn: day });
const asked = z.object({ kind, limit: z.coerce.number().int().min(1).max(1000).default(200) });

const values = z.record(z.string(), z.unknown());
const credentials = z.object({ secrets: values, settings: values.nullable().default(null) });

const base = '/installations/:installation/connections/:connection';
const by = 'operator';

export function connections(): Hono<App> {
  const app = new Hono<App>();

  app.post(`${base}/load`, async (c) => {
    const { kinds } = await readBody(c, z.object({ kinds: z.array(kind).min(1) }));
    return changed(c, { verb: 'load', connection: c.req.param('connection'), kinds, by });
  });

  app.get(`${base}/matches`, async (c) => {
    const query = asked.safeParse(c.req.query());
    if (!query.success) {
      throw new ProblemError(422, 'invalid-query', 'Name one kind.', `Use ?kind=${entityNames.join('|')}.`);
    }
    const lane = await laneAt(c);
    const found = await lane.ask({ about: 'matches', connection: c.req.param('connection'), ...query.data });
    return c.json(found as object);
  });

  app.post(`${base}/accept`, async (c) => {
    const body = await readBody(c, z.object({ kind, cutoverOn: day }));
    return changed(c, { verb: 'accept-matches', connection: c.req.param('connection'), ...body, by });
  });

  app.put(`${base}/flows/:kind`, async (c) => {
    const named = kind.safeParse(c.req.param('kind'));
    if (!named.success) {
      throw new ProblemError(404, 'unknown-kind', 'There is no such kind.', `Use one of ${entityNames.join(', ')}.`);
    }
    const connection = c.req.param('connection');
    return changed(c, { verb: 'set-flow', connection, kind: named.data, flow: await readBody(c, flow), by });
  });

  app.post(`${base}/ask`, (c) => {
    const feeds = c.req.query('feeds')?.split(',') ?? null;
    return changed(c, { verb: 'ask-feeds', connection: c.req.param('connection'), feeds });
  });

  app.put(`${base}/credentials`, async (c) => {
    const body = await readBody(c, credentials);
    return changed(c, { verb: 'reconnect', credentials: { connection: c.req.param('connection'), ...body }, by });
  });

  app.post(`${base}/resume`, (c) => changed(c, { verb: 'resume', connection: c.req.param('connection'), by }));

  app.post('/installations/:installation/mappings', async (c) =>
    changed(c, { verb: 'publish', content: await readBody(c, mappingContent), by }),
  );
  return app;
}
