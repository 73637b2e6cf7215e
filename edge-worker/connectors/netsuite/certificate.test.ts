// The certificate we make for ourselves is one that others can read, and it belongs to the key beside it.
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { makeCertificate } from './certificate.ts';

it('A certificate is self-signed, good for just under two years, and fits its key; no two are alike', async () => {
  const nowMs = Date.parse('2026-11-28T12:00:00Z');
  const serials = new Set<string>();
  for (let round = 0; round < 20; round++) {
    const own = await makeCertificate(nowMs);
    const certificate = new X509Certificate(own.certificate);
    expect(certificate.subject).toBe('CN=tieout-hub');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(own.privateKey))).toBe(true);
    expect(createPublicKey(own.privateKey).asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(Date.parse(certificate.validTo) - nowMs).toBe(729 * 86_400_000);
    expect(own.until).toBe('2028-11-26');
    serials.add(certificate.serialNumber);
  }
  expect(serials.size).toBe(20);
});
