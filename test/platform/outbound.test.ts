// Addresses that customers name: the public Internet over https, and nothing else, however it is spelled.
import { describe, expect, it } from 'vitest';
import { callSubscriber, type Outside, placeProblem } from '../../edge-worker/platform/outbound.ts';
import { addressProblem, isPublicAddress } from '../../edge-worker/platform/public-address.ts';

/** Each leads, or may lead, to the inside of a network, or is not what it seems. */
const refused = [
  'http://hooks.example.com/',
  'ftp://hooks.example.com/',
  'file:///etc/passwd',
  'gopher://127.0.0.1:25/',
  'javascript:alert(1)',
  'data:text/plain,hello',
  'hooks.example.com',
  '//hooks.example.com/',
  '',
  'https://',
  'https://localhost/',
  'https://LOCALHOST./',
  'https://app.localhost/',
  'https://127.0.0.1/',
  'https://127.1/',
  'https://127.0.1/',
  'https://0/',
  'https://0.0.0.0/',
  'https://2130706433/',
  'https://0x7f000001/',
  'https://0x7f.1/',
  'https://017700000001/',
  'https://0177.0.0.1/',
  'https://0x7f.0x0.0x0.0x1/',
  'https://127.0.0.1./',
  'https://①②⑦.⓪.⓪.①/',
  'https://127。0。0。1/',
  'https://10.0.0.1/',
  'https://012.1.2.3/',
  'https://100.64.0.1/',
  'https://169.254.169.254/latest/meta-data/',
  'https://0xA9FEA9FE/',
  'https://2852039166/',
  'https://0251.0376.0251.0376/',
  'https://172.16.0.1/',
  'https://172.31.255.255/',
  'https://192.168.1.1/',
  'https://3232235777/',
  'https://192.0.0.8/',
  'https://192.0.2.1/',
  'https://198.18.0.1/',
  'https://198.51.100.7/',
  'https://203.0.113.7/',
  'https://224.0.0.1/',
  'https://255.255.255.255/',
  'https://[::]/',
  'https://[::1]/',
  'https://[0:0:0:0:0:0:0:1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:7f00:1]/',
  'https://[::127.0.0.1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[64:ff9b::a9fe:a9fe]/',
  'https://[2002:7f00:1::]/',
  'https://[2001:0:7f00:1::]/',
  'https://[2001:db8::1]/',
  'https://[fc00::1]/',
  'https://[fd00:ec2::254]/',
  'https://[fe80::1]/',
  'https://[fec0::1]/',
  'https://[ff02::1]/',
  'https://[100::1]/',
  'https://metadata.google.internal/computeMetadata/v1/',
  'https://kubernetes.default.svc.cluster.local/',
  'https://printer.lan/',
  'https://nas.home.arpa/',
  'https://intranet/',
  'https://hooks.corp/',
  'https://hidden.onion/',
  'https://user@hooks.example.com/',
  'https://user:secret@hooks.example.com/',
  'https://hooks.example.com@127.0.0.1/',
  'https://hooks.example.com:22/',
  'https://hooks.example.com:25/',
  'https://hooks.example.com:80/',
  'https://hooks.example.com:99999/',
  'https:\\\\127.0.0.1\\',
  'https://127.0.0.1\\@hooks.example.com/',
  'https://hooks.example.com%00.internal/',
];

const allowed = [
  'https://hooks.example.com/tieout',
  'https://HOOKS.example.com:443/tieout?x=1#y',
  'https://hooks.example.com:8443/',
  'https://xn--bcher-kva.example.com/',
  'https://8.8.8.8/',
  'https://[2606:4700:4700::1111]/',
  'https://172.15.0.1/',
  'https://172.32.0.1/',
  'https://100.128.0.1/',
];

describe('An address for subscribers', () => {
  it.each(refused)('is refused: %s', (address) => expect(addressProblem(address, false)).not.toBeNull());
  it.each(allowed)('is taken: %s', (address) => expect(addressProblem(address, false)).toBeNull());

  it('on this machine is taken by a development hub only, and nothing else is taken because of it', () => {
    for (const address of ['http://127.0.0.1:9000/', 'http://localhost:9000/', 'https://[::1]/', 'http://127.1/'])
      expect([addressProblem(address, true), addressProblem(address, false)]).not.toEqual([null, null]);
    for (const address of ['http://127.0.0.1:9000/', 'http://localhost/', 'http://[::1]/'])
      expect(addressProblem(address, true)).toBeNull();
    const never = refused.filter((address) => !/127|localhost|\[::1]|:0:1]|7f0|0x7f|0177|2130706433|①/i.test(address));
    for (const address of never) expect(addressProblem(address, true), address).not.toBeNull();
    expect(addressProblem('http://10.0.0.1/', true)).toBe('not-https');
  });

  it('that is not understood is not public', () => {
    for (const address of [
      '',
      '1.2.3',
      '1.2.3.4.5',
      '256.1.1.1',
      'fe80',
      '1::2::3',
      '12345::',
      'g::1',
      '::ffff:1.2.3.4',
    ])
      expect(isPublicAddress(address), address).toBe(false);
  });
});

