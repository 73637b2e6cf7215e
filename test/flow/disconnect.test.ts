// A connection that is taken away: what ends with it, what stays known, and what its account finds when it is back.
import { describe, expect, it } from 'vitest';
import type { Write, WriteResult } from '../../edge-worker/connectors/connector.ts';
import { disconnectionOf } from '../../edge-worker/flow/disconnect.ts';
import { change } from '../../edge-worker/flow/requests.ts';
import { StatusView } from '../../edge-worker/flow/status.ts';
import { connect, type NewConnection } from '../../edge-worker/flow/steward.ts';
import { disconnectionWords } from '../../shared/ending-words.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';

const seal = async (plain: string) => `sealed ${plain}`;
const namesIn = (system: RigSystem) => [...system.rows.values()].map((row) => row.wire['name']).sort();
const erpAgain: NewConnection = {
  ...{ id: 'erp', system: 'erp', roles: ['erp'], account: 'erp', environment: 'production' },
  ...{ settings: {}, sealedSecrets: 'new', routing: null, flow: 'open' },
};

function twoSystems() {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  const seats = {
    crm: { system: crm, roles: ['crm'], statusBatch: 50 },
    erp: { system: erp, roles: ['erp'] },
  } as const;
  return { crm, erp, rig: new LaneRig(seats) };
}

const refused = async (writes: readonly Write[]): Promise<readonly WriteResult[]> =>
  writes.map(() => ({ outcome: 'refused', code: 'rejected', message: 'Too long', fields: [], vendorCode: null }));

const takeAway = (rig: LaneRig, reason = 'The firm moves to another ledger') =>
  change(rig.lane, { verb: 'disconnect', connection: 'erp', reason, by: 'ada' }, seal);

const leftIn = (rig: LaneRig, table: string) => rig.rows(`SELECT count(*) AS n FROM ${table} WHERE connection = 'erp'`);

describe('A connection that is taken away', () => {
  it('says beforehand what ends with it, and what does not', async () => {
    const { crm, erp, rig } = twoSystems();
    crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    erp.onWrite = refused;
    crm.put('client', 'b', client('Birch'));
    await rig.notice('crm', 'client', 'b');
    const found = disconnectionOf(rig.lane.core, 'erp');
    expect(found).toMatchObject({ state: 'active', commands: 1, unknown: 0, holds: 1, links: 1, isAccountFree: false });
    if (!found) return;
    expect(disconnectionWords({ ...found, system: 'ERP' }).map(({ text }) => text)).toEqual([
      'Nothing is read from ERP or written there any more, and its credentials are forgotten.',
      '1 changes that have not been sent to ERP are given up.',
      '1 exceptions about ERP are closed without an answer.',
      '1 records of ERP stay there as they are. Which of ours they are stays known.',
      'The account can be connected elsewhere once all of this is done.',
    ]);
    expect(disconnectionOf(rig.lane.core, 'psa')).toBeNull();
  });

  it('is asked and told nothing more, has no credentials, and gives its account back', async () => {
    const { crm, erp, rig } = twoSystems();
    rig.storage.sql.exec("UPDATE connections SET sealed_secrets = 'sealed' WHERE id = 'erp'");
    rig.storage.sql.exec("INSERT INTO tokens VALUES ('erp', 'access', 'old', 0)");
    crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    expect(await takeAway(rig)).toMatchObject({ ok: true, value: { state: 'ending', links: 1 } });
    expect(rig.rows("SELECT sealed_secrets FROM connections WHERE id = 'erp'")).toEqual([{ sealed_secrets: '' }]);
    expect(leftIn(rig, 'tokens')).toEqual([{ n: 0 }]);
    await rig.settle();
    const calls = erp.calls.length;
    crm.put('client', 'a', client('Acme', '2'));
    crm.put('client', 'b', client('Birch'));
    await rig.notice('crm', 'client', 'a', 'b');
    await rig.pass(120_000);
    expect(erp.calls.length).toBe(calls);
    expect(namesIn(erp)).toEqual(['Acme']);
    for (const table of ['commands', 'holds', 'cursors', 'waits', 'rechecks', 'flows', 'status_due'])
      expect([table, leftIn(rig, table)]).toEqual([table, [{ n: 0 }]]);
    expect(leftIn(rig, 'links')).toEqual([{ n: 1 }]);
    expect(rig.givenBack).toEqual(['erp']);
    expect(disconnectionOf(rig.lane.core, 'erp')).toMatchObject({ state: 'ended', isAccountFree: true });
    expect(await takeAway(rig)).toMatchObject({ ok: true, value: { state: 'ended' } });
  });

  it('leaves exceptions closed, pages elsewhere that say so, and an audit row with the reason', async () => {
    const { crm, erp, rig } = twoSystems();
    erp.onWrite = refused;
    crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    const [{ entity }] = rig.rows("SELECT entity FROM links WHERE connection = 'crm'") as [{ entity: string }];
    await takeAway(rig);
    await rig.settle();
    const closed = rig.d1.sqlite.db.prepare("SELECT state, closed_by FROM exceptions WHERE control = 'refused'").all();
    expect(closed).toEqual([{ state: 'closed', closed_by: 'disconnected' }]);
    const { core } = rig.lane;
    const shown = new StatusView(core.store.sql, core.wiring, [entity]).statusesFor(entity, 'crm', rig.nowMs);
    expect(shown).toMatchObject([{ system: 'erp', state: 'ignored', reason: 'disconnected' }]);
    const audit = rig.d1.sqlite.db.prepare("SELECT action, by, detail FROM audit WHERE subject = 'erp'").all();
    expect(audit.map((row) => [row['action'], row['by']])).toEqual([
      ['connection-made', 'operator'],
      ['connection-ending', 'ada'],
      ['connection-ended', 'hub'],
    ]);
    expect(String(audit[1]?.['detail'])).toContain('The firm moves to another ledger');
  });

  it('lets a call under way come to its end first, and what it made is known', async () => {
    const { crm, erp, rig } = twoSystems();
    let answer: (() => void) | null = null;
    erp.onWrite = (_writes, carryOut) =>
      new Promise((resolve) => {
        answer = () => resolve(carryOut());
      });
    crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    await takeAway(rig);
    await rig.settle();
    expect(disconnectionOf(rig.lane.core, 'erp')).toMatchObject({ state: 'ending', isAccountFree: false });
    (answer as (() => void) | null)?.();
    await rig.settle();
    expect(disconnectionOf(rig.lane.core, 'erp')).toMatchObject({ state: 'ended', links: 1, commands: 0 });
  });

  it('goes on after the object has died half-way, and keeps a call of unknown outcome to be looked for', async () => {
    const { crm, erp, rig } = twoSystems();
    erp.onWrite = (_writes, carryOut) => {
      carryOut();
      return new Promise(() => undefined);
    };
    crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    await takeAway(rig);
    await rig.restart();
    await rig.pass(1_000);
    expect(disconnectionOf(rig.lane.core, 'erp')).toMatchObject({ state: 'ended', unknown: 1 });
    erp.onWrite = null;
    connect(rig.lane.core, erpAgain, 'ada');
    await rig.pass(60_000);
    await rig.pass(60_000);
    expect(namesIn(erp)).toEqual(['Acme']);
    expect(disconnectionOf(rig.lane.core, 'erp')).toMatchObject({ state: 'active', unknown: 0, links: 1 });
  });
});

