// A package that pushes notices, as tests drive it: signed envelopes, sent again under the same delivery id until
// they are accepted.
import { createHmac } from 'node:crypto';
import { type EnvelopeNotice, makeEnvelope } from '../../shared/wire/envelope.ts';
import { formatSignature, signatureHeader, signingInput, timestampHeader } from '../../shared/wire/signature.ts';

export interface Sending {
  readonly url: string;
  readonly key: string;
  readonly installation: string;
  readonly system: string;
  readonly account: string;
  readonly environment: 'production' | 'sandbox';
}

export interface Told {
  readonly type: string;
  readonly record: string;
  readonly kind?: EnvelopeNotice['kind'];
}

const againMs = 50;

/** A request as the package would make it now. */
export function signedRequest(to: Sending, delivery: string, notices: readonly Told[], nowMs: number): Request {
  const at = new Date(nowMs).toISOString();
  const { installation, system, account, environment } = to;
  const told = notices.map(({ type, record, kind = 'changed' }, index) => ({ id: `${index}`, type, record, kind, at }));
  const body = JSON.stringify(
    makeEnvelope({ installation, system, account, environment, sentAt: at, delivery, notices: told }),
  );
  return new Request(to.url, { method: 'POST', headers: signedHeaders(to.key, body, nowMs), body });
}

export function signedHeaders(key: string, body: string, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const hex = createHmac('sha256', key).update(signingInput(timestamp, body)).digest('hex');
  return {
    'content-type': 'application/json',
    [timestampHeader]: timestamp,
    [signatureHeader]: formatSignature([hex]),
  };
}

export class Sender {
  /** Delivery ids that were answered with 2xx. */
  readonly accepted = new Set<string>();
  /** Times a delivery had to be sent again. */
  repeats = 0;
  readonly to: Sending;
  #serial = 0;

  constructor(to: Sending) {
    this.to = to;
  }

  /** Resolves once the hub has accepted it, however often it dies in between. */
  async send(notices: readonly Told[]): Promise<void> {
    const delivery = `d${++this.#serial}`;
    while (!(await this.#isAccepted(delivery, notices))) {
      this.repeats++;
      await new Promise((resolve) => setTimeout(resolve, againMs));
    }
    this.accepted.add(delivery);
  }

  async #isAccepted(delivery: string, notices: readonly Told[]): Promise<boolean> {
    try {
      const response = await fetch(signedRequest(this.to, delivery, notices, Date.now()));
      await response.arrayBuffer();
      return response.ok;
    } catch {
      // Whether it arrived is not known: the same delivery goes out again.
      return false;
    }
  }
}
