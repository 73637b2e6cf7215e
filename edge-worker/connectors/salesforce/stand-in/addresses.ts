// Ranges of IP addresses as an admin writes them down, first and last address, and whether a caller is within them.

export type Range = readonly [first: string, last: string];

/** What an app's list of addresses may hold at most. */
const rangesMax = 128;
const addressesMax = 256n;

interface Bounds {
  readonly bits: 32 | 128;
  readonly first: bigint;
  readonly last: bigint;
}

/** IPv4 and IPv6 addresses as numbers; null for what is neither. */
function numberOf(address: string): { readonly bits: 32 | 128; readonly value: bigint } | null {
  const isV4 = /^\d{1,3}(\.\d{1,3}){3}$/.test(address);
  if (isV4) {
    const parts = address.split('.').map(Number);
    if (parts.some((part) => part > 255)) return null;
    return { bits: 32, value: parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
  }
  if (!URL.canParse(`http://[${address}]`)) return null;
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const groups = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
  return { bits: 128, value: groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n) };
}

function boundsOf([first, last]: Range): Bounds {
  const [from, to] = [numberOf(first), numberOf(last)];
  if (!from || !to || from.bits !== to.bits || from.value > to.value) throw new Error(`no range: ${first} to ${last}`);
  return { bits: from.bits, first: from.value, last: to.value };
}

export class AddressList {
  readonly #bounds: readonly Bounds[];

  constructor(ranges: readonly Range[]) {
    this.#bounds = ranges.map(boundsOf);
  }

  /** The list of an app is short on purpose: it names servers, not networks. */
  static ofApp(ranges: readonly Range[]): AddressList {
    const list = new AddressList(ranges);
    const count = list.#bounds.reduce((sum, { first, last }) => sum + last - first + 1n, 0n);
    if (ranges.length > rangesMax || count > addressesMax) {
      throw new Error(`at most ${rangesMax} ranges with ${addressesMax} addresses together`);
    }
    return list;
  }

  holds(address: string): boolean {
    const asked = numberOf(address);
    return this.#bounds.some(
      ({ bits, first, last }) => bits === asked?.bits && first <= asked.value && asked.value <= last,
    );
  }
}
