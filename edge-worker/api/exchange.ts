// POST /v1/exchange/…: where systems come that nobody can call. They tell their records, fetch their work, report, and
// ask for statuses. Whose they are stands in the address, under our own MAC; that it is they, their signature says.
import { type Context, Hono } from 'hono';
import { connectors } from '../connectors/_registry.ts';
import type { Environment } from '../connectors/connector.ts';
import { toldFeed, type Visit, type VisitAnswer, type Visits } from '../connectors/mailbox.ts';
import type { Context as Ports } from '../context.ts';
import { keep } from '../flow/intake.ts';
import type { Env } from '../platform/env.ts';
import { laneStub } from '../platform/lanes.ts';
import { log } from '../platform/log.ts';
import { type HookAddress, readHookToken } from '../platform/vault.ts';
import { issuedKeys } from './hook-keys.ts';
import { inboxOf, readDelivery, respond } from './hooks.ts';

type App = { Bindings: Env };

export function exchange(ports: Ports): Hono<App> {
  const app = new Hono<App>();
  app.post('/v1/exchange/:system/:token/:verb', async (c) => {
    const connector = connectors[c.req.param('system')];
    const address = connector?.visits ? await readHookToken(c.env.HUB_KEY, connector.name, c.req.param('token')) : null;
    if (!connector?.visits || !address) return c.json({ type: 'not-found' }, 404);
    const answer = await receive(c, ports, connector.visits, address);
    if (answer.verb === 'refused')
      log('visit', { system: connector.name, outcome: 'refused', refusal: answer.refusal });
    return respond(connector.visits.answer(answer));
  });
  return app;
}

async function receive(c: Context<App>, ports: Ports, visits: Visits, address: HookAddress): Promise<VisitAnswer> {
  const delivery = await readDelivery(c.req.raw, visits.bodyBytesMax);
  if (!delivery) return { verb: 'refused', refusal: 'too-large', detail: '' };
  const { installation, connection, account, environment } = address;
  const verb = c.req.param('verb') ?? '';
  let keys: readonly string[];
  try {
    keys = await issuedKeys(c.env, address, ports.nowMs());
  } catch (error) {
    // Nobody can say whether the key still counts: it keeps its records and comes again.
    if (verb === 'records') return { verb, outcome: 'retry-later' };
    throw error;
  }
  const received = await visits.receive(verb, delivery, {
    ...{ installation, account, environment: environment as Environment, nowMs: ports.nowMs() },
    keys,
  });
  if (!received.ok) return { verb: 'refused', refusal: received.refusal, detail: received.detail ?? '' };
  const { visit } = received;
  if (visit.verb === 'records') return keepRecords(c.env, address, visit);
  return laneStub(c.env, installation, address.jurisdiction).visit(connection, visit);
}

/** On disk in the lane or its overflow before this answers, like any delivery. */
async function keepRecords(
  env: Env,
  address: HookAddress,
  { deliveryId, records }: Extract<Visit, { verb: 'records' }>,
): Promise<VisitAnswer> {
  const { connection } = address;
  const entry = { connection, delivery: deliveryId, notices: [], rings: [toldFeed], told: records };
  const outcome = await keep(inboxOf(env, address), entry);
  if (outcome === 'ended') return { verb: 'ended' };
  return { verb: 'records', outcome: outcome === 'failed' ? 'retry-later' : 'recorded' };
}
