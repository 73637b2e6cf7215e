// A change of the mappings from its first draft to a version in force, and back: rehearsed to the cent with reads
// alone, approved by somebody else, and put back by itself where it goes wrong.
import { expect, it } from 'vitest';
import { flag, text, textOrNull } from '../../edge-worker/connectors/codecs.ts';
import { at, type Connector } from '../../edge-worker/connectors/connector.ts';
import { maps as exampleMaps } from '../../edge-worker/connectors/example/map.ts';
import { type MappingContent, mappingContent } from '../../edge-worker/flow/mapping.ts';
import { mappingDiff } from '../../edge-worker/flow/mapping-diff.ts';
import { preview } from '../../edge-worker/flow/preview.ts';
import { draftsOf, type ProposalStep, propose } from '../../edge-worker/flow/proposals.ts';
import { rehearse } from '../../edge-worker/flow/rehearse.ts';
import { selfApprovalOf } from '../../edge-worker/flow/self-approval.ts';
import { publish, StewardError } from '../../edge-worker/flow/steward.ts';
import { client, LaneRig, RigSystem, rigMaps } from '../support/lane-rig.ts';

const customer = rigMaps.customer as typeof exampleMaps.customer;
const amount = exampleMaps.contract.fields.total;
const sale = { recordType: 'sale', canCreate: false, canWrite: false, required: [] } as const;
const crmMaps: Connector['maps'] = {
  customer,
  contract: {
    ...sale,
    fields: {
      ...{ name: at('name', text), customer: at('client', textOrNull), isSigned: at('won', flag) },
      ...{ currency: at('currency', text), total: amount, purchaseOrder: at('order', textOrNull) },
      ...{ legalEntity: at('entity', textOrNull), deliveryRegion: at('region', textOrNull) },
      ...{ taxProfile: at('tax', textOrNull), terms: at('terms', textOrNull) },
    },
  },
};
const erpMaps: Connector['maps'] = {
  customer,
  contract: {
    ...{ recordType: 'order', canCreate: true, canWrite: true, required: ['customer'] },
    fields: {
      name: at('name', text),
      customer: at('client', textOrNull),
      currency: at('currency', text),
      total: amount,
    },
  },
};
const whole = { won: true, order: 'PO-1', region: 'DACH', entity: 'GmbH', tax: 'standard', terms: 'NET30' };

/** Three sales in the ledger, each with its net and its gross in the CRM. */
async function firm() {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({
    crm: { system: crm, roles: ['crm'], maps: crmMaps },
    erp: { system: erp, roles: ['erp'], maps: erpMaps },
  });
  crm.put('client', 'a', client('Acme'));
  await rig.notice('crm', 'client', 'a');
  for (const [id, total, gross] of [
    ['s1', '1000.00', '1190.00'],
    ['s2', '333.33', '396.66'],
    ['s3', '0.01', '0.01'],
  ] as const) {
    crm.put('sale', id, { ...whole, name: id, client: 'a', currency: 'EUR', total, gross });
    await rig.notice('crm', 'sale', id);
  }
  await rig.pass(60_000);
  const { core } = rig.lane;
  const step = (by: string, one: ProposalStep) => propose(core, one, by);
  const begin = (by: string) => step(by, { step: 'begin', id: 'dra_1', title: 'Totals', from: null });
  const edit = (by: string, revision: number, content: MappingContent) =>
    step(by, { step: 'edit', draft: 'dra_1', revision, content });
  const rehearsed = (revision: number) => rehearse(core, { draft: 'dra_1', revision, sinceMs: 0, limit: 100 }, 'ada');
  const budget = { errorsMax: 0, minutes: 60 };
  const approve = (by: string, revision: number) => step(by, { step: 'approve', draft: 'dra_1', revision, budget });
  const totals = () =>
    [...erp.rows.values()].filter((row) => row.recordType === 'order').map((row) => row.wire['total']);
  return { rig, core, crm, erp, step, begin, edit, rehearsed, approve, totals };
}

const fieldsOf = (fields: MappingContent['maps'][string][string]['fields']): MappingContent =>
  mappingContent.parse({ maps: { crm: { contract: { fields } } } });
/** The slip: gross amounts are taken for net ones. */
const grossForNet = fieldsOf({ total: { at: 'gross', codec: amount.codec.name, direction: 'in' } });

