// Statuses on record pages: a page that does not take its status holds neither other pages nor other work up.
import { describe, expect, it } from 'vitest';
import { Fault } from '../../edge-worker/faults.ts';
import { answer } from '../../edge-worker/flow/answer.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';

function firm() {
  const crm = new RigSystem();
  const erp = new RigSystem();
  const rig = new LaneRig({
    crm: { system: crm, roles: ['crm'], statusBatch: 10 },
    erp: { system: erp, roles: ['erp'] },
  });
  return { crm, erp, rig };
}

/** A customer that the ledger has, with what its page there shows of the CRM. */
async function shownInTheLedger() {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({
    crm: { system: crm, roles: ['crm'] },
    erp: { system: erp, roles: ['erp'], statusBatch: 10 },
  });
  let shown = '';
  erp.onStatus = async (statuses) => {
    shown = statuses.map(({ status }) => `${status.state} ${status.reason}`).join();
    return statuses.map(() => ({ outcome: 'applied' }));
  };
  const settle = async () => {
    for (let turn = 0; turn < 3; turn++) await rig.pass(5_000);
  };
  crm.put('client', 'a', client('Acme'));
  await rig.notice('crm', 'client', 'a');
  await settle();
  expect(shown).toBe('in-step null');
  return { rig, crm, shown: () => shown, settle };
}

describe('A status', () => {
  it('that makes its call fail leaves the other pages, and the connection, alone', async () => {
    const { crm, erp, rig } = firm();
    const shown = new Set<string>();
    crm.onStatus = async (statuses) => {
      if (statuses.some((one) => one.recordId === 'bad')) throw new Fault('rejected', 'Page is locked for good');
      for (const one of statuses) shown.add(one.recordId);
      return statuses.map(() => ({ outcome: 'applied' }));
    };
    for (const id of ['x', 'bad', 'y', 'z']) crm.put('client', id, client(id));
    await rig.notice('crm', 'client', 'x', 'bad', 'y', 'z');
    for (let turn = 0; turn < 10; turn++) await rig.pass(61_000);
    expect([...shown].sort()).toEqual(['x', 'y', 'z']);
    expect(erp.rows.size).toBe(4);
    expect(rig.lane.core.isPaused('crm')).toBe(false);
    expect(rig.rows('SELECT control, owner FROM holds')).toEqual([{ control: 'status-refused', owner: 'integration' }]);
    expect(rig.rows('SELECT * FROM status_due')).toEqual([]);
  });

  it('that was refused is shown again later, and its exception closes once it is taken', async () => {
    const { crm, rig } = firm();
    crm.onStatus = async (statuses) => statuses.map(() => ({ outcome: 'refused', message: 'Locked' }));
    crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    for (let turn = 0; turn < 10; turn++) await rig.pass(61_000);
    expect(rig.held()).toEqual(['status-refused']);
    crm.onStatus = null;
    crm.put('client', 'a', client('Acme', '2'));
    await rig.notice('crm', 'client', 'a');
    for (let turn = 0; turn < 3; turn++) await rig.pass(5_000);
    expect(rig.held()).toEqual([]);
  });

  it('says that a value cannot be read, and again after a "look again" for which nothing was mended', async () => {
    const { rig, crm, shown, settle } = await shownInTheLedger();
    crm.put('client', 'a', { ...client('Acme'), stage: 'unheard-of' });
    await rig.notice('crm', 'client', 'a');
    await settle();
    expect(shown()).toBe('held unreadable-value');
    const [hold] = rig.rows('SELECT id FROM holds');
    answer(rig.lane.core, String(hold?.['id']), 'retry', 'admin@northwind.example', '');
    await settle();
    expect(rig.held()).toEqual(['unreadable-value']);
    expect(shown()).toBe('held unreadable-value');
  });

  it('says that a record cannot be read, until it can be read again', async () => {
    const { rig, crm, shown, settle } = await shownInTheLedger();
    crm.onRead = () => {
      throw new Fault('rejected', 'Malformed');
    };
    await rig.notice('crm', 'client', 'a');
    for (let turn = 0; turn < 8; turn++) await rig.pass(61_000);
    expect([rig.held(), shown()]).toEqual([['record-unreadable'], 'held record-unreadable']);
    crm.onRead = null;
    const [hold] = rig.rows('SELECT id FROM holds');
    answer(rig.lane.core, String(hold?.['id']), 'retry', 'admin@northwind.example', '');
    await settle();
    expect([rig.held(), shown()]).toEqual([[], 'in-step null']);
  });
});
