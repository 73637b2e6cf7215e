// Tokens for callers that are not the hub: the bare lane, and the ERP's other tools.
import { requestToken, signAssertion } from '../../edge-worker/connectors/kits/oauth.ts';
import type { StandIn } from '../../edge-worker/connectors/stand-in.ts';

export interface Access {
  readonly url: string;
  readonly token: string;
}

export async function crmToken({ connection }: StandIn): Promise<Access> {
  const { settings, secrets } = connection;
  const url = String(settings['instanceUrl']);
  const exp = Math.floor(Date.now() / 1000) + 120;
  const claims = { iss: String(secrets['consumerKey']), sub: String(settings['username']), aud: url, exp };
  const assertion = await signAssertion({ algorithm: 'RS256', privateKey: String(secrets['privateKey']), claims });
  const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion };
  const answer = await requestToken(fetch, `${url}/services/oauth2/token`, form);
  return { url, token: String(answer['access_token']) };
}

export async function erpToken({ connection }: StandIn): Promise<Access> {
  const { settings, secrets } = connection;
  const base = String(settings['restletUrl']);
  const tokenUrl = `${base}/services/rest/auth/oauth2/v1/token`;
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: String(secrets['clientId']), scope: ['restlets'], aud: tokenUrl, iat, exp: iat + 3600 };
  const key = { privateKey: String(secrets['privateKey']), keyId: String(secrets['certificateId']) };
  const answer = await requestToken(fetch, tokenUrl, {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await signAssertion({ algorithm: 'ES256', ...key, claims }),
  });
  const script = 'script=customscript_tieout_rl_api&deploy=customdeploy_tieout_rl_api';
  return { url: `${base}/app/site/hosting/restlet.nl?${script}`, token: String(answer['access_token']) };
}