const refused = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof StewardError) return error.code;
    throw error;
  }
  return 'done';
};

it('A rehearsal shows a wrong tax map to the cent, and asks the systems for nothing but reads', async () => {
  const { crm, erp, begin, edit, rehearsed, totals } = await firm();
  begin('ada');
  edit('ada', 1, grossForNet);
  const [calls, there] = [crm.calls.length + erp.calls.length, totals()];
  const found = await rehearsed(2);
  expect(found).toMatchObject({ records: 3, changed: 2, problems: [] });
  expect(found.groups).toMatchObject([
    { connection: 'erp', kind: 'contract', field: 'total', count: 2, money: { EUR: '25333' } },
  ]);
  expect(found.groups[0]?.rows.map(({ before, after }) => `${before} ${after}`).sort()).toEqual([
    '1000.00 1190.00',
    '333.33 396.66',
  ]);
  const since = [...crm.calls, ...erp.calls];
  expect(since.length).toBeGreaterThan(calls);
  expect(crm.calls.at(-1)).toMatch(/^read /);
  expect(totals()).toEqual(there);
});

it('Of hundreds of records that would change each can be opened, and the cents are those of all', async () => {
  const { rig, crm, begin, edit, core } = await firm();
  const ids = Array.from({ length: 400 }, (_, n) => `m${n}`);
  for (const name of ids)
    crm.put('sale', name, { ...whole, name, client: 'a', currency: 'EUR', total: '1.00', gross: '1.01' });
  for (let from = 0; from < ids.length; from += 200) await rig.notice('crm', 'sale', ...ids.slice(from, from + 200));
  await rig.settle();
  begin('ada');
  edit('ada', 1, grossForNet);
  const found = await rehearse(core, { draft: 'dra_1', revision: 2, sinceMs: 0, limit: 5_000 }, 'ada');
  expect(found).toMatchObject({ records: 403, changed: 402, groups: [{ count: 402, money: { EUR: '25733' } }] });
  expect(found.groups[0]?.rows).toHaveLength(402);
  expect(JSON.stringify(found).length).toBeLessThan(600_000);
});

it('One real record is shown under a draft: what it says, what we make of it, what the ledger would get', async () => {
  const { core, begin, edit, totals } = await firm();
  begin('ada');
  edit('ada', 1, grossForNet);
  const seen = await preview(core, { draft: 'dra_1', connection: 'crm', recordType: 'sale', recordId: 's1' });
  expect(seen.source).toMatchObject({ total: '1000.00', gross: '1190.00' });
  const total = seen.targets[0]?.fields.find(({ field }) => field === 'total');
  expect(total).toMatchObject({ theirs: '1190.00', before: '1000.00' });
  expect(totals()).toContain('1000.00');
  await expect(
    preview(core, { draft: 'dra_1', connection: 'crm', recordType: 'sale', recordId: 'nothing' }),
  ).rejects.toThrow('has no sale nothing');
});

it('A draft is approved by somebody who neither wrote nor submitted it, and only as it was rehearsed', async () => {
  const { rig, core, step, begin, edit, rehearsed, approve, totals } = await firm();
  begin('ada');
  edit('ada', 1, grossForNet);
  const submit = (revision: number) => step('ada', { step: 'submit', draft: 'dra_1', revision, note: '' });
  expect(refused(() => submit(2))).toBe('not-rehearsed');
  await rehearsed(2);
  edit('grace', 2, fieldsOf({ total: { at: 'gross', codec: amount.codec.name, direction: 'both' } }));
  expect(refused(() => submit(3))).toBe('not-rehearsed');
  await rehearsed(3);
  submit(3);
  expect(refused(() => edit('ada', 3, grossForNet))).toBe('draft-not-open');
  expect(['ada', 'grace'].map((by) => refused(() => approve(by, 3)))).toEqual(['own-draft', 'own-draft']);
  approve('linus', 3);
  expect([core.wiring.mappingVersion, draftsOf(core)[0]?.state]).toEqual([2, 'published']);
  await rig.notice('crm', 'sale', 's1');
  await rig.pass(60_000);
  expect(totals()).toContain('1190.00');
});

