// A call to an address that a customer named: checked, never redirected, timed out; and what came of it in one word.
import type { Outcome } from '../flow/dispatch.ts';
import type { SignedCall } from '../flow/sign.ts';
import { addressProblem, isAddress, isLoopback, isPublicAddress } from './public-address.ts';

const timeoutMs = 10_000;
const resolveTimeoutMs = 5_000;
const saidBytesMax = 200;
/** A name's addresses are believed this long. What it means a moment later nobody can say: see docs/events.md. */
const resolvedKeptMs = 60_000;
const resolvedMax = 10_000;
const resolver = 'https://cloudflare-dns.com/dns-query';
/** A and AAAA, by their numbers in DNS. */
const recordTypes = { A: 1, AAAA: 28 } as const;

export type Fetch = (request: Request) => Promise<Response>;

export interface Outside {
  readonly fetch: Fetch;
  readonly nowMs: () => number;
  readonly isDevelopment: boolean;
}

/** What is wrong with where an address leads; null = it may be called. `unresolved`: nobody can say where it leads. */
export type PlaceProblem = ReturnType<typeof addressProblem> | 'unresolved';

const resolved = new Map<string, { readonly problem: PlaceProblem; readonly untilMs: number }>();

/** Looks at the address and, where it is a name, at every address behind it. */
export async function placeProblem(outside: Outside, url: string): Promise<PlaceProblem> {
  const problem = addressProblem(url, outside.isDevelopment);
  if (problem) return problem;
  const { hostname } = new URL(url);
  if (isAddress(hostname) || isLoopback(hostname)) return null;
  const known = resolved.get(hostname);
  if (known && known.untilMs > outside.nowMs()) return known.problem;
  const found = await resolve(outside, hostname);
  if (resolved.size >= resolvedMax) resolved.clear();
  if (found !== 'unresolved') resolved.set(hostname, { problem: found, untilMs: outside.nowMs() + resolvedKeptMs });
  return found;
}

/** One private address among many is enough to refuse: which of them the call would take is not ours to choose. */
async function resolve(outside: Outside, hostname: string): Promise<PlaceProblem> {
  try {
    const answers = await Promise.all(Object.entries(recordTypes).map(([type]) => ask(outside, hostname, type)));
    const addresses = answers.flat();
    if (addresses.length === 0) return 'unresolved';
    return addresses.every(isPublicAddress) ? null : 'private-address';
  } catch {
    return 'unresolved';
  }
}

async function ask(outside: Outside, hostname: string, type: string): Promise<string[]> {
  const request = new Request(`${resolver}?name=${encodeURIComponent(hostname)}&type=${type}`, {
    headers: { accept: 'application/dns-json' },
    signal: AbortSignal.timeout(resolveTimeoutMs),
  });
  const response = await outside.fetch(request);
  const { Answer: answer = [] } = (await response.json()) as { Answer?: { type: number; data: string }[] };
  const wanted: readonly number[] = Object.values(recordTypes);
  // Aliases on the way are told too; only where they end counts.
  return answer.filter((one) => wanted.includes(one.type)).map((one) => one.data);
}

/** Never throws. Only a 2xx answer says that the subscriber has it; the rest of an answer is not read. */
export async function callSubscriber(outside: Outside, url: string, call: SignedCall): Promise<Outcome> {
  const startedMs = outside.nowMs();
  const outcome = (problem: Outcome['problem'], status: number | null, retryAfterMs: number | null): Outcome => ({
    ...{ seq: call.seq, status, problem, retryAfterMs },
    tookMs: outside.nowMs() - startedMs,
  });
  const place = await placeProblem(outside, url);
  if (place) return outcome(place === 'unresolved' ? 'unreachable' : 'address', null, null);
  try {
    const response = await outside.fetch(
      new Request(url, {
        method: 'POST',
        headers: { ...call.headers, 'user-agent': 'Tieout-Webhooks/1' },
        body: call.body,
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      }),
    );
    const problem = problemOf(response.status);
    const said = problem !== null && call.isHeard ? await beginningOf(response) : null;
    await response.body?.cancel();
    return { ...outcome(problem, response.status, retryAfterOf(response)), said };
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    return outcome(isLate ? 'timed-out' : 'unreachable', null, null);
  }
}

/** As much as a person reads, however much there is; nothing where it cannot be read. */
async function beginningOf(response: Response): Promise<string | null> {
  const reader = response.body?.getReader();
  if (!reader) return null;
  const chunk = await reader.read().catch(() => null);
  reader.releaseLock();
  const text = new TextDecoder().decode(chunk?.value?.slice(0, saidBytesMax) ?? new Uint8Array());
  return text.replace(/\s+/g, ' ').trim() || null;
}

function problemOf(status: number): Outcome['problem'] {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return 'redirected';
  if (status === 410) return 'gone';
  return status >= 500 || status === 429 ? 'failing' : 'refused';
}

/** Seconds only: a date would be read against another clock. */
function retryAfterOf(response: Response): number | null {
  const seconds = response.headers.get('retry-after');
  return seconds !== null && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : null;
}
