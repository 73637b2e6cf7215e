// HMAC-SHA256 with keys that scripts know by name only, written as shared/wire/signature.ts says.
import * as crypto from 'N/crypto';
import * as encode from 'N/encode';
import { formatSignature, signingInput } from '../../shared/wire/signature.ts';
import type { Settings } from './settings.ts';

/** A secret kept under Setup has such an id; one typed into our form has a name of its own. */
const secretId = /^custsecret_/;

function hmac(keyName: string, input: string): string {
  const name = secretId.test(keyName) ? { secret: keyName } : { guid: keyName };
  const key = crypto.createSecretKey({ ...name, encoding: encode.Encoding.UTF_8 });
  const digest = crypto.createHmac({ algorithm: crypto.HashAlg.SHA256, key });
  digest.update({ input, inputEncoding: encode.Encoding.UTF_8 });
  // UNVERIFIED: the case of the vendor's hex.
  return digest.digest({ outputEncoding: encode.Encoding.HEX }).toLowerCase();
}

/** One signature per live key: two while a key rotates. */
export function sign(settings: Settings, seconds: number, text: string): string[] {
  const keys = [settings.key, settings.nextKey].filter((name) => name !== '');
  return keys.map((name) => hmac(name, signingInput(seconds, text)));
}

export function signatureFor(settings: Settings, seconds: number, text: string): string {
  return formatSignature(sign(settings, seconds, text));
}

/** Short, and the same for the same text. */
export function fingerprint(text: string): string {
  const digest = crypto.createHash({ algorithm: crypto.HashAlg.SHA256 });
  digest.update({ input: text, inputEncoding: encode.Encoding.UTF_8 });
  return digest.digest({ outputEncoding: encode.Encoding.HEX }).toLowerCase().slice(0, 16);
}

/** UNVERIFIED: whether the vendor pads; the wire has no padding. */
export function base64Url(text: string): string {
  const from = { string: text, inputEncoding: encode.Encoding.UTF_8 };
  return encode.convert({ ...from, outputEncoding: encode.Encoding.BASE_64_URL_SAFE }).replace(/=+$/, '');
}
