// The verbs of the built RESTlet that read, called over HTTP by the integration in the role that the package brings.
import { beforeEach, describe, expect, test } from 'vitest';
import { projectOf } from '../../edge-worker/connectors/netsuite/stand-in/suitescript/project.ts';
import { type Json, listOf } from '../../edge-worker/connectors/netsuite/stand-in/testing.ts';
import { Office, statusOf } from './office.ts';
import { integrationRole, suiteApp } from './suiteapp.ts';

let office: Office;
beforeEach(() => {
  office = new Office();
});

const ask = (request: Json) => office.results(request);
const edit = (count: number) => {
  for (let at = 0; at < count; at++) office.save('job', office.job, { comments: `${at}` }, { context: 'CSVIMPORT' });
};

describe('read, find and changes', () => {
  test('give values as texts, with null for what is empty, and whether a missing record was deleted', async () => {
    const ref = { type: 'job', id: office.job };
    expect(await ask({ verb: 'read', records: [ref, { type: 'job', id: '999' }] })).toMatchObject([
      {
        found: true,
        record: {
          type: 'job',
          id: office.job,
          externalid: null,
          values: { companyname: 'Acme rollout', parent: office.customer, enddate: null, isinactive: false },
        },
      },
      { found: false, deleted: false },
    ]);
    office.standIn.remove('job', office.job);
    expect(await ask({ verb: 'read', records: [ref] })).toEqual([{ found: false, deleted: true }]);
    office.clearOutbox();
    expect(await ask({ verb: 'read', records: [ref] })).toEqual([{ found: false, deleted: true }]);
  });

  test('look for any field, giving none, one or several records for a key', async () => {
    const keys = [
      { type: 'job', field: 'externalid', value: 'none' },
      { type: 'job', field: 'parent', value: office.customer },
      { type: 'job', field: 'companyname', value: 'Acme rollout' },
      { type: 'subsidiary', field: 'currency', value: '3' },
    ];
    const found = await ask({ verb: 'find', keys });
    const ids = found.map((each) => listOf(each['records']).map(({ id }) => id));
    expect(ids).toEqual([[], [office.job], [office.job], ['3']]);
    const hostile = await office.restlet({
      v: 1,
      verb: 'find',
      keys: [{ type: 'job', field: "id = 1 OR 'a'", value: 'a' }],
    });
    expect(hostile).toMatchObject({ status: 400, json: { error: { code: 'INVALID_CONTENT' } } });
  });

  test('come in the order of (last change, id), strictly after the place that is named', async () => {
    const { customer } = office;
    for (const name of ['A', 'B', 'C']) office.standIn.create('customer', { companyName: name, subsidiary: '1' });
    office.nowMs += 1000;
    office.standIn.update('customer', customer, { phone: '1' });
    const from = async (since: string | null, afterId: string | null) => {
      const rows = await ask({ verb: 'changes', type: 'customer', since, afterId, limit: 500 });
      return rows.map(({ id }) => id);
    };
    const [a = '', b, c] = office.standIn
      .rows('customer')
      .map(({ id }) => id)
      .slice(1);
    expect(await ask({ verb: 'changes', type: 'customer', since: null, afterId: null, limit: 1 })).toEqual([
      { id: a, lastmodified: '2026-11-22T10:00:00Z' },
    ]);
    expect(await from(null, null)).toEqual([a, b, c, customer]);
    expect(await from('2026-11-22T10:00:00Z', a)).toEqual([b, c, customer]);
    expect(await from('2026-11-22T10:00:00Z', null)).toEqual([a, b, c, customer]);
    expect(await from('2026-11-22T09:59:59.999Z', null)).toEqual([a, b, c, customer]);
    expect(await from('2026-11-22T10:00:00.500Z', null)).toEqual([customer]);
  });

  test('of transactions tell one type from another that shares its table', async () => {
    const values = { entity: office.customer };
    await ask({ verb: 'apply', records: [{ type: 'salesorder', externalid: 'con_1', values }] });
    expect(await ask({ verb: 'changes', type: 'salesorder', since: null, afterId: null })).toHaveLength(1);
    expect(await ask({ verb: 'changes', type: 'invoice', since: null, afterId: null })).toHaveLength(0);
  });

  test('hold in an account whose SuiteQL speaks in another zone', async () => {
    office.standIn.act('set-timezone', { offsetMinutes: -480 });
    const since = (since: string) => ask({ verb: 'changes', type: 'job', since, afterId: null });
    expect(await since('2026-11-22T09:59:00Z')).toEqual([{ id: office.job, lastmodified: '2026-11-22T10:00:00Z' }]);
    expect(await since('2026-11-22T10:00:01Z')).toEqual([]);
  });
});

