// Signs what we assert when we ask for a token. Read with the first token of an isolate, not at every start.
import { importPKCS8, SignJWT } from 'jose';
import { Fault } from '../../faults.ts';
import type { Assertion } from './oauth.ts';

/** A JWT (RFC 7523). Times stand in the claims, so that the caller's clock rules. */
export async function sign({ algorithm, privateKey, keyId, claims }: Assertion): Promise<string> {
  const key = await importPKCS8(privateKey.trim(), algorithm).catch((cause: unknown) => {
    throw new Fault('unauthorised', 'The private key cannot be read; it must be PKCS #8 in PEM', { cause });
  });
  const header = keyId === undefined ? { alg: algorithm } : { alg: algorithm, kid: keyId };
  return new SignJWT(claims).setProtectedHeader({ ...header, typ: 'JWT' }).sign(key);
}
