// Who is looking: the session the hub gave this page, or the one it is given once the host page has proved its user.
// Kept in this module alone, never in a cookie or in storage.
import { type Api, apiClient } from './client.ts';
import { repeat } from './clock.ts';

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
  /** The page to begin with. */
  readonly open: string | null;
  /** Why nobody was proven. */
  readonly words: { readonly title: string; readonly text: string; readonly next: string } | null;
  /** Host pages that may frame this one. */
  readonly origins: readonly string[];
}

interface SignedIn {
  readonly is: 'signed-in';
  readonly session: Session;
  readonly api: Api;
  /** How often the host has proved its user to this page: another proof may tell other roles. */
  readonly proofs: number;
  /** Set when the session has run out in mid-work. What stands on the page stays there meanwhile. */
  readonly lapse: Lapse | null;
}

export type Lapse =
  | { readonly is: 'asking' }
  | { readonly is: 'refused'; readonly title: string; readonly next: string };

export type Standing =
  | { readonly is: 'proving' }
  | SignedIn
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
/** A host that has just proved its user answers again after five seconds only. */
const askEveryMs = 6_000;
const askForMs = 30_000;
const outside = {
  title: 'Open Tieout inside your system',
  next: 'Tieout knows you by the system you sit in: open its settings page there.',
};
const ended = {
  title: 'Your session has ended',
  next: 'Your system does not say who you are. Sign in there, then try again.',
};
const somebodyElse = {
  title: 'Somebody else is signed in to your system now',
  next: 'Load the page anew to go on as them.',
};

/** A question stands over the page, however short the page is. */
const roomToAskPx = 640;

export class Sessions {
  #standing: Standing = { is: 'proving' };
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #given: Given | null;
  readonly #heard = new Set<() => void>();
  #stopAsking: () => void = () => undefined;
  /** Requests that wait for the next session. */
  #waiting: ((standing: SignedIn | null) => void)[] = [];
  /** How the audit calls whoever is before this page. */
  #by: string | null = null;

