// The operator's API under /v1, guarded by the operator's key. Reads record and lane; every change goes to the lane.
import { timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import type { Context as Ports } from '../context.ts';
import { connections } from './connections.ts';
import { exceptions } from './exceptions.ts';
import { installations } from './installations.ts';
import type { App } from './lanes.ts';
import { problem } from './problems.ts';
import { records } from './records.ts';

export function admin(ports: Ports): Hono<App> {
  const app = new Hono<App>().basePath('/v1');
  app.use(async (c, next) => {
    const given = c.req.header('authorization') ?? '';
    if (!isEqual(given, `Bearer ${c.env.OPERATOR_KEY}`)) {
      return problem(c, 401, 'not-signed-in', 'The operator key is missing or wrong.', 'Send it as a bearer token.');
    }
    return next();
  });
  for (const routes of [installations(ports), connections(), records(), exceptions()]) app.route('/', routes);
  return app;
}

/** Compares without telling by its duration how much was right. */
function isEqual(a: string, b: string): boolean {
  const encoder = new TextEncoder();
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}
