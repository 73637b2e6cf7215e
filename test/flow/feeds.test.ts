// Feeds: each is asked in its rhythm, and one that fails stands in nobody's way.
import { describe, expect, it } from 'vitest';
import type { Notice } from '../../edge-worker/connectors/connector.ts';
import { Fault } from '../../edge-worker/faults.ts';
import { startLoad } from '../../edge-worker/flow/load-job.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';

const feed = (name: string) => ({ name, everyMs: 60_000, activeMs: 5_000, startAt: () => 'start' });
const told = (recordId: string, version: string): Notice => ({
  recordType: 'client',
  recordId,
  kind: 'changed',
  occurredAtMs: 0,
  version,
});

function firm() {
  const crm = new RigSystem();
  const feeds = [feed('client'), feed('other')];
  const rig = new LaneRig({ crm: { system: crm, roles: ['crm'], feeds } });
  return { crm, rig };
}

describe('A feed', () => {
  it('that is refused for good neither stops the others nor the connection, and becomes somebody’s work', async () => {
    const { crm, rig } = firm();
    crm.onChanges = (name) => {
      if (name === 'client') throw new Fault('rejected', 'No permission');
      return { notices: [], cursor: 'next', hasMore: false };
    };
    for (let turn = 0; turn < 10; turn++) await rig.pass(61_000);
    expect(crm.count('changes other')).toBeGreaterThanOrEqual(9);
    expect(rig.lane.core.isPaused('crm')).toBe(false);
    expect(rig.rows('SELECT control, owner FROM holds')).toEqual([{ control: 'feed-failed', owner: 'integration' }]);
    crm.onChanges = null;
    await rig.pass(301_000);
    expect(rig.held()).toEqual([]);
  });

  it('is asked in turn although the one before it cannot be reached', async () => {
    const { crm, rig } = firm();
    crm.onChanges = (name) => {
      if (name === 'client') throw new Fault('unreachable', 'Timed out');
      return { notices: [], cursor: 'next', hasMore: false };
    };
    for (let turn = 0; turn < 5; turn++) await rig.pass(61_000);
    expect(crm.count('changes other')).toBeGreaterThan(0);
  });

  it('whose place does not move although it speaks of more has no more', async () => {
    const { crm, rig } = firm();
    crm.onChanges = () => ({ notices: [], cursor: 'same', hasMore: true });
    await rig.pass(61_000);
    expect(crm.count('changes client')).toBe(2);
  });

  it('does not keep a first load from reading what it has told already', async () => {
    const { crm, rig } = firm();
    crm.put('client', 'a', client('Acme'));
    crm.onChanges = (_name, cursor) => ({ notices: [told('a', '1')], cursor: `${cursor}1`, hasMore: false });
    await rig.pass(1);
    await rig.pass(5_000);
    await rig.pass(5_000);
    const read = crm.count('read');
    startLoad(rig.lane.core, 'job_1', 'crm', ['customer'], 'operator');
    await rig.pass(1);
    expect(crm.count('read')).toBe(read + 1);
  });

  it('has what was read at a push looked at once more, safely after its second, and not again', async () => {
    const { crm, rig } = firm();
    const { version } = crm.put('client', 'a', client('Acme'));
    crm.onChanges = (_name, cursor) => ({ notices: [told('a', version)], cursor: `${cursor}1`, hasMore: false });
    await rig.notice('crm', 'client', 'a');
    expect(crm.count('read')).toBe(1);
    for (let sweep = 0; sweep < 5; sweep++) await rig.pass(61_000);
    expect(crm.count('read')).toBe(2);
  });

  it('that tells of a record within the second in which it was read has it looked at later too', async () => {
    const { crm, rig } = firm();
    const { version } = crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    crm.onChanges = (_name, cursor) => ({ notices: [told('a', version)], cursor: `${cursor}1`, hasMore: false });
    await rig.pass(500);
    const early = crm.count('read');
    await rig.pass(61_000);
    expect(crm.count('read')).toBe(early + 1);
  });

  it('with much to tell is asked on as what it told is decided: no push stands behind all of it', async () => {
    const { crm, rig } = firm();
    const pages = 40;
    crm.onChanges = (name, cursor) => {
      if (name !== 'client') return { notices: [], cursor: 'start', hasMore: false };
      const page = cursor === 'start' ? 0 : Number(cursor);
      const recordId = `c${page}`;
      crm.put('client', recordId, client(`Client No ${page}`));
      return { notices: page < pages ? [told(recordId, '1')] : [], cursor: String(page + 1), hasMore: page < pages };
    };
    let goOn = () => {};
    const reading = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    crm.onRead = () => reading;
    await rig.pass(1);
    expect(crm.count('changes client')).toBe(4);
    goOn();
    for (let turn = 0; turn < 20; turn++) await rig.pass(1_000);
    expect(rig.rows("SELECT count(*) AS n FROM links WHERE record_type = 'client'")).toEqual([{ n: pages }]);
  });
});
