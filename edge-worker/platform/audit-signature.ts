// The head of an audit chain, signed by the hub: whoever holds the public key can tell, offline, that no row before it
// was altered, removed or cut off.
import { type AuditHead, auditHead, isHeadUnsigned, keepSignedHead } from '../flow/audit.ts';
import type { LaneCore } from '../flow/core.ts';
import { derive, toBase64Url } from './vault.ts';

/** An Ed25519 private key in PKCS #8 is this and its 32 bytes. */
const pkcs8Start = Uint8Array.from([0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]);

async function privateKey(hubKey: string): Promise<CryptoKey> {
  const seed = await derive(hubKey, 'audit head');
  const pkcs8 = new Uint8Array(pkcs8Start.length + seed.length);
  pkcs8.set(pkcs8Start);
  pkcs8.set(seed, pkcs8Start.length);
  return crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign']);
}

/** What is signed, spelled out so that anybody can write it again. */
export function headText({ installation, seq, hash, atMs }: AuditHead): string {
  return ['tieout audit head', installation, seq, hash, new Date(atMs).toISOString()].join('\n');
}

export async function signHead(hubKey: string, head: AuditHead): Promise<string> {
  const signature = await crypto.subtle.sign(
    'Ed25519',
    await privateKey(hubKey),
    new TextEncoder().encode(headText(head)),
  );
  return toBase64Url(new Uint8Array(signature));
}

/** Signs today's head where that has not been done. What fails today is done by the next sweep. */
export async function signDaily(core: LaneCore, hubKey: string): Promise<void> {
  if (!isHeadUnsigned(core)) return;
  const head = auditHead(core);
  keepSignedHead(core, head, await signHead(hubKey, head));
}

/** Base64url of its 32 bytes. */
export async function auditPublicKey(hubKey: string): Promise<string> {
  const { x = '' } = (await crypto.subtle.exportKey('jwk', await privateKey(hubKey))) as JsonWebKey;
  return x;
}
