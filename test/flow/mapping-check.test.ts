// Rows of a draft that cannot be kept are refused with their reason: against both schemas, real records and tables.
import { expect, it } from 'vitest';
import type { SchemaField } from '../../edge-worker/connectors/connector.ts';
import { maps } from '../../edge-worker/connectors/example/map.ts';
import { type MappingContent, mappingContent } from '../../edge-worker/flow/mapping.ts';
import { checkDraft } from '../../edge-worker/flow/mapping-check.ts';
import { codecsFor } from '../../edge-worker/flow/mapping-fit.ts';
import { groundOf, sidesOf } from '../../edge-worker/flow/mapping-sides.ts';
import { checkTable, seeTable } from '../../edge-worker/flow/mapping-tables.ts';
import { propose } from '../../edge-worker/flow/proposals.ts';
import { publish } from '../../edge-worker/flow/steward.ts';
import type { Connection } from '../../edge-worker/flow/wiring.ts';
import { LaneRig, RigSystem } from '../support/lane-rig.ts';

const field = (path: string, more: Partial<SchemaField> = {}): SchemaField => ({
  ...{ path, label: path.toUpperCase(), type: 'text', isRequired: false, isWritable: true },
  ...{ lengthMax: null, choices: null, ...more },
});
const choices = ['DE', 'FR'].map((value) => ({ value, label: value }));
const described = [
  field('display_name', { isRequired: true }),
  ...['number', 'phone', 'mail', 'stage', 'currency', 'web', 'terms'].map((path) => field(path)),
  field('address.country'),
  field('active', { type: 'boolean' }),
  field('land', { type: 'choice', choices }),
  field('short', { lengthMax: 6 }),
  field('rank', { type: 'integer' }),
  field('made', { isWritable: false }),
];

async function firm() {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  for (const system of [crm, erp]) system.fields.set('client', described);
  const rig = new LaneRig({
    crm: { system: crm, roles: ['crm'], maps },
    erp: { system: erp, roles: ['erp'], maps },
  });
  const wire = { display_name: 'Harbour & Pine', stage: 'client', currency: 'EUR', active: true, number: '12' };
  crm.put('client', 'a', { ...wire, address: { country: 'AT' }, web: 'hp.example' });
  await rig.notice('crm', 'client', 'a');
  await rig.pass(60_000);
  const { core } = rig.lane;
  propose(core, { step: 'begin', id: 'dra_1', title: 'Rows', from: null }, 'ada');
  const refused = async (content: Partial<MappingContent>) =>
    (await checkDraft(core, 'dra_1', mappingContent.parse(content))).map(
      ({ field: at, problem }) => `${at}: ${problem}`,
    );
  type Row = MappingContent['maps'][string][string]['fields'][string];
  const row = (name: string, changed: Row) =>
    refused({ maps: { erp: { customer: { fields: { [name]: changed }, extra: [] } } } });
  return { rig, core, crm, erp, refused, row };
}

it('Both sides of a mapping come from the schemas, with the values of a real record', async () => {
  const { core, crm } = await firm();
  const sides = await sidesOf(core, 'crm', 'customer');
  expect(sides.sample?.recordId).toBe('a');
  expect(sides.theirs.find(({ path }) => path === 'display_name')).toMatchObject({ sample: 'Harbour & Pine' });
  expect(sides.codecs['isActive']).toEqual(['flag', 'inverse-flag']);
  const shipped = groundOf(core.wiring).connections[0]?.maps.find(({ kind }) => kind === 'customer');
  expect(shipped?.fields['name']).toEqual({ at: 'display_name', codec: 'text', direction: 'both' });
  expect(crm.calls.at(-1)).toBe('read a');
});

it('Only codecs that carry a field there and back are offered for it', async () => {
  const { core } = await firm();
  const { connector } = core.wiring.connections.get('crm') as Connection;
  expect(codecsFor(connector, 'customer', 'name')).toEqual(['text']);
  expect(codecsFor(connector, 'project', 'startOn')).toEqual(['day?']);
  expect(codecsFor(connector, 'time', 'hours')).toEqual(expect.arrayContaining(['decimal', 'minutes']));
  expect(codecsFor(connector, 'time', 'hours')).not.toContain('text');
  expect(codecsFor(connector, 'project', 'budget')).toEqual(['money@currency?']);
});

it('A row is refused for the field, the codec, the length, the choices, the type and the right to write', async () => {
  const { row } = await firm();
  const at = (path: string, codec = 'text?') => ({ at: path, codec, direction: 'both' as const });
  expect(await row('country', at('nowhere'))).toEqual([
    'maps.erp.customer.fields.country.at: client has no field nowhere in ERP.',
  ]);
  expect(await row('isActive', at('active', 'text'))).toEqual([
    'maps.erp.customer.fields.isActive.codec: text cannot carry this field there and back without loss.',
  ]);
  expect((await row('website', at('short')))[0]).toContain('SHORT takes 6 characters, and “hp.example” has 10.');
  expect((await row('country', at('land')))[0]).toContain('LAND has no choice “AT”. It has DE, FR.');
  expect((await row('website', at('rank')))[0]).toContain('RANK takes whole numbers');
  expect((await row('website', at('made')))[0]).toContain('MADE cannot be written in ERP. It can be read.');
  expect((await row('name', null))[0]).toContain('DISPLAY_NAME must not be empty there, and no row fills it.');
  expect(await row('website', at('terms'))).toEqual([]);
});

