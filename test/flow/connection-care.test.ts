// People who look after a connection: a pause keeps everything, credentials and settings are mended one by one, and
// routing is changed without making anything twice.
import { describe, expect, it } from 'vitest';
import { healthOf } from '../../edge-worker/flow/health.ts';
import { type Change, change } from '../../edge-worker/flow/requests.ts';
import { client, LaneRig, RigSystem, rigStartMs } from '../support/lane-rig.ts';

function firm() {
  const [crm, erp, west] = [new RigSystem(), new RigSystem(), new RigSystem()];
  const rig = new LaneRig({
    crm: { system: crm, roles: ['crm'] },
    erp: { system: erp, roles: ['erp'] },
    west: { system: west, roles: ['erp'], routing: { field: 'country', values: ['US'] } },
  });
  const ask = (request: Change) => change(rig.lane, request, async (plain) => `sealed ${plain}`);
  const sell = async (id: string, country = 'DE') => {
    crm.put('client', id, { ...client(`Acme ${id}`), country });
    await rig.notice('crm', 'client', id);
  };
  return { crm, erp, west, rig, ask, sell };
}

const stateOf = (rig: LaneRig) => rig.rows("SELECT state, fault, sealed_secrets FROM connections WHERE id = 'erp'")[0];
const pause = { verb: 'pause', connection: 'erp', reason: 'Their year end', by: 'ada' } as const;

it('A key is renewed only where the hub makes one', async () => {
  const { ask } = firm();
  const change = { step: 'next', connection: 'erp' } as const;
  expect(await ask({ verb: 'hook-key', change, by: 'ada' })).toMatchObject({ ok: false, code: 'no-hook-key' });
});

it('A first load is to be accepted for what is made in a system, not for what is only read there', async () => {
  const rig = new LaneRig({ erp: { system: new RigSystem(), roles: ['erp'], flow: 'matching' } });
  const [erp] = (await healthOf(rig.lane.core)).connections;
  expect(erp?.kinds.map(({ kind }) => kind)).toContain('resource');
  const step = erp?.missing.find(({ code }) => code === 'first-load');
  expect(step?.params['kinds']?.split(', ')).toEqual(expect.arrayContaining(['customer', 'time']));
  expect(step?.params['kinds']).not.toContain('resource');
});

describe('A paused connection', () => {
  it('is sent nothing, is asked about, and gets what waited once it runs again', async () => {
    const { erp, rig, ask, sell } = firm();
    await ask(pause);
    await sell('a');
    await rig.pass(600_000);
    expect(erp.calls).toEqual([]);
    const lag = async () => (await healthOf(rig.lane.core)).connections.find((one) => one.connection === 'erp')?.lag;
    expect(await lag()).toEqual({ unread: 0, unsent: 1, sinceMs: rigStartMs });
    expect(rig.rows('SELECT code, owner FROM holds')).toEqual([{ code: 'connection-paused', owner: 'integration' }]);
    expect(await ask(pause)).toMatchObject({ ok: false, code: 'connection-stopped' });
    await ask({ verb: 'resume', connection: 'erp', by: 'ada' });
    await rig.pass(1_000);
    expect(erp.rows.size).toBe(1);
    expect(rig.held()).toEqual([]);
    expect(await lag()).toEqual({ unread: 0, unsent: 0, sinceMs: null });
  });

  it('stays paused when its credentials or settings are mended, each of which may be kept', async () => {
    const { rig, ask } = firm();
    await ask(pause);
    const mend = (secrets: object | null, settings: object | null) =>
      ask({ verb: 'reconnect', credentials: { connection: 'erp', secrets, settings } as never, by: 'ada' });
    await mend({ key: 'new' }, null);
    expect(stateOf(rig)).toEqual({ state: 'paused', fault: null, sealed_secrets: 'sealed {"key":"new"}' });
    await mend(null, {});
    expect(stateOf(rig)).toEqual({ state: 'paused', fault: null, sealed_secrets: 'sealed {"key":"new"}' });
    expect(rig.held()).toEqual(['connection']);
  });
});

describe('Routing', () => {
  it('that is changed sends new records to the other system and makes none of the old ones a second time', async () => {
    const { erp, west, rig, ask, sell } = firm();
    await sell('a');
    expect([erp.rows.size, west.rows.size]).toEqual([1, 0]);
    const routing = { field: 'country', values: ['US', 'DE'] };
    await ask({ verb: 'route', connection: 'west', routing, by: 'ada' });
    await rig.pass(1_000);
    expect(rig.held()).toEqual(['moved-route']);
    await sell('b');
    expect([erp.rows.size, west.rows.size]).toEqual([1, 1]);
  });

  it('goes by fields that firms are divided by, and says which', async () => {
    const { ask } = firm();
    const refused = await ask({
      verb: 'route',
      connection: 'west',
      routing: { field: 'shoe', values: ['9'] },
      by: 'a',
    });
    expect(refused).toMatchObject({ ok: false, code: 'unknown-field', next: expect.stringContaining('legalEntity') });
  });
});
