// A key of our own and the certificate that an account is given for it: P-256, self-signed, as short as X.509 can be.

/** Two years are the most they take. */
const validDays = 729;
const dayMs = 86_400_000;
const commonName = 'tieout-hub';

export interface OwnCertificate {
  /** PKCS #8, as PEM. */
  readonly privateKey: string;
  readonly certificate: string;
  /** The last day on which it is good. */
  readonly until: string;
}

export async function makeCertificate(nowMs: number): Promise<OwnCertificate> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const pair = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const publicKey = new Uint8Array((await crypto.subtle.exportKey('spki', pair.publicKey)) as ArrayBuffer);
  // Of the key itself: as unlike any other as the key is.
  const serial = new Uint8Array(await crypto.subtle.digest('SHA-256', publicKey)).slice(0, 16);
  const content = toBeSigned(publicKey, nowMs, serial);
  const raw = new Uint8Array(await crypto.subtle.sign(algorithm, pair.privateKey, content));
  // WebCrypto gives the two numbers side by side; a certificate wants each by itself.
  const signature = sequence(integer(raw.slice(0, 32)), integer(raw.slice(32)));
  const whole = sequence(content, ecdsaWithSha256, tagged(0x03, Uint8Array.of(0), signature));
  const privateKey = new Uint8Array((await crypto.subtle.exportKey('pkcs8', pair.privateKey)) as ArrayBuffer);
  const until = new Date(nowMs + validDays * dayMs).toISOString().slice(0, 10);
  return { privateKey: pem('PRIVATE KEY', privateKey), certificate: pem('CERTIFICATE', whole), until };
}

function toBeSigned(publicKey: Uint8Array, nowMs: number, serial: Uint8Array): Uint8Array<ArrayBuffer> {
  const version = tagged(0xa0, integer(Uint8Array.of(2)));
  const text = tagged(0x0c, new TextEncoder().encode(commonName));
  const name = sequence(tagged(0x31, sequence(tagged(0x06, Uint8Array.of(0x55, 4, 3)), text)));
  const validity = sequence(instant(nowMs - dayMs), instant(nowMs + validDays * dayMs));
  return sequence(version, integer(serial), ecdsaWithSha256, name, validity, name, publicKey);
}

/** 1.2.840.10045.4.3.2 */
const ecdsaWithSha256 = sequence(tagged(0x06, Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2)));

/** UTCTime: two digits of the year, which stand for 1950 to 2049. */
function instant(ms: number): Uint8Array<ArrayBuffer> {
  const digits = new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14);
  return tagged(0x17, new TextEncoder().encode(`${digits}Z`));
}

function sequence(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return tagged(0x30, ...parts);
}

/** Numbers are signed: a zero in front keeps a high one positive, and none may stand there without need. */
function integer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const first = bytes.findIndex((byte) => byte !== 0);
  const short = bytes.slice(Math.max(0, first));
  return tagged(0x02, ...((short[0] ?? 0) >= 0x80 ? [Uint8Array.of(0)] : []), short);
}

function tagged(tag: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const long = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  const made = new Uint8Array(1 + long.length + length);
  made.set([tag, ...long]);
  let offset = 1 + long.length;
  for (const part of parts) {
    made.set(part, offset);
    offset += part.length;
  }
  return made;
}

function pem(label: string, bytes: Uint8Array): string {
  const lines = btoa(String.fromCharCode(...bytes)).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
