// "Why is this so", as it is asked over HTTP and answered by the record's keys.

import { expect, it } from 'vitest';
import { explain, queries } from '../../edge-worker/api/explain.ts';
import { answer } from '../../edge-worker/flow/answer.ts';
import { newestVersions } from '../../edge-worker/flow/as-recorded.ts';
import { archiveFor } from '../../edge-worker/platform/archive.ts';
import { recordFor } from '../../edge-worker/platform/record-database.ts';
import { historyOf } from '../../edge-worker/store/history.ts';
import { doorOf } from '../support/door.ts';
import { client, LaneRig, phoneRefused, RigSystem } from '../support/lane-rig.ts';

const minuteMs = 60_000;

interface Why {
  readonly value: unknown;
  readonly since: string;
  readonly owner: string;
  readonly origin: {
    readonly by: string;
    readonly recordId: string;
    readonly recordVersion: string;
    readonly event: unknown;
  };
  readonly replaced: { readonly value: unknown; readonly version: number } | null;
  readonly mapping: { readonly version: number; readonly publishedBy: string };
  readonly decisions: readonly unknown[];
}

/** A customer of the CRM whose phone has changed once, a minute later, and been given to the ERP. */
async function customer() {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: { system: erp, roles: ['erp'] } });
  crm.put('client', 'a', client('Aldermann', '+49 1'));
  await rig.notice('crm', 'client', 'a');
  await rig.pass(minuteMs);
  const { version } = crm.put('client', 'a', client('Aldermann', '+49 2'));
  await rig.notice('crm', 'client', 'a');
  await rig.pass(minuteMs);
  const entity = String(rig.rows('SELECT id FROM entities')[0]?.['id']);
  const door = doorOf(rig.d1);
  const why = (query: string) => door.get<Why>(`/entities/${entity}/why?${query}`);
  return { rig, crm, erp, entity, why, version, door };
}

it('A value names its record and version, what asked for the read, and what it replaced', async () => {
  const { why, version } = await customer();
  const { status, body } = await why('field=phone');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    ...{ title: 'Phone', value: '+49 2', owner: 'crm', version: 2, since: '2026-11-22T08:01:00.000Z' },
    origin: {
      ...{ by: 'record', connection: 'crm', recordType: 'client', recordId: 'a', recordVersion: version },
      event: { is: 'delivery', id: 'd2', at: '2026-11-22T08:01:00.000Z' },
      words: { title: 'Told by crm' },
    },
    mapping: { version: 1, publishedBy: 'hub' },
    replaced: { value: '+49 1', version: 1, origin: { connection: 'crm' } },
    decisions: [],
  });
});

it('At an earlier moment the value of then is explained; before there was one, it is said since when', async () => {
  const { why } = await customer();
  const then = (await why('field=phone&at=2026-11-22T08:00:59Z')).body;
  expect(then).toMatchObject({ value: '+49 1', version: 1, replaced: null });
  const { status, body } = await why('field=phone&at=2026-11-22T07:59:59Z');
  expect([status, body]).toMatchObject([404, { next: 'Ask about a moment from 2026-11-22T08:00:00.000Z on.' }]);
});

it('What people decided about a value stands with their names and reasons, and goes with the value', async () => {
  const { rig, crm, erp, why } = await customer();
  erp.onWrite = async (writes) => writes.map(() => phoneRefused);
  crm.put('client', 'a', client('Aldermann', '+49 3'));
  await rig.notice('crm', 'client', 'a');
  erp.onWrite = null;
  answer(rig.lane.core, String(rig.rows('SELECT id FROM holds')[0]?.['id']), 'retry', 'Ada', 'The number is right');
  await rig.pass(minuteMs);
  const decided = { control: 'refused', connection: 'erp', answer: 'retry', by: 'Ada', reason: 'The number is right' };
  const { body } = await why('field=phone');
  expect(body).toMatchObject({ value: '+49 3', decisions: [decided] });
  expect((await why('field=name')).body.decisions).toHaveLength(1);
  crm.put('client', 'a', client('Aldermann', '+49 4'));
  await rig.notice('crm', 'client', 'a');
  expect((await why('field=phone')).body.decisions).toEqual([]);
});

it('Who was given a value is named with the save that did it, the first time', async () => {
  const { rig, entity } = await customer();
  const given = async (field: string, atMs: number) => {
    const { connectors } = rig.lane.core.ports;
    const found = await explain(recordFor({ RECORD: rig.d1 }, 'ins_1'), connectors, {
      ...{ entity, kind: 'customer', field, atMs },
    });
    return found && 'given' in found ? found.given.map((row) => `${row.connection} ${row.outcome}`) : null;
  };
  expect(await given('phone', rig.nowMs)).toEqual(['erp updated']);
  expect(await given('phone', rig.nowMs - 90_000)).toEqual(['erp created']);
  expect(await given('name', rig.nowMs)).toEqual(['erp created']);
  expect(await given('terms', rig.nowMs)).toEqual([]);
});

