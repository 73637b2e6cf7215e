// Record ids as Salesforce shapes them: 15 case-sensitive characters, or 18 with a checksum that survives case folding.
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const checks = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/** The 18-character form: each check character says which of five characters are capital letters. */
export function longId(short: string): string {
  let suffix = '';
  for (let chunk = 0; chunk < 15; chunk += 5) {
    let capitals = 0;
    for (let at = 0; at < 5; at++) {
      const code = short.charCodeAt(chunk + at);
      if (code >= 65 && code <= 90) capitals |= 1 << at;
    }
    suffix += checks[capitals];
  }
  return short + suffix;
}

export const shortId = (id: string): string => id.slice(0, 15);

/** The 18-character form of a 15 or 18-character id; null when it is neither or the checksum is wrong. */
export function parseId(text: string): string | null {
  if (!/^[0-9A-Za-z]+$/.test(text)) return null;
  if (text.length === 15) return longId(text);
  return text.length === 18 && longId(shortId(text)) === text ? text : null;
}

function base62(value: number, length: number): string {
  let text = '';
  let rest = value;
  for (let at = 0; at < length; at++) {
    text = digits[rest % 62] + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

/** A stable number for an address, so that two stand-ins on two addresses are two orgs with ids of their own. */
function fingerprint(address: string): number {
  let hash = 2_166_136_261;
  for (const letter of address) hash = Math.imul(hash ^ letter.charCodeAt(0), 16_777_619) >>> 0;
  return hash;
}

export const orgIdFor = (address: string): string => longId(`00D5g00000${base62(fingerprint(address), 5)}`);

/** Hands out ids that grow: compared as plain text, a later id of one type is the greater one. */
export class IdMaker {
  readonly #mark: string;
  readonly #counts = new Map<string, number>();

  constructor(address: string) {
    this.#mark = base62(fingerprint(address), 3);
  }

  next(prefix: string): string {
    const count = (this.#counts.get(prefix) ?? 0) + 1;
    this.#counts.set(prefix, count);
    return longId(`${prefix}5g0${this.#mark}${base62(count, 6)}`);
  }
}
