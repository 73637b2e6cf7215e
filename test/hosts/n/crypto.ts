// N/crypto, N/crypto/random and N/encode. Keys are known by name only, and only to the scripts they were given to.
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { Account } from '../account.ts';
import type { Module } from '../loader.ts';
import { scriptError } from './error.ts';

const Encoding = {
  UTF_8: 'UTF_8',
  HEX: 'HEX',
  BASE_16: 'BASE_16',
  BASE_64: 'BASE_64',
  BASE_64_URL_SAFE: 'BASE_64_URL_SAFE',
};
const algorithms: Readonly<Record<string, string>> = { SHA256: 'sha256', SHA512: 'sha512' };

/** UNVERIFIED in the vendor's: upper-case hex, and padding in the URL-safe form. The harder case of both is played. */
function encoded(bytes: Buffer, encoding: string): string {
  if (encoding === Encoding.BASE_64) return bytes.toString('base64');
  if (encoding === Encoding.BASE_64_URL_SAFE) return bytes.toString('base64').replace(/\+/g, '-').replace(/\//g, '_');
  if (encoding === Encoding.UTF_8) return bytes.toString('utf8');
  return bytes.toString('hex').toUpperCase();
}

const digester = (digest: Hash | Hmac) => ({
  update: ({ input }: { input: string }) => digest.update(input, 'utf8'),
  digest: ({ outputEncoding = Encoding.HEX }: { outputEncoding?: string } = {}) =>
    encoded(digest.digest(), outputEncoding),
});

export function cryptoModule(account: Account): Module {
  return {
    HashAlg: { SHA256: 'SHA256', SHA512: 'SHA512' },
    createSecretKey: ({ guid, secret }: { guid?: string; secret?: string }) => {
      const name = guid ?? secret ?? '';
      const kept = account.secrets.get(name);
      const script = account.frame.deployment.script;
      if (!kept || (kept.scripts && !kept.scripts.includes(script))) {
        throw scriptError('INVALID_KEY_OR_SECRET', `${script} has no secret ${name}`);
      }
      return { name };
    },
    createHmac: ({ algorithm, key }: { algorithm: string; key: { name: string } }) =>
      digester(createHmac(algorithms[algorithm] ?? '', account.secrets.get(key.name)?.value ?? '')),
    createHash: ({ algorithm }: { algorithm: string }) => digester(createHash(algorithms[algorithm] ?? '')),
  };
}

export const encodeModule: Module = {
  Encoding,
  convert: ({ string, outputEncoding }: { string: string; outputEncoding: string }) =>
    encoded(Buffer.from(string, 'utf8'), outputEncoding),
};
