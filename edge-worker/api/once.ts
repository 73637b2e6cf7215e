// What a repeated request must make again exactly as the first time: ids and secrets that follow from its key.
import { createHash } from 'node:crypto';
import type { Context as Ports } from '../context.ts';
import type { Once } from '../flow/requests.ts';
import { macOf, toBase64Url } from '../platform/vault.ts';

/** 26 characters of Crockford's alphabet, like every id of ours. */
export function idFor(ports: Ports, prefix: string, once: Once | null): string {
  if (!once) return ports.makeId(prefix);
  const bytes = createHash('sha256').update(`${prefix} ${once.key}`).digest();
  const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  return `${prefix}_${Array.from({ length: 26 }, (_, index) => letters[(bytes[index] ?? 0) % 32]).join('')}`;
}

/** 256 bits that nobody can guess: by chance, or from our own key for a request that may come again. */
export async function secretFor(ports: Ports, hubKey: string, once: Once | null): Promise<string> {
  if (!once) return toBase64Url(ports.randomBytes(32));
  return toBase64Url(await macOf(hubKey, `secret ${once.key} ${once.hash}`));
}