it('A currency cannot be left behind by the amounts that stand beside it, and an amount finds its own', async () => {
  const { crm, refused } = await firm();
  crm.fields.set('opportunity', []);
  const deal = (fields: MappingContent['maps'][string][string]['fields']) =>
    refused({ maps: { crm: { deal: { fields, extra: [] } } } });
  expect(await deal({ currency: null })).toEqual([
    'maps.crm.deal.fields.amount.codec: Amount has its currency at currency, which no row of this record carries.',
  ]);
  expect(await deal({ currency: null, amount: null })).toEqual([]);
  expect(await deal({ practice: null })).toEqual([]);
});

it('A table is refused for what is no value of the field, and for a choice that the system has not', async () => {
  const { refused } = await firm();
  const fields = { country: { at: 'land', codec: 'text?', direction: 'both' as const, lookup: 'lands' } };
  const by = (lands: Record<string, string>, lookup = 'lands') =>
    refused({
      maps: { erp: { customer: { fields: { country: { ...fields.country, lookup } }, extra: [] } } },
      lookups: { lands },
    });
  expect((await by({ XX: 'Austria' }))[0]).toContain('LAND has no choice “XX” in ERP.');
  expect((await by({ DE: 'Germany', FR: 'Germany' }))[0]).toContain('“DE” and “FR” both mean “Germany”');
  expect((await by({}, 'other'))[0]).toContain('There is no table other.');
  expect(await by({ DE: 'Germany' })).toEqual([]);
});

it('A changed table is held against every row in force that uses it, though the draft touches none', async () => {
  const { core, refused } = await firm();
  const looked = { at: 'stage', codec: 'text', direction: 'both' as const, lookup: 'stages' };
  const content: Partial<MappingContent> = {
    maps: { erp: { customer: { fields: { lifecycle: looked }, extra: [] } } },
    lookups: { stages: { client: 'customer', lead: 'prospect' } },
  };
  publish(core, mappingContent.parse(content), 'ada');
  propose(core, { step: 'begin', id: 'dra_2', title: 'Stages', from: null }, 'ada');
  const checked = async (stages: Record<string, string>) =>
    (await checkDraft(core, 'dra_2', mappingContent.parse({ ...content, lookups: { stages } }))).map(
      ({ problem }) => problem,
    );
  expect(await checked({ client: 'customer', lead: 'a lead' })).toEqual([
    '“a lead” is no value of Lifecycle of customer.',
  ]);
  expect(await checked({ client: 'customer' })).toEqual([]);
  expect((await refused({ ...content, lookups: {} }))[0]).toContain('There is no table stages.');
  expect(await checkTable(core, 'dra_2', 'stages', { dead: 'closed', lead: 'prospect' })).toEqual([
    { theirs: 'dead', problem: '“closed” is no value of Lifecycle of customer.' },
  ]);
});

it('Values of real records that a table does not know are listed with their count, on both sides', async () => {
  const { rig, core, crm } = await firm();
  for (const id of ['b', 'c']) {
    crm.put('client', id, { display_name: id, stage: 'client', currency: 'EUR', active: true, terms: '60 days' });
    await rig.notice('crm', 'client', id);
  }
  await rig.pass(60_000);
  const terms = { at: 'terms', codec: 'text?', direction: 'both' as const, lookup: 'terms' };
  const drafted = {
    maps: { crm: { customer: { fields: { terms }, extra: [] } } },
    lookups: { terms: { '30 days': 'NET30' } },
  };
  propose(core, { step: 'edit', draft: 'dra_1', revision: 1, content: mappingContent.parse(drafted) }, 'ada');
  const seen = await seeTable(core, 'dra_1', 'terms');
  expect(seen.uses.map(({ connection, field: at }) => `${connection} ${at}`)).toEqual(['crm terms']);
  expect(seen.unmatched.map(({ side, value, count, records }) => [side, value, count, records.length])).toEqual([
    ['theirs', '60 days', 2, 2],
    ['ours', '60 days', 2, 2],
  ]);
  expect((await seeTable(core, 'dra_1', 'nobody')).uses).toEqual([]);
});

it('A constant and a formula are refused for what they make, with what they would give real records', async () => {
  const { refused } = await firm();
  const extra = (row: MappingContent['maps'][string][string]['extra'][number]) =>
    refused({ maps: { erp: { customer: { fields: {}, extra: [row] } } } });
  expect((await extra({ at: 'land', codec: 'text', constant: 'IT' }))[0]).toContain(
    'extra.0.at: LAND has no choice “IT”',
  );
  expect((await extra({ at: 'short', codec: 'text', formula: 'it.nmae' }))[0]).toContain('extra.0.formula: ');
  expect((await extra({ at: 'short', codec: 'text', formula: 'it.name' }))[0]).toContain('has 14.');
  expect((await extra({ at: 'web', codec: 'flag', formula: 'it.name' }))[0]).toContain('a value of the type string');
  expect(await extra({ at: 'web', codec: 'text', formula: 'upper(it.name)' })).toEqual([]);
});
