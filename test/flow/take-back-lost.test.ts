// What a lane that was put back knew besides records: what the audit and D1 tell of it is set as it was, and of the
// rest somebody is told by name what to make anew.
import { expect, it } from 'vitest';
import { changeHookKey } from '../../edge-worker/flow/hook-keys.ts';
import { makeKey } from '../../edge-worker/flow/keys.ts';
import { propose } from '../../edge-worker/flow/proposals.ts';
import { ask } from '../../edge-worker/flow/questions.ts';
import { setFlow } from '../../edge-worker/flow/steward.ts';
import { words } from '../../shared/words.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';
import { copyOf, putBack } from '../support/put-back.ts';
import { hour, Told } from '../support/told.ts';

const minuteMs = 60_000;

function firm() {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: { system: erp, roles: ['erp'] } });
  return { crm, erp, rig };
}

/** Puts a lane back to as it is now once `meanwhile` has happened and D1 knows of it. */
async function losing(rig: LaneRig, meanwhile: () => void | Promise<void>): Promise<void> {
  await rig.pass(minuteMs);
  const earlier = copyOf(rig.storage.sqlite.db);
  await meanwhile();
  for (let turn = 0; turn < 2; turn++) await rig.pass(minuteMs);
  putBack(rig.storage.sqlite.db, earlier);
  await rig.restart();
  for (let turn = 0; turn < 4; turn++) await rig.pass(minuteMs);
}

const hookKey = ({ lane }: LaneRig) => ask(lane, { about: 'hook-key', connection: 'crm' }, {});

const lost = (rig: LaneRig) => {
  const rows = rig.rows("SELECT code, params ->> 'names' AS names FROM holds WHERE control = 'lost-with-the-lane'");
  return new Map(rows.map(({ code, names }) => [code, names] as const));
};

it('A key that signs notices and was renewed in that time is in force again, and so is the one after it', async () => {
  const { rig } = firm();
  const { connector } = rig.lane.core.wiring.connections.get('crm') ?? {};
  Object.assign(connector ?? {}, { receiver: { keys: 'issued' } });
  const renew = () => {
    changeHookKey(rig.lane.core, { step: 'next', connection: 'crm' }, 'ines');
    changeHookKey(rig.lane.core, { step: 'end', connection: 'crm' }, 'ines');
  };
  await losing(rig, () => {
    renew();
    renew();
    changeHookKey(rig.lane.core, { step: 'next', connection: 'crm' }, 'ines');
  });
  const known = hookKey(rig);
  expect(known).toMatchObject({ version: 3, isSure: true });
  expect((known as { nextMs: number }).nextMs).not.toBeNull();
});

it('While nobody knows yet whether a key was renewed, no sender is turned away for its key', async () => {
  const { rig } = firm();
  await rig.pass(minuteMs);
  const earlier = copyOf(rig.storage.sqlite.db);
  await rig.notice('crm', 'client', 'nobody');
  makeKey(rig.lane.core, { id: 'key_1', name: 'k', scopes: [], hash: 'h', perMinute: 60, expiresMs: null }, 'ines');
  await rig.pass(minuteMs);
  expect(hookKey(rig)).toMatchObject({ isSure: true });
  putBack(rig.storage.sqlite.db, earlier);
  rig.d1.failure = { when: 'before', times: null };
  await rig.restart();
  expect(hookKey(rig)).toMatchObject({ isSure: false });
  rig.d1.failure = null;
  for (let turn = 0; turn < 4; turn++) await rig.pass(minuteMs);
  expect(hookKey(rig)).toMatchObject({ isSure: true });
});

it('Keys and drafts made in that time are gone: the list shows the key as ended, and people hear of both', async () => {
  const { rig } = firm();
  await losing(rig, () => {
    const key = { id: 'key_1', name: 'reports', scopes: [], hash: 'h', perMinute: 60, expiresMs: null };
    makeKey(rig.lane.core, key, 'ines');
    propose(rig.lane.core, { step: 'begin', id: 'dra_1', title: 'Totals', from: null }, 'ines');
    propose(rig.lane.core, { step: 'begin', id: 'dra_2', title: 'Dropped', from: null }, 'ines');
    propose(rig.lane.core, { step: 'drop', draft: 'dra_2' }, 'ines');
  });
  expect([lost(rig).get('keys-lost'), lost(rig).get('drafts-lost')]).toEqual(['reports', 'Totals']);
  const [{ ended }] = rig.d1.sqlite.db.prepare('SELECT revoked_ms IS NOT NULL AS ended FROM api_keys').all() as [
    { ended: number },
  ];
  expect(ended).toBe(1);
  expect([...lost(rig).keys()].filter((code) => !(String(code) in words))).toEqual([]);
});

it('Nothing that happened in that time is said where nobody made anything, but which days lack it', async () => {
  const { crm, rig } = firm();
  await losing(rig, async () => {
    crm.put('client', 'a', client('a'));
    await rig.notice('crm', 'client', 'a');
  });
  expect([...lost(rig).keys()]).toEqual(['sums-lost']);
});

it('What was set to be read only in that time is not written to afterwards', async () => {
  const { crm, erp, rig } = firm();
  await losing(rig, () => setFlow(rig.lane.core, 'erp', 'customer', { state: 'observe', cutoverOn: null }, 'ines'));
  crm.put('client', 'a', client('a'));
  await rig.notice('crm', 'client', 'a');
  await rig.pass(minuteMs);
  expect(erp.count('write')).toBe(0);
});

it('Subscribers hear of that time under the ids it had; those added then are named, removed ones gone', async () => {
  const told = await new Told().subscribe();
  const { rig } = told;
  const add = (id: string, name: string) =>
    told.ask({
      verb: 'make',
      subscription: { id, name, url: 'https://hooks.example/x', types: ['project.created'] },
      key: 'whsec_bm90IGEgcmVhbCBrZXkgYXQgYWxs',
    });
  await add('sub_2', 'Old one');
  let id = '';
  await losing(rig, async () => {
    await told.begin('Harbour rollout');
    id = String(rig.rows('SELECT id FROM announcements')[0]?.['id']);
    await add('sub_3', 'New one');
    await told.ask({ verb: 'remove', id: 'sub_2' });
    rig.pointers.length = 0;
  });
  expect(rig.rows('SELECT id FROM subscriptions')).toEqual([{ id: 'sub_1' }]);
  expect(lost(rig).get('subscribers-lost')).toBe('New one');
  await told.pass(hour);
  expect(told.heard.map((one) => [one.id, one.name])).toEqual([[id, 'Harbour rollout']]);
});

it('Who was merged into whom in that time is known again, and which records that has left', async () => {
  const { crm, rig } = firm();
  crm.put('client', 'w', client('Acme'));
  crm.put('client', 'l', client('Acme Ltd'));
  crm.put('client', 'm', client('Acme Inc'));
  await rig.notice('crm', 'client', 'w', 'l', 'm');
  await rig.pass(minuteMs);
  const state = () => [
    rig.rows('SELECT connection, record_type, record_id, kind, entity, former FROM left_records ORDER BY 1, 2, 3'),
    rig.rows('SELECT entity, "into" FROM aliases ORDER BY 1'),
  ];
  let before: unknown[] = [];
  await losing(rig, async () => {
    crm.merge('client', 'l', 'm');
    await rig.notice('crm', 'client', 'm');
    await rig.pass(minuteMs);
    crm.merge('client', 'w', 'l');
    await rig.notice('crm', 'client', 'l');
    await rig.pass(minuteMs);
    before = state();
  });
  expect((before[0] as unknown[]).length).toBeGreaterThan(1);
  expect(state()).toEqual(before);
});
