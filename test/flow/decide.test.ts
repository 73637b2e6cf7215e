// Reading and deciding when things go wrong: one bad record, one slow source, one stopped connection hold nobody else

// up.
import { describe, expect, it } from 'vitest';
import { text } from '../../edge-worker/connectors/codecs.ts';
import { at, type Connector } from '../../edge-worker/connectors/connector.ts';
import { Fault } from '../../edge-worker/faults.ts';
import { answer } from '../../edge-worker/flow/answer.ts';
import { resumeConnection } from '../../edge-worker/flow/connection-care.ts';
import { client, LaneRig, RigSystem, rigMaps } from '../support/lane-rig.ts';

function firm(maps: Connector['maps'] = rigMaps) {
  const crm = new RigSystem();
  const psa = new RigSystem();
  const erp = new RigSystem();
  const rig = new LaneRig({
    crm: { system: crm, roles: ['crm'], maps },
    psa: { system: psa, roles: ['psa'] },
    erp: { system: erp, roles: ['erp'] },
  });
  return { crm, psa, erp, rig };
}

/** A map whose codec stumbles over one value, as only a bug of ours can. */
function mapsThatStumble(): { maps: Connector['maps']; mend: () => void } {
  let isMended = false;
  const name = {
    ...text,
    decode: (value: unknown, record: Readonly<Record<string, unknown>>) => {
      if (value === 'Bad' && !isMended) throw new TypeError('x is not a function');
      return text.decode(value, record);
    },
  };
  const { customer } = rigMaps;
  if (!customer) throw new Error('Customers are mapped');
  const maps = { ...rigMaps, customer: { ...customer, fields: { ...customer.fields, name: at('name', name) } } };
  return {
    maps,
    mend: () => {
      isMended = true;
    },
  };
}

const namesIn = (system: RigSystem) => [...system.rows.values()].map((row) => row.wire['name']).sort();

