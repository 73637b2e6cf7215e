// The operator's call that puts a lane back: what it asks for first, when it does nothing, and how the lane fares then.
// Earlier states are real copies of the lane's tables; that Cloudflare keeps them as it says is not shown here.
import { describe, expect, it } from 'vitest';
import { endLane } from '../../edge-worker/flow/ending.ts';
import { type EarlierStates, goBack } from '../../edge-worker/flow/go-back.ts';
import { progressOf } from '../../edge-worker/flow/progress.ts';
import { tried } from '../../edge-worker/flow/steward.ts';
import { takingBack } from '../../edge-worker/flow/take-back.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';
import { type Copy, copyOf, putBack } from '../support/put-back.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

async function firm() {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: { system: erp, roles: ['erp'] } });
  const copies = new Map<number, Copy>();
  const went: string[] = [];
  const earlier: EarlierStates = {
    bookmarkAt: async (atMs) => String([...copies.keys()].findLast((one) => one <= atMs) ?? ''),
    goTo: async (bookmark) => void went.push(bookmark),
  };
  const tell = async (id: string) => {
    crm.put('client', id, client(id));
    await rig.notice('crm', 'client', id);
    await rig.pass(minuteMs);
  };
  const keep = () => copies.set(rig.nowMs, copyOf(rig.storage.sqlite.db));
  const ask = (atMs: number, states = earlier) =>
    tried(() => goBack(rig.lane, { atMs, reason: 'Broken tables', by: 'operator' }, states));
  const startAnew = async () => {
    for (const bookmark of went.splice(0)) putBack(rig.storage.sqlite.db, copies.get(Number(bookmark)) as Copy);
    await rig.restart();
  };
  const audit = () =>
    rig.d1.sqlite.db
      .prepare("SELECT action, by, detail FROM audit WHERE action LIKE 'lane-put-back%' ORDER BY seq")
      .all();
  await tell('Acme');
  await rig.pass(minuteMs);
  return { crm, erp, rig, tell, keep, ask, startAnew, audit, went };
}

describe('A lane that the operator puts back', () => {
  it('says so in the audit before it goes, and comes back with all it knew; nothing is made twice', async () => {
    const { erp, rig, tell, keep, ask, startAnew, audit, went } = await firm();
    keep();
    const atMs = rig.nowMs;
    await tell('Bolt');
    const links = () => rig.rows('SELECT entity, connection, record_id, given FROM links ORDER BY 1, 2');
    const [before, writes, run] = [links(), erp.count('write'), rig.lane.core.store.run];
    const answered = await ask(atMs);
    expect(answered).toMatchObject({ ok: true, value: { atMs } });
    expect(answered.ok && answered.value.run).toBeGreaterThan(run);
    expect(audit()).toMatchObject([{ action: 'lane-put-back-asked', by: 'operator' }]);
    expect(went).toHaveLength(1);
    await startAnew();
    for (let turn = 0; turn < 4; turn++) await rig.pass(minuteMs);
    expect([links(), erp.count('write')]).toEqual([before, writes]);
    expect(audit().map(({ action }) => action)).toEqual(['lane-put-back-asked', 'lane-put-back']);
  });

  it('notices also where nothing has happened since, and says how far it has come', async () => {
    const { rig, keep, ask, startAnew, audit } = await firm();
    keep();
    const atMs = rig.nowMs;
    rig.nowMs += minuteMs;
    expect(progressOf(rig.lane.core)['takingBack']).toBeNull();
    await ask(atMs);
    // D1 says what is lost, and answers nothing after that.
    let calls = 0;
    rig.d1.wait = async () => {
      if (++calls === 2) rig.d1.failure = { when: 'before', times: null };
    };
    await startAnew();
    expect(progressOf(rig.lane.core)['takingBack']).toMatchObject({ step: 'wiring', entities: 0 });
    const again = ask(atMs);
    for (let turn = 0; turn < 3; turn++) await rig.pass(10_000);
    expect(await again).toMatchObject({ ok: false, code: 'lane-behind' });
    Object.assign(rig.d1, { failure: null, wait: null });
    for (let turn = 0; turn < 4; turn++) await rig.pass(minuteMs);
    expect([takingBack(rig.lane.core), progressOf(rig.lane.core)['takingBack']]).toEqual([null, null]);
    expect(audit()).toHaveLength(2);
  });

  it('does not go where it could not take back what it loses', async () => {
    const { rig, tell, ask, went, audit } = await firm();
    const foundedMs = rig.nowMs - 2 * minuteMs;
    expect(await ask(rig.nowMs + minuteMs)).toMatchObject({ ok: false, code: 'invalid-fields' });
    expect(await ask(foundedMs)).toMatchObject({ ok: false, code: 'not-kept-so-long' });
    await rig.pass(40 * dayMs);
    await tell('Bolt');
    expect(await ask(rig.nowMs - 15 * dayMs)).toMatchObject({ ok: false, code: 'not-kept-so-long' });
    rig.d1.failure = { when: 'before', times: 1_000 };
    expect(await ask(rig.nowMs - dayMs)).toMatchObject({ ok: false, code: 'record-unavailable' });
    rig.d1.failure = null;
    await rig.pass(minuteMs);
    const none: EarlierStates = { bookmarkAt: async () => null, goTo: async () => void went.push('none') };
    expect(await ask(rig.nowMs - dayMs, none)).toMatchObject({ ok: false, code: 'put-back-not-offered' });
    endLane(rig.lane.core, { endsMs: rig.nowMs + dayMs, reason: 'Over', by: 'ines' });
    expect(await ask(rig.nowMs - dayMs)).toMatchObject({ ok: false, code: 'installation-ending' });
    expect([went, audit()]).toEqual([[], []]);
  });
});
