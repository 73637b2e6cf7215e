// Fields that change under a mapping: what it touches stops, everything else goes on, nothing is lost.
import { beforeEach, describe, expect, it } from 'vitest';
import { textOrNull } from '../../edge-worker/connectors/codecs.ts';
import { at, type SchemaField, type Snapshot } from '../../edge-worker/connectors/connector.ts';
import type { maps as exampleMaps } from '../../edge-worker/connectors/example/map.ts';
import { Fault } from '../../edge-worker/faults.ts';
import { answer } from '../../edge-worker/flow/answer.ts';
import { mappingContent } from '../../edge-worker/flow/mapping.ts';
import { publish } from '../../edge-worker/flow/steward.ts';
import { client, LaneRig, RigSystem, rigMaps } from '../support/lane-rig.ts';

const field = (path: string, more: Partial<SchemaField> = {}): SchemaField => ({
  ...{ path, label: path, type: 'text', isRequired: false, isWritable: true, lengthMax: null, choices: null },
  ...more,
});
const stages = (...values: string[]) => values.map((value) => ({ value, label: value }));
const stage = (...values: string[]) => field('stage', { type: 'choice', choices: stages(...values) });
const asMapped = [field('name'), field('phone'), stage('prospect', 'customer'), field('country'), field('remark')];
const hourMs = 3_600_000;

let crm: RigSystem;
let erp: RigSystem;
let rig: LaneRig;

beforeEach(async () => {
  crm = new RigSystem();
  erp = new RigSystem();
  for (const system of [crm, erp]) {
    system.fields.set('client', asMapped);
    system.fields.set('job', [field('name')]);
  }
  rig = new LaneRig({ crm: { system: crm, roles: ['crm', 'psa'] }, erp: { system: erp, roles: ['erp'] } });
  await rig.pass(1_000);
  crm.put('client', 'a', client('Acme'));
  await rig.notice('crm', 'client', 'a');
});

const stopped = () =>
  rig
    .rows("SELECT connection, record_type AS type, owner, params FROM holds WHERE control = 'schema-changed'")
    .map(({ connection, type, owner, params }) => [connection, type, owner, JSON.parse(String(params)).fields]);

async function changesTo(system: RigSystem, fields: readonly SchemaField[]): Promise<void> {
  system.fields.set('client', fields);
  await rig.pass(hourMs + 1_000);
}

async function accept(given: 'accept-fields' | 'retry' = 'accept-fields'): Promise<void> {
  const [hold] = rig.rows("SELECT id FROM holds WHERE control = 'schema-changed'");
  answer(rig.lane.core, String(hold?.['id']), given, 'ada', 'Agreed with the admin of the ledger');
  await rig.pass(1_000);
}

const told = (name: string) => erp.calls.filter((call) => call.startsWith('write') && call.includes(`"${name}"`));
const namesAt = (system: RigSystem, type: string) =>
  [...system.rows.values()].filter((row) => row.recordType === type).map((row) => row.wire['name']);

/** A ledger that owns a field, and a client whose it is. */
async function termsInTheLedger() {
  const customer = rigMaps.customer as typeof exampleMaps.customer;
  const maps = {
    ...rigMaps,
    customer: { ...customer, fields: { ...customer.fields, terms: at('terms', textOrNull) } },
  };
  const [sales, ledger] = [new RigSystem(), new RigSystem()];
  ledger.fields.set('client', [...asMapped, field('terms')]);
  rig = new LaneRig({
    crm: { system: sales, roles: ['crm', 'psa'], maps },
    erp: { system: ledger, roles: ['erp'], maps },
  });
  await rig.pass(1_000);
  sales.put('client', 'a', client('Acme'));
  await rig.notice('crm', 'client', 'a');
  return { sales, ledger, there: () => [...ledger.rows.values()][0] as Snapshot };
}

