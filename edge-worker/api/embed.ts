// POST and GET /embed/…: where pages of hosts bring their user. The host's proof is traded, once, for a short session,
// and the page is framed by that installation's own hosts only.
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import { z } from 'zod';
import { setupWords } from '../../shared/setup-words.ts';
import { wordsFor } from '../../shared/words.ts';
import { connectors } from '../connectors/_registry.ts';
import type { Embed } from '../connectors/embed.ts';
import type { Context as Ports } from '../context.ts';
import { Fault } from '../faults.ts';
import type { Env } from '../platform/env.ts';
import { log } from '../platform/log.ts';
import { recordFor } from '../platform/record-database.ts';
import { toBase64Url } from '../platform/vault.ts';
import { placeOf } from '../store/directory.ts';
import { connectionCopies } from '../store/record-schema.ts';
import { select, sql } from '../store/scoped-record.ts';
import { InstallationAt, placeOfInstallation } from './at.ts';
import { readBody, readText } from './body.ts';
import { consolePage, type Given } from './console-page.ts';
import { issuedKeys } from './hook-keys.ts';
import { pair } from './pairing.ts';
import { ProblemError } from './problems.ts';
import { spendProof } from './rate.ts';
import { readFields } from './route.ts';
import { openSession, recordClaim } from './session.ts';
import { titleOf } from './shapes.ts';

type App = { Bindings: Env };
type C = Context<App>;

export function embeds(ports: Ports): Hono<App> {
  const app = new Hono<App>();

  /** The host page posts a signed token into the frame. */
  app.post('/embed/:system', async (c) => {
    const system = c.req.param('system');
    const embed = connectors[system]?.embed;
    if (embed?.proof !== 'token') throw new ProblemError('not-found', 'There is nothing at this address.');
    const token = new URLSearchParams(await readText(c.req.raw, 8_000)).get('token') ?? '';
    const outcome = await proveToken(c.env, ports, system, embed, token);
    const { origins } = outcome;
    if (outcome.ok) {
      const { session, open } = outcome;
      const { installation } = session;
      return page(c, ports, embed, { mode: 'token', system, session, installation, open, words: null, origins });
    }
    log('page-refused', { system, refusal: outcome.refusal });
    const words = wordsFor(outcome.refusal, { system: titleOf(system) }, setupWords);
    return page(c, ports, embed, { mode: 'refused', system, ...nobody, words, origins }, 403);
  });

  /** The frame of a host whose page proves its user by a record: it asks its parent for the proof. */
  app.get('/embed/:system', async (c) => {
    const system = c.req.param('system');
    const embed = connectors[system]?.embed;
    const installation = c.req.query('installation') ?? '';
    if (embed?.proof !== 'record') throw new ProblemError('not-found', 'There is nothing at this address.');
    await placeOfInstallation(c.env, installation, ports.nowMs());
    const origins = await originsOf(c.env, installation, system, embed);
    return page(c, ports, embed, { mode: 'record', system, ...nobody, installation, words: null, origins });
  });

  /** For a page that is there already: its session has run out, or a record is to prove its user. */
  app.post('/embed/:system/session', async (c) => {
    const system = c.req.param('system');
    const embed = connectors[system]?.embed;
    if (!embed) throw new ProblemError('not-found', 'There is nothing at this address.');
    const claim = (await readBody(c.req.raw)).json ?? {};
    return c.json(await (embed.proof === 'token' ? byToken(c, ports, embed, claim) : byRecord(c, ports, claim)));
  });

  /**
   * The page of an admin who is connecting an account asks how far that is: which steps there are still open. It says
   * nothing but names, and hears nothing but codes, so any origin may ask.
   */
  app.use('/embed/:system/connect', cors({ origin: '*', allowMethods: ['POST'], allowHeaders: ['content-type'] }));
  app.post('/embed/:system/connect', async (c) => {
    const connector = connectors[c.req.param('system')];
    if (!connector?.pairing) throw new ProblemError('not-found', 'There is nothing at this address.');
    const { username, recordType, recordId } = readFields(connecting, (await readBody(c.req.raw)).json ?? {});
    const request = { account: null, username, recordType, recordId };
    try {
      return c.json(await pair({ env: c.env, ports, connector, request }));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      throw new ProblemError('system-unavailable', `${connector.title} could not be asked just now.`);
    }
  });

  return app;
}