describe('A run', () => {
  it('of a lane at rest begins at once; the next one a moment later, with all that came meanwhile', async () => {
    const { crm, rig } = firm();
    for (const name of ['Acme', 'Bolt', 'Cole', 'Dorn']) crm.put('client', name, client(name));
    const reads = () => crm.calls.filter((call) => call.startsWith('read'));
    await rig.notice('crm', 'client', 'Acme');
    expect(reads()).toEqual(['read Acme']);
    for (const name of ['Bolt', 'Cole', 'Dorn']) {
      rig.tell('crm', 'client', name);
      await rig.settle(2);
    }
    await rig.settle();
    expect(reads()).toEqual(['read Acme', 'read Bolt,Cole,Dorn']);
  });

  it('goes on without the one record it stumbles over, which becomes the operator’s work', async () => {
    const { maps, mend } = mapsThatStumble();
    const { crm, erp, rig } = firm(maps);
    for (const name of ['Acme', 'Bad', 'Cole', 'Dorn']) crm.put('client', name, client(name));
    await rig.notice('crm', 'client', 'Acme', 'Bad', 'Cole', 'Dorn');
    expect(namesIn(erp)).toEqual(['Acme', 'Cole', 'Dorn']);
    expect(rig.lane.waitingCount()).toBe(0);
    expect(rig.rows('SELECT control, owner, entity FROM holds')).toEqual([
      { control: 'record-failed', owner: 'operator', entity: 'client Bad' },
    ]);
    mend();
    await rig.notice('crm', 'client', 'Bad');
    expect(namesIn(erp)).toEqual(['Acme', 'Bad', 'Cole', 'Dorn']);
    expect(rig.held()).toEqual([]);
  });

  it('reads the others without the one record that makes their call fail, and gives that one to a person', async () => {
    const { crm, erp, rig } = firm();
    crm.onRead = (refs) => {
      if (refs.some((ref) => ref.recordId === 'bad')) throw new Fault('rejected', 'Malformed id');
    };
    for (const id of ['bad', 'x', 'y']) crm.put('client', id, client(id));
    await rig.notice('crm', 'client', 'bad', 'x', 'y');
    expect(namesIn(erp)).toEqual(['x', 'y']);
    expect(rig.lane.core.isPaused('crm')).toBe(false);
    for (let turn = 0; turn < 8; turn++) await rig.pass(61_000);
    expect(rig.rows('SELECT control, owner FROM holds')).toEqual([
      { control: 'record-unreadable', owner: 'integration' },
    ]);
    expect(rig.rows('SELECT * FROM rechecks')).toEqual([]);
  });

  it('does not wait for a source that hangs, and takes its answer when it comes', async () => {
    const { crm, psa, erp, rig } = firm();
    let answer: () => void = () => undefined;
    psa.onRead = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    psa.put('job', 'p', { name: 'Move' });
    await rig.notice('psa', 'job', 'p');
    crm.put('client', 'q', client('Quick'));
    await rig.notice('crm', 'client', 'q');
    expect(namesIn(erp)).toEqual(['Quick']);
    for (let turn = 0; turn < 10; turn++) await rig.pass(61_000);
    expect(psa.count('read')).toBe(1);
    psa.onRead = null;
    answer();
    await rig.settle();
    expect(namesIn(erp)).toEqual(['Move', 'Quick']);
    expect(rig.rows('SELECT * FROM rechecks')).toEqual([]);
  });

  it('reads a late record again when the object that waited for it is gone', async () => {
    const { psa, erp, rig } = firm();
    psa.onRead = () => new Promise(() => undefined);
    psa.put('job', 'p', { name: 'Move' });
    await rig.notice('psa', 'job', 'p');
    psa.onRead = null;
    await rig.restart();
    await rig.pass(61_000);
    expect(namesIn(erp)).toEqual(['Move']);
  });

  it('keeps what is asked for while the same record is being read', async () => {
    const { crm, rig } = firm();
    crm.put('client', 'a', client('Acme'));
    let answer: () => void = () => undefined;
    rig.storage.sql.exec(`INSERT INTO rechecks VALUES ('crm', 'client', 'a', 'changed', ${rig.nowMs}, 0, 0, NULL)`);
    crm.onRead = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    rig.lane.wake();
    await rig.settle(2);
    rig.storage.sql.exec('UPDATE rechecks SET due_ms = due_ms + 1');
    crm.onRead = null;
    answer();
    await rig.settle();
    expect(rig.rows('SELECT record_id FROM rechecks')).toEqual([{ record_id: 'a' }]);
  });

  it('leaves records of a stopped connection where they are until it runs again', async () => {
    const { crm, psa, rig } = firm();
    crm.onRead = () => {
      throw new Fault('unauthorised', 'The token is revoked');
    };
    crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    expect(rig.rows("SELECT state FROM connections WHERE id = 'crm'")).toEqual([{ state: 'paused' }]);
    // The fields of the connection that goes on are looked at once an hour; what D1 has taken is kept after a minute.
    for (let turn = 0; turn < 3; turn++) await rig.pass(30_000);
    const before = rig.storage.rowsWritten;
    rig.alarms.length = 0;
    for (let turn = 0; turn < 10; turn++) await rig.pass(30_000);
    expect(rig.storage.rowsWritten).toBe(before);
    expect(Math.min(...rig.alarms)).toBeGreaterThanOrEqual(5_000);
    psa.put('job', 'p', { name: 'Move' });
    await rig.notice('psa', 'job', 'p');
    expect(rig.rows("SELECT id FROM entities WHERE kind = 'project'")).toHaveLength(1);
    crm.onRead = null;
    resumeConnection(rig.lane.core, 'crm', 'operator');
    await rig.pass(1);
    expect(rig.rows("SELECT id FROM entities WHERE kind = 'customer'")).toHaveLength(1);
    expect(rig.rows('SELECT * FROM rechecks')).toEqual([]);
  });

  it('tells a person of a linked record that is not shown any more, until it is shown again', async () => {
    const { crm, rig } = firm();
    const row = crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    crm.rows.delete('client|a');
    await rig.notice('crm', 'client', 'a');
    for (let turn = 0; turn < 8; turn++) await rig.pass(61_000);
    expect(rig.rows('SELECT control, owner FROM holds')).toEqual([{ control: 'record-hidden', owner: 'integration' }]);
    crm.rows.set('client|a', row);
    await rig.notice('crm', 'client', 'a');
    expect(rig.held()).toEqual([]);
  });
});

describe('The answer to a hold', () => {
  it('reads a record again although nobody claims it yet', async () => {
    const { maps, mend } = mapsThatStumble();
    const { crm, erp, rig } = firm(maps);
    crm.put('client', 'Bad', client('Bad'));
    await rig.notice('crm', 'client', 'Bad');
    const hold = String(rig.rows('SELECT id FROM holds')[0]?.['id']);
    mend();
    answer(rig.lane.core, hold, 'retry', 'operator', '');
    await rig.pass(1);
    expect(namesIn(erp)).toEqual(['Bad']);
  });
});