describe('An account that was taken away', () => {
  it('finds its records linked when it is back, and gets what has changed meanwhile', async () => {
    const { crm, erp, rig } = twoSystems();
    crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    rig.hasDirectory = false;
    await takeAway(rig);
    await rig.settle();
    expect(() => connect(rig.lane.core, erpAgain, 'ada')).toThrow('still being taken away');
    rig.hasDirectory = true;
    await rig.pass(30_000);
    crm.put('client', 'a', client('Acme', '2'));
    await rig.notice('crm', 'client', 'a');
    connect(rig.lane.core, erpAgain, 'ada');
    expect(rig.rows("SELECT state FROM jobs WHERE kind = 'load' AND cause = 'erp'")).toEqual([{ state: 'running' }]);
    await rig.pass(1_000);
    expect([...erp.rows.values()].map(({ wire }) => [wire['name'], wire['phone']])).toEqual([['Acme', '2']]);
  });

  it('is not connected under another id, nor another account under its own', async () => {
    const { rig } = twoSystems();
    await takeAway(rig);
    await rig.settle();
    expect(() => connect(rig.lane.core, { ...erpAgain, id: 'ledger' }, 'ada')).toThrow('was connected here as erp');
    expect(() => connect(rig.lane.core, { ...erpAgain, account: 'other' }, 'ada')).toThrow('of the account erp');
  });

  it('keeps its records to itself: another in its seat is given none of them before a person says so', async () => {
    const [crm, erp, ledger] = [new RigSystem(), new RigSystem(), new RigSystem()];
    const late = { system: ledger, roles: ['erp'], isLate: true } as const;
    const rig = new LaneRig({
      crm: { system: crm, roles: ['crm'] },
      erp: { system: erp, roles: ['erp'] },
      ledger: late,
    });
    crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    await takeAway(rig);
    await rig.settle();
    connect(rig.lane.core, { ...erpAgain, id: 'ledger', system: 'ledger', account: 'ledger' }, 'ada');
    await rig.pass(1_000);
    expect([namesIn(ledger), rig.held()]).toEqual([[], ['moved-route']]);
  });
});
