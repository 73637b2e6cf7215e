// The certificates behind machine-to-machine logins: list, upload, revoke.
import { type KeyObject, X509Certificate } from 'node:crypto';
import { certificateId, clientId, consentEntity, consentRole, publicKey } from './credentials.ts';
import { isRecord } from './values.ts';
import { type Answer, type Call, plainJson, restError } from './wire.ts';

const base = '/services/rest/auth/oauth2/v1/clients/';
const twoYearsMs = 730 * 86_400_000;
const curvesTaken = new Set(['prime256v1', 'secp384r1', 'secp521r1']);
const rsaBitsMin = 3072;

export interface Certificate {
  readonly id: string;
  readonly algorithm: 'EC' | 'RSA';
  readonly key: KeyObject;
  readonly validUntilMs: number;
  readonly role: number;
  readonly entity: number;
  isRevoked: boolean;
}

export const isCertificatePath = (path: string) => path.startsWith(base);

export class Certificates {
  readonly #byId = new Map<string, Certificate>();
  #uploads = 0;
  /** The role of whoever uploads without naming one. */
  mappedRole = consentRole;

  constructor(nowMs: number) {
    this.#keep({ id: certificateId, algorithm: 'EC', key: publicKey, validUntilMs: nowMs + twoYearsMs });
  }

  /** The key that proves a login, and the role it is mapped to; null when it may not be used. */
  find(id: string, nowMs: number): Pick<Certificate, 'key' | 'role'> | null {
    const found = this.#byId.get(id);
    return found && !found.isRevoked && found.validUntilMs > nowMs ? found : null;
  }

  /** As an administrator maps a certificate to another role. */
  map(id: string, role: number): void {
    const found = this.#byId.get(id);
    if (found) this.#byId.set(id, { ...found, role });
    this.mappedRole = role;
  }

  answer(call: Call, nowMs: number, isPermitted: boolean): Answer {
    const [client, noun, id, verb] = call.path.slice(base.length).split('/');
    if (!isPermitted) {
      const detail = 'You need the Manage Own OAuth 2.0 Client Credentials Certificates permission.';
      return restError(403, { detail, code: 'INSUFFICIENT_PERMISSION' });
    }
    if (client !== clientId || noun !== 'certificates') {
      return restError(404, { detail: 'The requested resource was not found.', code: 'NOT_FOUND' });
    }
    if (call.method === 'GET' && id === undefined) return plainJson([...this.#byId.values()].map(listed));
    if (call.method === 'POST' && id === undefined) return this.#upload(call.body, nowMs);
    if (call.method === 'POST' && id !== undefined && verb === 'revoke') return this.#revoke(id);
    return restError(405, { detail: 'Method not allowed.', code: 'METHOD_NOT_ALLOWED' });
  }

  #keep(certificate: Omit<Certificate, 'isRevoked' | 'role' | 'entity'> & Partial<Certificate>): Certificate {
    const kept = { role: consentRole, entity: consentEntity, isRevoked: false, ...certificate };
    this.#byId.set(kept.id, kept);
    return kept;
  }

  /** As an administrator stores one on the page for it. */
  store(fileContent: string, nowMs: number): string {
    const kept = this.#keepUploaded(JSON.stringify({ fileContent }), nowMs);
    if (kept === null) throw new Error('The certificate could not be read.');
    return kept.id;
  }

  #keepUploaded(body: string, nowMs: number): Certificate | null {
    const read = parseUpload(body);
    if (read === null) return null;
    const validUntilMs = Math.min(read.validToMs, nowMs + twoYearsMs);
    const id = `upl04d3d${String(++this.#uploads).padStart(35, '0')}`;
    const { algorithm, key, entity, role = this.mappedRole } = read;
    return this.#keep({ id, algorithm, key, validUntilMs, role, entity });
  }

  #upload(body: string, nowMs: number): Answer {
    const kept = this.#keepUploaded(body, nowMs);
    if (kept === null) {
      const detail = 'The certificate could not be read. Provide an X.509 certificate in PEM form.';
      return restError(400, { detail, code: 'INVALID_CONTENT', more: { 'o:errorPath': 'fileContent' } });
    }
    return plainJson({
      certificate_id: kept.id,
      algorithm: kept.algorithm,
      valid_until: new Date(kept.validUntilMs).toISOString().slice(0, 10),
      invalidated: false,
    });
  }

  #revoke(id: string): Answer {
    const found = this.#byId.get(id);
    if (!found) return restError(404, { detail: 'The certificate was not found.', code: 'NOT_FOUND' });
    found.isRevoked = true;
    return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: 'Successfully revoked' };
  }
}

const listed = (each: Certificate) => ({
  certificate_id: each.id,
  algorithm: each.algorithm,
  revoked: each.isRevoked,
});

function parseUpload(body: string) {
  try {
    const upload: unknown = JSON.parse(body);
    if (!isRecord(upload) || typeof upload['fileContent'] !== 'string') return null;
    const certificate = new X509Certificate(upload['fileContent']);
    const key = certificate.publicKey;
    const details = key.asymmetricKeyDetails;
    const isCurve = key.asymmetricKeyType === 'ec' && curvesTaken.has(details?.namedCurve ?? '');
    const isRsa = key.asymmetricKeyType === 'rsa' && (details?.modulusLength ?? 0) >= rsaBitsMin;
    if (!isCurve && !isRsa) return null;
    return {
      algorithm: isCurve ? ('EC' as const) : ('RSA' as const),
      key,
      validToMs: Date.parse(certificate.validTo),
      ...(upload['role'] === undefined ? {} : { role: Number(upload['role']) }),
      entity: Number(upload['entity'] ?? consentEntity),
    };
  } catch {
    return null;
  }
}
