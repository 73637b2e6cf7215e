// Story: a firm takes a system away, and another firm connects the same account; nothing of the first is read or
// written any more.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hub, startHub } from '../support/hub.ts';
import { Operator } from '../support/operator.ts';
import { Pair } from '../support/pair.ts';
import { until } from '../support/people.ts';
import { freePort } from '../support/serve.ts';

const state = mkdtempSync(join(tmpdir(), 'tieout-ending-'));
let hub: Hub;
let operator: Operator;
let north: Pair;

beforeAll(async () => {
  hub = await startHub({ port: await freePort(), state });
  operator = new Operator(hub.url, hub.operatorKey);
  north = await Pair.start(operator, { name: 'Northwind Consulting' });
}, 60_000);

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
