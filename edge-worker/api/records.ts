// Routes that look: what an installation has in hand, the status of one record, the history of one entity.
import { Hono } from 'hono';
import { storeFor } from '../platform/record-database.ts';
import { type App, laneAt } from './lanes.ts';

export function records(): Hono<App> {
  const app = new Hono<App>();

  app.get('/installations/:installation/progress', async (c) => {
    const lane = await laneAt(c);
    return c.json((await lane.ask({ about: 'progress' })) as object);
  });

  app.get('/installations/:installation/records/:connection/:type/:id', async (c) => {
    const { connection, type: recordType, id: recordId } = c.req.param();
    const lane = await laneAt(c);
    return c.json((await lane.ask({ about: 'status', connection, recordType, recordId })) as object);
  });

  app.get('/installations/:installation/entities/:entity', async (c) => {
    const { installation, entity } = c.req.param();
    const store = storeFor(c.env, installation);
    const where = 'WHERE installation = ?1 AND entity = ?2';
    const bind = (query: string) => store.prepare(query).bind(installation, entity);
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
