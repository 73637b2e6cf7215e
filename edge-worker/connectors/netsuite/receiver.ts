// A signed batch of notices from our SuiteApp -> proven notices, and what the SuiteApp hears back.
import { parseInstant } from '../../../shared/dates.ts';
import { acceptedVersions, type Envelope, noticesMax, readEnvelope } from '../../../shared/wire/envelope.ts';
import {
  isFresh,
  parseSignature,
  signatureHeader,
  signingInput,
  timestampHeader,
} from '../../../shared/wire/signature.ts';
import type { Delivery, Expected, Received, Receiver, Refusal, Reply } from '../connector.ts';

/** The system's name inside the envelope. */
const systemName = 'netsuite';
/** A full batch of notices with the longest ids is a third of this. */
const bodyBytesMax = noticesMax * 1024;

/** The SuiteApp marks rows as sent on 2xx, stops on 410, and leaves them unsent on everything else. */
const refusedStatuses: Readonly<Record<Refusal, number>> = {
  unproven: 401,
  forged: 401,
  'too-old': 401,
  malformed: 400,
  'unsupported-version': 400,
  'too-large': 413,
  'wrong-account': 403,
};

export const receiver: Receiver = {
  proof: 'signature',
  keys: 'issued',
  bodyBytesMax,
  receive,
  answer: (outcome, refusal) => {
    if (outcome === 'recorded') return reply(202, { accepted: true });
    if (outcome === 'ended') return reply(410, { accepted: false, reason: 'ended' });
    if (outcome === 'retry-later') return reply(503, { accepted: false, reason: 'retry-later' });
    const reason = refusal ?? 'malformed';
    // Which proof failed is nobody's business but ours.
    if (refusedStatuses[reason] === 401) return reply(401, { accepted: false });
    const accepts = reason === 'unsupported-version' ? { versions: acceptedVersions() } : {};
    return reply(refusedStatuses[reason], { accepted: false, reason, ...accepts });
  },
};

async function receive(delivery: Delivery, expected: Expected): Promise<Received> {
  if (delivery.body.byteLength > bodyBytesMax) return refused('too-large');
  const timestamp = delivery.headers.get(timestampHeader);
  const signature = delivery.headers.get(signatureHeader);
  if (timestamp === null || signature === null) return refused('unproven');
  if (!isFresh(timestamp, expected.nowMs)) return refused('too-old');
  if (!(await isSigned(timestamp, delivery.body, parseSignature(signature), expected.keys))) return refused('forged');
  const result = readEnvelope(parsed(delivery.body));
  if (!result.ok) return refused(result.problem);
  if (!isMeant(result.envelope, expected)) return refused('wrong-account');
  return {
    ok: true,
    deliveryId: result.envelope.delivery,
    notices: result.envelope.notices.map((notice) => ({
      recordType: notice.type,
      recordId: notice.record,
      kind: notice.kind,
      occurredAtMs: parseInstant(notice.at),
    })),
  };
}

/** A sandbox copied from production keeps its settings; account and environment are how the copy gives itself away. */
function isMeant(envelope: Envelope, expected: Expected): boolean {
  return (
    envelope.system === systemName &&
    envelope.installation === expected.installation &&
    envelope.account === expected.account &&
    envelope.environment === expected.environment
  );
}

/** Over the bytes as they came. The comparison is WebCrypto's own, as long for every wrong signature. */
async function isSigned(
  timestamp: string,
  body: Uint8Array,
  signatures: readonly string[],
  keys: readonly string[],
): Promise<boolean> {
  const prefix = new TextEncoder().encode(signingInput(timestamp, ''));
  const signed = new Uint8Array(prefix.byteLength + body.byteLength);
  signed.set(prefix);
  signed.set(body, prefix.byteLength);
  for (const key of keys) {
    const hmac = await importKey(key);
    for (const signature of signatures) {
      if (await crypto.subtle.verify('HMAC', hmac, bytesOf(signature), signed)) return true;
    }
  }
  return false;
}

const imported = new Map<string, Promise<CryptoKey>>();
const importedMax = 1_000;

/** The same two keys prove every notice of a connection. */
function importKey(key: string): Promise<CryptoKey> {
  const known = imported.get(key);
  if (known) return known;
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const made = crypto.subtle.importKey('raw', new TextEncoder().encode(key), algorithm, false, ['verify']);
  if (imported.size >= importedMax) imported.clear();
  imported.set(key, made);
  return made;
}

/** Hexadecimal of even length, as `parseSignature` gives it. */
function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(hex.length / 2);
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16);
  return bytes;
}

/** Undefined is refused as malformed. */
function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    return undefined;
  }
}

function refused(refusal: Refusal): Received {
  return { ok: false, refusal };
}

function reply(status: number, body: Readonly<Record<string, unknown>>): Reply {
  return { status, contentType: 'application/json', body: JSON.stringify(body) };
}
