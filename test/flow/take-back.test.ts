// A lane was put back to an earlier time: it notices by itself, takes back from D1 what it knew since, and looks before
// it sends anything. Nothing is made twice, nothing is lost.
import { describe, expect, it } from 'vitest';
import { Fault } from '../../edge-worker/faults.ts';
import { answer } from '../../edge-worker/flow/answer.ts';
import { makeKey, revokeKey } from '../../edge-worker/flow/keys.ts';
import { mappingContent } from '../../edge-worker/flow/mapping.ts';
import { publish } from '../../edge-worker/flow/steward.ts';
import { invoicedBy } from '../support/billed-firm.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';
import { copyOf, putBack } from '../support/put-back.ts';

const minuteMs = 60_000;

async function firm() {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: { system: erp, roles: ['erp'] } });
  const tell = async (id: string, phone = '1') => {
    crm.put('client', id, client(id, phone));
    await rig.notice('crm', 'client', id);
    await rig.pass(minuteMs);
  };
  const lane = () => copyOf(rig.storage.sqlite.db);
  const back = async (copy: ReturnType<typeof lane>) => {
    putBack(rig.storage.sqlite.db, copy);
    await rig.restart();
    for (let turn = 0; turn < 4; turn++) await rig.pass(minuteMs);
  };
  const phones = () => [...erp.rows.values()].map(({ wire }) => [wire['name'], wire['phone']]);
  const d1 = (query: string) => rig.d1.sqlite.db.prepare(query).all();
  await tell('Acme');
  return { crm, erp, rig, tell, lane, back, phones, d1 };
}

describe('An invoice made meanwhile', () => {
  it('is not made again: its lines are billed once, its order is used once, and its payment finds it', async () => {
    const one = await invoicedBy('psa', 'delivery');
    const { rig, erp } = one;
    const { db } = rig.storage.sqlite;
    const earlier = copyOf(db);
    await one.invoice('i1', ['h', 'g']);
    await one.post();
    await rig.pass(minuteMs);
    const state = () => [
      rig.rows('SELECT source, invoice, line FROM billed_lines ORDER BY 1'),
      rig.rows('SELECT * FROM purchase_orders'),
      rig.rows('SELECT project, figure, minor FROM project_figures ORDER BY 1, 2'),
    ];
    const [before, writes] = [state(), erp.count('write')];
    expect([one.inLedger().length, one.claims()]).toEqual([1, 2]);
    putBack(db, earlier);
    expect(state()).not.toEqual(before);
    await rig.restart();
    for (let turn = 0; turn < 4; turn++) await rig.pass(minuteMs);
    await one.invoice('i1', ['h', 'g']);
    await rig.pass(minuteMs);
    expect([state(), erp.count('write'), one.inLedger().length]).toEqual([before, writes, 1]);
    await one.post({ paid: '476.00', open: '0.00', state: 'paid' });
    const inPsa = () => one.psa.rows.get('bill|i1')?.wire['paid'];
    await rig.pass(minuteMs);
    expect([inPsa(), one.inLedger().length, rig.held()]).toEqual(['476.00', 1, ['lost-with-the-lane']]);
  });
});

