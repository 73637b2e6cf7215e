// What a system held against its owner's word is listed with both values, and found by an index of such rows alone.
import { expect, it } from 'vitest';
import { contestedRows } from '../../edge-worker/api/routes/contested.ts';
import { recordFor } from '../../edge-worker/platform/record-database.ts';
import { doorOf } from '../support/door.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';

interface Contested {
  readonly label: string;
  readonly field: string;
  readonly connection: string;
  readonly owner: string;
  readonly there: unknown;
  readonly ours: unknown;
  readonly became: string;
}

/** A customer whose phone belongs to the CRM and was changed in the ERP, twice. */
async function firm() {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: { system: erp, roles: ['erp'] } });
  crm.put('client', 'a', client('Aldermann', '+49 1'));
  await rig.notice('crm', 'client', 'a');
  await rig.pass(60_000);
  const [there] = erp.rows.values();
  const id = String(there?.recordId);
  for (const phone of ['+33 5', '+33 6']) {
    erp.put('client', id, client('Aldermann', phone));
    await rig.notice('erp', 'client', id);
    await rig.pass(60_000);
  }
  const door = doorOf(rig.d1);
  const listed = async (query = '') =>
    (await door.get<{ rows: readonly Contested[]; next: string | null }>(`/contested?${query}`)).body;
  return { rig, erp, listed };
}

it('A value that another system changed is listed with whose word replaced it, the newest first', async () => {
  const { erp, listed } = await firm();
  const { rows } = await listed();
  expect(
    rows.map(({ field, connection, owner, there, ours, became }) => [field, connection, owner, there, ours, became]),
  ).toEqual([
    ['phone', 'erp', 'crm', '+33 6', '+49 1', 'overwritten'],
    ['phone', 'erp', 'crm', '+33 5', '+49 1', 'overwritten'],
  ]);
  expect(rows[0]?.label).toBe('Aldermann');
  expect([...erp.rows.values()].map(({ wire }) => wire['phone'])).toEqual(['+49 1']);
});

it('The list is narrowed by record, system, field, day and what became of it, and comes in pages', async () => {
  const { listed } = await firm();
  const countOf = async (query: string) => (await listed(query)).rows.length;
  expect(await countOf('kind=customer&connection=erp&field=phone&became=overwritten')).toBe(2);
  for (const query of ['kind=deal', 'connection=crm', 'field=name', 'became=held', 'became=left'])
    expect(await countOf(query), query).toBe(0);
  const first = await listed('limit=1');
  const second = await listed(`limit=1&after=${first.next}`);
  expect([first, second].map(({ rows }) => rows[0]?.there)).toEqual(['+33 6', '+33 5']);
  expect(second.next).toBeNull();
});

it('However long the timelines are, only rows that tell of such a value are gone through', async () => {
  const { rig } = await firm();
  const scoped = recordFor({ RECORD: rig.d1 }, 'ins_1');
  const asked = { kind: 'customer', connection: 'erp', from: '2026-01-01T00:00:00Z' } as const;
  const { text, bound } = scoped.written(contestedRows(asked, [9e12, 'z', 9, 9], 10));
  const steps = rig.d1.sqlite.db.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...bound);
  const details = steps.map(({ detail }) => String(detail)).filter((detail) => /timeline|entity_versions/.test(detail));
  expect(details[0]).toMatch(/^SEARCH timeline USING (COVERING )?INDEX timeline_contested \(installation=\? AND at_ms/);
  expect(details.filter((detail) => !/installation=\?/.test(detail))).toEqual([]);
});
