// The three doors of the Worker: fetch, queue, scheduled.
import { type Handler, Hono } from 'hono';
import { exchange } from './api/exchange.ts';
import { failed } from './api/failed.ts';
import { hooks } from './api/hooks.ts';
import { ProblemError } from './api/problems.ts';
import { takeBatch } from './api/queues.ts';
import { liveContext } from './context.ts';
import { sweepAll } from './flow/sweep.ts';
import type { Env } from './platform/env.ts';
import { endingsToGoOn } from './platform/erasure.ts';
import { log } from './platform/log.ts';
import { lanesAfter } from './store/directory.ts';

export { LongJob } from './platform/long-job.ts';
export { LaneObject } from './platform/objects.ts';
export { OverflowObject } from './platform/overflow.ts';

type App = Hono<{ Bindings: Env }>;
const context = liveContext();
const app: App = new Hono();

/** Schemas of what people and programs call are half of the Worker: made with the first call, not at every start. */
function later(open: () => Promise<App>): Handler<{ Bindings: Env }> {
  let opened: Promise<App> | null = null;
  return async (c) => {
    opened ??= open().then(guarded);
    return (await opened).fetch(c.req.raw, c.env, c.executionCtx);
  };
}

function guarded(one: App): App {
  one.notFound((c) => failed(new ProblemError('not-found', 'There is nothing at this address.'), context, c.req.path));
  one.onError((error, c) => failed(error, context, c.req.path));
  return one;
}

app.get('/healthz', (c) => c.json({ ok: true }));
app.route('/', hooks(context));
app.route('/', exchange(context));
const embed = later(async () => (await import('./api/embed.ts')).embeds(context));
const birth = later(async () => (await import('./api/birth.ts')).births(context));
app.all('/embed/*', embed);
app.all('/connect/*', birth);
app.all('/oauth/*', birth);
app.all(
  '/v1/*',
  later(async () => (await import('./api/serve.ts')).api(context)),
);
// Where the platform has not answered with the file already.
app.get('/console/*', (c) => c.env.ASSETS.fetch(c.req.raw));
guarded(app);

export default {
  fetch: app.fetch,

  queue: (batch, env) => takeBatch(batch, env, context),

  async scheduled(_controller, env) {
    const lanes = await sweepAll(
      (after, limit) => lanesAfter(env.DIRECTORY, after, limit),
      (page) => env.SWEEP.send(page),
    );
    const endings = await endingsToGoOn(env, context.nowMs());
    if (endings.length > 0) await env.SWEEP.send({ v: 1, installations: [], endings });
    log('sweep', { lanes });
  },
} satisfies ExportedHandler<Env>;