describe('A lane that was put back', () => {
  it('knows what was made meanwhile, and makes nothing of it again', async () => {
    const { crm, erp, rig, tell, lane, back, phones, d1 } = await firm();
    const earlier = lane();
    await tell('Bolt');
    await tell('Acme', '77');
    const links = 'SELECT entity, connection, record_id, given FROM links ORDER BY 1, 2';
    const entities = 'SELECT id, version, canonical, provenance FROM entities ORDER BY 1';
    const before = [rig.rows(links), rig.rows(entities)];
    const writes = erp.count('write');
    await back(earlier);
    expect(rig.logs.map(([event]) => event)).toContain('lane-put-back');
    expect([rig.rows(links), rig.rows(entities)]).toEqual(before);
    expect([erp.count('write'), rig.rows('SELECT * FROM commands')]).toEqual([writes, []]);
    // It goes on as if nothing had been: news of both reach the records that were made meanwhile.
    crm.put('client', 'Bolt', client('Bolt', '88'));
    await rig.notice('crm', 'client', 'Bolt');
    await tell('Acme', '99');
    expect(phones()).toEqual([
      ['Acme', '99'],
      ['Bolt', '88'],
    ]);
    const [{ last }] = d1("SELECT max(version) AS last FROM entity_versions WHERE canonical ->> 'name' = 'Acme'") as [
      { last: number },
    ];
    expect(last).toBe(3);
  });

  it('goes on with its audit where it ended, every run above all that D1 has seen', async () => {
    const { rig, tell, lane, back, d1 } = await firm();
    const earlier = lane();
    publish(rig.lane.core, mappingContent.parse({}), 'ines');
    await tell('Bolt');
    const [{ run }] = d1('SELECT run FROM lane_heads') as [{ run: number }];
    await back(earlier);
    const rows = d1('SELECT seq, action, previous, hash, run FROM audit ORDER BY seq') as Record<string, unknown>[];
    expect(rows.map(({ action }) => action)).toContain('lane-put-back');
    for (const [at, row] of rows.entries())
      expect([row['seq'], row['previous']]).toEqual([at + 1, rows[at - 1]?.['hash'] ?? '']);
    expect(Number(rows.at(-1)?.['run'])).toBeGreaterThan(run);
    expect(rig.rows('SELECT max(version) AS version FROM mapping_versions')).toEqual([{ version: 2 }]);
    expect(rig.lane.core.wiring.mappingVersion).toBe(2);
  });

  it('looks for what it was about to send, and sends only what is not there', async () => {
    const { crm, erp, rig, lane, back, phones } = await firm();
    erp.onWrite = async () => {
      throw new Fault('unreachable', 'nobody there');
    };
    for (const id of ['Bolt', 'Cask']) crm.put('client', id, client(id));
    await rig.notice('crm', 'client', 'Bolt', 'Cask');
    const earlier = lane();
    expect(rig.rows("SELECT state FROM commands WHERE state = 'due'")).toHaveLength(2);
    crm.put('client', 'Acme', client('Acme', '5'));
    await rig.notice('crm', 'client', 'Acme');
    // D1 hears of this, and never of what became of the two.
    await rig.settle();
    rig.d1.failure = { when: 'before', times: 1_000 };
    erp.onWrite = async (_writes, carryOut) => {
      carryOut();
      for (const [key, { wire }] of erp.rows) if (wire['name'] === 'Cask') erp.rows.delete(key);
      throw new Fault('uncertain', 'cut');
    };
    await rig.pass(minuteMs);
    rig.d1.failure = null;
    erp.onWrite = null;
    expect(phones()).toEqual([
      ['Acme', '5'],
      ['Bolt', '1'],
    ]);
    const finds = erp.count('find');
    await back(earlier);
    expect(erp.count('find')).toBeGreaterThan(finds);
    expect(phones()).toEqual([
      ['Acme', '5'],
      ['Bolt', '1'],
      ['Cask', '1'],
    ]);
  });

  it('asks nobody a second time, shows nothing as open that is not, and takes no revoked key', async () => {
    const { erp, rig, tell, lane, back, d1 } = await firm();
    const key = { id: 'key_1', name: 'reports', scopes: [], hash: 'h', perMinute: 60, expiresMs: null } as const;
    makeKey(rig.lane.core, key as never, 'ines');
    const refused = {
      outcome: 'refused',
      code: 'rejected',
      message: 'No such terms',
      fields: [],
      vendorCode: null,
    } as const;
    erp.onWrite = async (writes) => writes.map(() => refused);
    await tell('Bolt');
    expect(rig.held()).toEqual(['refused']);
    await rig.pass(minuteMs);
    const earlier = lane();
    revokeKey(rig.lane.core, 'key_1', 'ines');
    answer(rig.lane.core, String(rig.rows('SELECT id FROM holds')[0]?.['id']), 'reject', 'ines', 'Not wanted');
    await tell('Cask');
    expect(rig.held()).toEqual(['refused']);
    await rig.pass(minuteMs);
    await back(earlier);
    expect(rig.held()).toEqual(['lost-with-the-lane', 'refused']);
    const open = d1("SELECT id FROM exceptions WHERE state = 'open' ORDER BY id").map((row) => row['id']);
    expect(open).toEqual(rig.rows('SELECT id FROM holds ORDER BY id').map((row) => row['id']));
    expect(rig.rows('SELECT revoked_ms IS NULL AS isAlive FROM api_keys')).toEqual([{ isAlive: 0 }]);
  });

  it('waits for D1 before it goes on, and only so long where D1 does not answer', async () => {
    const { erp, rig, tell, lane, phones } = await firm();
    const earlier = lane();
    await tell('Bolt');
    putBack(rig.storage.sqlite.db, earlier);
    rig.d1.failure = { when: 'before', times: 1_000 };
    const calls = erp.calls.length;
    await rig.restart();
    rig.tell('crm', 'client', 'Bolt');
    await rig.pass(5_000);
    expect(erp.calls).toHaveLength(calls);
    rig.d1.failure = null;
    for (let turn = 0; turn < 4; turn++) await rig.pass(minuteMs);
    expect(phones()).toEqual([
      ['Acme', '1'],
      ['Bolt', '1'],
    ]);
    rig.d1.failure = { when: 'before', times: 1_000 };
    await rig.restart();
    rig.tell('crm', 'client', 'Bolt');
    for (let turn = 0; turn < 8; turn++) await rig.pass(5_000);
    expect(erp.calls.length).toBeGreaterThan(calls);
  });
});
