// The token of our settings page -> who looks at it (PROTOCOL.md, "Page token").
import { z } from 'zod';
import { rolesFrom } from '../../../shared/host-roles.ts';
import { signingInput } from '../../../shared/wire/signature.ts';
import type { Embed, Proof, ProofRefusal, TokenExpected } from '../embed.ts';
import { addressesOf, type Settings } from './settings.ts';

const systemName = 'netsuite';
const lifeSeconds = 120;
/** Their clock against ours. */
const skewSeconds = 60;
const tokenLengthMax = 4_000;

const payload = z.object({
  v: z.literal(1),
  iss: z.literal(systemName),
  aud: z.string(),
  ins: z.string(),
  acct: z.string(),
  env: z.enum(['production', 'sandbox']),
  uid: z.string().min(1),
  name: z.string(),
  role: z.string(),
  open: z
    .string()
    .regex(/^[a-z][a-z0-9/-]{0,120}$/)
    .nullish(),
  iat: z.int(),
  exp: z.int(),
  jti: z.string().min(8).max(100),
});
type Payload = z.infer<typeof payload>;

export const embed: Embed<Settings> = {
  proof: 'token',
  // Redwood, as our parts of their own pages have it (`erp-suiteapp/scripts/look.ts`).
  look: {
    font: '"Oracle Sans", -apple-system, BlinkMacSystemFont, "Segoe UI", sans-serif',
    accent: '#00688c',
    'accent-strong': '#004d68',
    surface: '#f7f5f3',
    text: '#161513',
    'text-quiet': '#5a5652',
    line: '#d4cfca',
    radius: '4px',
  },
  frameOrigins: (settings) => [new URL(addressesOf(settings).app).origin],
  accountOf: (token) => {
    const read = readToken(token);
    return read && { account: read.payload.acct, environment: read.payload.env };
  },
  verify,
};

interface Token {
  readonly payload: Payload;
  readonly text: string;
  readonly signature: string;
}

function readToken(token: string): Token | null {
  const [text = '', signature = '', rest] = token.length > tokenLengthMax ? [] : token.split('.');
  if (rest !== undefined || !/^[\w-]+$/.test(text) || !/^[0-9a-f]{64}$/.test(signature)) return null;
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
    const parsed = payload.safeParse(
      JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)),
    );
    return parsed.success ? { payload: parsed.data, text, signature } : null;
  } catch {
    return null;
  }
}

async function verify(token: string, expected: TokenExpected<Settings>): Promise<Proof> {
  const read = readToken(token);
  if (!read) return refused('malformed');
  if (!(await isSigned(read, expected.keys))) return refused('forged');
  const { ins, acct, env, aud, iat, exp, uid, name, role, open, jti } = read.payload;
  const isMeant = ins === expected.installation && acct === expected.account && env === expected.environment;
  if (!isMeant || hostOf(aud) !== hostOf(expected.audience)) return refused('wrong-account');
  const nowSeconds = expected.nowMs / 1000;
  if (exp - iat > lifeSeconds || nowSeconds > exp || nowSeconds < iat - skewSeconds) return refused('too-old');
  const roles = rolesFrom(expected.settings.pageRoles[role] ?? []);
  const proof = `${systemName} ${acct} ${jti}`;
  return { ok: true, person: { user: uid, name, roles, proof }, open: open ?? null };
}

/** Pages there know the hub by https alone; on a developer's own machine it has no certificate. */
const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : null);

async function isSigned({ payload: { iat }, text, signature }: Token, keys: readonly string[]): Promise<boolean> {
  const encoder = new TextEncoder();
  const signed = encoder.encode(signingInput(iat, text));
  const given = Uint8Array.from(signature.match(/../g) ?? [], (hex) => Number.parseInt(hex, 16));
  for (const key of keys) {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    const hmac = await crypto.subtle.importKey('raw', encoder.encode(key), algorithm, false, ['verify']);
    if (await crypto.subtle.verify('HMAC', hmac, given, signed)) return true;
  }
  return false;
}

function refused(refusal: ProofRefusal): Proof {
  return { ok: false, refusal };
}
