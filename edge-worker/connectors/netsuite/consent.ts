// An administrator's consent -> a certificate of our own in their account, with which the hub signs in from then on.
import { z } from 'zod';
import { Fault } from '../../faults.ts';
import type { Consent, ConsentAsked } from '../consent.ts';
import { requestToken } from '../kits/oauth.ts';
import { makeCertificate } from './certificate.ts';
import { addressesOf, type Settings, settings } from './settings.ts';

const consentPath = '/app/login/oauth2/authorize.nl';
/** The certificate endpoint is part of the REST services, whatever host it is asked on. */
const scope = 'rest_webservices';
const accountForm = /^[A-Za-z0-9]{3,20}(_(SB|RP)\d+)?$/;
const timeoutMs = 30_000;

const uploaded = z.object({ certificate_id: z.string().min(1) });

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
  complete: async (asked, { query, verifier, fetch, nowMs, randomBytes }) => {
    const refusal = query.get('error');
    if (refusal !== null) throw new Fault('unauthorised', `The consent was not given: ${refusal.slice(0, 60)}`);
    const [code, role, entity] = ['code', 'role', 'entity'].map((name) => query.get(name) ?? '');
    if (query.get('company') !== asked.account) {
      throw new Fault('unauthorised', 'The consent was given in another account than the one it was asked for');
    }
    const given = settingsOf(asked);
    const { token, certificates } = addressesOf(given);
    // The account's own server takes the code, which is what proves the account.
    const form = { grant_type: 'authorization_code', code: code ?? '', redirect_uri: asked.redirectUri };
    const { client } = asked;
    const basic = { authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}` };
    const answer = await requestToken(fetch, token, { ...form, code_verifier: verifier }, basic);
    const own = await makeCertificate(nowMs, randomBytes(16));
    const request = new Request(`${certificates}/${client.id}/certificates`, {
      method: 'POST',
      headers: { authorization: `Bearer ${String(answer['access_token'])}`, 'content-type': 'application/json' },
      body: JSON.stringify({ fileContent: own.certificate, role: Number(role), entity: Number(entity) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const response = await fetch(request);
    const kept = uploaded.safeParse(await response.json().catch(() => null));
    if (!response.ok || !kept.success) {
      throw new Fault('unauthorised', `The account did not take our certificate (${response.status})`);
    }
    const secrets = { clientId: client.id, certificateId: kept.data.certificate_id, privateKey: own.privateKey };
    return { settings: { ...asked.client.settings, accountId: asked.account }, secrets };
  },
};

function isAccountOf({ account, environment }: ConsentAsked): boolean {
  const suffix = accountForm.exec(account);
  return suffix !== null && (suffix[1] === undefined) === (environment === 'production');
}

function settingsOf({ account, client }: ConsentAsked): Settings {
  return settings.parse({ ...client.settings, accountId: account });
}
