// What is special to Kantata, against its stand-in: hidden records, approvals of time, searches, statuses, the account.
import { expect, test } from 'vitest';
import type { ShownStatus } from '../../../shared/wire/status.ts';
import { notesOf } from '../../../test/conformance/notes.ts';
import { World } from '../../../test/conformance/world.ts';
import { fromWire } from '../../../test/support/wire.ts';
import type { RecordRef, Snapshot } from '../connector.ts';
import { kantata } from './index.ts';
import { standIn } from './stand-in.ts';

function newWorld(): World {
  return new World({ connector: kantata, factory: standIn, notes: notesOf(kantata), names: new Set() });
}

async function seen(world: World, ref: RecordRef): Promise<Snapshot> {
  const [result] = await world.session.read([ref]);
  if (result?.found !== 'here') throw new Error(`${ref.recordType} is ${result?.found}`);
  return result.snapshot;
}

async function logTime(world: World): Promise<RecordRef> {
  const role = world.standIn.create('roles', { name: 'Senior Consultant' });
  const recordId = String(
    world.standIn.act('log-time', {
      workspace_id: await world.idOf('project'),
      user_id: await world.idOf('resource'),
      role_id: role,
      date: '2026-11-03',
      minutes: 450,
      rate_in_cents: 18_500,
    }),
  );
  return { recordType: 'time_entries', recordId };
}

test('an archived project is seen; a deleted record is gone by its event alone, an unseen one is hidden', async () => {
  const world = newWorld();
  const [customer, project] = [await world.make('customer'), await world.make('project')];
  world.standIn.act('archive', { workspace_id: project.recordId });
  expect(fromWire(world.map('project'), (await seen(world, project)).wire)['isOpenForTime']).toBe(false);

  world.standIn.remove('workspace_groups', customer.recordId);
  const never = { recordType: 'workspace_groups', recordId: '1' };
  expect((await world.session.read([customer, never])).map(({ found }) => found)).toEqual(['gone', 'hidden']);

  world.standIn.act('forbid', { collection: 'subscribed_events' });
  expect((await world.session.read([customer])).map(({ found }) => found)).toEqual(['hidden']);
});

test('a group that is no company is not a customer', async () => {
  const world = newWorld();
  const recordId = world.standIn.create('workspace_groups', { name: 'Region north', company: false });
  const [result] = await world.session.read([{ recordType: 'workspace_groups', recordId }]);
  expect(result?.found).toBe('hidden');
});

test('people who left are seen, as inactive', async () => {
  const world = newWorld();
  const person = await world.make('resource');
  world.standIn.update('users', person.recordId, { disabled: true });
  expect(fromWire(world.map('resource'), (await seen(world, person)).wire)['isActive']).toBe(false);
});

test('time carries role, rate in main units, and the approval of its timesheet', async () => {
  const world = newWorld();
  const ref = await logTime(world);
  const carried = async () => fromWire(world.map('time'), (await seen(world, ref)).wire);
  const open = await seen(world, ref);
  expect(await carried()).toMatchObject({
    project: await world.idOf('project'),
    resource: await world.idOf('resource'),
    hours: '7.5',
    role: 'Senior Consultant',
    rate: '185',
    currency: 'EUR',
    approval: 'open',
  });
  for (const [verb, approval] of [
    ['submit-time', 'submitted'],
    ['approve', 'approved'],
    ['reject', 'rejected'],
  ] as const) {
    world.standIn.act(verb, { ids: [ref.recordId], submission_id: ref.recordId });
    expect((await carried())['approval']).toBe(approval);
    // An approval may leave the stamp as it was: the version differs, and is not taken for an older one.
    const { version } = await seen(world, ref);
    expect(version).not.toBe(open.version);
    expect(kantata.compareVersions(open.version, version)).toBe(0);
  }
});

test('records are found by e-mail, name and title, compared as people compare them', async () => {
  const world = newWorld();
  const [customer, project, person] = [
    await world.make('customer'),
    await world.make('project'),
    await world.make('resource'),
  ];
  const { full_name: _name, email_address: email } = (await seen(world, person)).wire;
  const { name, email: invoicesTo } = (await seen(world, customer)).wire;
  const { title } = (await seen(world, project)).wire;
  const found = await world.session.find([
    { recordType: 'users', field: 'email_address', value: String(email).toUpperCase() },
    { recordType: 'workspace_groups', field: 'name', value: String(name).toLowerCase() },
    { recordType: 'workspaces', field: 'title', value: String(title) },
    { recordType: 'workspaces', field: 'title', value: 'Harbour' },
    { recordType: 'workspace_groups', field: 'email', value: String(invoicesTo) },
  ]);
  expect(found.slice(0, 4).map((list) => list.map(({ recordId }) => recordId))).toEqual([
    [person.recordId],
    [customer.recordId],
    [project.recordId],
    [],
  ]);
  expect(found[4]?.map(({ recordId }) => recordId)).toContain(customer.recordId);
});

test('status rows stand beside our cross-reference, one per system, and may be repeated', async () => {
  const world = newWorld();
  const project = await world.make('project');
  const { externalId } = await seen(world, project);
  const status: ShownStatus = {
    state: 'held',
    reason: 'missing-purchase-order',
    params: { contract: 'HP' },
    system: 'ledger',
    counterpart: '77',
    link: 'https://ledger.example/77',
    lastMs: 0,
    nextMs: null,
    owner: 'finance',
    amounts: null,
  };
  for (let repeat = 0; repeat < 2; repeat++) {
    expect(await world.session.showStatus?.([{ ...project, status }])).toEqual([{ outcome: 'applied' }]);
  }
  const rows = world.standIn
    .rows('external_references')
    .filter((row) => String(row['subject_id']) === project.recordId);
  expect(rows.map((row) => row['service_name'])).toEqual(['tieout', 'tieout-ledger']);
  expect(rows[1]).toMatchObject({ status: 'failed', external_link: status.link, service_model_ref: '77' });
  expect(String(rows[1]?.['external_message'])).toMatch(/purchase order/i);
  expect((await seen(world, project)).externalId).toBe(externalId);
  const person = await world.make('resource');
  expect(await world.session.showStatus?.([{ ...person, status }])).toMatchObject([{ outcome: 'applied' }]);
});

test('a missing permission is named by its collection', async () => {
  const world = newWorld();
  world.standIn.act('forbid', { collection: 'invoices' });
  expect(await world.session.check()).toEqual({ account: '415', missing: ['read:invoices'] });
});

test('a projects page opens on the app host', () => {
  const settings = { apiBase: 'https://api.mavenlink.com/api/v1' };
  const ref = { recordType: 'workspaces', recordId: '7' };
  expect(kantata.recordUrl(settings, ref)).toBe('https://app.mavenlink.com/workspaces/7');
  expect(kantata.recordUrl(settings, { ...ref, recordType: 'users' })).toBeNull();
});

test('versions are ordered by their change stamps alone', () => {
  const { compareVersions } = kantata;
  expect(compareVersions('2026-11-22T10:00:00.000Z', '2026-11-22T10:00:01.000Z 7:new')).toBeLessThan(0);
  expect(compareVersions('2026-11-22T10:00:00.000Z 7:new', '2026-11-22T10:00:00.000Z 7:approved')).toBe(0);
  expect(compareVersions('', '2026-11-22T10:00:00.000Z')).toBe(0);
});
