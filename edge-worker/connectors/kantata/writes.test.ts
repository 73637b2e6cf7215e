// Kantata's writes against its stand-in: units, cross-references, invoices, custom fields, refusals.
import { expect, test } from 'vitest';
import { notesOf } from '../../../test/conformance/notes.ts';
import { World } from '../../../test/conformance/world.ts';
import { type Fields, fromWire } from '../../../test/support/wire.ts';
import type { Snapshot, Write } from '../connector.ts';
import { kantata } from './index.ts';
import { standIn } from './stand-in.ts';

function newWorld(): World {
  return new World({ connector: kantata, factory: standIn, notes: notesOf(kantata), names: new Set() });
}

async function refused(world: World, write: Write): Promise<unknown> {
  return (await world.session.write([write]))[0];
}

/** An invoice of two approved time entries, as the hub would create it. */
async function invoiceOf(
  world: World,
): Promise<{ readonly fields: Fields; readonly saved: Snapshot; readonly write: Write }> {
  const example = await world.example('invoice');
  const lines = [await world.make('time'), await world.make('time')].map(({ recordId }) => ({
    line: recordId,
    time: recordId,
  }));
  const fields = { ...example, number: 'INV1042', lines };
  const write = await world.newWrite('invoice', fields);
  return { fields, write, saved: (await world.write(write)).snapshot };
}

async function update(
  world: World,
  { saved, write }: { saved: Snapshot; write: Write },
  fields: Fields,
): Promise<Write> {
  return world.newUpdate('invoice', { externalId: write.externalId, recordId: saved.recordId }, fields);
}

test('a budget goes out in main units, stands there in cents, and comes back exact', async () => {
  const world = newWorld();
  const project = await world.example('project');
  for (const [currency, amountMinor, exponent] of [
    ['EUR', '4800050', 2],
    ['JPY', '4800050', 0],
    ['BHD', '4800057', 3],
  ] as const) {
    const budget = { amountMinor, currency, exponent };
    const { snapshot } = await world.write(await world.newWrite('project', { ...project, currency, budget }));
    expect(snapshot.wire['price_in_cents']).toBe(Number(amountMinor));
    expect(fromWire(world.map('project'), snapshot.wire)['budget']).toEqual(budget);
  }
});

test('a customer address of five fields becomes one text', async () => {
  const world = newWorld();
  await world.write(await world.newWrite('customer'));
  expect(world.standIn.rows('workspace_groups')[0]?.['address']).toBe('Kaistraße 4\n20457 Hamburg\nDE');
});

test('a request that their gateway cut off after three minutes is uncertain, and found later', async () => {
  const world = newWorld();
  const write = await world.newWrite('customer');
  world.standIn.arm({ how: 'commit-then-cut', detail: '504', route: '^POST ' });
  await expect(world.session.write([write])).rejects.toMatchObject({ code: 'uncertain' });
  expect(await world.findByExternalId(write)).toMatchObject([[{ externalId: write.externalId }]]);
});

test('two records under one id of ours are not written to until a person says which counts', async () => {
  const world = newWorld();
  const write = await world.newWrite('customer');
  for (const name of ['One', 'Two']) {
    const external_reference = {
      service_name: 'tieout',
      service_model: 'customer',
      service_model_ref: write.externalId,
    };
    world.standIn.create('workspace_groups', { name, company: true, external_reference });
  }
  expect(await refused(world, write)).toMatchObject({ outcome: 'refused', code: 'conflict', vendorCode: 'two-found' });
  expect((await world.findByExternalId(write))[0]).toHaveLength(2);
});

test('a project is created with approvals of time required, and is never switched back to that', async () => {
  const world = newWorld();
  const fields = await world.example('project');
  const write = await world.newWrite('project', fields);
  const { recordId } = (await world.write(write)).snapshot;
  const isRequired = () =>
    world.standIn.rows('workspaces').find((row) => row.id === recordId)?.['require_time_approvals'];
  expect(isRequired()).toBe(true);
  world.standIn.update('workspaces', recordId, { require_time_approvals: false });
  await world.write(await world.newUpdate('project', { externalId: write.externalId, recordId }, fields));
  expect(isRequired()).toBe(false);
});