describe('drain, describe, ping and status', () => {
  test('drain gives waiting rows in the order of ids, and marks what is confirmed', async () => {
    edit(3);
    const rows = await ask({ verb: 'drain', after: null, limit: 2 });
    const [, second] = rows;
    expect(second).toEqual({
      id: expect.stringMatching(/^\d+$/),
      type: 'job',
      record: office.job,
      kind: 'changed',
      at: '2026-11-22T10:00:00.000Z',
    });
    expect(await ask({ verb: 'drain', after: second?.['id'], limit: 500 })).toHaveLength(1);
    expect(office.unsent()).toHaveLength(1);
  });

  test('drain confirms as many rows as it has units for, and the rest at the next call', async () => {
    edit(3000);
    const after = office.outbox().at(-1)?.['id'];
    expect(await ask({ verb: 'drain', after, limit: 1 })).toHaveLength(0);
    expect(office.unsent().length).toBeGreaterThan(0);
    await ask({ verb: 'drain', after, limit: 1 });
    expect(office.unsent()).toHaveLength(0);
  });

  test('describe tells fields with labels and lists, and a list of records without options', async () => {
    const fields = await ask({ verb: 'describe', type: 'timebill' });
    const date = { id: 'trandate', label: 'Date', type: 'date', mandatory: true, options: null, maxLength: null };
    const option = { id: '3', label: 'Approved' };
    expect(fields).toContainEqual(date);
    expect(fields.find(({ id }) => id === 'approvalstatus')?.['options']).toContainEqual(option);
    expect(fields.find(({ id }) => id === 'employee')).toMatchObject({ type: 'select', options: null });
    expect(await ask({ verb: 'describe', type: 'customer' })).toContainEqual(expect.objectContaining({ id: 'city' }));
    const order = await ask({ verb: 'describe', type: 'salesorder' });
    expect(order.find(({ id }) => id === 'currency')?.['options']).toContainEqual({ id: '4', label: 'Japanese Yen' });
  });

  test('ping tells account and role, and what the role lacks: nothing, as it is shipped', async () => {
    const [reply] = await ask({ verb: 'ping' });
    expect(reply).toMatchObject({
      account: '1234567_SB1',
      environment: 'sandbox',
      role: integrationRole,
      permissions: { LIST_JOB: 'EDIT' },
      missing: [],
    });
    const shipped = [...projectOf(suiteApp).rightsOf(integrationRole).keys()].filter((name) => !/^custom/.test(name));
    expect(Object.keys(reply?.['permissions'] as Json).sort()).toEqual(shipped.sort());
    office.standIn.act('set-permission', { permission: 'TRAN_CUSTPYMT', level: 'NONE' });
    expect(await ask({ verb: 'ping' })).toMatchObject([{ missing: ['TRAN_CUSTPYMT'] }]);
  });

  test('status takes up to two hundred rows, each answered by itself', async () => {
    const status = { type: 'job', id: office.job, ...statusOf('psa') };
    expect(await ask({ verb: 'status', statuses: [status, { ...status, type: 'nonsense' }] })).toMatchObject([
      { outcome: 'applied' },
      { outcome: 'refused', code: 'NOT_FOUND' },
    ]);
    const many = Array.from({ length: 200 }, (_, at) => ({ ...status, id: String(at) }));
    const results = await ask({ verb: 'status', statuses: many });
    expect(results.every(({ outcome }) => outcome === 'applied')).toBe(true);
  });

  test.each([
    ['another version', { v: 2, verb: 'ping' }],
    ['an unknown verb', { v: 1, verb: 'constructor' }],
    [
      'too many records',
      { v: 1, verb: 'read', records: Array.from({ length: 101 }, () => ({ type: 'job', id: '1' })) },
    ],
    ['no object', []],
    ['no JSON', 'nonsense'],
  ])('a request with %s is answered 400', async (_, request) => {
    expect(await office.restlet(request)).toMatchObject({ status: 400, json: { error: { code: 'INVALID_REQUEST' } } });
  });

  test('the door itself wants its script, POST and JSON', async () => {
    const Authorization = `Bearer ${await office.token('restlets')}`;
    const path = '/app/site/hosting/restlet.nl';
    const ours = `${path}?script=customscript_tieout_rl_api&deploy=customdeploy_tieout_rl_api`;
    expect((await office.call('POST', `${path}?script=1&deploy=1`, {}, { Authorization })).status).toBe(400);
    expect((await office.call('GET', ours, undefined, { Authorization })).status).toBe(405);
    const typed = await office.call('POST', ours, '{}', { Authorization, 'Content-Type': 'text/plain' });
    expect(typed.status).toBe(415);
    expect(typed.text).toMatch(/^\{"error" : \{"code" : "SSS_INVALID/);
  });
});
