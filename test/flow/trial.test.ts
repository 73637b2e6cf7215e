// "Would this deal pass?": every reason in one answer, shown on the page it was asked on, and nothing else happens.
import { describe, expect, it } from 'vitest';
import { choice, flag, text, textOrNull } from '../../edge-worker/connectors/codecs.ts';
import { at, type Connector, type StatusToShow } from '../../edge-worker/connectors/connector.ts';
import { Fault } from '../../edge-worker/faults.ts';
import { checkSystem } from '../../shared/wire/status.ts';
import { client, LaneRig, type RigSeat, RigSystem, rigMaps } from '../support/lane-rig.ts';

const sale = { recordType: 'sale', canCreate: false, canWrite: false, required: [] } as const;
const billing = choice('billing', { erp: 'erp', psa: 'psa' } as Record<'erp' | 'psa' | 'platform', unknown>);

const crmMaps: Connector['maps'] = {
  ...rigMaps,
  deal: {
    ...sale,
    fields: { name: at('name', text), customer: at('client', textOrNull), isWon: at('won', flag) },
  },
  contract: {
    ...sale,
    fields: {
      name: at('name', text),
      customer: at('client', textOrNull),
      isSigned: at('won', flag),
      billingMode: at('billing', billing),
      purchaseOrder: at('order', textOrNull),
      taxProfile: at('tax', textOrNull),
      terms: at('terms', textOrNull),
      legalEntity: at('entity', textOrNull),
      deliveryRegion: at('region', textOrNull),
    },
  },
};
const agreement = { recordType: 'agreement', canCreate: true, canWrite: true } as const;
const erpMaps: Connector['maps'] = {
  ...rigMaps,
  contract: {
    ...agreement,
    required: ['customer'],
    fields: { name: at('name', text), customer: at('client', textOrNull), purchaseOrder: at('order', textOrNull) },
  },
};

const open = {
  name: 'Rollout',
  client: 'a',
  won: false,
  billing: 'erp',
  order: 'PO-1',
  tax: 'standard',
  terms: 'NET30',
  entity: 'Northwind Consulting GmbH',
  region: 'DACH',
};

function firm(erpSeat: Partial<RigSeat> = {}) {
  const [crm, psa, erp] = [new RigSystem(), new RigSystem(), new RigSystem()];
  const shown: StatusToShow[] = [];
  crm.onStatus = async (statuses) => {
    shown.push(...statuses);
    return statuses.map(() => ({ outcome: 'applied' }));
  };
  const foreseen = { sale: { won: true } };
  const rig = new LaneRig({
    crm: { system: crm, roles: ['crm'], maps: crmMaps, foreseen, statusBatch: 50 },
    psa: { system: psa, roles: ['psa'] },
    erp: { system: erp, roles: ['erp'], maps: erpMaps, ...erpSeat },
  });
  const put = async (wire: Readonly<Record<string, unknown>>) => {
    crm.put('client', 'a', client('Acme'));
    crm.put('sale', 's', wire);
    await rig.notice('crm', 'client', 'a');
    await rig.notice('crm', 'sale', 's');
    shown.length = 0;
  };
  let asked = 0;
  const check = async () => {
    rig.lane.accept(
      'crm',
      `check-${++asked}`,
      [{ recordType: 'sale', recordId: 's', kind: 'check', occurredAtMs: 0 }],
      [],
    );
    await rig.settle();
    await rig.pass(1_000);
    return shown.filter((one) => one.status.system === checkSystem).at(-1)?.status;
  };
  return { rig, crm, psa, erp, put, check };
}

