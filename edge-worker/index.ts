// The three doors of the Worker: fetch, queue, scheduled.
import { Hono } from 'hono';
import { births } from './api/birth.ts';
import { embeds } from './api/embed.ts';
import { exchange } from './api/exchange.ts';
import { hooks } from './api/hooks.ts';
import { ProblemError } from './api/problems.ts';
import { takeBatch } from './api/queues.ts';
import { api, failed } from './api/serve.ts';
import { liveContext } from './context.ts';
import { sweepAll } from './flow/sweep.ts';
import type { Env } from './platform/env.ts';
import { log } from './platform/log.ts';
import { lanesAfter } from './store/directory.ts';

export { LaneObject } from './platform/objects.ts';
export { OverflowObject } from './platform/overflow.ts';

const context = liveContext();
const app = new Hono<{ Bindings: Env }>();
app.get('/healthz', (c) => c.json({ ok: true }));
app.route('/', hooks(context));
app.route('/', births(context));
app.route('/', embeds(context));
app.route('/', exchange(context));
app.route('/', api(context));
// Where the platform has not answered with the file already.
app.get('/console/*', (c) => c.env.ASSETS.fetch(c.req.raw));
app.notFound((c) => failed(new ProblemError('not-found', 'There is nothing at this address.'), context, c.req.path));
app.onError((error, c) => failed(error, context, c.req.path));

export default {
  fetch: app.fetch,

  queue: (batch, env) => takeBatch(batch, env, context),

  async scheduled(_controller, env) {
    const lanes = await sweepAll(
      (after, limit) => lanesAfter(env.DIRECTORY, after, limit),
      (page) => env.SWEEP.send(page),
    );
    log('sweep', { lanes });
  },
} satisfies ExportedHandler<Env>;
