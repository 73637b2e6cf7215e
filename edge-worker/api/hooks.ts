// POST /hooks/…: where systems that push knock. Reads the raw bytes, finds out whose they are without asking D1, and
// answers as the vendor expects.
import { Hono } from 'hono';
import { connectors } from '../connectors/_registry.ts';
import type { Connector, Delivery, Environment } from '../connectors/connector.ts';
import type { Context as Ports } from '../context.ts';
import { type Inbox, type IntakeResult, intake, plainReply } from '../flow/intake.ts';
import type { Env } from '../platform/env.ts';
import { laneStub, overflowStub } from '../platform/lanes.ts';
import { log } from '../platform/log.ts';
import { type HookAddress, readHookToken } from '../platform/vault.ts';
import { type Place, placeOf } from '../store/directory.ts';
import { ringingKeys } from './hook-keys.ts';

/** Directory answers are kept this long in the isolate. */
const placeKeptMs = 60_000;
const places = new Map<string, { readonly place: Place | null; readonly untilMs: number }>();
const placesMax = 10_000;

export function hooks(ports: Ports): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>();

  /** An address of one connection: everything intake needs stands in it, under our own MAC. */
  app.post('/hooks/:system/:token', async (c) => {
    const connector = connectors[c.req.param('system')];
    const address = connector?.receiver
      ? await readHookToken(c.env.HUB_KEY, connector.name, c.req.param('token'))
      : null;
    if (!connector || !address) return respond(plainReply(404, 'There is no such hook address.'));
    const delivery = await readDelivery(c.req.raw, connector.receiver?.bodyBytesMax ?? 0);
    if (!delivery) return respond(connector.receiver?.answer('refused', 'too-large') ?? plainReply(413, 'Too large.'));
    return finish(connector, await take(c.env, ports, connector, address, delivery));
  });

  /** The one address that a packaged sender shares between all customers: routed by account through the directory. */
  app.post('/hooks/:system', async (c) => {
    const connector = connectors[c.req.param('system')];
    const receiver = connector?.receiver;
    if (!connector || !receiver?.accountOf) return respond(plainReply(404, 'There is no such hook address.'));
    const delivery = await readDelivery(c.req.raw, connector.receiver?.bodyBytesMax ?? 0);
    if (!delivery) return respond(receiver.answer('refused', 'too-large'));
    const whose = await receiver.accountOf(delivery).catch(() => null);
    if (!whose) return respond(receiver.answer('refused', 'malformed'));
    if (!(await pairAsked(c.env, ports, connector, delivery))) return respond(receiver.answer('retry-later', null));
    let place: Place | null;
    try {
      place = await knownPlace(c.env, ports, connector.name, whose.environment, whose.account);
    } catch (error) {
      log('directory-unavailable', { message: error instanceof Error ? error.message : 'unknown' });
      return respond(receiver.answer('retry-later', null));
    }
    // An unknown account stores nothing and hears what makes its sender stop.
    if (!place) return respond(receiver.answer('refused', 'wrong-account'));
    const address: HookAddress = { ...place, account: whose.account, environment: whose.environment ?? 'production' };
    return finish(connector, await take(c.env, ports, connector, address, delivery));
  });

  return app;
}

/** Requests in a delivery to connect its account. False when one could not be tried and is to come again. */
async function pairAsked(env: Env, ports: Ports, connector: Connector, delivery: Delivery): Promise<boolean> {
  for (const request of (await connector.pairing?.requestsIn(delivery)) ?? []) {
    try {
      // Read with the first request of an isolate: nearly no delivery carries one.
      const { pair } = await import('./pairing.ts');
      await pair({ env, ports, connector, request });
    } catch (error) {
      log('pairing-failed', { system: connector.name, message: error instanceof Error ? error.message : 'unknown' });
      return false;
    }
  }
  return true;
}

async function take(
  env: Env,
  ports: Ports,
  connector: Connector,
  address: HookAddress,
  delivery: Delivery,
): Promise<IntakeResult> {
  const keys = connector.receiver?.keys === 'issued' ? await ringingKeys(env, address, ports.nowMs()) : [];
  return intake({
    connector,
    connection: address.connection,
    delivery,
    expected: {
      installation: address.installation,
      account: address.account,
      environment: address.environment as Environment,
      keys,
      nowMs: ports.nowMs(),
    },
    inbox: inboxOf(env, address),
  });
}

export function inboxOf(env: Env, { installation, jurisdiction }: HookAddress): Inbox {
  return {
    async lane(entry) {
      try {
        return await laneStub(env, installation, jurisdiction).accept(entry);
      } catch (error) {
        const { overloaded, retryable } = error as { overloaded?: boolean; retryable?: boolean };
        if (overloaded || !retryable) throw error;
        // A stub is dead after an exception: one retry with a new one.
        return await laneStub(env, installation, jurisdiction).accept(entry);
      }
    },
    async overflow(entry) {
      await overflowStub(env, installation, jurisdiction).keep(entry);
    },
  };
}

async function knownPlace(
  env: Env,
  ports: Ports,
  system: string,
  environment: string | null,
  account: string,
): Promise<Place | null> {
  const key = `${system} ${environment ?? ''} ${account}`;
  const known = places.get(key);
  if (known && known.untilMs > ports.nowMs()) return known.place;
  const place = await placeOf(env.DIRECTORY, system, environment, account);
  if (places.size >= placesMax) places.clear();
  places.set(key, { place, untilMs: ports.nowMs() + placeKeptMs });
  return place;
}

/** The raw bytes, up to the receiver's limit; null when there are more. */
export async function readDelivery(request: Request, bytesMax: number): Promise<Delivery | null> {
  const announced = request.headers.get('content-length');
  if (Number(announced ?? '0') > bytesMax) return null;
  // A body is never longer than it was announced to be.
  if (announced !== null) return { url: new URL(request.url), headers: request.headers, body: await bytesOf(request) };
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > bytesMax) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
  const body = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return { url: new URL(request.url), headers: request.headers, body };
}

async function bytesOf(request: Request): Promise<Uint8Array> {
  return new Uint8Array(await request.arrayBuffer());
}

function finish(connector: Connector, result: IntakeResult): Response {
  if (result.outcome !== 'recorded')
    log('delivery', { system: connector.name, outcome: result.outcome, refusal: result.refusal ?? '' });
  return respond(result.reply);
}

export function respond(reply: {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}): Response {
  return new Response(reply.body, { status: reply.status, headers: { 'content-type': reply.contentType } });
}
