// The next calls to a subscriber, signed by the Standard Webhooks scheme with every key that is alive.
import { Webhook } from 'standardwebhooks';
import type { Round } from './dispatch.ts';
import type { Key } from './subscribe.ts';

export interface SignedCall {
  readonly seq: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Whether what the other side says of a refusal is wanted. */
  readonly isHeard?: boolean;
}

/** What is handed to whoever makes the calls. */
export interface SignedRound {
  readonly token: string;
  readonly url: string;
  readonly calls: readonly SignedCall[];
}

/** The sealed keys that are alive, newest first. */
export function keysAlive({ keys }: Pick<Round, 'keys'>, nowMs: number): string[] {
  const all = JSON.parse(keys) as readonly Key[];
  return all.flatMap(([sealed, endsMs]) => (endsMs === null || endsMs > nowMs ? [sealed] : []));
}

/** `opened` are the keys that are alive, as they were sealed: the part of a request that named them. */
export function signRound({ token, url, dispatches }: Round, opened: readonly string[], nowMs: number): SignedRound {
  const keys = opened.map((text) => (JSON.parse(text) as { key: string }).key);
  const hooks = keys.map((key) => new Webhook(key));
  const at = new Date(nowMs);
  const calls = dispatches.map(({ seq, id, body }) => {
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(nowMs / 1000)),
      'webhook-signature': hooks.map((hook) => hook.sign(id, at, body)).join(' '),
    };
    return { seq, headers, body };
  });
  return { token, url, calls };
}
