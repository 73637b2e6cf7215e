// N/crypto, N/crypto/random and N/encode. Keys are known by name only, and only to the scripts they were given to.
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { Module } from '../loader.ts';
import type { Platform } from '../platform.ts';

const Encoding = {
  UTF_8: 'UTF_8',
  BASE_16: 'BASE_16',
  BASE_32: 'BASE_32',
  BASE_64: 'BASE_64',
  BASE_64_URL_SAFE: 'BASE_64_URL_SAFE',
  HEX: 'HEX',
};
const algorithms: Readonly<Record<string, string>> = { SHA256: 'sha256', SHA512: 'sha512' };

/** UNVERIFIED in the vendor's: upper-case hex, and padding in the URL-safe form. The harder case of both is played. */
function encoded(bytes: Buffer, encoding: string): string {
  switch (encoding) {
    case Encoding.UTF_8:
      return bytes.toString('utf8');
    case Encoding.BASE_64:
      return bytes.toString('base64');
    case Encoding.BASE_64_URL_SAFE:
      return bytes.toString('base64').replace(/\+/g, '-').replace(/\//g, '_');
    case Encoding.HEX:
    case Encoding.BASE_16:
      return bytes.toString('hex').toUpperCase();
    default:
      throw new Error(`the encoding ${encoding} is not known to this platform`);
  }
}

function decoded(text: string, encoding: string): Buffer {
  if (encoding === Encoding.UTF_8) return Buffer.from(text, 'utf8');
  if (encoding === Encoding.HEX || encoding === Encoding.BASE_16) return Buffer.from(text, 'hex');
  return Buffer.from(text, encoding === Encoding.BASE_64_URL_SAFE ? 'base64url' : 'base64');
}

const digester = (digest: Hash | Hmac) => ({
  update: ({ input, inputEncoding = Encoding.UTF_8 }: { input: string; inputEncoding?: string }) => {
    digest.update(decoded(input, inputEncoding));
  },
  digest: ({ outputEncoding = Encoding.HEX }: { outputEncoding?: string } = {}) =>
    encoded(digest.digest(), outputEncoding),
});

export function cryptoModule(platform: Platform): Module {
  return {
    HashAlg: { SHA256: 'SHA256', SHA512: 'SHA512' },
    createSecretKey: ({ guid, secret }: { guid?: string; secret?: string }) => {
      const name = guid ?? secret ?? '';
      platform.secrets.demand(name, platform.frame.deployment.script);
      return { name };
    },
    createHmac: ({ algorithm, key }: { algorithm: string; key: { name: string } }) =>
      digester(createHmac(algorithms[algorithm] ?? '', platform.secrets.valueOf(key.name))),
    createHash: ({ algorithm }: { algorithm: string }) => digester(createHash(algorithms[algorithm] ?? '')),
  };
}

export function randomModule(platform: Platform): Module {
  return { generateUUID: () => platform.frame.step('uuid', () => platform.newUuid()) };
}

export const encodeModule: Module = {
  Encoding,
  convert: (options: { string: string; inputEncoding: string; outputEncoding: string }) =>
    encoded(decoded(options.string, options.inputEncoding), options.outputEncoding),
};
