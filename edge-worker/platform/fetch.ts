// A connection's fetch: governed, timed out, counted, and with only two ways to fail: surely not sent, or outcome
// unknown.
import { Fault } from '../faults.ts';
import type { Governor } from './governor.ts';

export interface CallBook {
  count(target: string, status: number, tookMs: number): void;
}

export interface FetchOptions {
  readonly target: string;
  readonly timeoutMs: number;
  readonly governor: Governor;
  readonly book: CallBook;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly nowMs: () => number;
}

/** Errors that say the request never left. Anything else may have taken effect. */
const neverSent = /refused|ENOTFOUND|EAI_AGAIN|DNS|could not resolve|unreachable/i;

/** The whole body is read inside the governed place, so that a cut answer counts as the call's failure. */
export function governedFetch(options: FetchOptions): (request: Request) => Promise<Response> {
  const { target, governor, book, nowMs } = options;
  return (request) =>
    governor.run(target, async () => {
      const startedMs = nowMs();
      try {
        const response = await options.fetch(new Request(request, { signal: AbortSignal.timeout(options.timeoutMs) }));
        const body = await response.arrayBuffer();
        book.count(target, response.status, nowMs() - startedMs);
        if (response.ok) governor.answered(target);
        else governor.doubted(target);
        const isEmpty = response.status === 204 || response.status === 205 || response.status === 304;
        return new Response(isEmpty ? null : body, { status: response.status, headers: response.headers });
      } catch (error) {
        book.count(target, 0, nowMs() - startedMs);
        const message = error instanceof Error ? error.message : 'unknown';
        if (isReadOnly(request) || neverSent.test(message)) {
          throw new Fault('unreachable', `${target} could not be reached: ${message}`, { cause: error });
        }
        throw new Fault('uncertain', `The call to ${target} was cut off: ${message}`, { cause: error });
      }
    });
}

function isReadOnly(request: Request): boolean {
  return request.method === 'GET' || request.method === 'HEAD';
}