describe('A check of an open deal', () => {
  it('says that it would pass, creates nothing and leaves nothing behind', async () => {
    const { rig, psa, erp, put, check } = firm();
    await put(open);
    const tables = ['entities', 'links', 'commands', 'holds', 'waits'];
    const all = () => tables.map((table) => rig.rows(`SELECT * FROM ${table}`));
    const before = all();
    expect(await check()).toMatchObject({ state: 'would-pass', reason: null, reasons: [], lastMs: rig.nowMs - 1_000 });
    expect(all()).toEqual(before);
    expect([...psa.rows.values(), ...erp.rows.values()].map((row) => row.recordType)).not.toContain('job');
  });

  it('names every reason that would hold it, with whose turn it would be and where', async () => {
    const { put, check } = firm();
    await put({ ...open, order: null, tax: null, region: null, billing: 'guess' });
    const found = await check();
    expect(found).toMatchObject({ state: 'would-be-held', owner: expect.any(String) });
    expect(found?.reasons?.map(({ code, owner, system }) => [code, owner, system])).toEqual(
      expect.arrayContaining([
        ['missing-purchase-order', 'finance', 'erp'],
        ['unreadable-value', 'integration', 'crm'],
        ['missing-tax-profile', 'finance', 'erp'],
        ['missing-delivery-region', 'delivery', 'erp'],
      ]),
    );
    expect(found?.reason).toBe(found?.reasons?.[0]?.code);
  });

  it('sees what was mended since the last one', async () => {
    const { crm, put, check } = firm();
    await put({ ...open, order: null });
    expect(await check()).toMatchObject({ state: 'would-be-held', reason: 'missing-purchase-order' });
    crm.put('sale', 's', open);
    expect(await check()).toMatchObject({ state: 'would-pass' });
  });

  it('says that nothing is taken before the first load is accepted', async () => {
    const { put, check } = firm({ flow: 'matching' });
    await put(open);
    expect((await check())?.reasons).toContainEqual(
      expect.objectContaining({ code: 'awaiting-acceptance', system: 'erp', owner: 'integration' }),
    );
  });

  it('is not lost when the deal is saved right after it was asked for', async () => {
    const { rig, put, check } = firm();
    await put(open);
    const told = (kind: 'check' | 'changed') => ({ recordType: 'sale', recordId: 's', kind, occurredAtMs: 0 });
    rig.lane.accept('crm', 'both', [told('check'), told('changed')], []);
    await rig.settle();
    await rig.pass(1_000);
    expect(rig.rows('SELECT count(*) AS n FROM checks')).toEqual([{ n: 1 }]);
    expect(await check()).toMatchObject({ state: 'would-pass' });
  });

  it('is answered once the page takes its status again, and not for ever', async () => {
    const { rig, crm, put, check } = firm();
    await put(open);
    const { onStatus } = crm;
    crm.onStatus = async () => {
      throw new Fault('unreachable', 'Down');
    };
    expect(await check()).toBeUndefined();
    crm.onStatus = onStatus;
    await rig.restart();
    await rig.pass(60_000);
    expect(crm.calls.filter((call) => call.startsWith('status')).length).toBeGreaterThan(0);
    expect(await check()).toMatchObject({ state: 'would-pass' });
    await rig.pass(700_000);
    await put({ ...open, name: 'Rollout 2' });
    expect(rig.rows('SELECT entity FROM status_due')).toEqual([]);
  });

  it('has an answer where no other system is connected', async () => {
    const crm = new RigSystem();
    const shown: StatusToShow[] = [];
    crm.onStatus = async (statuses) => {
      shown.push(...statuses);
      return statuses.map(() => ({ outcome: 'applied' }));
    };
    const rig = new LaneRig({ crm: { system: crm, roles: ['crm'], maps: crmMaps, statusBatch: 50 } });
    crm.put('client', 'a', client('Acme'));
    crm.put('sale', 's', open);
    await rig.notice('crm', 'client', 'a');
    rig.lane.accept('crm', 'c', [{ recordType: 'sale', recordId: 's', kind: 'check', occurredAtMs: 0 }], []);
    await rig.settle();
    await rig.pass(1_000);
    expect(shown.map(({ status }) => [status.state, status.reason])).toEqual([['would-be-held', 'no-target']]);
  });
});