test('an invoice bills time by reference, with days of payment worked out from its due date', async () => {
  const world = newWorld();
  const { saved } = await invoiceOf(world);
  expect(saved.wire).toMatchObject({ user_invoice_number: 1042, payment_schedule: 30, due_date: '2026-12-30' });
  expect(world.standIn.rows('time_entries').filter((row) => row['invoice_id'] === saved.recordId)).toHaveLength(2);
});

test('an update of an invoice takes none of its lines off', async () => {
  const world = newWorld();
  const made = await invoiceOf(world);
  const { recordId } = made.saved;
  const expense = world.standIn.create('expenses', {
    workspace_id: await world.idOf('project'),
    user_id: await world.idOf('resource'),
    date: '2026-11-04',
    category: 'Travel',
    amount_in_cents: 5_000,
    approved: true,
  });
  const time = made.saved.wire['time_entry_ids'];
  world.standIn.update('invoices', recordId, { time_entry_ids: time, expense_ids: [expense] });
  const { snapshot } = await world.write(await update(world, made, { ...made.fields, memo: 'Thank you' }));
  expect(snapshot.wire).toMatchObject({ message: 'Thank you', expense_ids: [expense], time_entry_ids: time });
});

test('a void invoice is cancelled once, and its time is free again', async () => {
  const world = newWorld();
  const made = await invoiceOf(world);
  const voided = await update(world, made, { ...made.fields, status: 'void' });
  for (let repeat = 0; repeat < 2; repeat++) {
    expect((await world.write(voided)).snapshot.wire['status']).toBe('cancelled');
  }
  expect(world.standIn.rows('time_entries').some((row) => row['is_invoiced'])).toBe(false);
  const other = await world.newWrite('invoice', { ...made.fields, status: 'void' });
  expect(await refused(world, other)).toMatchObject({ outcome: 'refused', code: 'rejected', fields: ['status'] });
});

test('a paid invoice that would not change is left alone, for it takes no update', async () => {
  const world = newWorld();
  const made = await invoiceOf(world);
  world.standIn.update('invoices', made.saved.recordId, { status: 'accepted payment' });
  await world.write(await update(world, made, { ...made.fields, status: 'paid' }));
  expect(world.options.counts.routes.filter((route) => route.startsWith('PUT '))).toEqual([]);
});

test('contract terms stand on the project in the custom fields that the settings name', async () => {
  const world = newWorld();
  const [purchaseOrder, billingMode, recognised] = ['Purchase order', 'Who bills', 'Recognised'].map((name) =>
    world.standIn.create('custom_fields', { name, subject_type: 'Workspace', value_type: 'string' }),
  );
  const project = await world.make('project');
  const write = { ...(await world.newWrite('contract')), recordId: project.recordId };
  await world.write(write);
  expect(world.standIn.rows('custom_field_values'), 'without settings nothing is written').toEqual([]);
  const settings = { ...Object(world.options.settings), customFields: { purchaseOrder, billingMode, recognised } };
  await kantata.connect({ ...world.options, settings }).write([write]);
  expect(world.standIn.rows('custom_field_values').map((row) => row['value'])).toEqual(['PO-7731', 'erp', '9600.00']);
});

