// A visit of the system, proven and understood; and the answers in its spelling. PROTOCOL.md says the same in prose.
import type { z } from 'zod';
import { parseExactJson } from '../../../shared/canonical-json.ts';
import {
  isFresh,
  parseSignature,
  signatureHeader,
  signingInput,
  timestampHeader,
} from '../../../shared/wire/signature.ts';
import type { Received, Report, ToldRecord, Visit, VisitAnswer, Visits, Work } from '../mailbox.ts';
import type { Delivery, Expected, Refusal, Reply } from '../receiver.ts';
import type { Bodies } from './bodies.ts';

const bodyBytesMax = 1_000_000;

type Verb = keyof Bodies;

export const visits: Visits = { bodyBytesMax, receive, answer };

async function receive(verb: string, delivery: Delivery, expected: Expected): Promise<Received> {
  if (delivery.body.byteLength > bodyBytesMax) return refuse('too-large');
  const timestamp = delivery.headers.get(timestampHeader);
  const signatures = parseSignature(delivery.headers.get(signatureHeader) ?? '');
  if (timestamp === null || signatures.length === 0) return refuse('unproven');
  const text = new TextDecoder().decode(delivery.body);
  if (!(await isGenuine(signingInput(timestamp, text), signatures, expected.keys))) return refuse('forged');
  if (!isFresh(timestamp, expected.nowMs)) return refuse('too-old');
  const { bodies } = await import('./bodies.ts');
  if (!Object.hasOwn(bodies, verb)) return refuse('malformed', 'there is no such address');
  return read(verb as Verb, bodies[verb as Verb], text, expected);
}

function read(verb: Verb, body: Bodies[Verb], text: string, expected: Expected): Received {
  let given: unknown;
  try {
    given = parseExactJson(text);
  } catch {
    return refuse('malformed', 'the body is not JSON');
  }
  const parsed = body.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse('malformed', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const { installation, account, environment } = parsed.data;
  const isOurs =
    installation === expected.installation && account === expected.account && environment === expected.environment;
  return isOurs ? { ok: true, visit: visitOf(verb, parsed.data) } : refuse('wrong-account');
}

function visitOf(verb: Verb, body: z.infer<Bodies[Verb]>): Visit {
  if (verb === 'records') {
    const { delivery: deliveryId, records } = body as z.infer<Bodies['records']>;
    return { verb, deliveryId, records: records.map(toldOf) };
  }
  if (verb === 'work') {
    const { limit, waitSeconds } = body as z.infer<Bodies['work']>;
    return { verb, limit, waitMs: waitSeconds * 1000 };
  }
  if (verb === 'receipts') {
    const { receipts } = body as z.infer<Bodies['receipts']>;
    return { verb, reports: receipts.map(reportOf) };
  }
  const { after, limit } = body as z.infer<Bodies['statuses']>;
  return { verb, after, limit };
}

function toldOf(told: z.infer<Bodies['records']>['records'][number]): ToldRecord {
  const ref = { recordType: told.type, recordId: told.id };
  return 'deleted' in told
    ? { ...ref, externalId: null, wire: null, isWithdrawn: false }
    : { ...ref, externalId: told.key, wire: told.values, isWithdrawn: told.withdrawn };
}

function reportOf(given: z.infer<Bodies['receipts']>['receipts'][number]): Report {
  const { work, key: externalId } = given;
  switch (given.outcome) {
    case 'applied': {
      const { outcome, id: recordId, created, values: wire } = given;
      return { work, externalId, result: { outcome, created, recordId, wire } };
    }
    case 'withdrawn':
      return { work, externalId, result: { outcome: given.outcome, wire: given.values } };
    case 'billed':
      return { work, externalId, result: { outcome: given.outcome, message: given.message, vendorCode: null } };
    case 'refused': {
      const { outcome, code, message, fields } = given;
      return { work, externalId, result: { outcome, code, message, fields, vendorCode: null } };
    }
  }
}

function workOf(piece: Work): unknown {
  const { stamp, recordType, recordId, externalId } = piece;
  const place = { work: stamp, type: recordType, id: recordId, key: externalId };
  return 'wire' in piece ? { ...place, values: piece.wire } : { ...place, withdraw: true };
}

const statusOf: Readonly<Record<Refusal, number>> = {
  unproven: 401,
  forged: 401,
  'too-old': 401,
  'wrong-account': 403,
  malformed: 422,
  'unsupported-version': 422,
  'too-large': 413,
};

function answer(given: VisitAnswer): Reply {
  switch (given.verb) {
    case 'records':
      return given.outcome === 'recorded' ? reply(202, { taken: true }) : reply(503, problem('retry-later', ''));
    case 'work':
      return reply(200, {
        leaseSeconds: Math.round(given.leaseMs / 1000),
        work: given.work.map(workOf),
      });
    case 'receipts':
      return reply(200, { unknown: given.unknown });
    case 'statuses':
      return reply(200, {
        rows: given.rows.map(({ seq, recordType, recordId, status }) => ({
          ...{ seq, type: recordType, id: recordId, status },
        })),
        next: given.rows.at(-1)?.seq ?? null,
        more: given.hasMore,
      });
    case 'ended':
      return reply(410, problem('ended', 'this connection is no more, or is stopped'));
    case 'refused':
      return reply(statusOf[given.refusal], problem(given.refusal, given.detail));
  }
}

const problem = (type: string, detail: string) => ({ type, ...(detail !== '' && { detail }) });

function reply(status: number, body: unknown): Reply {
  return { status, contentType: 'application/json', body: JSON.stringify(body) };
}

/** Each signature against each key that is alive; `verify` compares in constant time. */
async function isGenuine(input: string, signatures: readonly string[], keys: readonly string[]): Promise<boolean> {
  const bytes = new TextEncoder();
  for (const one of keys) {
    const hmac = { name: 'HMAC', hash: 'SHA-256' };
    const imported = await crypto.subtle.importKey('raw', bytes.encode(one), hmac, false, ['verify']);
    for (const signature of signatures) {
      const proof = Uint8Array.from(signature.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
      if (await crypto.subtle.verify('HMAC', imported, proof, bytes.encode(input))) return true;
    }
  }
  return false;
}

function refuse(refusal: Refusal, detail = ''): Received {
  return { ok: false, refusal, detail };
}
