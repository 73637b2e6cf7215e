// Which addresses a customer may have us call: https to the public Internet. Everything that could reach the inside of
// somebody's network is refused, however it is spelled.

/** What is wrong with an address, in a code; null = it may be called. */
export type AddressProblem = 'not-a-url' | 'not-https' | 'has-credentials' | 'port-not-allowed' | 'private-address';

const privateNames = /(^|\.)(localhost|local|internal|intranet|lan|home|corp|private|onion|invalid|test|home\.arpa)$/;

/** [first address, bits that count] of IPv4 networks beyond the public Internet (IANA's special-purpose registry). */
const privateV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
/** Of IPv6 only 2000::/3 is public, and of that not these. 6to4 and Teredo wrap addresses of another kind. */
const privateV6: readonly (readonly [string, number])[] = [
  ['2001:0:0:0:0:0:0:0', 23],
  ['2001:db8:0:0:0:0:0:0', 32],
  ['2002:0:0:0:0:0:0:0', 16],
  ['3fff:0:0:0:0:0:0:0', 20],
];

/** Looks at the address alone, as the URL parser understands it: 0x7f.1, 017700000001 and 2130706433 are 127.0.0.1. */
export function addressProblem(text: string, isDevelopment: boolean): AddressProblem | null {
  if (!URL.canParse(text)) return 'not-a-url';
  const { protocol, hostname, port, username, password } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return 'not-https';
  if (username !== '' || password !== '') return 'has-credentials';
  if (isDevelopment && isLoopback(hostname)) return null;
  if (protocol !== 'https:') return 'not-https';
  if (port !== '' && Number(port) < 1024) return 'port-not-allowed';
  return isPublicHost(hostname.replace(/\.$/, '')) ? null : 'private-address';
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

/** Whether a host is an address itself, so that there is no name to look up. */
export function isAddress(hostname: string): boolean {
  return hostname.startsWith('[') || /^\d+(\.\d+){3}$/.test(hostname);
}

function isPublicHost(hostname: string): boolean {
  if (isAddress(hostname)) return isPublicAddress(hostname.replace(/^\[|\]$/g, ''));
  return hostname.includes('.') && !privateNames.test(hostname);
}

/** An IPv4 or IPv6 address as a resolver tells it. What is not understood is not public. */
export function isPublicAddress(address: string): boolean {
  if (address.includes(':')) {
    const bits = bitsOfV6(address.toLowerCase());
    return bits !== null && /^001/.test(bits) && !isWithin(bits, privateV6, (first) => bitsOfV6(first));
  }
  const bits = bitsOfV4(address);
  return bits !== null && !isWithin(bits, privateV4, bitsOfV4);
}

function isWithin(
  bits: string,
  networks: readonly (readonly [string, number])[],
  bitsOf: (address: string) => string | null,
): boolean {
  return networks.some(([first, count]) => bits.slice(0, count) === bitsOf(first)?.slice(0, count));
}

function bitsOfV4(address: string): string | null {
  const parts = address.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return null;
  return parts.map((part) => Number(part).toString(2).padStart(8, '0')).join('');
}

function bitsOfV6(address: string): string | null {
  const [head = '', tail, more] = address.split('::');
  if (more !== undefined) return null;
  const groupsOf = (part: string) => (part === '' ? [] : part.split(':'));
  const [left, right] = [groupsOf(head), groupsOf(tail ?? '')];
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 0) return null;
  const groups = [...left, ...Array.from({ length: missing }, () => '0'), ...right];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return null;
  return groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}
