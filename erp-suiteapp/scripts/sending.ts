// One signed batch to the hub, and what its answer means for the rows in it.
import * as https from 'N/https';
import { type EnvelopeNotice, makeEnvelope } from '../../shared/wire/envelope.ts';
import { signatureHeader, timestampHeader } from '../../shared/wire/signature.ts';
import { nowMs } from './clock.ts';
import { accountId, environment, systemName } from './environment.ts';
import type { Settings } from './settings.ts';
import { signatureFor } from './signing.ts';

export interface Batch {
  /** The same at every attempt: made of the rows alone. */
  readonly delivery: string;
  readonly notices: readonly EnvelopeNotice[];
}

/** `sent`: mark the rows. `ended`: stop for good. `later`: leave them, go on after the pause. `refused`: as later. */
export type Outcome =
  | { readonly is: 'sent' }
  | { readonly is: 'ended' }
  | { readonly is: 'later' | 'refused'; readonly pauseMs: number; readonly problem: string };

const pauseMs = 60_000;
const pauseMsMax = 900_000;
/** Why the hub was called, beside the notices: told by a header, so that an older hub reads a batch like any other. */
export const eventHeader = 'Tieout-Event';

/** 10 units. Never throws for what the hub or the way to it does. */
export function sendBatch(settings: Settings, batch: Batch, event = 'notices'): Outcome {
  const envelope = makeEnvelope({
    installation: settings.installation,
    system: systemName,
    account: accountId(),
    environment: environment(),
    sentAt: new Date(nowMs()).toISOString(),
    delivery: batch.delivery,
    notices: batch.notices,
  });
  const body = JSON.stringify(envelope);
  const seconds = Math.floor(nowMs() / 1000);
  const headers = {
    'Content-Type': 'application/json',
    [timestampHeader]: String(seconds),
    [signatureHeader]: signatureFor(settings, seconds, body),
    [eventHeader]: event,
  };
  try {
    const answer = https.post({ url: settings.hook, headers, body });
    return outcomeOf(answer.code, answer.headers, answer.body);
  } catch (problem) {
    return { is: 'later', pauseMs, problem: `The hub could not be reached: ${String(problem)}` };
  }
}

function outcomeOf(code: number, headers: unknown, body: string): Outcome {
  if ((code >= 200 && code < 300) || code === 409) return { is: 'sent' };
  if (code === 410) return { is: 'ended' };
  if (code === 429 || code >= 500) {
    return { is: 'later', pauseMs: retryAfterMs(headers), problem: `The hub was busy (${code})` };
  }
  const next = body.includes('"unsupported-version"')
    ? 'it reads another version than this SuiteApp writes. Update the SuiteApp; until then the hub fetches by itself'
    : 'check key and hook address';
  return { is: 'refused', pauseMs, problem: `The hub refused the batch (${code}): ${next}` };
}

/** Names of headers come in any case. */
function retryAfterMs(headers: unknown): number {
  const named = Object.entries((headers ?? {}) as Record<string, unknown>);
  const text = String(named.find(([name]) => name.toLowerCase() === 'retry-after')?.[1] ?? '');
  return /^\d{1,5}$/.test(text) ? Math.min(Number(text) * 1000, pauseMsMax) : pauseMs;
}
