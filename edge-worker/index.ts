// The three doors of the Worker: fetch, queue, scheduled.
import { Hono } from 'hono';
import { hooks } from './api/hooks.ts';
import { ProblemError } from './api/problems.ts';
import { api, failed } from './api/serve.ts';
import { liveContext } from './context.ts';
import { type SweepPage, sweepAll, sweepPage } from './flow/sweep.ts';
import type { Env } from './platform/env.ts';
import { laneStub } from './platform/lanes.ts';
import { log } from './platform/log.ts';
import { lanesAfter } from './store/directory.ts';

export { LaneObject, OverflowObject } from './platform/objects.ts';

const context = liveContext();
const app = new Hono<{ Bindings: Env }>();
app.get('/healthz', (c) => c.json({ ok: true }));
app.route('/', hooks(context));
app.route('/', api(context));
app.notFound((c) => failed(new ProblemError('not-found', 'There is nothing at this address.'), context, c.req.path));
app.onError((error, c) => failed(error, context, c.req.path));

const sweepQueue = /sweep$/;

export default {
  fetch: app.fetch,

  async queue(batch, env) {
    for (const message of batch.messages) {
      if (!sweepQueue.test(batch.queue)) {
        // A page that failed every retry: the next sweep brings its lanes again; the operator learns of it.
        log('sweep-page-dead', { lanes: message.body.installations.length });
        message.ack();
        continue;
      }
      try {
        await sweepPage(message.body, ({ installation, jurisdiction }) =>
          laneStub(env, installation, jurisdiction).sweep(),
        );
        message.ack();
      } catch (error) {
        log('sweep-page-failed', { message: error instanceof Error ? error.message : 'unknown' });
        message.retry({ delaySeconds: 5 });
      }
    }
  },

  async scheduled(_controller, env) {
    const lanes = await sweepAll(
      (after, limit) => lanesAfter(env.DIRECTORY, after, limit),
      (page) => env.SWEEP.send(page),
    );
    log('sweep', { lanes });
  },
} satisfies ExportedHandler<Env, SweepPage>;
