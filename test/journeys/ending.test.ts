// Story: a firm takes a system away, and another connects its account; then a firm ends altogether, takes that back,
// ends for good, and nothing of it is left in any file but the proof.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hub, startHub } from '../support/hub.ts';
import { Operator } from '../support/operator.ts';
import { Pair } from '../support/pair.ts';
import { until } from '../support/people.ts';
import { signedRequest } from '../support/sender.ts';
import { freePort } from '../support/serve.ts';

const state = mkdtempSync(join(tmpdir(), 'tieout-ending-'));
let hub: Hub;
let operator: Operator;
let north: Pair;

beforeAll(async () => {
  hub = await startHub({ port: await freePort(), state, vars: { ERASURE_LATE_MS: '100' } });
  operator = new Operator(hub.url, hub.operatorKey);
  north = await Pair.start(operator, { name: 'Northwind Consulting' });
});

afterAll(async () => {
  await hub?.close();
  await north?.close();
  rmSync(state, { recursive: true, force: true });
});

const connection = (id: string, account: object, roles: readonly string[]) => ({
  ...{ id, system: 'example', roles, flow: 'open' },
  ...account,
});

describe('A firm takes its ledger away', () => {
  const path = () => `/installations/${north.installation.id}/connections/target/disconnection`;

  it('reads first what ends with it; then nothing is written there any more, and the account is free', async () => {
    await north.logAndTell('The last hours');
    await until('the hours in the ledger', () => north.hoursInTarget('The last hours').length === 1);
    await north.installation.settled();
    const before = await operator.call<{ state: string; links: number; words: { text: string }[] }>('GET', path());
    expect([before.state, before.links > 2]).toEqual(['active', true]);
    expect(before.words[0]?.text).toContain('credentials are forgotten');

    await operator.call('POST', path(), { reason: 'We move to another ledger' });
    await until('the account to be free', async () => {
      return (await operator.call<{ isAccountFree: boolean }>('GET', path())).isAccountFree;
    });
    const entry = await north.logAndTell('After the end');
    await north.installation.settled();
    expect(north.hoursInTarget('After the end')).toEqual([]);
    expect((await north.installation.status('source', 'hours', entry)).entities.length).toBeGreaterThan(0);
  });

  it('and another firm connects the same account', async () => {
    const south = await operator.found('Southwind Advisers');
    await south.connect(connection('ledger', north.target.connection, ['erp']));
    const back = north.installation.connect(connection('target', north.target.connection, ['erp']));
    await expect(back).rejects.toThrow('account-claimed');
    await operator.call('POST', `/installations/${south.id}/connections/ledger/disconnection`, { reason: 'A mistake' });
    await until('the account to be free again', async () => {
      const found = `/installations/${south.id}/connections/ledger/disconnection`;
      return (await operator.call<{ isAccountFree: boolean }>('GET', found)).isAccountFree;
    });
  });

  it('then takes it back: what was known is linked still, what came meanwhile follows, nothing doubles', async () => {
    await north.installation.connect(connection('target', north.target.connection, ['erp']));
    await until('what came meanwhile', () => north.hoursInTarget('After the end').length === 1);
    await north.installation.settled();
    expect(north.hoursInTarget('The last hours')).toHaveLength(1);
    expect(north.target.rows('engagement')).toHaveLength(1);
    expect(north.isInStep).toBe(true);
  });
});

/**
 * Tables of every SQLite file of the hub in which a text stands; but for what the platform keeps of workflows that have
 * ended, which is a pointer.
 */
function placesOf(text: string): string[] {
  const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter(({ name }) =>
    /\.sqlite$/.test(name),
  );
  const ours = files.filter(({ parentPath }) => !parentPath.includes('workflows'));
  return ours.flatMap(({ parentPath, name }) => {
    const path = join(parentPath, name);
    const db = new DatabaseSync(path, { readOnly: true });
    const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    const found = tables.flatMap(({ name: table }) => {
      const everything = db.prepare(`SELECT * FROM "${table}"`);
      everything.setReadBigInts(true);
      return everything.all().some((row) => spelledOf(row).includes(text))
        ? [`${parentPath.split('/').at(-1)} ${table}`]
        : [];
    });
    db.close();
    return found;
  });
}

