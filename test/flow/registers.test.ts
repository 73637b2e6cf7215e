// What is told in order and never ends: exceptions that were closed, the audit, what subscribers were told. It leaves
// D1 after its time, and nobody who reads it notices.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditLines } from '../../edge-worker/api/routes/audit.ts';
import { answer } from '../../edge-worker/flow/answer.ts';
import { auditHead } from '../../edge-worker/flow/audit.ts';
import { archiveFor } from '../../edge-worker/platform/archive.ts';
import { auditPublicKey, signHead } from '../../edge-worker/platform/audit-signature.ts';
import { recordFor } from '../../edge-worker/platform/record-database.ts';
import { archivedText } from '../../edge-worker/store/archive.ts';
import { exceptions } from '../../edge-worker/store/record-schema.ts';
import { type RowIn, registerKey } from '../../edge-worker/store/registers.ts';
import { retention } from '../../edge-worker/store/retention.ts';
import { shapeOf } from '../../edge-worker/store/rows.ts';
import { doorOf, hubKey } from '../support/door.ts';
import { client, LaneRig, phoneRefused, RigSystem, rigStartMs } from '../support/lane-rig.ts';
import { bySeq, listsOf, type OldFirm, oldFirm, type Page, type Row } from '../support/old-firm.ts';
import { copyOf, putBack } from '../support/put-back.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** A row as the record has it, under the names of its properties. */
function readColumnsOf(row: Row = {}): RowIn<'exceptions'> {
  const { columns, properties } = shapeOf(exceptions);
  return Object.fromEntries(
    properties.map((property, at) => [property, row[columns[at] ?? '']]),
  ) as RowIn<'exceptions'>;
}

/** Reads every list, and compares it with what was ever told. */
async function readsOn(firm: OldFirm, limits: readonly number[]): Promise<void> {
  for (const [path, expected, keyOf] of listsOf(firm)) {
    expect(expected.length, path).toBeGreaterThan(0);
    for (const limit of limits)
      expect((await firm.list(path, limit)).map(keyOf), `${path} by ${limit}`).toEqual(expected);
  }
}

