// What strangers and broken senders may throw at the webhook doors: thousands of made-up requests, the same for the
// same seed.
import { currentVersion } from '../../shared/wire/envelope.ts';
import { type Sending, signedHeaders } from './sender.ts';

/** A webhook door, as a sender knows it. */
export interface Door extends Sending {
  /** What it may read at most. */
  readonly bodyBytesMax: number;
}

export interface Doors {
  /** Addresses of one connection, signed with keys of ours. */
  readonly signed: readonly Door[];
  /** The address that all customers share, and the account that is ours behind it. */
  readonly shared: { readonly url: string; readonly account: string };
}

export interface Thrown {
  /** Which of the tables below made it. */
  readonly how: string;
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array<ArrayBuffer> | null;
}

const methods = ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'];
const oldestMs = 40 * 24 * 3_600_000;

export class HookFuzz {
  readonly #chance: () => number;
  readonly #doors: Doors;
  readonly #nowMs: () => number;
  #serial = 0;

  constructor(doors: Doors, chance: () => number, nowMs: () => number) {
    this.#doors = doors;
    this.#chance = chance;
    this.#nowMs = nowMs;
  }

  next(): Thrown {
    const made = this.#pick(this.#makers);
    return made();
  }

  readonly #makers: readonly (() => Thrown)[] = [
    () => this.#post('random bytes', this.#url(), this.#headers(), this.#bytes(2_000)),
    () => this.#post('random words', this.#url(), this.#headers(), this.#word(2_000)),
    () => this.#post('edited address', this.#editedUrl(), ...this.#genuine(this.#door())),
    () => this.#signedBy('wrong key', { key: this.#word(43) }),
    () => this.#signedBy('key of another connection', { key: this.#pick(this.#doors.signed).key }, true),
    () => this.#signedBy('copied sandbox', { environment: 'production' }),
    () => this.#signedBy('other account', { account: `${this.#word(12)}-sb2` }),
    () => this.#signedBy('other installation', { installation: `ins_${this.#word(26)}` }),
    () => this.#signedBy('other system', { system: this.#word(9) }),
    () => this.#staleNotice(),
    () => this.#alteredNotice(),
    () => this.#signedGarbage(),
    () => this.#markup(),
    () => this.#doorbell(),
    () => this.#otherMethod(),
    () => this.#spelledHeaders(),
    () => this.#tooLarge(),
  ];

  #door(): Door {
    return this.#pick(this.#doors.signed);
  }

  #url(): string {
    return this.#pick([...this.#doors.signed.map((door) => door.url), this.#doors.shared.url]);
  }

  #post(how: string, url: string, headers: Record<string, string>, body: Thrown['body']): Thrown {
    return { how, url, method: 'POST', headers, body };
  }

  #envelope(door: Sending, over: Readonly<Record<string, unknown>> = {}): string {
    const at = new Date(this.#nowMs()).toISOString();
    const { installation, system, account, environment } = door;
    const notices = [{ id: '1', type: 'invoice', record: this.#word(8), kind: 'changed', at }];
    const delivery = `fuzz-${++this.#serial}`;
    const whole = { v: currentVersion, installation, system, account, environment, sentAt: at, delivery, notices };
    return JSON.stringify({ ...whole, ...over });
  }

  #genuine(door: Door): [Record<string, string>, string] {
    const body = this.#envelope(door);
    return [signedHeaders(door.key, body, this.#nowMs()), body];
  }

  /** In all but the named respects as the package would send it. `elsewhere`: never with the door's own key. */
  #signedBy(how: string, over: Partial<Sending>, elsewhere = false): Thrown {
    const other = over.key;
    const door = elsewhere ? (this.#doors.signed.find(({ key }) => key !== other) ?? this.#door()) : this.#door();
    const meant = { ...door, ...over };
    const body = this.#envelope(meant);
    return this.#post(how, door.url, signedHeaders(meant.key, body, this.#nowMs()), body);
  }

  #staleNotice(): Thrown {
    const door = this.#door();
    const body = this.#envelope(door);
    const awayMs = 301_000 + this.#chance() * oldestMs;
    const sentMs = this.#nowMs() + (this.#chance() < 0.5 ? -awayMs : awayMs);
    return this.#post('old or future timestamp', door.url, signedHeaders(door.key, body, sentMs), body);
  }

  #alteredNotice(): Thrown {
    const door = this.#door();
    const [headers, body] = this.#genuine(door);
    const at = Math.floor(this.#chance() * body.length);
    const altered = `${body.slice(0, at)}${body[at] === '0' ? '1' : '0'}${body.slice(at + 1)}`;
    return this.#post('altered body', door.url, headers, altered);
  }

  /** The right key in the hands of a broken sender: proven, and still nothing that could be stored. */
  #signedGarbage(): Thrown {
    const door = this.#door();
    const deep = 1 + Math.floor(this.#chance() * 20_000);
    const notice = {
      id: '1',
      type: 'invoice',
      record: '7',
      kind: 'changed',
      at: new Date(this.#nowMs()).toISOString(),
    };
    const body = this.#pick([
      () => '['.repeat(deep) + ']'.repeat(deep),
      () => `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`,
      () => '',
      () => 'null',
      () => this.#word(500),
      () => this.#envelope(door).slice(0, -this.#serial % 50 || -1),
      () => this.#envelope(door, { v: this.#pick([0, 2, -1, 1.5, '1', null, 1e300]) }),
      () => this.#envelope(door, { notices: Array.from({ length: 101 }, () => notice) }),
      () => this.#envelope(door, { notices: [{ ...notice, kind: this.#word(8) }] }),
      () => this.#envelope(door, { notices: [{ ...notice, record: { $ne: null } }] }),
      () => this.#envelope(door, { notices: [{ ...notice, at: '2026-02-30T00:00:00Z' }] }),
      () => this.#envelope(door, { delivery: this.#word(101) }),
      () => `{"__proto__":{"v":1},"constructor":${this.#envelope(door)}}`,
    ])();
    return this.#post('signed garbage', door.url, signedHeaders(door.key, body, this.#nowMs()), body);
  }

  #markup(): Thrown {
    const entities =
      '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">';
    const body = this.#pick([
      `<?xml version="1.0"?><!DOCTYPE e [${entities}]>${soap(this.#doors.shared.account, '&b;&c;')}`,
      `<!doctype html>${soap(this.#doors.shared.account, this.#word(18))}`,
      `${'<a>'.repeat(5_000)}${'</a>'.repeat(5_000)}`,
      soap(this.#doors.shared.account, ''),
      soap(`${this.#doors.shared.account}' OR 1=1 --`, '04l000000000001'),
      soap(this.#doors.shared.account, '04l000000000001').slice(0, 400),
    ]);
    return this.#post('DOCTYPE and other markup', this.#url(), { 'content-type': 'text/xml; charset=UTF-8' }, body);
  }

  /** The shared address believes nobody: even with an account of ours a doorbell only asks for a read. */
  #doorbell(): Thrown {
    const account = this.#pick([this.#doors.shared.account, `00D${this.#word(15)}`, `00D${this.#word(12)}`]);
    const body = soap(account, `04l${this.#word(12)}`);
    return this.#post('doorbell', this.#doors.shared.url, { 'content-type': 'text/xml; charset=UTF-8' }, body);
  }

  #otherMethod(): Thrown {
    const door = this.#door();
    const method = this.#pick(methods);
    const [headers, body] = this.#genuine(door);
    const mayCarry = method !== 'GET' && method !== 'HEAD';
    return {
      how: 'other method',
      url: this.#pick([door.url, this.#url()]),
      method,
      headers,
      body: mayCarry ? body : null,
    };
  }

  #spelledHeaders(): Thrown {
    const door = this.#door();
    const [headers, body] = this.#genuine(door);
    const names = Object.keys(headers).filter((name) => name !== 'content-type');
    const changed = Object.fromEntries(names.map((name) => [name, this.#headerValue()]));
    return this.#post('odd headers', door.url, { ...headers, ...changed, ...this.#headers() }, body);
  }

  #tooLarge(): Thrown {
    // One in ten, because each costs as much as a thousand others.
    if (this.#chance() > 0.1) return this.#signedBy('wrong key', { key: this.#word(43) });
    const door = this.#door();
    const body = this.#envelope(door, { filling: 'x'.repeat(door.bodyBytesMax) });
    return this.#post('oversized', door.url, signedHeaders(door.key, body, this.#nowMs()), body);
  }

  #editedUrl(): string {
    const { url } = this.#door();
    const cut = url.lastIndexOf('/') + 1;
    const [base, token] = [url.slice(0, cut), url.slice(cut)];
    const [plain = '', mac = ''] = token.split('.');
    const at = Math.floor(this.#chance() * (token.length - 2));
    const other = this.#pick(this.#doors.signed.filter((door) => door.url !== url));
    return this.#pick([
      `${base}${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`,
      `${base}${token.slice(0, at)}`,
      `${base}${plain}.${other.url.split('.').at(-1)}`,
      `${base}${token}.${mac}`,
      `${base}.${mac}`,
      `${base}${'A'.repeat(6_000)}.${mac}`,
      `${base}${this.#forged(plain)}.${mac}`,
      `${base}%E0%A4%A.${mac}`,
      `${base}..%2f..%2fv1%2fsystems`,
      `${base}${encodeURIComponent(this.#word(60))}`,
      `${other.url.slice(0, other.url.lastIndexOf('/') + 1)}${token}`,
      url.replace('/hooks/', '/hooks//'),
      url.replace(/\/hooks\/[a-z]+\//, `/hooks/${encodeURIComponent(this.#word(20))}/`),
    ]);
  }

  /** The readable half of an address, written anew for somebody else's installation, under the old MAC. */
  #forged(plain: string): string {
    const fields: unknown = JSON.parse(Buffer.from(plain, 'base64url').toString('utf8'));
    const list = Array.isArray(fields) ? [...fields] : [];
    list[Math.floor(this.#chance() * list.length)] = this.#word(26);
    return Buffer.from(JSON.stringify(list)).toString('base64url');
  }

  #headers(): Record<string, string> {
    const names = [
      'content-type',
      'x-forwarded-for',
      'content-encoding',
      'tieout-signature',
      'tieout-timestamp',
      'cookie',
    ];
    const chosen = names.filter(() => this.#chance() < 0.4);
    return Object.fromEntries(chosen.map((name) => [name, this.#headerValue()]));
  }

  #headerValue(): string {
    return this.#pick([
      () => '',
      () => String(Math.floor(this.#chance() * 1e13)),
      () => `-${Math.floor(this.#chance() * 1e10)}`,
      () => 'NaN',
      () => `v1=${'f'.repeat(64)}`,
      () => Array.from({ length: 60 }, () => `v1=${'0'.repeat(64)}`).join(','),
      () => this.#word(300).replace(/[^\x20-\x7e]/g, '?'),
      () => 'gzip, br, ../../etc',
    ])();
  }

  #bytes(lengthMax: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length: Math.floor(this.#chance() * lengthMax) }, () => Math.floor(this.#chance() * 256));
  }

  #word(length: number): string {
    const letters = [...'ABCDEFabcdef0123456789-_é💥"\'<>&{}[]\\ '];
    return Array.from({ length }, () => letters[Math.floor(this.#chance() * letters.length)]).join('');
  }

  #pick<One>(list: readonly One[]): One {
    return list[Math.floor(this.#chance() * list.length)] as One;
  }
}

function soap(account: string, notification: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">' +
    '<soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound">' +
    `<OrganizationId>${account}</OrganizationId><Notification><Id>${notification}</Id></Notification>` +
    '</notifications></soapenv:Body></soapenv:Envelope>'
  );
}
