// Example's webhooks: proof first, over the raw bytes, then the envelope. Delivery -> notices.
import { parseInstant } from '../../../shared/dates.ts';
import { readEnvelope } from '../../../shared/wire/envelope.ts';
import {
  isFresh,
  parseSignature,
  signatureHeader,
  signingInput,
  timestampHeader,
} from '../../../shared/wire/signature.ts';
import type { Delivery, Expected, Received, Receiver, Refusal } from '../connector.ts';

/** The system's name inside the envelope. */
const systemName = 'example';
const bodyBytesMax = 256_000;

export const receiver: Receiver = {
  proof: 'signature',
  keys: 'issued',
  bodyBytesMax,
  receive,
  answer(outcome, refusal) {
    const status = { recorded: 202, 'retry-later': 503, ended: 410, refused: refusal === 'too-large' ? 413 : 401 };
    return { status: status[outcome], contentType: 'application/json', body: '{}' };
  },
};

async function receive(delivery: Delivery, expected: Expected): Promise<Received> {
  if (delivery.body.byteLength > bodyBytesMax) return refuse('too-large');
  const timestamp = delivery.headers.get(timestampHeader);
  const signatures = parseSignature(delivery.headers.get(signatureHeader) ?? '');
  if (timestamp === null || signatures.length === 0) return refuse('unproven');
  const body = new TextDecoder().decode(delivery.body);
  if (!(await isGenuine(signingInput(timestamp, body), signatures, expected.keys))) return refuse('forged');
  if (!isFresh(timestamp, expected.nowMs)) return refuse('too-old');
  const read = readEnvelope(parseOrNull(body));
  if (!read.ok) return refuse(read.problem);
  const { system, installation, account, environment, delivery: deliveryId, notices } = read.envelope;
  const isOurs =
    system === systemName &&
    installation === expected.installation &&
    account === expected.account &&
    environment === expected.environment;
  if (!isOurs) return refuse('wrong-account');
  return {
    ok: true,
    deliveryId,
    notices: notices.map(({ type, record, kind, at }) => ({
      recordType: type,
      recordId: record,
      kind,
      occurredAtMs: parseInstant(at),
    })),
  };
}

/** Each signature against each key that is alive; `verify` compares in constant time. */
async function isGenuine(input: string, signatures: readonly string[], keys: readonly string[]): Promise<boolean> {
  const bytes = new TextEncoder();
  for (const key of keys) {
    const hmac = { name: 'HMAC', hash: 'SHA-256' };
    const imported = await crypto.subtle.importKey('raw', bytes.encode(key), hmac, false, ['verify']);
    for (const signature of signatures) {
      const proof = Uint8Array.from(signature.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
      if (await crypto.subtle.verify('HMAC', imported, proof, bytes.encode(input))) return true;
    }
  }
  return false;
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refuse(refusal: Refusal): Received {
  return { ok: false, refusal };
}
