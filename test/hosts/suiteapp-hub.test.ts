// The hub's own connector against the built SuiteApp: what it writes, reads, sweeps, drains and takes from a flush.
import { beforeEach, describe, expect, test } from 'vitest';
import type { Session, Write } from '../../edge-worker/connectors/connector.ts';
import { netsuite } from '../../edge-worker/connectors/netsuite/index.ts';
import { standIn } from '../../edge-worker/connectors/netsuite/stand-in.ts';
import { entities } from '../../shared/entities/_registry.ts';
import { chanceOf, connectOptions } from '../support/options.ts';
import { mapOf, toWire } from '../support/wire.ts';
import type { Account } from './account.ts';
import { clearOutbox, connect, openFirm, secret } from './connected.ts';
import { callRestlet, runFlush } from './runs.ts';

type Kind = 'customer' | 'project' | 'contract' | 'time';

let account: Account;
let session: Session;
let serial = 0;

/** The token comes from the stand-in, everything else from our scripts. */
beforeEach(async () => {
  ({ account } = await openFirm());
  connect(account);
  const baseUrl = 'http://127.0.0.1:9100';
  const nowMs = () => account.nowMs;
  const send = async () => new Response(null, { status: 202 });
  const vendor = standIn({ baseUrl, nowMs, chance: chanceOf(1), sleep: async () => undefined, send });
  const answerRestlet = async (request: Request) => {
    const { status, json } = callRestlet(account, await request.json());
    return Response.json(json, { status });
  };
  const reach = (request: Request) =>
    new URL(request.url).pathname.startsWith('/app/site/hosting/') ? answerRestlet(request) : vendor.fetch(request);
  session = netsuite.connect({ ...connectOptions(vendor, nowMs), fetch: reach });
});

function writeOf(kind: Kind, fields: Readonly<Record<string, unknown>>): Write {
  const { prefix, example } = entities[kind];
  const externalId = `${prefix}_01JTEST${String(++serial).padStart(19, '0')}`;
  const named = 'name' in example ? { name: `${example.name} ${serial}` } : {};
  return {
    recordType: mapOf(netsuite, kind).recordType,
    recordId: null,
    externalId,
    idempotencyKey: `create-${externalId}`,
    wire: toWire(mapOf(netsuite, kind), { ...example, ...named, ...fields }),
    stamp: `stamp-${serial}`,
  };
}

async function written(kind: Kind, fields: Readonly<Record<string, unknown>>): Promise<string> {
  const [result] = await session.write([writeOf(kind, fields)]);
  return result?.outcome === 'applied' ? result.snapshot.recordId : expect.fail(JSON.stringify(result));
}

describe('The hub', () => {
  test('writes customer, project, contract and time through the built RESTlet, without an echo', async () => {
    const customer = await written('customer', {});
    const project = await written('project', { customer });
    const person = { firstname: 'Ines', lastname: 'Carvalho', subsidiary: '3' };
    const resource = account.save('employee', null, person);
    clearOutbox(account);
    await written('contract', { customer, project });
    await written('time', { project, resource });
    expect(account.rows('timebill')).toHaveLength(1);
    expect(account.rows('customrecord_tieout_outbox')).toEqual([]);
  });

  test('finds, reads and describes what is there, and checks its role', async () => {
    const customer = await written('customer', {});
    const ref = { recordType: 'customer', recordId: customer };
    expect(await session.read([ref, { ...ref, recordId: '999' }])).toMatchObject([
      { found: 'here' },
      { found: 'hidden' },
    ]);
    const [found] = await session.find([{ recordType: 'customer', field: 'values.companyname', value: 'Acme' }]);
    expect(found).toHaveLength(1);
    expect((await session.describe('timebill')).map(({ path }) => path)).toContain('values.hours');
    expect(await session.check()).toMatchObject({ missing: [] });
  });

  test('hears of one edit by drain, by sweep and by push, each naming the same record', async () => {
    const customer = await written('customer', {});
    account.nowMs += 3_600_000;
    clearOutbox(account);
    account.save('customer', customer, { phone: '+49 40 1234' });
    const drained = await session.changes('outbox', null);
    expect(drained.notices).toMatchObject([{ recordType: 'customer', recordId: customer, kind: 'changed' }]);
    const swept = await session.changes(
      'customer',
      netsuite.feeds.find(({ name }) => name === 'customer')?.startAt(account.nowMs) ?? null,
    );
    expect(swept.notices).toMatchObject([{ recordType: 'customer', recordId: customer }]);
    runFlush(account);
    const [request] = account.requests;
    const delivery = {
      url: new URL(request?.url ?? ''),
      headers: new Headers({ ...request?.headers }),
      body: new TextEncoder().encode(request?.body),
    };
    const proof = { installation: 'ins_01J00000000000000000000000', keys: [secret], nowMs: account.nowMs };
    const received = await netsuite.receiver?.receive(delivery, {
      ...proof,
      account: '1234567_SB1',
      environment: 'sandbox',
    });
    expect(received).toMatchObject({ ok: true, notices: [{ recordType: 'customer', recordId: customer }] });
  });
});
