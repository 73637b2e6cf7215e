// The hub's own connector against the built SuiteApp: what it writes, reads, sweeps, drains and takes from a flush.
import { beforeEach, describe, expect, test } from 'vitest';
import type { Session, Write } from '../../edge-worker/connectors/connector.ts';
import { netsuite } from '../../edge-worker/connectors/netsuite/index.ts';
import { entities } from '../../shared/entities/_registry.ts';
import { connectOptions } from '../support/options.ts';
import { mapOf, toWire } from '../support/wire.ts';
import { Office, secret } from './office.ts';
import { suiteAppId } from './suiteapp.ts';

type Kind = 'customer' | 'project' | 'contract' | 'time';

let office: Office;
let session: Session;
let serial = 0;

beforeEach(() => {
  office = new Office();
  office.connect();
  const nowMs = () => office.nowMs;
  session = netsuite.connect({ ...connectOptions(office.standIn, nowMs), fetch: (request) => office.fetch(request) });
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
    const person = { firstName: 'Ines', lastName: 'Carvalho', subsidiary: '3' };
    const resource = office.standIn.create('employee', person);
    office.clearOutbox();
    await written('contract', { customer, project });
    await written('time', { project, resource });
    expect(office.standIn.rows('timebill')).toHaveLength(1);
    expect(office.outbox()).toEqual([]);
  });

  test('finds, reads and describes what is there, and checks its role', async () => {
    const ref = { recordType: 'customer', recordId: office.customer };
    expect(await session.read([ref, { ...ref, recordId: '999' }])).toMatchObject([
      { found: 'here' },
      { found: 'hidden' },
    ]);
    const [found] = await session.find([{ recordType: 'customer', field: 'values.companyname', value: 'Acme' }]);
    expect(found).toHaveLength(1);
    expect((await session.describe('timebill')).map(({ path }) => path)).toContain('values.hours');
    expect(await session.check()).toMatchObject({ missing: [] });
  });

  test('is signed out once the SuiteApp is uninstalled with its role; records stay under their ids', async () => {
    const recordId = await written('customer', {});
    await office.standIn.act('uninstall', { project: suiteAppId });
    const read = session.read([{ recordType: 'customer', recordId }]);
    await expect(read).rejects.toMatchObject({ code: 'unauthorised' });
    const kept = office.standIn.rows('customer').find(({ id }) => id === recordId);
    expect(kept).toMatchObject({ externalid: expect.stringContaining('cus_01JTEST') });
    expect(JSON.stringify(kept)).not.toContain('tieout');
  });

  test('hears of one edit by drain, by sweep and by push, each naming the same record', async () => {
    const { customer } = office;
    office.nowMs += 3_600_000;
    office.save('customer', customer, { phone: '+49 40 1234' });
    const drained = await session.changes('outbox', null);
    expect(drained.notices).toMatchObject([{ recordType: 'customer', recordId: customer, kind: 'changed' }]);
    const feed = netsuite.feeds.find(({ name }) => name === 'customer');
    const swept = await session.changes('customer', feed?.startAt(office.nowMs) ?? null);
    expect(swept.notices).toMatchObject([{ recordType: 'customer', recordId: customer }]);
    await office.flush();
    const [request = expect.fail('nothing was sent')] = office.pushed;
    const delivery = {
      url: new URL(request.url),
      headers: request.headers,
      body: new Uint8Array(await request.clone().arrayBuffer()),
    };
    const proof = { installation: 'ins_01J00000000000000000000000', keys: [secret], nowMs: office.nowMs };
    const { account, environment } = office.standIn.connection;
    const received = await netsuite.receiver?.receive(delivery, { ...proof, account, environment });
    expect(received).toMatchObject({ ok: true, notices: [{ recordType: 'customer', recordId: customer }] });
  });
});
