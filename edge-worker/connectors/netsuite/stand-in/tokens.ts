// The OAuth 2.0 token endpoint: client credentials by signed assertion, consent codes with PKCE, refresh tokens.
import { constants, createHash, createHmac, type KeyObject, verify } from 'node:crypto';
import type { Certificates } from './certificates.ts';
import { accountHost, accountId, certificateId, clientId, clientSecret, consentRole } from './credentials.ts';
import { isRecord } from './values.ts';
import { type Answer, type Call, oauthError, plainJson } from './wire.ts';

export const tokenPath = '/services/rest/auth/oauth2/v1/token';
const accessMs = 3600_000;
const refreshMs = { confidential: 7 * 86_400_000, public: 2 * 86_400_000 };
/** FACTS.md#unverified: how far the sender's clock may be ahead. */
const leewaySeconds = 60;
const scopes = new Set(['restlets', 'rest_webservices', 'suite_analytics', 'mcp']);
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const hashes: Readonly<Record<string, string>> = { '256': 'sha256', '384': 'sha384', '512': 'sha512' };
const curves: Readonly<Record<string, string>> = { ES256: 'prime256v1', ES384: 'secp384r1', ES512: 'secp521r1' };

export interface ConsentCode {
  readonly redirectUri: string;
  readonly role: number;
  readonly scopes: ReadonlySet<string>;
  readonly challenge: string | null;
}

/** What a login may do, and as which role. */
export interface Access {
  readonly scopes: ReadonlySet<string>;
  readonly role: number;
}

interface Grant extends Access {
  readonly expiresMs: number;
}

/** Thrown inside the endpoint, told to the caller as the `error` of the body. */
class TokenRefusal extends Error {
  readonly status: number;
  constructor(error: string, status = 400) {
    super(error);
    this.status = status;
  }
}

/** Array, comma or space separated, or one: the vendor's own pages show all four. */
export function parseScopes(raw: unknown): ReadonlySet<string> {
  const parts = Array.isArray(raw) ? raw.map(String) : String(raw ?? '').split(/[\s,]+/);
  const asked = new Set(parts.filter((each) => each !== ''));
  if (asked.size === 0 || [...asked].some((each) => !scopes.has(each))) throw new TokenRefusal('invalid_scope');
  if (asked.has('mcp') && asked.size > 1) throw new TokenRefusal('invalid_scope');
  return asked;
}

function isSigned(alg: string, key: KeyObject, signed: string, signature: Buffer): boolean {
  const hash = hashes[alg.slice(2)];
  if (!hash) return false;
  const isCurve = key.asymmetricKeyType === 'ec';
  if (alg.startsWith('ES')) {
    if (!isCurve || key.asymmetricKeyDetails?.namedCurve !== curves[alg]) return false;
    return verify(hash, Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }, signature);
  }
  if (!alg.startsWith('PS') || isCurve) return false;
  const options = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return verify(hash, Buffer.from(signed), options, signature);
}

function decode(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    if (isRecord(value)) return value;
  } catch {
    // Falls through to the one refusal that a malformed assertion gets.
  }
  throw new TokenRefusal('invalid_request');
}

export class Tokens {
  readonly #clock: () => number;
  readonly #certificates: Certificates;
  readonly #audiences: ReadonlySet<string>;
  readonly #access = new Map<string, Grant>();
  readonly #refresh = new Map<string, Grant & { readonly isPublic: boolean }>();
  readonly #codes = new Map<string, ConsentCode>();
  #issued = 0;
  isRevoked: () => boolean = () => false;

