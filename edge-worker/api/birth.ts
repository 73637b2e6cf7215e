// GET /connect/… and /oauth/…: how an installation is born, or a second host joins one. An administrator says yes on a
// page of their own system; what comes back proves the account, and the key of our package is shown once.
import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { connectors } from '../connectors/_registry.ts';
import type { Connector } from '../connectors/connector.ts';
import type { Consent, ConsentAsked, ConsentClient, Consented } from '../connectors/consent.ts';
import type { Context as Ports } from '../context.ts';
import { Fault } from '../faults.ts';
import { consentClientOf } from '../platform/consent-clients.ts';
import type { Env } from '../platform/env.ts';
import { log } from '../platform/log.ts';
import { readState, writeState } from '../platform/passes.ts';
import { macOf, toBase64Url, Vault } from '../platform/vault.ts';
import { type Birth, bornPage, connectPage, refusedPage, unfinishedPage } from './birth-page.ts';
import { readText } from './body.ts';
import { ProblemError } from './problems.ts';
import { type Proven, settle } from './settle.ts';

type App = { Bindings: Env };

/** As long as an administrator may take to say yes. */
const stateMs = 10 * 60_000;
const cookieName = 'tieout-connect';
const environments = z.enum(['production', 'sandbox']);
interface Host {
  readonly connector: Connector;
  readonly consent: Consent;
  readonly client: ConsentClient;
}

/** Hosts that can begin this way: they know consent, and the vendor knows us. */
function hostOf(env: Env, system: string): Host {
  const connector = connectors[system];
  const client = consentClientOf(env, system);
  if (connector?.consent && client) return { connector, consent: connector.consent, client };
  throw new ProblemError('not-found', 'There is nothing at this address.');
}

export function births(ports: Ports): Hono<App> {
  const app = new Hono<App>();
  app.get('/connect/:system', (c) => begin(c, ports, hostOf(c.env, c.req.param('system'))));
  app.get('/oauth/:system', (c) => comeBack(c, ports, hostOf(c.env, c.req.param('system'))));
  app.post('/oauth/:system/certificate', (c) => takeById(c, ports, hostOf(c.env, c.req.param('system'))));
  return app;
}

/** Says what will happen, with room for a code; then sends the administrator to the host's page. */
async function begin(c: Context<App>, ports: Ports, { connector, consent, client }: Host): Promise<Response> {
  const { name, title } = connector;
  const account = c.req.query('account') ?? '';
  const environment = environments.catch('production').parse(c.req.query('environment'));
  const asked = { account, environment, client, redirectUri: redirectUriOf(c.env, connector) };
  const nonce = toBase64Url(ports.randomBytes(24));
  const join = c.req.query('code')?.trim() || null;
  const [verifier, state] = await Promise.all([
    verifierOf(c.env, nonce),
    writeState(c.env.HUB_KEY, [name, account, environment, nonce, join, ports.nowMs() + stateMs]),
  ]);
  const page = consent.pageFor(asked, state, await challengeOf(verifier));
  if (!page) {
    const why = `${account.slice(0, 40)} is no ${environment} account of ${title}.`;
    return shown(c, await refusedPage(why), [], 400);
  }
  // Going on is a form that ends on the host's page.
  if (c.req.query('go') !== '1') return shown(c, await connectPage({ title, account, environment }), [page.origin]);
  const secure = c.env.PUBLIC_URL.startsWith('https:');
  const kept = { path: '/oauth', httpOnly: true, secure, sameSite: 'Lax', maxAge: stateMs / 1000 } as const;
  setCookie(c, cookieName, nonce, kept);
  return c.redirect(page.href, 302);
}

async function comeBack(c: Context<App>, ports: Ports, host: Host): Promise<Response> {
  const state = await readState(c.env.HUB_KEY, c.req.query('state') ?? '');
  const [system, account = '', environment, nonce = '', join = null, untilMs = 0] = state ?? [];
  // The cookie says that the browser that comes back is the one that began: nobody is led into another's installation.
  const isOwn = getCookie(c, cookieName) === nonce && nonce !== '';
  if (system !== host.connector.name || untilMs < ports.nowMs() || !isOwn) {
    return shown(c, await refusedPage('This consent is too old, or was begun in another browser.'), [], 403);
  }
  setCookie(c, cookieName, '', { path: '/oauth', maxAge: 0 });
  const redirectUri = redirectUriOf(c.env, host.connector);
  const asked = { account, environment: environments.parse(environment), client: host.client, redirectUri };
  const [query, verifier] = [new URL(c.req.url).searchParams, await verifierOf(c.env, nonce)];
  const work = () => host.consent.complete(asked, { query, verifier, fetch: ports.fetch, nowMs: ports.nowMs() });
  return answered(c, ports, host, { asked, join, work });
}

