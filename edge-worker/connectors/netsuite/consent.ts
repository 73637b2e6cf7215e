// An administrator's consent -> a certificate of our own in their account, with which the hub signs in from then on.
// Says of each step what was found, and of each that is missing what mends it.
import { z } from 'zod';
import { Fault } from '../../faults.ts';
import type { Consent, ConsentAsked, Consented, Outside, SetupStep } from '../consent.ts';
import { requestToken } from '../kits/oauth.ts';
import { pingAnswer } from './answers.ts';
import { makeCertificate } from './certificate.ts';
import { storeCertificate } from './certificate-store.ts';
import { isLoginRefused } from './refusals.ts';
import { addressesOf, type Secrets, type Settings, settings } from './settings.ts';
import { mintToken } from './token.ts';

const consentPath = '/app/login/oauth2/authorize.nl';
/** RESTlets for looking whether our package answers; certificates are part of the REST services. */
const scope = 'restlets rest_webservices';
/** Of our SuiteApp. What the hub may do there is what this role may do. */
const integrationRole = 'customrole_tieout_integration';
const accountForm = /^[A-Za-z0-9]{3,20}(_(SB|RP)\d+)?$/;
const timeoutMs = 30_000;

const step = z.object({ code: z.string(), isDone: z.boolean(), params: z.record(z.string(), z.string()) });
/** What is known before the certificate has its id. */
const keptForm = z.object({
  privateKey: z.string(),
  certificateUntil: z.string(),
  mapped: z.object({ role: z.string(), entity: z.string() }),
  steps: z.array(step),
});
type Kept = z.infer<typeof keptForm>;

export const consent: Consent = {
  roles: ['erp'],
  pageFor: (asked, state, challenge) => {
    if (!isAccountOf(asked)) return null;
    const page = new URL(consentPath, addressesOf(settingsOf(asked)).app);
    const { client, redirectUri } = asked;
    const parameters = {
      ...{ response_type: 'code', client_id: client.id, redirect_uri: redirectUri, scope, state },
      ...{ code_challenge: challenge, code_challenge_method: 'S256' },
    };
    for (const [name, value] of Object.entries(parameters)) page.searchParams.set(name, value);
    return page;
  },

  complete: async (asked, { query, verifier, nowMs, ...came }) => {
    const refusal = query.get('error');
    if (refusal !== null) throw new Fault('unauthorised', `The consent was not given: ${refusal.slice(0, 60)}`);
    if (query.get('company') !== asked.account) {
      throw new Fault('unauthorised', 'The consent was given in another account than the one it was asked for');
    }
    const outside = { nowMs, fetch: timed(came.fetch) };
    const bearer = await tokenOf(asked, query.get('code') ?? '', verifier, outside);
    const looked = await askPackage(asked, bearer, outside);
    const steps = [done('consent-given'), ...looked.steps];
    if (!looked.isUsable) return stopped(asked, steps);
    const own = await makeCertificate(nowMs);
    const mapped = { role: query.get('role') ?? '', entity: query.get('entity') ?? '' };
    const at = { settings: settingsOf(asked), clientId: asked.client.id, bearer, fetch: outside.fetch };
    const certificateId = await storeCertificate(at, own.certificate, mapped);
    const kept: Kept = { privateKey: own.privateKey, certificateUntil: own.until, mapped, steps };
    if (certificateId !== null) return loggedIn(asked, outside, kept, certificateId);
    const byHand = { certificate: own.certificate, kept };
    return { ...stopped(asked, [...steps, missing('certificate-by-hand')]), byHand };
  },

  completeByHand: async (asked, { nowMs, fetch }, kept, id) => {
    const onboarded = await loggedIn(asked, { nowMs, fetch: timed(fetch) }, keptForm.parse(kept), id.trim());
    return { ...onboarded, byHand: onboarded.secrets === null ? { certificate: '', kept } : null };
  },
};

const done = (code: string): SetupStep => ({ code, isDone: true, params: {} });
const missing = (code: string, params: SetupStep['params'] = {}): SetupStep => ({ code, isDone: false, params });

const stopped = (asked: ConsentAsked, steps: readonly SetupStep[]): Consented => ({
  settings: settingsToKeep(asked),
  ...{ steps, secrets: null, byHand: null },
});

/** One slow answer must not hold the browser for ever. */
function timed(fetch: Outside['fetch']): Outside['fetch'] {
  return async (request) => {
    try {
      return await fetch(new Request(request, { signal: AbortSignal.timeout(timeoutMs) }));
    } catch (cause) {
      throw new Fault('unreachable', 'The account did not answer', { cause });
    }
  };
}

/** The account's own server takes the code, which is what proves the account. */
async function tokenOf(asked: ConsentAsked, code: string, verifier: string, { fetch }: Outside): Promise<string> {
  const { client, redirectUri } = asked;
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier };
  const basic = { authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}` };
  const answer = await requestToken(fetch, addressesOf(settingsOf(asked)).token, form, basic);
  return String(answer['access_token']);
}

/** Whether our package answers, as whom, and what its role lacks. */
async function askPackage(asked: ConsentAsked, bearer: string, { fetch }: Outside) {
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', accept: 'application/json' };
  const body = JSON.stringify({ v: 1, verb: 'ping' });
  const response = await fetch(new Request(addressesOf(settingsOf(asked)).restlet, { method: 'POST', headers, body }));
  const text = await response.text();
  const unusable = (...steps: readonly SetupStep[]) => ({ isUsable: false, steps });
  if (response.status === 403 || isLoginRefused(response.status, text)) return unusable(missing('role-cannot-open'));
  if (response.status >= 500) throw new Fault('unreachable', `The account answered ${response.status}`);
  const parsed = response.status === 200 ? pingAnswer.safeParse(safely(text)) : null;
  if (!parsed?.success) return unusable(missing('package-missing'));
  const { account, environment, role, missing: lacks } = parsed.data.results[0];
  if (account !== asked.account || environment.toLowerCase() !== asked.environment) {
    throw new Fault('unauthorised', `The package there is that of ${account} (${environment})`);
  }
  const found = done('package-found');
  if (role.toLowerCase() !== integrationRole) return unusable(found, missing('role-not-ours', { role }));
  const wanting = lacks.length > 0 ? missing('role-lacks', { permissions: lacks.join(', ') }) : done('role-suffices');
  return { isUsable: true, steps: [found, wanting] };
}

/** The first login of the hub's own: nothing is kept before it has worked once. */
async function loggedIn(asked: ConsentAsked, outside: Outside, kept: Kept, certificateId: string): Promise<Consented> {
  const { privateKey, certificateUntil, mapped, steps } = kept;
  const secrets: Secrets = { clientId: asked.client.id, certificateId, privateKey, certificateUntil, mapped };
  try {
    const { fetch, nowMs } = outside;
    await mintToken({ settings: settingsOf(asked), secrets, fetch, nowMs: () => nowMs }, 'restlets');
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'unauthorised') throw error;
    return stopped(asked, [...steps, missing('login-refused')]);
  }
  const all = [...steps, done('certificate-stored'), done('login-works')];
  return { ...stopped(asked, all), secrets };
}

function safely(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isAccountOf({ account, environment }: ConsentAsked): boolean {
  const suffix = accountForm.exec(account);
  return suffix !== null && (suffix[1] === undefined) === (environment === 'production');
}

const settingsToKeep = ({ account, client }: ConsentAsked) => ({ ...client.settings, accountId: account });

function settingsOf(asked: ConsentAsked): Settings {
  return settings.parse(settingsToKeep(asked));
}
