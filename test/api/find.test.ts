// One record among all: found by what people know of it, compared across the systems, read anew on demand.
import { expect, it } from 'vitest';
import { change } from '../../edge-worker/flow/requests.ts';
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
