// New credentials in good time: NetSuite takes certificates for two years at most, so the hub makes the next one while
// the last still logs in, proves it, and has the old one revoked.
import { Fault } from '../../faults.ts';
import type { Renewed } from '../session.ts';
import { makeCertificate } from './certificate.ts';
import { revokeCertificate, storeCertificate } from './certificate-store.ts';
import type { Secrets } from './settings.ts';
import { mintToken, type Options } from './token.ts';

/** Half of what a certificate is good for: there is a year to notice that it does not work. */
const renewBeforeMs = 365 * 86_400_000;

/** Of a certificate that somebody made by hand nobody has told us how long it is good for. */
export function credentialsEnd({ secrets: { certificateUntil } }: Options): number | null {
  return certificateUntil === undefined ? null : Date.parse(certificateUntil);
}

export async function renewCredentials(options: Options, isAsked: boolean): Promise<Renewed | null> {
  const { settings, secrets, fetch, nowMs } = options;
  const { clientId, mapped = null } = secrets;
  const endMs = credentialsEnd(options);
  const isDue = endMs !== null && endMs - nowMs() < renewBeforeMs;
  if (!isAsked && !isDue) return null;
  const { value: bearer } = await mintToken(options, 'rest_webservices');
  const at = { settings, clientId, bearer, fetch };
  const made = await makeCertificate(nowMs());
  const certificateId = await storeCertificate(at, made.certificate, mapped);
  if (certificateId === null) {
    const message = 'The role may not manage its own certificates: store a new one by hand, or give it the permission.';
    throw new Fault('unauthorised', message);
  }
  const { privateKey, until } = made;
  const next: Secrets = { ...secrets, certificateId, privateKey, certificateUntil: until };
  // Not kept before it has logged in once: until then the old ones are what works.
  const { value: proven } = await mintToken({ settings, secrets: next, fetch, nowMs }, 'rest_webservices');
  return { secrets: next, retire: () => revokeCertificate({ ...at, bearer: proven }, secrets.certificateId) };
}
