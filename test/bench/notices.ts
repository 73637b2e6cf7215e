// Signed notices as the ERP's package sends them, posted by the bench: in batches or singly, as fast as they are
// taken or at a steady rate.
import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { makeEnvelope, noticesMax } from '../../shared/wire/envelope.ts';
import { formatSignature, signatureHeader, signingInput, timestampHeader } from '../../shared/wire/signature.ts';
import type { Opened } from './systems.ts';

export interface Address extends Pick<Opened, 'installation' | 'account' | 'environment' | 'hookUrl' | 'hookKey'> {}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
let deliveries = 0;

interface Signed {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function signed(to: Address, ids: readonly string[], nowMs = Date.now()): Signed {
  const at = new Date(nowMs).toISOString();
  const { installation, account, environment } = to;
  const notices = ids.map((record, index) => ({
    id: String(index + 1),
    type: 'invoice',
    record,
    kind: 'changed' as const,
    at,
  }));
  const delivery = `bench-${process.pid}-${++deliveries}`;
  const body = JSON.stringify(
    makeEnvelope({ installation, system: 'netsuite', account, environment, sentAt: at, delivery, notices }),
  );
  const timestamp = String(Math.floor(nowMs / 1000));
  const hex = createHmac('sha256', to.hookKey).update(signingInput(timestamp, body)).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    [timestampHeader]: timestamp,
    [signatureHeader]: formatSignature([hex]),
  };
  return { url: to.hookUrl, headers, body };
}

/** Posts one delivery. Returns how long the acknowledgement took; anything but an acceptance is an error. */
export function post({ url, headers, body }: Signed): Promise<number> {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.once('end', () => {
        if (answer.statusCode === 202) resolve(performance.now() - startedMs);
        else reject(new Error(`a webhook was answered ${answer.statusCode}`));
      });
      answer.once('error', reject);
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

export const inBatches = (ids: readonly string[], size = noticesMax): string[][] =>
  Array.from({ length: Math.ceil(ids.length / size) }, (_, index) => ids.slice(index * size, (index + 1) * size));

/** As fast as they are acknowledged, `abreast` at a time. */
export async function postAll(
  to: Address,
  batches: readonly (readonly string[])[],
  abreast: number,
): Promise<number[]> {
  const tookMs: number[] = [];
  let next = 0;
  const worker = async () => {
    while (next < batches.length) tookMs.push(await post(signed(to, batches[next++] as string[])));
  };
  await Promise.all(Array.from({ length: abreast }, worker));
  return tookMs;
}

/** At a steady rate, whatever the answers take: a slow answer delays none of the others. */
export async function postSteadily(
  to: Address,
  batches: readonly (readonly string[])[],
  perSecond: number,
): Promise<number[]> {
  const startedMs = performance.now();
  const waiting: Promise<number>[] = [];
  for (const [index, ids] of batches.entries()) {
    const waitMs = startedMs + (index * 1000) / perSecond - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    waiting.push(post(signed(to, ids)));
  }
  return Promise.all(waiting);
}