  constructor(given: Given | null) {
    this.#given = given;
    if (given && given.mode !== 'refused') this.#listen(given);
    if (given?.session) this.#enter(given.session, 1);
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

  /** Who this page turned out to be for. */
  readonly knows = (by: string): void => {
    this.#by = by;
  };

  /**
   * The API no longer takes a session: what to ask with instead, once the host has proved its user again; null where it
   * has not. After a refusal only a person's own doing asks the host anew.
   */
  async renewed(ended: Session, isByHand: boolean): Promise<SignedIn | null> {
    const standing = this.#standing;
    if (standing.is !== 'signed-in') return null;
    if (standing.session.token !== ended.token) return standing;
    if (standing.lapse?.is === 'refused' && !isByHand) return null;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.askAgain();
    });
  }

  /** Asks the host who is before this page, unless it is being asked. */
  readonly askAgain = (): void => {
    const standing = this.#standing;
    if (standing.is !== 'signed-in' || standing.lapse?.is === 'asking') return;
    clearTimeout(this.#timer);
    this.#become({ ...standing, lapse: { is: 'asking' } });
    if (!this.#given) return void this.#signInForDevelopment();
    this.#say('ready');
    const stop = repeat(() => this.#say('ready'), askEveryMs, askForMs);
    const end = setTimeout(() => this.#refuse(ended.title, ended.next), askForMs);
    this.#stopAsking = () => {
      stop();
      clearTimeout(end);
    };
  };

  #refuse(title: string, next: string): void {
    this.#stopAsking();
    const standing = this.#standing;
    if (standing.is === 'signed-in') this.#become({ ...standing, lapse: { is: 'refused', title, next } });
    else this.#become({ is: 'outside', title, next });
    this.#release(null);
  }

  #release(standing: SignedIn | null): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(standing);
  }

  #become(standing: Standing): void {
    this.#standing = standing;
    for (const heard of this.#heard) heard();
  }

  #enter(session: Session, proofs: number): void {
    this.#stopAsking();
    clearTimeout(this.#timer);
    const standing = { is: 'signed-in', session, api: apiClient('', session.token), proofs, lapse: null } as const;
    this.#become(standing);
    this.#release(standing);
    this.#timer = setTimeout(() => void this.#renew(session), renewEveryMs);
  }

  get #proofs(): number {
    return this.#standing.is === 'signed-in' ? this.#standing.proofs : 0;
  }

  /** A page that cannot reach the hub keeps its session and asks again: it is renewed well before it ends. */
  async #renew({ installation, token }: Session): Promise<void> {
    const params = { path: { installation } };
    const { data, response } = await apiClient('', token)
      .POST('/installations/{installation}/session', { params })
      .catch(() => ({ data: undefined, response: null }));
    if (data) return this.#enter(data, this.#proofs);
    if (response?.status === 401) return this.askAgain();
    this.#timer = setTimeout(() => void this.#renew({ installation, token, expiresAt: null }), renewSoonMs);
  }

  /** Only a Worker that says it is a development one signs anybody in. */
  async #signInForDevelopment(): Promise<void> {
    const asked = new URLSearchParams(location.search);
    const installation = asked.get('installation');
    if (installation === null) return this.#refuse(outside.title, outside.next);
    const roles = asked.get('roles')?.split(' ');
    const user = asked.get('user');
    const answer = await fetch('/v1/development/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ installation, ...(roles && { roles }), ...(user && { user, name: user }) }),
    });
    if (answer.ok) this.#enter((await answer.json()) as Session, this.#proofs + 1);
    else this.#refuse(outside.title, outside.next);
  }

  #say(type: string, more: Readonly<Record<string, unknown>> = {}): void {
    for (const origin of this.#given?.origins ?? []) parent.postMessage({ tieout: 1, type, ...more }, origin);
  }

  #listen({ origins }: Given): void {
    addEventListener('message', ({ source, origin, data: said }: MessageEvent) => {
      if (source !== parent || !origins.includes(origin) || said?.tieout !== 1) return;
      // A late answer counts too; one that nobody waits for does not.
      if (this.#standing.is === 'signed-in' && this.#standing.lapse === null) return;
      if (said.type === 'unproven') this.#refuse(ended.title, ended.next);
      if (said.type === 'session') void this.#prove(said);
    });
    // Of what is shown, not of the window it is shown in: a frame that has grown may become smaller again.
    const size = () => this.#say('height', { heightPx: Math.max(roomToAskPx, document.body.offsetHeight) });
    new ResizeObserver(size).observe(document.body);
  }

  async #prove({ installation, session, nonce, token }: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.#given?.mode === 'record' && installation !== this.#given.installation) return;
    this.#stopAsking();
    const answer = await fetch(`/embed/${this.#given?.system}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(this.#given?.mode === 'record' ? { installation, session, nonce } : { token }),
    }).catch(() => null);
    if (answer?.ok) {
      this.#say('accepted');
      return this.#admit((await answer.json()) as Session);
    }
    const problem = answer ? ((await answer.json()) as Refused) : null;
    this.#say('refused', { code: problem?.fields?.[0]?.problem ?? problem?.type ?? 'unreachable' });
    this.#refuse(problem?.detail ?? 'Tieout could not be reached', problem?.next ?? 'Try again in a minute.');
  }

  /** In mid-work only the same person goes on: what stands on the page was theirs. */
  async #admit(session: Session): Promise<void> {
    if (this.#by !== null) {
      const { data: me } = await apiClient('', session.token)
        .GET('/me')
        .catch(() => ({ data: undefined }));
      if (me?.by !== this.#by || me.installation !== this.#given?.installation)
        return this.#refuse(somebodyElse.title, somebodyElse.next);
    }
    this.#enter(session, this.#proofs + 1);
  }
}

/** What the hub wrote into this page; null where it was opened by itself. */
export function givenIn(page: Document): Given | null {
  const text = page.getElementById('given')?.textContent;
  return text ? (JSON.parse(text) as Given) : null;
}