/** Lines of an export, signed as the hub signs them, and what the script says of them that customers are given. */
async function proven({ rig }: Pick<OldFirm, 'rig'>): Promise<string> {
  const [record, archive] = [recordFor({ RECORD: rig.d1 }, 'ins_1'), archiveFor({ ARCHIVE: rig.r2.bucket }, 'ins_1')];
  const head = auditHead(rig.lane.core);
  const signed = { ...head, signature: await signHead(hubKey, head) };
  const begins = { is: 'audit', v: 1, installation: 'ins_1', publicKey: await auditPublicKey(hubKey) } as const;
  const lines: unknown[] = [];
  for await (const line of auditLines({ record, archive }, begins, signed)) lines.push(line);
  const folder = mkdtempSync(join(tmpdir(), 'tieout-audit-'));
  const file = join(folder, 'audit.ndjson');
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const { stdout, stderr } = spawnSync(process.execPath, ['docs/verify-audit.mjs', file], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return stdout.split('\n')[0] + stderr;
}

describe('What is told in order', () => {
  it('reads on from D1 into the archive, whatever is asked for and however long its pages are', async () => {
    const firm = await oldFirm(1.5);
    for (const table of ['audit', 'exceptions', 'dispatches'] as const)
      expect(firm.here(table).length, table).toBeLessThan(firm.ever(table).length * 0.9);
    await readsOn(firm, [7, 50, 1000]);
    const [{ seq } = { seq: 0 }] = firm.ever('audit').sort(bySeq);
    expect(await proven(firm)).toMatch(new RegExp(`^${seq} rows, unbroken, signed \\d+ times`));
  });

  it('stays whole where the lane is cut off between the archive and D1, and nothing is there twice', async () => {
    const firm = await oldFirm(0.75);
    const { rig } = firm;
    const before = firm.texts();
    const added = () => firm.texts().filter((key) => !before.includes(key));
    // Whatever is put there first, D1 is away from then on.
    rig.d1.wait = async () => {
      if (added().length > 0) rig.d1.failure = { when: 'before', times: null };
    };
    for (let day = 0; day < 30; day++) await rig.pass(dayMs);
    const [table = ''] = added().map((key) => key.split('/')[2]);
    const rows = firm.here(table).length;
    const ofTable = () => firm.texts().filter((key) => key.includes(`/${table}/`));
    const texts = ofTable();
    rig.d1.wait = null;
    rig.d1.failure = null;
    await readsOn(firm, [7]);
    await rig.restart();
    for (let turn = 0; turn < 4; turn++) await rig.pass(minuteMs);
    expect(firm.here(table).length).toBeLessThan(rows);
    expect(ofTable()).toEqual(texts);
    await readsOn(firm, [7]);
  });

  it('is told once after D1 was put back to a time before it left, and leaves again', async () => {
    const firm = await oldFirm(0.75);
    const { db } = firm.rig.d1.sqlite;
    const earlier = copyOf(db);
    for (let day = 0; day < 32; day++) await firm.rig.pass(dayMs);
    firm.remember();
    const [rows, texts] = [firm.here('exceptions').length, firm.texts()];
    putBack(db, earlier);
    expect(firm.here('exceptions').length).toBeGreaterThan(rows);
    await readsOn(firm, [7]);
    for (let turn = 0; turn < 4; turn++) await firm.rig.pass(dayMs / 2);
    expect([firm.here('exceptions').length, firm.texts()]).toEqual([rows, texts]);
    await readsOn(firm, [7]);
  });
});

describe('A page that would have to look very far back', () => {
  it('is short and says where it goes on: what is looked for is found at last, once', async () => {
    const firm = await oldFirm(0.25);
    const archive = archiveFor({ ARCHIVE: firm.rig.r2.bucket }, 'ins_1');
    const [row] = firm.here('exceptions').filter(({ state }) => state === 'closed');
    // Ninety texts from before: one exception in each, and what is looked for is in the very last.
    for (let text = 0; text < 90; text++) {
      const id = `exc_00${String(text).padStart(3, '0')}`;
      const [madeMs, owner] = [rigStartMs - (90 - text) * dayMs, text < 89 ? 'sales' : 'nobody'];
      const rows = [{ ...readColumnsOf(row), id, madeMs, closedMs: madeMs, owner }];
      await archive.put(registerKey('exceptions', '', rows), archivedText({ exceptions: rows }));
    }
    const path = '/exceptions?state=closed&owner=nobody';
    const first = await firm.door.get<Page>(path);
    expect(first.body).toMatchObject({ rows: [], next: expect.any(String) });
    expect((await firm.list(path, 50)).map(({ id }) => id)).toEqual(['exc_00089']);
    expect(await firm.list('/exceptions?state=closed&owner=sales', 1000)).toHaveLength(
      89 + firm.here('exceptions').filter(({ state, owner }) => state === 'closed' && owner === 'sales').length,
    );
  });
});

/** A customer whom the ERP refused once, until Ada said what to do. */
async function answered() {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: { system: erp, roles: ['erp'] } });
  const ask = async (phone: string) => {
    erp.onWrite = async (writes) => writes.map(() => phoneRefused);
    crm.put('client', 'a', client('Aldermann', phone));
    await rig.notice('crm', 'client', 'a');
    erp.onWrite = null;
    answer(rig.lane.core, String(rig.rows('SELECT id FROM holds')[0]?.['id']), 'retry', 'Ada', 'The number is right');
    await rig.pass(minuteMs);
  };
  await ask('+49 1');
  await rig.pass(dayMs);
  await ask('+49 2');
  const entity = String(rig.rows('SELECT id FROM entities')[0]?.['id']);
  const ids = rig.d1.sqlite.db
    .prepare('SELECT id FROM exceptions ORDER BY id')
    .all()
    .map(({ id }) => String(id));
  const answers = async () => {
    const door = doorOf(rig.d1, undefined, rig.r2, () => rig.nowMs);
    const paths = [
      ...ids.map((id) => `/exceptions/${id}`),
      `/exceptions?state=closed&entity=${entity}`,
      ...['2026-11-22T12:00:00Z', '2026-12-20T00:00:00Z'].map((at) => `/entities/${entity}/why?field=phone&at=${at}`),
    ];
    return Promise.all(paths.map(async (path) => [path, await door.get<Record<string, unknown>>(path)] as const));
  };
  return { rig, entity, ids, answers };
}

