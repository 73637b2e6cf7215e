// What is planned, and for whom: first-day differences, flows that close, routes, waits, answers, and work freed when
// its reason goes.
import { describe, expect, it } from 'vitest';
import { Fault } from '../../edge-worker/faults.ts';
import { answer } from '../../edge-worker/flow/answer.ts';
import { acceptMatches, setFlow } from '../../edge-worker/flow/steward.ts';
import { hashOfNothing } from '../../edge-worker/flow/translate.ts';
import { client, LaneRig, type RigSeat, RigSystem } from '../support/lane-rig.ts';

function firm(more: Partial<RigSeat> = {}) {
  const [crm, psa, erp] = [new RigSystem(), new RigSystem(), new RigSystem()];
  const rig = new LaneRig({
    crm: { system: crm, roles: ['crm'] },
    psa: { system: psa, roles: ['psa'] },
    erp: { system: erp, roles: ['erp'], ...more },
  });
  return { crm, psa, erp, rig };
}

const recordsOf = (system: RigSystem, type: string) =>
  [...system.rows.values()].filter((row) => row.recordType === type);
const phoneIn = (system: RigSystem) => recordsOf(system, 'client').map((row) => row.wire['phone']);
const holdId = (rig: LaneRig) => String(rig.rows('SELECT id FROM holds')[0]?.['id']);

describe('The first day', () => {
  async function matched() {
    const world = firm({ flow: 'matching' });
    const { crm, erp, rig } = world;
    erp.put('client', 'E9', client('Acme', 'ERP phone'));
    await rig.notice('erp', 'client', 'E9');
    crm.put('client', 'a', client('Acme', 'CRM phone'));
    await rig.notice('crm', 'client', 'a');
    expect(acceptMatches(rig.lane.core, 'erp', 'customer', null, 'admin')).toEqual({ linked: 1, open: 0 });
    await rig.pass(1_000);
    return world;
  }

  it('creates nothing before the match is accepted and nothing twice after it', async () => {
    const { erp } = await matched();
    expect(recordsOf(erp, 'client')).toHaveLength(1);
    expect(erp.count('write')).toBe(0);
  });

  it('leaves a difference alone when another field is edited', async () => {
    const { crm, erp, rig } = await matched();
    crm.put('client', 'a', { ...client('Acme', 'CRM phone'), active: false });
    await rig.notice('crm', 'client', 'a');
    expect(erp.count('write')).toBe(1);
    expect(recordsOf(erp, 'client')[0]?.wire).toMatchObject({ phone: 'ERP phone', active: false });
  });

  it('writes the field from the moment our value changes, and goes on doing so', async () => {
    const { crm, erp, rig } = await matched();
    for (const phone of ['newer', 'CRM phone']) {
      crm.put('client', 'a', client('Acme', phone));
      await rig.notice('crm', 'client', 'a');
      expect(phoneIn(erp)).toEqual([phone]);
    }
  });
});

describe('A record that is its own system’s as a whole', () => {
  /** What was written into the links of a connection, row by row. */
  function linksWritten(rig: LaneRig, connection: string): unknown[] {
    return rig.rows(`SELECT given FROM written WHERE connection = '${connection}'`).map((row) => row['given']);
  }

  function watched(more: Partial<RigSeat> = {}) {
    const [crm, erp] = [new RigSystem(), new RigSystem()];
    const rig = new LaneRig({ crm: { system: crm, roles: ['crm'], ...more }, erp: { system: erp, roles: ['erp'] } });
    rig.rows('CREATE TABLE written (connection TEXT, given TEXT)');
    for (const event of ['INSERT', 'UPDATE'])
      rig.rows(`CREATE TRIGGER on_${event} AFTER ${event} ON links BEGIN
        INSERT INTO written VALUES (new.connection, new.given); END`);
    return { crm, erp, rig };
  }

  it('has its link written once, and nothing goes back to it', async () => {
    const { crm, erp, rig } = watched();
    crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    expect(recordsOf(erp, 'client')).toHaveLength(1);
    expect(linksWritten(rig, 'crm')).toEqual([hashOfNothing]);
    expect(crm.count('write')).toBe(0);
  });

  it('counts as found for as long as nothing is planned there', async () => {
    const { crm, rig } = watched({ flow: 'matching' });
    crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    expect(linksWritten(rig, 'crm').at(-1)).toBe('as-found');
    acceptMatches(rig.lane.core, 'crm', 'customer', null, 'admin');
    await rig.pass(1_000);
    expect(linksWritten(rig, 'crm').at(-1)).toBe(hashOfNothing);
    expect(crm.count('write')).toBe(0);
  });
});

describe('A flow', () => {
  it('that is set to observe sends nothing any more, not even what was due', async () => {
    const { crm, erp, rig } = firm();
    erp.onWrite = async () => {
      throw new Fault('throttled', 'Too many', { retryAfterMs: 600_000 });
    };
    crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    erp.onWrite = null;
    setFlow(rig.lane.core, 'erp', 'customer', { state: 'observe', cutoverOn: null }, 'admin');
    await rig.pass(900_000);
    expect(recordsOf(erp, 'client')).toEqual([]);
    setFlow(rig.lane.core, 'erp', 'customer', { state: 'open', cutoverOn: null }, 'admin');
    await rig.pass(1_000);
    expect(recordsOf(erp, 'client')).toHaveLength(1);
  });
});