  constructor(baseUrl: string, clock: () => number, certificates: Certificates) {
    this.#clock = clock;
    this.#certificates = certificates;
    this.#audiences = new Set([
      `${baseUrl}${tokenPath}`,
      `https://${accountHost}.suitetalk.api.netsuite.com${tokenPath}`,
    ]);
  }

  /** What is behind a bearer token; null when it is not, or no longer, valid. */
  accessOf(authorization: string | null): Access | null {
    if (this.isRevoked()) return null;
    // Token-based clients of the old kind are let in unchecked: FACTS.md#auth.
    if (authorization?.startsWith(`OAuth realm="${accountId}"`)) {
      const role = this.#certificates.find(certificateId, this.#clock())?.role ?? consentRole;
      return { scopes: new Set(['restlets', 'rest_webservices']), role };
    }
    const grant = this.#access.get(authorization?.replace(/^Bearer /i, '') ?? '');
    return grant && grant.expiresMs > this.#clock() ? grant : null;
  }

  expire(authorization: string | null): void {
    this.#access.delete(authorization?.replace(/^Bearer /i, '') ?? '');
  }

  addCode(code: ConsentCode): string {
    const id = this.#opaque('code');
    this.#codes.set(id, code);
    return id;
  }

  answer(call: Call): Answer {
    try {
      const form = new URLSearchParams(call.body);
      if (this.isRevoked()) throw new TokenRefusal('invalid_grant');
      switch (form.get('grant_type')) {
        case 'client_credentials':
          return this.#grantAssertion(form);
        case 'authorization_code':
          return this.#grantCode(form, this.#clientOf(call, form));
        case 'refresh_token':
          return this.#grantRefresh(form, this.#clientOf(call, form));
        case null:
          throw new TokenRefusal('invalid_request');
        default:
          throw new TokenRefusal('unsupported_grant_type');
      }
    } catch (error) {
      if (error instanceof TokenRefusal) return oauthError(error.status, error.message, accountId);
      throw error;
    }
  }

  #grantAssertion(form: URLSearchParams): Answer {
    const assertion = form.get('client_assertion') ?? '';
    if (form.get('client_assertion_type') !== assertionType) throw new TokenRefusal('invalid_request');
    const parts = assertion.split('.');
    if (parts.length !== 3) throw new TokenRefusal('invalid_request');
    const [head = '', body = '', signature = ''] = parts;
    const header = decode(head);
    const claims = decode(body);
    if (claims['iss'] !== clientId) throw new TokenRefusal('invalid_client', 401);
    const found = this.#certificates.find(String(header['kid'] ?? ''), this.#clock());
    const isGenuine =
      found && isSigned(String(header['alg']), found.key, `${head}.${body}`, Buffer.from(signature, 'base64url'));
    if (!isGenuine) throw new TokenRefusal('invalid_grant');
    this.#checkTimes(claims);
    if (![claims['aud']].flat().some((each) => this.#audiences.has(String(each))))
      throw new TokenRefusal('invalid_grant');
    return plainJson({
      access_token: this.#grantAccess({ scopes: parseScopes(claims['scope']), role: found.role }),
      expires_in: accessMs / 1000,
      token_type: 'Bearer',
    });
  }

  #checkTimes(claims: Readonly<Record<string, unknown>>): void {
    const issued = claims['iat'];
    const expires = claims['exp'];
    if (typeof issued !== 'number' || typeof expires !== 'number') throw new TokenRefusal('invalid_request');
    const now = Math.floor(this.#clock() / 1000);
    const isOutOfTime = expires <= now || issued > now + leewaySeconds || expires - issued > 3600;
    if (isOutOfTime) throw new TokenRefusal('invalid_grant');
  }

  #clientOf(call: Call, form: URLSearchParams): 'confidential' | 'public' {
    const header = call.headers.get('authorization');
    if (header === null) {
      if (form.get('client_id') !== clientId) throw new TokenRefusal('invalid_client', 401);
      return 'public';
    }
    const basic = Buffer.from(header.replace(/^Basic /i, ''), 'base64').toString();
    if (basic !== `${clientId}:${clientSecret}`) throw new TokenRefusal('invalid_client', 401);
    return 'confidential';
  }

  #grantCode(form: URLSearchParams, client: 'confidential' | 'public'): Answer {
    const id = form.get('code') ?? '';
    const code = this.#codes.get(id);
    this.#codes.delete(id);
    if (!code || code.redirectUri !== form.get('redirect_uri')) throw new TokenRefusal('invalid_grant');
    const proof = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isProven = code.challenge === null ? client === 'confidential' : code.challenge === proof;
    if (!isProven) throw new TokenRefusal('invalid_grant');
    return this.#consentAnswer(code, this.#newRefresh(code, client));
  }

  #grantRefresh(form: URLSearchParams, client: 'confidential' | 'public'): Answer {
    const id = form.get('refresh_token') ?? '';
    const grant = this.#refresh.get(id);
    if (!grant || grant.expiresMs <= this.#clock()) throw new TokenRefusal('invalid_grant');
    // A public client's refresh token works once; a confidential client keeps the one it has.
    if (!grant.isPublic) return this.#consentAnswer(grant, null);
    this.#refresh.delete(id);
    return this.#consentAnswer(grant, this.#newRefresh(grant, client));
  }

  #consentAnswer(granted: Access, refreshToken: string | null): Answer {
    return plainJson({
      access_token: this.#grantAccess(granted),
      ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
      expires_in: String(accessMs / 1000),
      token_type: 'bearer',
    });
  }

  #newRefresh({ scopes: granted, role }: Access, client: 'confidential' | 'public'): string {
    const id = this.#opaque('refresh');
    const expiresMs = this.#clock() + refreshMs[client];
    this.#refresh.set(id, { scopes: granted, role, expiresMs, isPublic: client === 'public' });
    return id;
  }

  #grantAccess({ scopes: granted, role }: Access): string {
    const token = this.#opaque('access');
    this.#access.set(token, { scopes: granted, role, expiresMs: this.#clock() + accessMs });
    return token;
  }

  /** Looks like the vendor's: three base64url parts. Readers must not look inside. */
  #opaque(kind: string): string {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = `${part({ kid: 'stand-in', alg: 'none' })}.${part({ kind, serial: ++this.#issued })}`;
    return `${body}.${createHmac('sha256', clientSecret).update(body).digest('base64url')}`;
  }
}
