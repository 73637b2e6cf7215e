// The fixed identity of the stand-in's account; its P-256 key is made from a constant, so that runs repeat.
import { createECDH, createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

export const accountId = '1234567_SB1';
export const clientId = 'b9f1c0de5a11ce7e57ed0c0ffee0ddba11ab1e5c0de4a11ed00dfeed5eed1e55';
/** Of the confidential form of our integration, for the consent flow only. */
export const clientSecret = 'stand-in-client-secret';
export const certificateId = 'st4nd1nC3rt1f1c4t3Stand1nCertificate0000001';
export const consentRole = 1000;
export const consentEntity = -5;

function fixedKey(): KeyObject {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(createHash('sha256').update('tieout stand-in key').digest());
  const point = ecdh.getPublicKey();
  const part = (from: number, to: number) => point.subarray(from, to).toString('base64url');
  const d = ecdh.getPrivateKey().toString('base64url');
  return createPrivateKey({ key: { kty: 'EC', crv: 'P-256', x: part(1, 33), y: part(33, 65), d }, format: 'jwk' });
}

const key = fixedKey();
export const publicKey = createPublicKey(key);
export const privateKeyPem = String(key.export({ type: 'pkcs8', format: 'pem' }));

/** The account's own host names use this form of its id. */
export const accountHost = accountId.toLowerCase().replaceAll('_', '-');