describe('Routing', () => {
  function regional() {
    const [crm, east, west] = [new RigSystem(), new RigSystem(), new RigSystem()];
    const rig = new LaneRig({
      crm: { system: crm, roles: ['crm'] },
      east: { system: east, roles: ['erp'], routing: { field: 'country', values: ['DE'] } },
      west: { system: west, roles: ['erp'], routing: { field: 'country', values: ['US'] } },
    });
    const sell = async (country: string) => {
      crm.put('client', 'a', { ...client('Acme'), country });
      await rig.notice('crm', 'client', 'a');
    };
    return { east, west, rig, sell };
  }

  it('that changes before anything was written sends the record to the new target only', async () => {
    const { east, west, rig, sell } = regional();
    east.onWrite = async () => {
      throw new Fault('throttled', 'Too many', { retryAfterMs: 60_000 });
    };
    await sell('DE');
    east.onWrite = null;
    await sell('US');
    await rig.pass(120_000);
    expect([recordsOf(east, 'client').length, recordsOf(west, 'client').length]).toEqual([0, 1]);
  });

  it('that changes afterwards is held rather than making a second record', async () => {
    const { west, rig, sell } = regional();
    await sell('DE');
    await sell('US');
    expect(recordsOf(west, 'client')).toEqual([]);
    expect(rig.held()).toEqual(['moved-route']);
  });

  it('that fits nowhere has an owner', async () => {
    const { rig, sell } = regional();
    await sell('JP');
    expect(rig.rows('SELECT control, owner FROM holds')).toEqual([{ control: 'no-route', owner: 'integration' }]);
    await sell('US');
    expect(rig.held()).toEqual([]);
  });
});

describe('Work that waits', () => {
  async function hoursOnRefusedJob() {
    const { psa, erp, rig } = firm();
    erp.onWrite = async (writes) =>
      writes.map(() => ({ outcome: 'refused', code: 'rejected', message: 'No', fields: [], vendorCode: null }));
    for (const [system, id] of [
      [psa, 'r'],
      [erp, 'e'],
    ] as const)
      system.put('person', id, { name: 'Ines', mail: 'i@x' });
    await rig.notice('erp', 'person', 'e');
    await rig.notice('psa', 'person', 'r');
    psa.put('job', 'p', { name: 'Rollout' });
    psa.put('hours', 't', {
      job: 'p',
      person: 'r',
      day: '2026-11-03',
      hours: '2',
      rate: null,
      role: null,
      currency: 'EUR',
    });
    await rig.notice('psa', 'hours', 't');
    return { erp, rig };
  }

  it('for a record that was refused becomes somebody’s at once', async () => {
    const { rig } = await hoursOnRefusedJob();
    expect(rig.rows("SELECT state FROM commands WHERE kind = 'time'")).not.toContainEqual({ state: 'waiting' });
  });

  it('for what a person then lets through goes on', async () => {
    const { erp, rig } = await hoursOnRefusedJob();
    erp.onWrite = null;
    const refused = rig.rows("SELECT id FROM holds WHERE control = 'refused'")[0];
    answer(rig.lane.core, String(refused?.['id']), 'retry', 'admin', '');
    await rig.pass(1_000);
    expect(recordsOf(erp, 'job')).toHaveLength(1);
    expect(rig.rows("SELECT state FROM commands WHERE kind = 'time' AND state = 'waiting'")).toEqual([]);
  });
});

describe('A person’s answer', () => {
  it('that rejects content keeps it out until the content changes', async () => {
    const { crm, erp, rig } = firm();
    erp.onWrite = async (writes) =>
      writes.map(() => ({ outcome: 'refused', code: 'rejected', message: 'No', fields: [], vendorCode: null }));
    crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    erp.onWrite = null;
    answer(rig.lane.core, holdId(rig), 'reject', 'admin', 'Not ours');
    await rig.pass(120_000);
    expect(recordsOf(erp, 'client')).toEqual([]);
    expect(rig.rows("SELECT record_id FROM links WHERE connection = 'erp'")).toEqual([]);
    crm.put('client', 'a', client('Acme', '2'));
    await rig.notice('crm', 'client', 'a');
    expect(phoneIn(erp)).toEqual(['2']);
  });

  it('never sends again what may have taken effect: retry looks first', async () => {
    const { crm, erp, rig } = firm();
    erp.onWrite = async (_writes, carryOut) => {
      carryOut();
      carryOut();
      throw new Fault('uncertain', 'Cut off');
    };
    crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    await rig.pass(10_000);
    expect(rig.held()).toEqual(['two-found']);
    erp.onWrite = null;
    answer(rig.lane.core, holdId(rig), 'retry', 'admin', '');
    await rig.pass(1_000);
    expect(rig.held()).toEqual(['two-found']);
    expect(erp.count('write')).toBe(1);
    const [copy] = recordsOf(erp, 'client');
    erp.rows.delete(`client|${copy?.recordId}`);
    answer(rig.lane.core, holdId(rig), 'retry', 'admin', 'The copy is deleted');
    await rig.pass(1_000);
    expect(rig.held()).toEqual([]);
    expect(recordsOf(erp, 'client')).toHaveLength(1);
  });
});