test('a custom field that an admin maps is described, read and written under its id', async () => {
  const world = newWorld();
  const field = world.standIn.create('custom_fields', {
    name: 'Region',
    subject_type: 'Workspace',
    value_type: 'string',
  });
  const path = `custom_fields.${field}`;
  const schema = await world.session.describe('workspaces');
  expect(schema.find((one) => one.path === path)).toMatchObject({ label: 'Region', type: 'text', isWritable: true });
  const { recordId } = await world.make('project');
  const session = kantata.connect({ ...world.options, paths: { workspaces: ['title', path, 'stage'] } });
  const write = { ...(await world.newWrite('project')), recordId, wire: { custom_fields: { [field]: 'DACH' } } };
  expect((await session.write([write]))[0]).toMatchObject({ outcome: 'applied' });
  world.standIn.update('workspaces', recordId, { stage: 'Discovery' });
  const [read] = await session.read([{ recordType: 'workspaces', recordId }]);
  const wire = read?.found === 'here' ? read.snapshot.wire : {};
  expect(wire).toMatchObject({ stage: 'Discovery', custom_fields: { [field]: 'DACH', purchaseOrder: null } });
});

test('refusals say why: a record not there, a kind we do not write, a taken value, a missing right', async () => {
  const world = newWorld();
  const project = await world.example('project');
  const write = await world.newWrite('project', project);
  const there = { ...write, recordId: (await world.write(write)).snapshot.recordId };
  expect(await refused(world, { ...there, recordId: '1' })).toMatchObject({ outcome: 'refused', code: 'orphaned' });
  const time = { ...there, recordType: 'time_entries' };
  expect(await refused(world, time)).toMatchObject({ outcome: 'refused', code: 'rejected' });

  const field = world.standIn.create('custom_fields', {
    name: 'Order',
    subject_type: 'Workspace',
    unique_constraint: true,
  });
  const settings = { ...Object(world.options.settings), customFields: { purchaseOrder: field } };
  const session = kantata.connect({ ...world.options, settings });
  const wire = { custom_fields: { purchaseOrder: 'PO-1' } };
  const [first, second] = [there.recordId, (await world.make('project')).recordId];
  await session.write([{ ...there, recordId: first, wire }]);
  expect((await session.write([{ ...there, recordId: second, wire }]))[0]).toMatchObject({ code: 'conflict' });

  world.standIn.act('forbid', { collection: 'workspaces' });
  expect(await refused(world, there)).toMatchObject({ code: 'rejected', vendorCode: 'system-403' });
});

test('a renamed field stops reads and writes instead of emptying records', async () => {
  const world = newWorld();
  const write = await world.newWrite('customer');
  const { snapshot } = await world.write(write);
  world.standIn.arm({ how: 'schema-change', detail: 'workspace_groups.website:website_url', times: null });
  const paths = (await world.session.describe('workspace_groups')).map((field) => field.path);
  expect([paths.includes('website'), paths.includes('website_url')]).toEqual([false, true]);
  const fault = { code: 'schema-changed', fields: ['website'] };
  await expect(world.session.read([snapshot])).rejects.toMatchObject(fault);
  await expect(world.session.write([write])).rejects.toMatchObject(fault);
});

test('cash for a whole invoice pays it, a part stays with the project; neither can be changed afterwards', async () => {
  const world = newWorld();
  const { saved } = await invoiceOf(world);
  const example = { ...(await world.example('payment')), invoice: saved.recordId };
  const part = { ...example, isFull: false, amount: { amountMinor: '5000', currency: 'EUR', exponent: 2 } };
  const partly = await world.write(await world.newWrite('payment', part));
  expect(partly.snapshot.wire).toMatchObject({ invoice_id: null, amount_in_cents: 5000 });
  const write = await world.newWrite('payment', example);
  const { snapshot } = await world.write(write);
  expect(snapshot.externalId).toBe(write.externalId);
  expect(world.standIn.rows('invoices')[0]).toMatchObject({ status: 'accepted payment', balance_in_cents: 0 });
  const update = await world.newUpdate(
    'payment',
    { externalId: write.externalId, recordId: snapshot.recordId },
    example,
  );
  expect((await world.write(update)).created).toBe(false);
  const more = { ...example, number: 'PYMT89' };
  const changed = { externalId: write.externalId, recordId: snapshot.recordId };
  expect(await refused(world, await world.newUpdate('payment', changed, more))).toMatchObject({ code: 'rejected' });
  expect(world.rows('payment')).toBe(2);
});