it('A draft of one’s own is approved only where a setting allows it, and the audit names who set it', async () => {
  const { rig, core, step, begin, edit, rehearsed, approve } = await firm();
  begin('ada');
  edit('ada', 1, grossForNet);
  await rehearsed(2);
  step('ada', { step: 'submit', draft: 'dra_1', revision: 2, note: '' });
  expect(refused(() => approve('ada', 2))).toBe('own-draft');
  expect(selfApprovalOf(core)).toEqual({ isAllowed: false, set: null });
  step('ada', { step: 'allow-self-approval', isAllowed: true });
  expect(selfApprovalOf(core)).toMatchObject({ isAllowed: true, set: { by: 'ada' } });
  approve('ada', 2);
  expect(draftsOf(core)[0]?.state).toBe('published');
  await rig.pass(1_000);
  const query = "SELECT by, detail FROM audit WHERE action = 'self-approval-set'";
  expect(rig.d1.sqlite.db.prepare(query).all()).toEqual([{ by: 'ada', detail: '{"isAllowed":"true"}' }]);
});

it('Two admins at one draft overwrite nothing: the second is told who was first', async () => {
  const { core, begin, edit } = await firm();
  begin('ada');
  edit('ada', 1, grossForNet);
  expect(refused(() => edit('grace', 1, fieldsOf({ total: null })))).toBe('draft-changed');
  expect(JSON.parse(draftsOf(core)[0]?.content ?? '')).toEqual(grossForNet);
});

it('A row that does not compile is not saved, and what was published meanwhile is not taken back', async () => {
  const { core, step, begin, edit, rehearsed, approve } = await firm();
  begin('ada');
  expect(refused(() => edit('ada', 1, fieldsOf({ total: { at: 'x', codec: 'nonsense', direction: 'in' } })))).not.toBe(
    'done',
  );
  edit('ada', 1, grossForNet);
  await rehearsed(2);
  step('ada', { step: 'submit', draft: 'dra_1', revision: 2, note: '' });
  publish(core, fieldsOf({ terms: null }), 'key');
  expect(refused(() => approve('linus', 2))).toBe('draft-outdated');
  expect(core.wiring.content).toEqual(fieldsOf({ terms: null }));
});

it('What is published and goes wrong is put back by itself, and the integration admin hears of it', async () => {
  const { rig, core, step, begin, edit, rehearsed, approve } = await firm();
  begin('ada');
  edit('ada', 1, fieldsOf({ total: { at: 'name', codec: amount.codec.name, direction: 'in' } }));
  await rehearsed(2);
  step('ada', { step: 'submit', draft: 'dra_1', revision: 2, note: '' });
  approve('linus', 2);
  rig.tell('crm', 'sale', 's1');
  await rig.settle();
  await rig.pass(60_000);
  await rig.pass(60_000);
  expect(core.wiring.mappingVersion).toBe(3);
  expect(core.wiring.content).toEqual(mappingContent.parse({}));
  expect(rig.held()).toContain('mapping-rolled-back');
});

it('An earlier version is put back in one step, with a reason, as the newest', async () => {
  const { core, step, begin, edit, rehearsed, approve } = await firm();
  begin('ada');
  edit('ada', 1, grossForNet);
  await rehearsed(2);
  step('ada', { step: 'submit', draft: 'dra_1', revision: 2, note: '' });
  approve('linus', 2);
  step('linus', { step: 'roll-back', version: 1, reason: 'Gross taken for net' });
  expect([core.wiring.mappingVersion, core.wiring.content]).toEqual([3, mappingContent.parse({})]);
  expect(refused(() => step('linus', { step: 'roll-back', version: 3, reason: 'x' }))).toBe('version-current');
});

it('Two versions are compared in words', () => {
  const after = mappingContent.parse({
    ...grossForNet,
    lookups: { terms: { 'Net 30': 'NET30' } },
    ownership: { 'customer.phone': 'erp' },
  });
  expect(mappingDiff(mappingContent.parse({}), after).map((change) => change.text)).toEqual([
    'Total: read from “gross” as money, its currency at currency, or empty, before: as it comes with Tieout',
    'Customer, Phone: owned by the ERP, before: as it comes with Tieout',
    'terms: Net 30: means NET30, before: not in the table',
  ]);
});