const call = { seq: 1, headers: { 'webhook-id': 'evt_1' }, body: '{}' };

/** The world outside: names with their addresses, and a server behind them. */
function outside(names: Record<string, readonly string[] | null>, answer: () => Response | Promise<Response>) {
  const calls: string[] = [];
  let nowMs = 0;
  const world: Outside & { calls: string[]; pass(ms: number): void } = {
    calls,
    isDevelopment: false,
    nowMs: () => nowMs,
    pass: (ms) => (nowMs += ms),
    fetch: async (request) => {
      const url = new URL(request.url);
      if (url.pathname !== '/dns-query') {
        calls.push(`${request.method} ${request.url} ${request.redirect}`);
        return answer();
      }
      const found = names[url.searchParams.get('name') ?? ''];
      if (!found) throw new TypeError('the resolver is away');
      const isV6 = url.searchParams.get('type') === 'AAAA';
      const own = found.filter((one) => one.includes(':') === isV6 && /[:\d]$/.test(one));
      const alias = found.filter((one) => one.endsWith('.')).map((name) => ({ type: 5, data: name }));
      return Response.json({ Answer: [...alias, ...own.map((one) => ({ type: isV6 ? 28 : 1, data: one }))] });
    },
  };
  return world;
}

describe('A name in an address', () => {
  it('is looked up, and refused when one of its addresses is private', async () => {
    const names = {
      'good.example.com': ['edge.example.net.', '93.184.216.34', '2606:2800:220:1::1'],
      'inside.example.com': ['10.1.2.3'],
      'both.example.com': ['93.184.216.34', '127.0.0.1'],
      'six.example.com': ['93.184.216.34', 'fd00::1'],
      'nothing.example.com': [],
      'away.example.com': null,
    };
    const problemOf = (name: string) =>
      placeProblem(
        outside(names, () => new Response()),
        `https://${name}/`,
      );
    expect(await problemOf('good.example.com')).toBeNull();
    expect(await problemOf('inside.example.com')).toBe('private-address');
    expect(await problemOf('both.example.com')).toBe('private-address');
    expect(await problemOf('six.example.com')).toBe('private-address');
    expect(await problemOf('nothing.example.com')).toBe('unresolved');
    expect(await problemOf('away.example.com')).toBe('unresolved');
  });

  it('that is moved inside after it was taken is not called any more once a minute has passed', async () => {
    const names = { 'moves.example.com': ['93.184.216.34'] };
    const world = outside(names, () => new Response());
    expect((await callSubscriber(world, 'https://moves.example.com/', call)).problem).toBeNull();
    names['moves.example.com'] = ['169.254.169.254'];
    world.pass(60_001);
    expect((await callSubscriber(world, 'https://moves.example.com/', call)).problem).toBe('address');
    expect(world.calls).toEqual(['POST https://moves.example.com/ manual']);
  });
});

describe('A call to a subscriber', () => {
  const url = 'https://8.8.4.4/';
  const outcomeOf = async (answer: () => Response | Promise<Response>) => {
    const { problem, status, retryAfterMs } = await callSubscriber(outside({}, answer), url, call);
    return [problem, status, retryAfterMs];
  };

  it('follows no redirect', async () => {
    const headers = { location: 'https://169.254.169.254/' };
    const world = outside({}, () => new Response(null, { status: 307, headers }));
    expect((await callSubscriber(world, url, call)).problem).toBe('redirected');
    expect(world.calls).toHaveLength(1);
  });

  it('says in one word what came of it', async () => {
    expect(await outcomeOf(() => new Response(null, { status: 204 }))).toEqual([null, 204, null]);
    expect(await outcomeOf(() => new Response('no', { status: 401 }))).toEqual(['refused', 401, null]);
    expect(await outcomeOf(() => new Response('no', { status: 500 }))).toEqual(['failing', 500, null]);
    const busy = { status: 429, headers: { 'retry-after': '120' } };
    expect(await outcomeOf(() => new Response(null, busy))).toEqual(['failing', 429, 120_000]);
    expect(await outcomeOf(() => new Response(null, { status: 410 }))).toEqual(['gone', 410, null]);
    expect(await outcomeOf(() => Promise.reject(new TypeError('connection refused')))).toEqual([
      'unreachable',
      null,
      null,
    ]);
    const late = () => Promise.reject(new DOMException('late', 'TimeoutError'));
    expect(await outcomeOf(late)).toEqual(['timed-out', null, null]);
  });
});