describe('Fields that change in mid-run', () => {
  it.each([
    ['a field that is required now', [...asMapped, field('class', { isRequired: true })], 'class is required'],
    [
      'a value of a list that is gone',
      asMapped.map((one) => (one.path === 'stage' ? stage('customer') : one)),
      'stage has no "prospect" any more',
    ],
    [
      'a column that has another name',
      [...asMapped.filter(({ path }) => path !== 'phone'), field('telephone')],
      'phone is gone',
    ],
    [
      'a column of another type',
      asMapped.map((one) => (one.path === 'phone' ? field('phone', { type: 'decimal' }) : one)),
      'phone is decimal, was text',
    ],
  ])(
    '%s: what is mapped to that type stops, in the name of an admin, who is told what',
    async (_case, fields, said) => {
      await changesTo(erp, fields);
      expect(stopped()).toEqual([['erp', 'client', 'integration', said]]);
    },
  );

  it('that no mapping names stop nothing', async () => {
    await changesTo(erp, [...asMapped.filter(({ path }) => path !== 'remark'), field('hobby')]);
    await changesTo(erp, []);
    expect(stopped()).toEqual([]);
  });

  it('where we write: nothing of that type is sent, others go on, the latest goes out later in order', async () => {
    await changesTo(erp, [...asMapped, field('class', { isRequired: true })]);
    crm.put('client', 'b', client('Bond'));
    await rig.notice('crm', 'client', 'b');
    crm.put('client', 'c', client('Cole'));
    crm.put('client', 'a', client('Acme two'));
    crm.put('job', 'j', { name: 'Job' });
    await rig.notice('crm', 'client', 'c', 'a');
    await rig.notice('crm', 'job', 'j');
    crm.put('client', 'a', client('Acme three'));
    await rig.notice('crm', 'client', 'a');
    await rig.pass(5_000);
    expect([namesAt(erp, 'client'), namesAt(erp, 'job')]).toEqual([['Acme'], ['Job']]);
    await rig.restart();
    await accept();
    expect(namesAt(erp, 'client').toSorted()).toEqual(['Acme three', 'Bond', 'Cole']);
    expect([told('Acme two').length, told('Acme three').length, told('Bond').length]).toEqual([0, 1, 1]);
    const calls = erp.calls.filter((call) => call.startsWith('write')).join();
    expect(calls.indexOf('Bond')).toBeLessThan(calls.indexOf('Cole'));
    expect(rig.held()).toEqual([]);
    await rig.pass(hourMs + 1_000);
    expect(stopped()).toEqual([]);
  });

  it('where we read: events wait unread, and are read once it is answered', async () => {
    await changesTo(crm, [...asMapped.filter(({ path }) => path !== 'phone'), field('telephone')]);
    const { phone: _gone, ...rest } = client('Acme renamed');
    crm.put('client', 'a', { ...rest, telephone: '7' });
    const reads = crm.count('read a');
    await rig.notice('crm', 'client', 'a');
    for (let minute = 0; minute < 3; minute++) await rig.pass(61_000);
    expect([crm.count('read a') - reads, namesAt(erp, 'client')]).toEqual([0, ['Acme']]);
    const row = { at: 'telephone', codec: 'text?', direction: 'both' as const };
    const content = mappingContent.parse({ maps: { crm: { customer: { fields: { phone: row } } } } });
    publish(rig.lane.core, content, 'ada');
    await rig.pass(1_000);
    await rig.pass(1_000);
    expect(stopped()).toEqual([]);
    expect([...erp.rows.values()][0]?.wire).toMatchObject({ name: 'Acme renamed', phone: '7' });
  });

  it('where a write is in doubt: looked for once the new name is mapped, and nothing is taken for empty', async () => {
    const { sales, ledger, there } = await termsInTheLedger();
    const { recordId } = there();
    ledger.put('client', recordId, { ...there().wire, terms: 'NET30' }, there().externalId);
    await rig.notice('erp', 'client', recordId);
    ledger.onWrite = async (_, carryOut) => {
      ledger.onWrite = null;
      carryOut();
      throw new Fault('uncertain', 'The answer broke off');
    };
    sales.put('client', 'a', { ...sales.rows.get('client|a')?.wire, name: 'Acme two' });
    await rig.notice('crm', 'client', 'a');
    const { terms, ...rest } = there().wire;
    ledger.rows.set(`client|${recordId}`, { ...there(), wire: { ...rest, payment_terms: terms } });
    ledger.fields.set('client', [...asMapped, field('payment_terms')]);
    ledger.onRead = () => Promise.reject(new Fault('schema-changed', 'There is no terms'));
    await rig.pass(3_000);
    await rig.pass(1_000);
    expect(stopped()).toEqual([['erp', 'client', 'integration', 'terms is gone']]);
    ledger.onRead = null;
    for (let minute = 0; minute < 3; minute++) await rig.pass(61_000);
    expect(rig.rows('SELECT state FROM commands')).toEqual([{ state: 'uncertain' }]);
    const row = { at: 'payment_terms', codec: 'text?', direction: 'both' as const };
    publish(rig.lane.core, mappingContent.parse({ maps: { erp: { customer: { fields: { terms: row } } } } }), 'ada');
    for (let second = 0; second < 3; second++) await rig.pass(1_000);
    expect([rig.held(), rig.rows('SELECT state FROM commands')]).toEqual([[], []]);
    expect(sales.rows.get('client|a')?.wire).toMatchObject({ name: 'Acme two', terms: 'NET30' });
  });

  it('and are left out of a record are taken for empty only where they were described as being there', async () => {
    const { sales, ledger, there } = await termsInTheLedger();
    const { recordId } = there();
    const saves = async (wire: object) => {
      ledger.put('client', recordId, { ...wire }, there().externalId);
      await rig.notice('erp', 'client', recordId);
      await rig.pass(6_000);
      await rig.pass(1_000);
    };
    const told = () => sales.rows.get('client|a')?.wire['terms'];
    const { terms: _empty, ...wire } = there().wire;
    await rig.pass(100_000);
    await saves({ ...wire, terms: 'NET30' });
    expect(told()).toBe('NET30');
    await rig.pass(100_000);
    await saves(wire);
    expect([told(), stopped()]).toEqual([null, []]);
    await saves({ ...wire, terms: 'NET45' });
    ledger.fields.set('client', [...asMapped, field('payment_terms')]);
    await rig.pass(100_000);
    await saves({ ...wire, payment_terms: 'NET45' });
    expect([told(), stopped()]).toEqual(['NET45', [['erp', 'client', 'integration', 'terms is gone']]]);
    const row = { at: 'payment_terms', codec: 'text?', direction: 'both' as const };
    publish(rig.lane.core, mappingContent.parse({ maps: { erp: { customer: { fields: { terms: row } } } } }), 'ada');
    for (let second = 0; second < 3; second++) await rig.pass(1_000);
    await saves({ ...wire, payment_terms: 'NET60' });
    expect([told(), rig.held()]).toEqual(['NET60', []]);
  });

  it('and are changed back go on by themselves; asked to look again, at once', async () => {
    await changesTo(erp, [...asMapped, field('class', { isRequired: true })]);
    crm.put('client', 'b', client('Bond'));
    await rig.notice('crm', 'client', 'b');
    erp.fields.set('client', asMapped);
    await accept('retry');
    await rig.pass(1_000);
    expect([stopped(), namesAt(erp, 'client')]).toEqual([[], ['Acme', 'Bond']]);
  });
});
