// Secrets at rest, receiver keys and hook addresses: all from Worker secrets, by WebCrypto. Nothing here is ever
// logged.
import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

const utf8 = new TextEncoder();
const sealKeys = z.object({ current: z.string(), keys: z.record(z.string(), z.string()) });

export class VaultError extends Error {
  override readonly name = 'VaultError';
}

export function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
}

export async function derive(secret: string, purpose: string): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey('raw', fromBase64(secret), 'HKDF', false, ['deriveBits']);
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: utf8.encode(purpose) };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, 256));
}

/** The key a connection signs its notices with; made from its id and key version, so intake reads nothing. */
export function receiverKey(
  hubKey: string,
  installation: string,
  connection: string,
  version: number,
): Promise<string> {
  const purpose = `receiver ${installation} ${connection} ${version}`;
  return remembered(receiverKeys, `${hubKey} ${purpose}`, async () => toBase64Url(await derive(hubKey, purpose)));
}

/** Every webhook asks for the same few again, and making one costs more than all the rest of its proof. */
const receiverKeys = new Map<string, Promise<string>>();
const addresses = new Map<string, Promise<HookAddress | null>>();
const rememberedMax = 10_000;

/** Only what was made is kept, so that forged addresses take no room. */
async function remembered<Made>(
  known: Map<string, Promise<Made>>,
  key: string,
  make: () => Promise<Made>,
): Promise<Made> {
  const before = known.get(key);
  if (before) return before;
  const making = make();
  if (known.size >= rememberedMax) known.clear();
  known.set(key, making);
  const made = await making.catch(() => null);
  if (made === null) known.delete(key);
  return making;
}

/** What stands in a hook address besides the system. */
export interface HookAddress {
  readonly installation: string;
  readonly connection: string;
  readonly environment: string;
  readonly account: string;
  readonly shard: string;
  readonly jurisdiction: string;
}

const hookFields = ['installation', 'connection', 'environment', 'account', 'shard', 'jurisdiction'] as const;

/** The path of a hook address: its fields and our own MAC, so that a forged one touches nothing. */
export async function hookPath(hubKey: string, system: string, address: HookAddress): Promise<string> {
  const plain = toBase64Url(utf8.encode(JSON.stringify(hookFields.map((field) => address[field]))));
  return `/hooks/${system}/${plain}.${toBase64Url(await macOf(hubKey, `${system}.${plain}`))}`;
}

/** The fields of a hook address; null when it is not one of ours. */
export function readHookToken(hubKey: string, system: string, token: string): Promise<HookAddress | null> {
  return remembered(addresses, `${hubKey} ${system} ${token}`, () => proveHookToken(hubKey, system, token));
}

async function proveHookToken(hubKey: string, system: string, token: string): Promise<HookAddress | null> {
  const [plain, mac, rest] = token.split('.');
  if (!plain || !mac || rest !== undefined || !/^[\w-]+$/.test(plain) || !/^[\w-]{43}$/.test(mac)) return null;
  if (!(await isMacOf(hubKey, `${system}.${plain}`, mac))) return null;
  const parsed = z
    .array(z.string())
    .length(hookFields.length)
    .safeParse(JSON.parse(new TextDecoder().decode(fromBase64(plain))));
  if (!parsed.success) return null;
  return Object.fromEntries(hookFields.map((field, index) => [field, parsed.data[index]])) as unknown as HookAddress;
}

const macKeys = new Map<string, Promise<CryptoKey>>();

export async function macOf(hubKey: string, text: string): Promise<Uint8Array<ArrayBuffer>> {
  let key = macKeys.get(hubKey);
  if (!key) {
    key = derive(hubKey, 'hook address').then((bytes) =>
      crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']),
    );
    macKeys.set(hubKey, key);
  }
  return new Uint8Array(await crypto.subtle.sign('HMAC', await key, utf8.encode(text)));
}

/**
 * Whether this is our MAC of a text. Compared as written: the last letter of a MAC carries two spare bits, and what
 * carries one has one spelling only.
 */
export async function isMacOf(hubKey: string, text: string, mac: string): Promise<boolean> {
  const expected = utf8.encode(toBase64Url(await macOf(hubKey, text)));
  const given = utf8.encode(mac);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Seals and opens texts for one installation: AES-256-GCM, the key id stored beside the ciphertext. */
export class Vault {
  readonly #keys: z.infer<typeof sealKeys>;
  readonly #installation: string;
  readonly #imported = new Map<string, Promise<CryptoKey>>();
  readonly #randomBytes: (count: number) => Uint8Array<ArrayBuffer>;

  constructor(keys: string, installation: string, randomBytes: (count: number) => Uint8Array<ArrayBuffer>) {
    this.#keys = sealKeys.parse(JSON.parse(keys));
    this.#installation = installation;
    this.#randomBytes = randomBytes;
  }

  async seal(plain: string): Promise<string> {
    const id = this.#keys.current;
    const iv = this.#randomBytes(12);
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await this.#key(id), utf8.encode(plain));
    return `${id}.${toBase64Url(iv)}.${toBase64Url(new Uint8Array(sealed))}`;
  }

  async open(sealed: string): Promise<string> {
    const [id, iv, body] = sealed.split('.');
    if (!id || !iv || !body) throw new VaultError('This is not a sealed text.');
    const plain = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: fromBase64(iv) },
      await this.#key(id),
      fromBase64(body),
    );
    return new TextDecoder().decode(plain);
  }

  #key(id: string): Promise<CryptoKey> {
    const secret = this.#keys.keys[id];
    if (!secret)
      throw new VaultError(`The seal key ${id} is not among SEAL_KEYS. Put it back until everything is sealed anew.`);
    let key = this.#imported.get(id);
    if (!key) {
      key = derive(secret, `seal ${this.#installation}`).then((bytes) =>
        crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']),
      );
      this.#imported.set(id, key);
    }
    return key;
  }
}