/** Blobs as the text they may hold. */
function spelledOf(row: Record<string, unknown>): string {
  const values = Object.values(row);
  return values
    .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString() : String(value)))
    .join('\n');
}

describe('A firm ends altogether', () => {
  const path = () => `/installations/${north.installation.id}/ending`;
  const step = async () => (await operator.call<{ state: string }>('GET', path())).state;
  const archive = async () => {
    const bucket = await hub.miniflare.getR2Bucket('ARCHIVE');
    return (await bucket.list({ prefix: `${north.installation.id}/` })).objects;
  };
  const notice = () => {
    const { to } = north.sender;
    return fetch(signedRequest(to, `late ${Date.now()}`, [{ type: 'hours', record: 'ho1001' }], Date.now()));
  };

  it('stops at once, what comes is told that it has ended; within thirty days it is taken back', async () => {
    await operator.call('POST', path(), { reason: 'We part' });
    expect(await step()).toBe('waiting');
    const entry = north.log('While it stood still');
    expect((await notice()).status).toBe(410);
    await hub.sweep();
    await expect(north.installation.load('source', ['time'])).rejects.toThrow('installation-ending');
    await operator.call('DELETE', path());
    await until('what it did not hear of', () => north.hoursInTarget('While it stood still').length === 1);
    expect(await step()).toBe('running');
    expect(entry).not.toBe('');
  });

  it('gives everything away first: its audit proven offline, every row, no secret', async () => {
    const { id } = north.installation;
    const headers = { authorization: `Bearer ${hub.operatorKey}` };
    const text = await (await fetch(`${hub.url}/v1/installations/${id}/export`, { headers })).text();
    const lines = text.trim().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ is: 'end', lines: lines.length - 1 });
    const file = join(state, 'export.ndjson');
    writeFileSync(file, text);
    const proven = spawnSync(process.execPath, ['docs/verify-audit.mjs', file], { encoding: 'utf8' });
    expect([proven.status, proven.stderr]).toEqual([0, '']);
    const rows = lines.map((line) => JSON.parse(line) as { is: string; table?: string });
    const tables = rows.flatMap(({ is, table }) => (is === 'record' || is === 'lane' ? [`${is} ${table}`] : []));
    expect(tables).toEqual(expect.arrayContaining(['record entity_versions', 'record links', 'lane flows']));
    expect(text).toContain('Harbour & Pine Architects');
    expect(text).not.toMatch(/sealed/i);
  });

  it('is erased in every place, whatever comes late; a proof without content is left for the operator', async () => {
    const customer = 'Harbour & Pine Architects';
    const { id } = north.installation;
    const bucket = await hub.miniflare.getR2Bucket('ARCHIVE');
    await bucket.put(`${id}/history/cus_1/1.ndjson`, customer);
    await north.installation.settled();
    expect(placesOf(customer).length).toBeGreaterThan(2);
    await operator.call('POST', path(), { reason: 'We part', days: 0 });
    const proof = await until('the proof', async () => {
      await hub.sweep();
      const { rows } = await operator.call<{ rows: Record<string, unknown>[] }>('GET', '/endings');
      return rows.find((row) => row['installation'] === id && row['state'] === 'done');
    });
    expect(proof).toMatchObject({ askedBy: 'operator', isWhole: true, auditHead: { installation: id } });
    expect(proof['counts']).toMatchObject({ archived: 1, overflowed: 0 });

    expect((await notice()).status).toBe(410);
    await hub.sweep();
    await hub.sweep();
    expect(placesOf(customer)).toEqual([]);
    expect([...new Set(placesOf(id).map((place) => place.split(' ')[1]))]).toEqual(['endings']);
    expect(await archive()).toEqual([]);
    await expect(operator.call('GET', `/installations/${id}`)).rejects.toThrow('unknown-installation');
  });

  it('and its accounts may be connected by anybody', async () => {
    const anew = await operator.found('Northwind Reborn');
    await anew.connect(connection('target', north.target.connection, ['erp']));
  });
});