it('Who was given a value is called as people call it', async () => {
  const { rig, why } = await customer();
  rig.d1.sqlite.db.exec("UPDATE connections SET system = 'example' WHERE id = 'erp'");
  expect((await why('field=phone')).body).toMatchObject({ given: [{ connection: 'erp', title: 'Example' }] });
});

it('A value that the hub made, or that nobody has told, says so', async () => {
  const { why } = await customer();
  expect((await why('field=website')).body.origin).toMatchObject({ by: 'nobody', event: null });
  expect((await why('field=phone')).body.origin.by).toBe('record');
});

it('What is no field, and who is nobody, is told with what to do', async () => {
  const { why, door } = await customer();
  const wrong = await why('field=fax');
  expect(wrong).toMatchObject({ status: 422, body: { type: 'invalid-query', fields: [{ field: 'field' }] } });
  expect((wrong.body as unknown as { next: string }).next).toContain('phone');
  expect((await why('field=phone&at=yesterday')).status).toBe(422);
  const nobody = `/entities/cus_${'0'.repeat(26)}/why?field=phone`;
  expect((await door.get(nobody)).status).toBe(404);
  expect((await door.get('/entities/none/why?field=phone')).status).toBe(404);
});

const allQueries = (entity: string) => [
  ...[queries.versionAt(entity, 1), queries.first(entity), queries.versionsOf(entity, 9, 9), queries.connections()],
  ...[queries.mapping(1), queries.answered(entity, 1, 1), queries.answers(entity, 1, 1), queries.written(entity, 1, 1)],
  ...[queries.receiptsOf(entity), newestVersions([entity])],
];

const goneThrough = /^SCAN (entry|json_each) VIRTUAL TABLE|^LIST SUBQUERY|^USE TEMP B-TREE|^CREATE BLOOM/;

it('Every question of the record is answered by its keys, however long its tables are', async () => {
  const { rig, entity } = await customer();
  const scoped = recordFor({ RECORD: rig.d1 }, 'ins_1');
  for (const query of allQueries(entity)) {
    const { text, bound } = scoped.written(query);
    const steps = rig.d1.sqlite.db.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...bound);
    for (const { detail } of steps) {
      // Entries of a timeline row and the ids that were asked for are gone through; no table is.
      if (goneThrough.test(String(detail))) continue;
      // What an installation has few of is read whole.
      if (String(detail).startsWith('SEARCH connections')) continue;
      expect(detail, text).toMatch(/^SEARCH \w+ USING (PRIMARY KEY|(COVERING )?INDEX \w+) \(installation=\? AND /);
      if (String(detail).startsWith('SEARCH timeline')) expect(detail).toContain('entity=? AND run>?');
    }
  }
});

it('Once older history lies in the archive, the rest of it is still asked for by keys', async () => {
  const { rig, crm, erp, entity } = await customer();
  const record = recordFor({ RECORD: rig.d1 }, 'ins_1');
  erp.onWrite = async (writes) => writes.map(() => phoneRefused);
  crm.put('client', 'a', client('Aldermann', '+49 3'));
  await rig.notice('crm', 'client', 'a');
  answer(rig.lane.core, String(rig.rows('SELECT id FROM holds')[0]?.['id']), 'reject', 'Ada', 'It is wrong');
  for (let month = 0; month < 5; month++) await rig.pass(30 * 24 * 60 * minuteMs);
  const history = await historyOf(record, archiveFor({ ARCHIVE: rig.r2.bucket }, 'ins_1'), entity);
  const steps = allQueries(entity).flatMap((query) => {
    const { text, bound } = history.written(query);
    return rig.d1.sqlite.db.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...bound);
  });
  const details = steps.map(({ detail }) => String(detail));
  // Each table is narrowed to the installation, so that going through it would be a search by the installation alone.
  const moved = /^SEARCH (timeline|entity_versions|receipts|exceptions) USING (?:PRIMARY KEY|INDEX)/;
  const read = details.filter((detail) => moved.test(detail));
  expect(read.length).toBeGreaterThan(5);
  expect([...new Set(read.map((detail) => moved.exec(detail)?.[1]))].sort()).toEqual([
    'entity_versions',
    'exceptions',
    'receipts',
    'timeline',
  ]);
  expect(read.filter((detail) => !/installation=\? AND (entity|command|id)=\?/.test(detail))).toEqual([]);
});
