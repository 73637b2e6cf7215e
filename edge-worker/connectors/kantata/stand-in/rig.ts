// For tests of the stand-in alone: one on a clock that the test moves, and raw requests to it.
import type { StandIn } from '../../stand-in.ts';
import { standIn } from '../stand-in.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; a body that is none throws. */
  readonly json: ReturnType<typeof JSON.parse>;
}

export interface Rig {
  readonly kantata: StandIn;
  readonly slept: number[];
  pass(ms: number): void;
  get(path: string): Promise<Reply>;
  post(path: string, body: Json): Promise<Reply>;
  put(path: string, body: Json): Promise<Reply>;
  del(path: string): Promise<Reply>;
  /** Anything else, e.g. another token or a form. */
  raw(path: string, init: { method: string; headers?: Record<string, string>; body?: string }): Promise<Reply>;
}

const baseUrl = 'https://kantata.test';

export function rig(): Rig {
  let nowMs = Date.parse('2026-11-03T10:00:00Z');
  const slept: number[] = [];
  const kantata = standIn({
    baseUrl,
    nowMs: () => nowMs,
    chance: () => 0.25,
    sleep: async (ms) => {
      slept.push(ms);
      nowMs += ms;
    },
    send: async () => new Response(null, { status: 500 }),
  });
  const raw: Rig['raw'] = async (path, init) => {
    const response = await kantata.fetch(new Request(`${baseUrl}${path}`, { ...init, redirect: 'manual' }));
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      get json() {
        return JSON.parse(text);
      },
    };
  };
  const signed = (method: string, path: string, body?: Json) =>
    raw(`/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${String(kantata.connection.secrets['accessToken'])}`,
        'content-type': 'application/json',
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  return {
    kantata,
    slept,
    pass: (ms) => {
      nowMs += ms;
    },
    get: (path) => signed('GET', path),
    post: (path, body) => signed('POST', path, body),
    put: (path, body) => signed('PUT', path, body),
    del: (path) => signed('DELETE', path),
    raw,
  };
}

/** A project with one person and, if asked for, approved hours of that person. */
export function project(kantata: StandIn, hours = 0) {
  const role = kantata.create('roles', { name: 'Consultant' });
  const user = kantata.create('users', { full_name: 'Ann Lee', email_address: 'ann@firm.example', role_id: role });
  const card = kantata.act('make-rate-card', { currency: 'USD', default_rate: 10_000, rates: { [role]: 18_000 } });
  const workspace = kantata.create('workspaces', { title: 'ACME rollout', rate_card_id: Number(card) });
  const entries = Array.from({ length: hours }, () =>
    String(kantata.act('log-time', { workspace_id: workspace, user_id: user, date: '2026-11-03', minutes: 60 })),
  );
  if (hours > 0) kantata.act('approve', { ids: entries });
  return { role, user, workspace, entries };
}
