// What a browser needs of the org besides its REST API: the front door, where a session becomes a cookie, and events.
import { sessionOf } from '../oauth.ts';
import type { Org } from '../org.ts';
import { type Answer, Refused, sessionInvalid } from '../refusals.ts';
import type { Call } from '../visit.ts';

/** Null for a call that is not about pages. */
export async function servePages(org: Org, call: Call): Promise<Answer | null> {
  if (call.path === '/secur/frontdoor.jsp') return openFrontDoor(org, call.query);
  if (!call.path.startsWith('/cometd/')) return null;
  const session = sessionOf(org, call.header);
  if (!session) return sessionInvalid();
  try {
    const { schema } = org.rights.of(session.userId);
    return { status: 200, json: await org.events.serve({ userId: session.userId, schema }, call.body()) };
  } catch (error) {
    if (error instanceof Refused) return error.toAnswer();
    throw error;
  }
}

function openFrontDoor(org: Org, query: URLSearchParams): Answer {
  const sid = query.get('sid') ?? '';
  if (!org.sessions.has(sid)) return sessionInvalid();
  const to = query.get('retURL') ?? '/';
  const isOurs = /^\/(?!\/)/.test(to);
  return { status: 302, headers: { Location: isOurs ? to : '/', 'Set-Cookie': `sid=${sid}; Path=/; HttpOnly` } };
}
