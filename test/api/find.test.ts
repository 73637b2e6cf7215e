// One record among all: found by what people know of it, compared across the systems, read anew on demand.
import { expect, it } from 'vitest';
import { namedNow } from '../../edge-worker/api/names.ts';
import { change } from '../../edge-worker/flow/requests.ts';
import { recordFor } from '../../edge-worker/platform/record-database.ts';
import { doorOf } from '../support/door.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';

interface Found {
  readonly rows: readonly { readonly entity: string; readonly kind: string; readonly label: string | null }[];
}
interface Compared {
  readonly fields: readonly { readonly field: string; readonly title: string; readonly value: unknown }[];
  readonly systems: readonly {
    readonly connection: string;
    readonly recordId: string;
    readonly values: Readonly<Record<string, unknown>>;
    readonly differing: readonly string[];
  }[];
}

async function customer() {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: { system: erp, roles: ['erp'] } });
  crm.put('client', 'a', client('Aldermann', '+49 1'));
  crm.put('client', 'b', client('Brook 100%', '+49 2'));
  await rig.notice('crm', 'client', 'a', 'b');
  await rig.pass(60_000);
  const entity = String(rig.rows("SELECT entity FROM links WHERE record_id = 'a'")[0]?.['entity']);
  const query = `SELECT record_id AS id FROM links WHERE entity = '${entity}' AND connection = 'erp'`;
  const erpId = String(rig.rows(query)[0]?.['id']);
  const door = doorOf(rig.d1, rig.lane);
  const find = async (text: string) => (await door.get<Found>(`/records?text=${encodeURIComponent(text)}`)).body.rows;
  const compare = async () => (await door.get<Compared>(`/entities/${entity}/systems`)).body;
  return { rig, crm, erp, entity, erpId, door, find, compare };
}

it('A record is found by a part of its name, by its id in any system, and by ours', async () => {
  const { entity, erpId, find } = await customer();
  const found = [{ entity, kind: 'customer', label: 'Aldermann' }];
  for (const text of ['derman', 'ALDER', erpId, entity]) expect(await find(text)).toEqual(found);
  expect(await find('nobody')).toEqual([]);
});

it('What stands for anything in a pattern is looked for as it was typed', async () => {
  const { find } = await customer();
  expect((await find('0%')).map(({ label }) => label)).toEqual(['Brook 100%']);
  expect(await find('A%n')).toEqual([]);
});

it('It is found by the name it had earlier, and shown under the one it has', async () => {
  const { rig, crm, find } = await customer();
  crm.put('client', 'a', client('Zimmer', '+49 1'));
  await rig.notice('crm', 'client', 'a');
  expect((await find('Aldermann')).map(({ label }) => label)).toEqual(['Zimmer']);
});

it('The systems stand side by side; what one holds otherwise is named', async () => {
  const { rig, erp, erpId, crm, compare } = await customer();
  const before = await compare();
  expect(before.systems.map(({ connection, differing }) => [connection, differing])).toEqual([
    ['crm', []],
    ['erp', []],
  ]);
  expect(before.fields.find(({ field }) => field === 'phone')).toEqual({
    field: 'phone',
    title: 'Phone',
    value: '+49 1',
  });
  erp.onWrite = () => new Promise(() => undefined);
  crm.put('client', 'a', client('Aldermann', '+49 7'));
  await rig.notice('crm', 'client', 'a');
  const [inCrm, inErp] = (await compare()).systems;
  expect([inCrm?.differing, inErp?.differing, inErp?.recordId]).toEqual([[], ['phone'], erpId]);
  expect([inCrm?.values['phone'], inErp?.values['phone']]).toEqual(['+49 7', '+49 1']);
});

it('Other records are called what people call them, all of them in one statement that goes by its keys', async () => {
  const [psa, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({ psa: { system: psa, roles: ['psa'] }, erp: { system: erp, roles: ['erp'] } });
  erp.put('person', 'e', { name: 'Ines', mail: 'i@x' });
  psa.put('person', 'r', { name: 'Ines', mail: 'i@x' });
  psa.put('job', 'p', { name: 'Rollout' });
  const worked = { job: 'p', person: 'r', day: '2026-11-03', hours: '4', rate: null, role: null, currency: 'EUR' };
  psa.put('hours', 't', worked);
  await rig.notice('erp', 'person', 'e');
  await rig.notice('psa', 'person', 'r');
  await rig.notice('psa', 'hours', 't');
  await rig.settle();
  await rig.pass(60_000);
  const idOf = (kind: string) => String(rig.rows(`SELECT id FROM entities WHERE kind = '${kind}'`)[0]?.['id']);
  const door = doorOf(rig.d1, rig.lane);
  const before = rig.d1.statements;
  const { body } = await door.get<{ names: unknown }>(`/entities/${idOf('time')}/systems`);
  expect(body.names).toEqual({
    [idOf('project')]: { kind: 'project', title: 'Project', label: 'Rollout' },
    [idOf('resource')]: { kind: 'resource', title: 'Resource', label: 'Ines' },
  });
  // The connections, and the names.
  expect(rig.d1.statements - before).toBe(2);
  const { text, bound } = recordFor({ RECORD: rig.d1 }, 'ins_1').written(namedNow([idOf('project')]));
  const steps = rig.d1.sqlite.db.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...bound);
  const plan = steps.map(({ detail }) => String(detail)).filter((one) => one.includes('entity_versions'));
  expect(plan).toEqual([expect.stringMatching(/^SEARCH entity_versions USING .* \(installation=\? AND entity=\?\)$/)]);
});

it('A timeline calls fields what people call them', async () => {
  const { entity, crm, rig, door } = await customer();
  crm.put('client', 'a', client('Aldermann', '+49 5'));
  await rig.notice('crm', 'client', 'a');
  await rig.pass(60_000);
  interface History {
    readonly timeline: readonly { readonly entries: readonly { readonly words: { readonly text: string } }[] }[];
  }
  const { timeline } = (await door.get<History>(`/entities/${entity}`)).body;
  const told = timeline.flatMap(({ entries }) => entries.map(({ words }) => words.text));
  expect(told).toContain('Version 2: these fields have changed: Phone.');
  expect(told.find((text) => text.startsWith('The record was read for the first time'))).toContain('Name');
});

it('Read anew, a change that no notice told of is seen', async () => {
  const { rig, crm, entity, compare } = await customer();
  crm.put('client', 'a', client('Aldermann', '+49 9'));
  const asked = await change(rig.lane, { verb: 'sync-now', entity }, async (plain) => plain);
  expect(asked).toMatchObject({ ok: true, value: { records: 2 } });
  await rig.settle();
  expect((await compare()).fields.find(({ field }) => field === 'phone')?.value).toBe('+49 9');
  const none = await change(rig.lane, { verb: 'sync-now', entity: 'cus_none' }, async (plain) => plain);
  expect(none).toMatchObject({ ok: false, code: 'not-found' });
});

it('A record that is not there says so', async () => {
  const { door } = await customer();
  expect((await door.get('/entities/cus_none/systems')).status).toBe(404);
});