/** An administrator has stored our certificate by hand. */
async function takeById(c: Context<App>, ports: Ports, host: Host): Promise<Response> {
  const form = new URLSearchParams(await readText(c.req.raw, 32_000));
  const opened = await waitingVault(c.env, ports)
    .open(form.get('sealed') ?? '')
    .catch(() => 'null');
  const waiting = waitingForm.nullable().parse(JSON.parse(opened));
  if (waiting?.system !== host.connector.name || waiting.untilMs < ports.nowMs()) {
    return shown(c, await refusedPage('This form is too old, or none of ours.'), [], 403);
  }
  const { account, environment, join, kept } = waiting;
  const asked = { account, environment, client: host.client, redirectUri: redirectUriOf(c.env, host.connector) };
  const outside = { fetch: ports.fetch, nowMs: ports.nowMs() };
  const work = () => host.consent.completeByHand(asked, outside, kept, form.get('id') ?? '');
  return answered(c, ports, host, { asked, join, work });
}

/** As long as an administrator may take to store a certificate. */
const waitingMs = 24 * 3_600_000;
const waitingForm = z.object({
  ...{ system: z.string(), account: z.string(), environment: environments, join: z.string().nullable() },
  ...{ untilMs: z.number(), kept: z.record(z.string(), z.unknown()) },
});
const waitingVault = (env: Env, ports: Ports) => new Vault(env.SEAL_KEYS, 'consent', ports.randomBytes);

interface Answering {
  readonly asked: ConsentAsked;
  readonly join: string | null;
  readonly work: () => Promise<Consented>;
}

/** The key, or what is to be mended first. */
async function answered(
  c: Context<App>,
  ports: Ports,
  host: Host,
  { asked, join, work }: Answering,
): Promise<Response> {
  const { name, title } = host.connector;
  try {
    const { settings, secrets, steps, byHand } = await work();
    if (secrets !== null) {
      const born = await settled(c.env, ports, host, asked, { settings, secrets, join });
      return shown(c, await bornPage(born, steps));
    }
    log('consent-unfinished', { system: name, step: steps.at(-1)?.code ?? '' });
    if (byHand === null) return shown(c, await unfinishedPage(title, steps, null), [], 403);
    const { account, environment } = asked;
    const waiting = { system: name, account, environment, join, untilMs: ports.nowMs() + waitingMs, kept: byHand.kept };
    const sealed = await waitingVault(c.env, ports).seal(JSON.stringify(waiting));
    const { certificate } = byHand;
    const form = { action: `/oauth/${name}/certificate`, certificate, sealed };
    return shown(c, await unfinishedPage(title, steps, form), [c.env.PUBLIC_URL], 403);
  } catch (error) {
    if (!(error instanceof Fault) && !(error instanceof ProblemError)) throw error;
    log('consent-refused', { system: name, message: error.message });
    return shown(c, await refusedPage(error.message), [], 403);
  }
}

/** The account's installation: the one it has, the one whose code was typed in, or a new one. */
async function settled(
  env: Env,
  ports: Ports,
  { connector, consent }: Host,
  { account, environment }: ConsentAsked,
  proven: Pick<Proven, 'settings' | 'secrets' | 'join'>,
): Promise<Birth> {
  const { title } = connector;
  const name = `${title} ${account}`;
  const by = `administrator of ${name}`;
  const whose = { connector, roles: consent.roles, account, environment };
  const more = { name, jurisdiction: '', by, isResettling: false, proof: null } as const;
  return { title, ...(await settle(env, ports, { ...whose, ...proven, ...more })) };
}

function redirectUriOf(env: Env, { name }: Connector): string {
  return `${env.PUBLIC_URL}/oauth/${name}`;
}

/** Follows from the nonce and our key, so that nothing has to be kept while the administrator thinks. */
async function verifierOf(env: Env, nonce: string): Promise<string> {
  return toBase64Url(await macOf(env.HUB_KEY, `consent verifier ${nonce}`));
}

async function challengeOf(verifier: string): Promise<string> {
  return toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

function shown(
  c: Context<App>,
  page: string,
  formTargets: readonly string[] = [],
  status: 200 | 400 | 403 = 200,
): Response {
  const forms = formTargets.length > 0 ? `'self' ${formTargets.join(' ')}` : "'none'";
  const shut = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
  const headers = {
    'content-security-policy': `${shut}; form-action ${forms}`,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
  return c.body(page, status, { 'content-type': 'text/html; charset=utf-8', ...headers });
}
