// What a won deal needs before anything of it is made: asked for all at once, each by whose turn it is; then all in the
// order in which one rests on another.
import { expect, it } from 'vitest';
import { flag, text, textOrNull } from '../../edge-worker/connectors/codecs.ts';
import { at, type Connector } from '../../edge-worker/connectors/connector.ts';
import { maps } from '../../edge-worker/connectors/example/map.ts';
import { answer } from '../../edge-worker/flow/answer.ts';
import { change } from '../../edge-worker/flow/requests.ts';
import { LaneRig, RigSystem } from '../support/lane-rig.ts';

const sale = { recordType: 'sale', canCreate: false, canWrite: false, required: [] } as const;
const crmMaps: Connector['maps'] = {
  customer: maps.customer,
  deal: {
    ...sale,
    fields: {
      name: at('name', text),
      customer: at('client', textOrNull),
      isWon: at('won', flag),
      legalEntity: at('entity', textOrNull),
      deliveryRegion: at('region', textOrNull),
    },
  },
  contract: {
    ...sale,
    fields: {
      name: at('name', text),
      customer: at('client', textOrNull),
      isSigned: at('won', flag),
      purchaseOrder: at('order', textOrNull),
      legalEntity: at('entity', textOrNull),
      deliveryRegion: at('region', textOrNull),
      taxProfile: at('tax', textOrNull),
      terms: at('terms', textOrNull),
    },
  },
};
const { customer, project } = maps;
const contract = { ...maps.contract, required: ['customer', 'project'] } as const;
const targetMaps: Connector['maps'] = {
  customer: { ...customer, awaits: ['parent'] },
  project: { ...project, required: ['customer'] },
  contract,
};

const whole = { region: 'DACH', entity: 'Northwind Consulting GmbH', tax: 'standard', terms: 'NET30' };
const won = { name: 'Rollout', client: 'a', won: true, order: 'PO-1', ...whole };
const company = (name: string, parent: string | null = null) => ({
  ...{ display_name: name, parent_id: parent, stage: 'lead', currency: 'EUR', active: true },
});

function firm() {
  const [crm, psa, erp] = [new RigSystem(), new RigSystem(), new RigSystem()];
  const rig = new LaneRig({
    crm: { system: crm, roles: ['crm'], maps: crmMaps },
    psa: { system: psa, roles: ['psa'], maps: targetMaps, batch: 1 },
    erp: { system: erp, roles: ['erp'], maps: targetMaps, batch: 1 },
  });
  crm.put('client', 'a', company('Harbour & Pine'));
  const win = async (lacks: object = {}) => {
    crm.put('sale', 's', { ...won, ...lacks });
    await rig.notice('crm', 'sale', 's');
  };
  const made = (system: RigSystem) => [...system.rows.values()].map(({ recordType }) => recordType);
  const holds = () => rig.rows('SELECT id, control, owner, connection FROM holds ORDER BY control');
  const inLedger = (type: string) => [...erp.rows.values()].find((row) => row.recordType === type)?.wire;
  return { rig, crm, psa, erp, win, made, holds, inLedger };
}

const missing = { region: null, entity: null, tax: null, terms: null };

it('All that is missing is named at once, each with whose turn it is, and only the customer is made', async () => {
  const { rig, psa, erp, win, made, holds } = firm();
  await win(missing);
  expect(holds().map(({ control, owner, connection }) => [control, owner, connection])).toEqual([
    ['missing-delivery-region', 'delivery', 'erp'],
    ['missing-legal-entity', 'finance', 'erp'],
    ['missing-tax-profile', 'finance', 'erp'],
    ['missing-terms', 'finance', 'erp'],
  ]);
  expect([made(psa), made(erp)]).toEqual([['client'], ['client']]);
  // Whose turn it is says the sale; what waits for it needs no exception of its own, however long it takes.
  await rig.pass(3 * 86_400_000);
  expect(holds()).toHaveLength(4);
  expect(rig.rows("SELECT DISTINCT state FROM commands WHERE kind = 'project'")).toEqual([{ state: 'waiting' }]);
});

it('What is entered is asked for no more; with the last of it everything is made, as it is by then', async () => {
  const { psa, erp, win, made, holds, inLedger } = firm();
  await win(missing);
  const before = new Map(holds().map(({ control, id }) => [control, id]));
  await win({ ...missing, tax: 'standard', terms: 'NET30' });
  const left = holds();
  expect(left.map(({ control }) => control)).toEqual(['missing-delivery-region', 'missing-legal-entity']);
  expect(left.map(({ control, id }) => before.get(control) === id)).toEqual([true, true]);
  await win({ region: null });
  expect(made(psa)).toEqual(['client']);
  await win({ region: 'Nordics' });
  expect(holds()).toEqual([]);
  expect([made(psa), made(erp)]).toEqual([
    ['client', 'engagement', 'agreement'],
    ['client', 'engagement', 'agreement'],
  ]);
  expect(inLedger('engagement')).toMatchObject({ region: 'Nordics', entity: whole.entity });
});

