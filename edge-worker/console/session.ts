// Who is looking: the session the hub gave this page, or the one it is given once the host page has proved its user.
// Kept in this module alone, never in a cookie or in storage.
import { type Api, apiClient } from './client.ts';

export interface Session {
  readonly installation: string;
  readonly token: string;
  readonly expiresAt: string | null;
}

/** What the hub writes into the page it frames. */
interface Given {
  /** token: proved already · record: the host page is asked for a proof · refused: nobody was proven. */
  readonly mode: 'token' | 'record' | 'refused';
  readonly system: string;
  readonly session: Session | null;
  readonly installation: string | null;
  /** Why nobody was proven. */
  readonly words: { readonly title: string; readonly text: string; readonly next: string } | null;
  /** Host pages that may frame this one. */
  readonly origins: readonly string[];
}

export type Standing =
  | { readonly is: 'proving' }
  | { readonly is: 'signed-in'; readonly session: Session; readonly api: Api }
  /** Nothing goes on until the page is loaded anew, or the host proves its user again. */
  | { readonly is: 'outside'; readonly title: string; readonly next: string };

interface Refused {
  readonly type: string;
  readonly detail: string;
  readonly next: string;
  readonly fields?: readonly { readonly problem: string }[];
}

const renewEveryMs = 10 * 60_000;
const renewSoonMs = 60_000;
const outside: Standing = {
  is: 'outside',
  title: 'Open Tieout inside your system',
  next: 'Tieout knows you by the system you sit in: open its settings page there.',
};

/** A question stands over the page, however short the page is. */
const roomToAskPx = 640;

export class Sessions {
  #standing: Standing = { is: 'proving' };
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #given: Given | null;
  readonly #heard = new Set<() => void>();

  constructor(given: Given | null) {
    this.#given = given;
    if (given?.mode === 'record') this.#listen(given);
    if (given?.session) this.#enter(given.session);
    else if (given?.mode === 'record') this.#say('ready');
    else if (given?.words) this.#refuse(given.words.title, `${given.words.text} ${given.words.next}`);
    else void this.#signInForDevelopment();
  }

  get standing(): Standing {
    return this.#standing;
  }

  readonly subscribe = (heard: () => void): (() => void) => {
    this.#heard.add(heard);
    return () => this.#heard.delete(heard);
  };

  /** The API no longer takes the session: the host page is asked for a new proof where it can give one. */
  lost(): void {
    clearTimeout(this.#timer);
    if (this.#given?.mode === 'record') {
      this.#become({ is: 'proving' });
      return this.#say('ready');
    }
    this.#refuse('Your session has ended', 'Load the page anew.');
  }

  #refuse(title: string, next: string): void {
    this.#become({ is: 'outside', title, next });
  }

  #become(standing: Standing): void {
    this.#standing = standing;
    for (const heard of this.#heard) heard();
  }

  #enter(session: Session): void {
    this.#become({ is: 'signed-in', session, api: apiClient('', session.token) });
    this.#timer = setTimeout(() => void this.#renew(session), renewEveryMs);
  }

  /** A page that cannot reach the hub keeps its session and asks again: it is renewed well before it ends. */
  async #renew({ installation, token }: Session): Promise<void> {
    const params = { path: { installation } };
    const { data, response } = await apiClient('', token)
      .POST('/installations/{installation}/session', { params })
      .catch(() => ({ data: undefined, response: null }));
    if (data) return this.#enter(data);
    if (response?.status === 401) return this.lost();
    this.#timer = setTimeout(() => void this.#renew({ installation, token, expiresAt: null }), renewSoonMs);
  }

  /** Only a Worker that says it is a development one signs anybody in. */
  async #signInForDevelopment(): Promise<void> {
    const asked = new URLSearchParams(location.search);
    const installation = asked.get('installation');
    if (installation === null) return this.#become(outside);
    const roles = asked.get('roles')?.split(' ');
    const user = asked.get('user');
    const answer = await fetch('/v1/development/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ installation, ...(roles && { roles }), ...(user && { user, name: user }) }),
    });
    if (answer.ok) this.#enter((await answer.json()) as Session);
    else this.#become(outside);
  }

  #say(type: string, more: Readonly<Record<string, unknown>> = {}): void {
    for (const origin of this.#given?.origins ?? []) parent.postMessage({ tieout: 1, type, ...more }, origin);
  }

  #listen({ origins, installation }: Given): void {
    addEventListener('message', ({ source, origin, data: said }: MessageEvent) => {
      if (source !== parent || !origins.includes(origin) || said?.tieout !== 1 || said.type !== 'session') return;
      if (this.#standing.is === 'signed-in' || said.installation !== installation) return;
      void this.#prove({ installation: said.installation, session: said.session, nonce: said.nonce });
    });
    // Of what is shown, not of the window it is shown in: a frame that has grown may become smaller again.
    const size = () => this.#say('height', { heightPx: Math.max(roomToAskPx, document.body.offsetHeight) });
    new ResizeObserver(size).observe(document.body);
  }

  async #prove(claim: Readonly<Record<'installation' | 'session' | 'nonce', unknown>>): Promise<void> {
    const answer = await fetch(`/embed/${this.#given?.system}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(claim),
    }).catch(() => null);
    if (answer?.ok) {
      this.#say('accepted');
      return this.#enter((await answer.json()) as Session);
    }
    const problem = answer ? ((await answer.json()) as Refused) : null;
    this.#say('refused', { code: problem?.fields?.[0]?.problem ?? problem?.type ?? 'unreachable' });
    this.#refuse(problem?.detail ?? 'Tieout could not be reached', problem?.next ?? 'Load the page anew.');
  }
}

/** What the hub wrote into this page; null where it was opened by itself. */
export function givenIn(page: Document): Given | null {
  const text = page.getElementById('given')?.textContent;
  return text ? (JSON.parse(text) as Given) : null;
}
