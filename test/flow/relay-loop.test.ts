// Sending when things go wrong: calls that hang, are refused, or whose outcome our own code stumbles over.
import { describe, expect, it } from 'vitest';
import { Fault } from '../../edge-worker/faults.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';

function firm(batch = 100) {
  const crm = new RigSystem();
  const erp = new RigSystem();
  const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: { system: erp, roles: ['erp'], batch } });
  return { crm, erp, rig };
}

const namesIn = (system: RigSystem) => [...system.rows.values()].map((row) => row.wire['name']).sort();
const states = (rig: LaneRig) => rig.rows('SELECT state FROM commands').map((row) => row['state']);

describe('The relay', () => {
  it('stops at once when credentials are refused, whatever is still due', async () => {
    const { crm, erp, rig } = firm(1);
    erp.onWrite = async () => {
      throw new Fault('unauthorised', 'The token is revoked');
    };
    const ids = Array.from({ length: 100 }, (_, index) => `a${index}`);
    for (const id of ids) crm.put('client', id, client(id));
    await rig.notice('crm', 'client', ...ids);
    await rig.pass(60_000);
    expect(erp.count('write')).toBeLessThanOrEqual(3);
    expect(rig.rows("SELECT state FROM connections WHERE id = 'erp'")).toEqual([{ state: 'paused' }]);
    expect(rig.held()).toEqual(['connection']);
  });

  it('fills free places while a call hangs', async () => {
    const { crm, erp, rig } = firm(1);
    erp.onWrite = (writes, carryOut) =>
      writes[0]?.wire['name'] === 'Slow' ? new Promise(() => undefined) : Promise.resolve(carryOut());
    crm.put('client', 's', client('Slow'));
    await rig.notice('crm', 'client', 's');
    crm.put('client', 'q', client('Quick'));
    await rig.notice('crm', 'client', 'q');
    expect(namesIn(erp)).toEqual(['Quick']);
  });

  it('looks before it repeats a write whose outcome could not be written down, then asks the operator', async () => {
    const { crm, erp, rig } = firm();
    // The target answers with one and the same record for two customers.
    erp.onWrite = async (writes) =>
      writes.map((write) => {
        const snapshot = erp.put('client', 'ONE', write.wire, write.externalId);
        return { outcome: 'applied', created: true, snapshot, requestId: null };
      });
    crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    crm.put('client', 'b', client('Beta'));
    await rig.notice('crm', 'client', 'b');
    expect(states(rig)).toEqual(['uncertain']);
    const written = erp.count('write');
    for (let turn = 0; turn < 20; turn++) await rig.pass(250);
    expect(erp.count('write')).toBe(written);
    for (let turn = 0; turn < 20; turn++) await rig.pass(6_000);
    expect(states(rig)).toEqual(['held']);
    expect(rig.rows('SELECT control, owner FROM holds')).toEqual([{ control: 'settle-failed', owner: 'operator' }]);
    expect(rig.rows('SELECT id FROM attempts')).toEqual([]);
  });

  it('settles the other records of a call when one of them cannot be settled', async () => {
    const { crm, erp, rig } = firm();
    erp.put('client', 'TAKEN', client('Old'));
    erp.onWrite = async (writes, carryOut) => {
      const results = carryOut();
      const snapshot = erp.put('client', 'TAKEN', writes[1]?.wire ?? {}, 'somebody');
      return results.map((result, index) =>
        index < 2 && result.outcome === 'applied' ? { ...result, snapshot } : result,
      );
    };
    const ids = ['a', 'b', 'c', 'd'];
    for (const id of ids) crm.put('client', id, client(id));
    await rig.notice('crm', 'client', ...ids);
    const linked = rig.rows("SELECT record_id FROM links WHERE connection = 'erp' AND record_id IS NOT NULL");
    expect(linked).toHaveLength(3);
    expect(states(rig)).toEqual(['uncertain']);
  });

  it('sends again what a bug kept from leaving, and hands it over when that repeats', async () => {
    const { crm, erp, rig } = firm();
    const open = rig.lane.core.session.bind(rig.lane.core);
    let failures = 1;
    rig.lane.core.session = (connection) => {
      if (connection.id === 'erp' && failures-- > 0) throw new TypeError('open is not a function');
      return open(connection);
    };
    crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    expect(rig.lane.core.inFlight.size).toBe(0);
    await rig.pass(31_000);
    expect(namesIn(erp)).toEqual(['Acme']);
    failures = 100;
    crm.put('client', 'b', client('Beta'));
    await rig.notice('crm', 'client', 'b');
    for (let turn = 0; turn < 4; turn++) await rig.pass(31_000);
    expect(states(rig)).toEqual(['held']);
    expect(rig.held()).toEqual(['settle-failed']);
  });

  it('keeps the rest that a throttled call asked for when another call is answered', async () => {
    const { crm, erp, rig } = firm(1);
    let answer: () => void = () => undefined;
    erp.onWrite = async (writes, carryOut) => {
      if (writes[0]?.wire['name'] === 'A') throw new Fault('throttled', 'Too many', { retryAfterMs: 60_000 });
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return carryOut();
    };
    crm.put('client', 'a', client('A'));
    crm.put('client', 'b', client('B'));
    await rig.notice('crm', 'client', 'a', 'b');
    const untilMs = rig.lane.core.pausedUntilMs('erp');
    expect(untilMs).toBe(rig.nowMs + 60_000);
    answer();
    await rig.settle();
    expect(namesIn(erp)).toEqual(['B']);
    expect(rig.lane.core.pausedUntilMs('erp')).toBe(untilMs);
  });

  it('rests when calls are cut, instead of making the whole backlog uncertain', async () => {
    const { crm, erp, rig } = firm(1);
    erp.onWrite = async () => {
      throw new Fault('uncertain', 'The connection was reset');
    };
    const ids = Array.from({ length: 50 }, (_, index) => `a${index}`);
    for (const id of ids) crm.put('client', id, client(id));
    await rig.notice('crm', 'client', ...ids);
    expect(erp.count('write')).toBeLessThanOrEqual(3);
    expect(rig.rows("SELECT id FROM commands WHERE state = 'uncertain'").length).toBeLessThanOrEqual(3);
    expect(rig.lane.core.isPaused('erp')).toBe(true);
  });
});