it('Subscribers hear of each thing that is missing, and once that nothing is', async () => {
  const { rig, win } = firm();
  const subscription = { id: 'sub_1', name: 'Office', url: 'https://hooks.example/', types: ['*'] };
  const made = { verb: 'make', subscription, key: 'whsec_bm90IGEgcmVhbCBrZXkgYXQgYWxs' } as const;
  await change(rig.lane, { verb: 'subscription', change: made, by: 'ada' }, async (plain) => plain);
  const told = () =>
    rig.rows("SELECT type, payload FROM announcements WHERE type IN ('deal.held', 'deal.released')").map((row) => {
      const payload = JSON.parse(String(row['payload'])) as { exception?: { control: string } };
      return payload.exception?.control ?? row['type'];
    });
  await win({ tax: null, terms: null });
  expect(told().sort()).toEqual(['missing-tax-profile', 'missing-terms']);
  await win({ terms: null });
  expect(told()).toHaveLength(2);
  await win();
  expect(told().at(-1)).toBe('deal.released');
  expect(told()).toHaveLength(3);
});

it('What finance lets pass with a reason counts as there, for exactly this content', async () => {
  const { rig, erp, win, made, holds } = firm();
  await win({ tax: null });
  answer(rig.lane.core, String(holds()[0]?.['id']), 'approve', 'finance', 'A customer outside of taxation');
  await rig.pass(1_000);
  expect([made(erp), holds()]).toEqual([['client', 'engagement', 'agreement'], []]);
  await win({ tax: null, terms: 'NET60' });
  expect(holds().map(({ control }) => control)).toEqual(['missing-tax-profile']);
});

it('Terms that the ledger has for the customer stand in for those of the sale', async () => {
  const { rig, erp, win, made } = firm();
  await win({ terms: null });
  expect(made(erp)).toEqual(['client']);
  const row = [...erp.rows.values()][0];
  erp.put('client', row?.recordId ?? '', { ...row?.wire, terms: 'NET45' }, row?.externalId);
  await rig.notice('erp', 'client', row?.recordId ?? '');
  expect(made(erp)).toEqual(['client', 'engagement', 'agreement']);
});

it('A group is made from the top: the companies it belongs to, the customer, the project, the contract', async () => {
  const { rig, crm, psa, erp, win } = firm();
  crm.put('client', 'a', company('Harbour & Pine', 'b'));
  crm.put('client', 'b', company('Harbour Holding', 'c'));
  crm.put('client', 'c', company('Hanse Group'));
  await rig.notice('crm', 'client', 'a', 'b', 'c');
  await win();
  await rig.pass(1_000);
  for (const system of [psa, erp]) {
    const rows = [...system.rows.values()];
    expect(rows.map(({ wire }) => wire['display_name'] ?? wire['title'])).toEqual([
      ...['Hanse Group', 'Harbour Holding', 'Harbour & Pine', 'Rollout', 'Rollout'],
    ]);
    const [group, holding, customer] = rows;
    expect([group?.wire['parent_id'], holding?.wire['parent_id'], customer?.wire['parent_id']]).toEqual([
      ...[null, group?.recordId, holding?.recordId],
    ]);
  }
  // Each company is complete from the start: none is written twice.
  expect([...psa.calls, ...erp.calls].filter((call) => call.includes('display_name'))).toHaveLength(6);
});

it('A company that belongs to itself is held for sales, and so is nothing made for it', async () => {
  const { rig, crm, psa, erp, win, made, holds } = firm();
  crm.put('client', 'a', company('Harbour & Pine', 'b'));
  crm.put('client', 'b', company('Harbour Holding', 'a'));
  await rig.notice('crm', 'client', 'a', 'b');
  await win();
  expect(new Set(holds().map(({ control, owner }) => `${control} ${owner}`))).toEqual(
    new Set(['circular-hierarchy sales', 'unknown-reference integration']),
  );
  expect([made(psa), made(erp)]).toEqual([[], []]);
  crm.put('client', 'b', company('Harbour Holding'));
  await rig.notice('crm', 'client', 'b');
  expect(holds()).toEqual([]);
  expect(made(erp)).toEqual(['client', 'client', 'engagement', 'agreement']);
});