async function byToken(c: C, ports: Ports, embed: TokenEmbed, claim: object): Promise<Opened> {
  const system = c.req.param('system') ?? '';
  const outcome = await proveToken(c.env, ports, system, embed, readFields(tokenClaim, claim).token);
  if (!outcome.ok) throw notProven(system, outcome.refusal);
  return outcome.session;
}

async function byRecord(c: C, ports: Ports, claim: object): Promise<Opened> {
  const system = c.req.param('system') ?? '';
  const { installation, session: recordId, nonce } = recordClaim(claim);
  spendProof(installation, ports.nowMs());
  const place = await placeOfInstallation(c.env, installation, ports.nowMs());
  const at = new InstallationAt(c.env, installation, place, null);
  const proved = await at.proveUser(system, { recordId, nonce });
  if (!proved.ok) throw notProven(system, proved.refusal);
  return openSession(c.env, ports, installation, { ...proved.person, connection: proved.connection });
}

const tokenClaim = z.object({ token: z.string().min(1).max(8_000) });

function notProven(system: string, refusal: string): ProblemError {
  log('page-refused', { system, refusal });
  const { text, next } = wordsFor(refusal, { system: titleOf(system) }, setupWords);
  return new ProblemError('not-proven', text, { next, fields: [{ field: 'session', problem: refusal }] });
}

const connecting = z.object({
  username: z.string().min(1).max(200),
  recordType: z.string().min(1).max(80),
  recordId: z.string().min(15).max(18),
});

const nobody = { session: null, installation: null, open: null };

type TokenEmbed = Extract<Embed<unknown>, { proof: 'token' }>;
type Opened = Awaited<ReturnType<typeof openSession>>;
type TokenOutcome =
  | { readonly ok: true; readonly session: Opened; readonly open: string | null; readonly origins: readonly string[] }
  | { readonly ok: false; readonly refusal: string; readonly origins: readonly string[] };

async function proveToken(
  env: Env,
  ports: Ports,
  system: string,
  embed: TokenEmbed,
  token: string,
): Promise<TokenOutcome> {
  const whose = embed.accountOf(token);
  if (!whose) return { ok: false, refusal: 'malformed', origins: [] };
  const place = await placeOf(env.DIRECTORY, system, whose.environment, whose.account);
  if (!place) return { ok: false, refusal: 'not-connected', origins: [] };
  const { installation, connection } = place;
  const rows = await recordFor(env, installation).all(select(connectionCopies, sql`WHERE id = ${connection}`));
  const settings = JSON.parse(rows[0]?.settings ?? '{}') as unknown;
  const keys = await issuedKeys(env, place, ports.nowMs());
  const expected = { installation, ...whose, audience: env.PUBLIC_URL, keys, settings, nowMs: ports.nowMs() };
  const proof = await embed.verify(token, expected);
  // Refusals are shown in the frame too; to the host that asked, once it is known whose page it is.
  const origins = rows[0] ? embed.frameOrigins(settings) : [];
  if (!proof.ok) return { ...proof, origins };
  try {
    const session = await openSession(env, ports, installation, { ...proof.person, connection });
    return { ok: true, session, open: proof.open ?? null, origins };
  } catch (error) {
    if (error instanceof ProblemError && error.type === 'proof-used')
      return { ok: false, refusal: error.type, origins };
    throw error;
  }
}

async function originsOf(env: Env, installation: string, system: string, embed: Embed<unknown>): Promise<string[]> {
  const rows = await recordFor(env, installation).all(select(connectionCopies, sql`WHERE system = ${system}`));
  return [...new Set(rows.flatMap((row) => embed.frameOrigins(JSON.parse(row.settings))))];
}

function page(c: C, ports: Ports, { look }: Embed<unknown>, given: Given, status: 200 | 403 = 200): Promise<Response> {
  return consolePage(c.env, given, { look, nonce: toBase64Url(ports.randomBytes(16)), status });
}