describe('What people were asked and said', () => {
  it('is told of the exception, of its record and of a value for ever, in the same words', async () => {
    const { rig, ids, answers } = await answered();
    const before = await answers();
    expect(before.map(([, { status }]) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(before[0]?.[1].body).toMatchObject({ state: 'closed', closedBy: 'Ada', before: [{ id: ids[1] }] });
    expect(before[4]?.[1].body).toMatchObject({ decisions: [{ answer: 'retry', by: 'Ada' }] });
    for (let month = 0; month < 18; month++) await rig.pass(30 * dayMs);
    const here = (table: string) => rig.d1.sqlite.db.prepare(`SELECT * FROM ${table}`).all().length;
    expect([here('exceptions'), here('audit')]).toEqual([0, 1]);
    expect(await answers()).toEqual(before);
  });

  it('leaves the end of the audit in D1, and a lane that was put back goes on from it', async () => {
    const { rig } = await answered();
    const [earlier, { db }] = [copyOf(rig.storage.sqlite.db), rig.storage.sqlite];
    for (let month = 0; month < 18; month++) await rig.pass(30 * dayMs);
    const [{ seq }] = rig.d1.sqlite.db.prepare('SELECT seq FROM audit').all() as [{ seq: number }];
    putBack(db, earlier);
    db.exec("UPDATE lane_state SET value = '1' WHERE name = 'run'");
    db.exec("DELETE FROM lane_state WHERE name = 'audit head'");
    await rig.restart();
    for (let turn = 0; turn < 4; turn++) await rig.pass(minuteMs);
    expect(auditHead(rig.lane.core).seq).toBeGreaterThan(seq);
    expect(await proven({ rig })).toMatch(/^\d+ rows, unbroken/);
  });

  it('leaves who has opened Tieout known by name, however long ago', async () => {
    const firm = await oldFirm(0.5);
    for (let month = 0; month < 18; month++) await firm.rig.pass(30 * dayMs);
    const { body } = await firm.door.get<Page>('/people');
    expect(body.rows.map(({ name }) => name).sort()).toEqual(['Ada', 'Grace', 'Mara']);
    expect(firm.here('audit')).toHaveLength(4);
  });
});

describe('While the archive is away', () => {
  it('what is younger than a month is told all the same; what is older says when to ask again', async () => {
    const firm = await oldFirm(0.5);
    firm.rig.r2.failure = 'network connection lost';
    expect(await firm.door.get<Page>('/audit?limit=5')).toMatchObject({ status: 200 });
    expect(await firm.door.get<Page>('/audit')).toMatchObject({ status: 503, body: { type: 'record-unavailable' } });
    expect((await firm.door.get<Page>('/exceptions')).status).toBe(200);
  });
});

it('Nothing leaves D1 before D1 can no longer be put back to a time at which it was there otherwise', () => {
  const { flushedMs, historyMs, exceptionsMs, dispatchesMs, auditMs } = retention;
  for (const keptMs of [exceptionsMs, dispatchesMs, auditMs]) expect(keptMs).toBeGreaterThan(flushedMs);
  // What was told of an exception leaves before it, and its answer after it.
  expect([historyMs < exceptionsMs, exceptionsMs < auditMs]).toEqual([true, true]);
});
