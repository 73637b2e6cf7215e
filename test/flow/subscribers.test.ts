// Downstream subscribers: told of everything once it is on disk, in order, at least once; never in anybody's way.
import { describe, expect, it, vi } from 'vitest';
import { settle, take, unreached } from '../../edge-worker/flow/dispatch.ts';
import { change } from '../../edge-worker/flow/requests.ts';
import { projectUpdated } from '../../shared/events/project-updated.ts';
import { hour, seal, second, Told } from '../support/told.ts';

describe('A project that exists in PSA and ERP', () => {
  it('is told to whoever asked for it, once, with the records it is', async () => {
    const told = await new Told().subscribe(['project.created']);
    await told.begin('Harbour rollout');
    await told.deliver();
    expect(told.names).toEqual(['Harbour rollout']);
    const [row] = told.rig.rows('SELECT * FROM announcements');
    expect(row?.['type']).toBe('project.created');
    const { project, records } = JSON.parse(String(row?.['payload']));
    expect(project.id).toBe(row?.['subject']);
    expect(records.map((one: { connection: string }) => one.connection).sort()).toEqual(['erp', 'psa']);
    // It changes, is read again and is written again: that is not another birth.
    told.psa.put('job', 'p1', { name: 'Harbour rollout II' });
    await told.rig.notice('psa', 'job', 'p1');
    await told.pass(hour);
    expect(told.heard.filter(({ name }) => name === 'Harbour rollout')).toHaveLength(1);
  });

  it('is not told before the ERP has it', async () => {
    const told = await new Told().subscribe(['project.created']);
    told.erp.onWrite = () => new Promise(() => undefined);
    await told.begin('Harbour rollout');
    expect(told.rig.rows('SELECT * FROM announcements')).toEqual([]);
  });

  it('costs nothing where nobody asked', async () => {
    const told = new Told();
    await told.begin('Harbour rollout');
    expect(told.rig.rows('SELECT * FROM announcements')).toEqual([]);
    await told.subscribe();
    await told.pass(hour);
    expect(told.heard).toEqual([]);
  });

  it('was there on both sides beforehand and is only matched: it is not told', async () => {
    const told = await new Told('matching').subscribe();
    await told.begin('Old project');
    const [born] = told.rig.rows("SELECT id FROM entities WHERE kind = 'project'");
    told.erp.put('job', 'e1', { name: 'Old project' }, String(born?.['id']));
    await told.rig.notice('erp', 'job', 'e1');
    const links = told.rig.rows("SELECT connection FROM links WHERE kind = 'project' AND record_id IS NOT NULL");
    expect(links).toHaveLength(2);
    expect(told.rig.rows('SELECT * FROM announcements')).toEqual([]);
  });
});

describe('A subscriber that is down', () => {
  it('is tried ever less often, then an integration admin is asked; nothing is dropped, order is kept', async () => {
    const told = await new Told().subscribe();
    told.answer = () => 0;
    await told.begin('First');
    await told.deliver();
    expect(told.row).toMatchObject({ state: 'active', failures: 1, problem: 'unreachable' });
    await told.pass(5 * 60 * second, second);
    expect(told.row).toMatchObject({ state: 'parked', failures: 5 });
    expect(told.rig.rows('SELECT code, owner FROM holds')).toEqual([{ code: 'subscriber-off', owner: 'integration' }]);
    // A day of silence: about one call an hour, with one event.
    const before = told.heard.length;
    await told.begin('Second', 'Third');
    await told.pass(24 * hour, 60 * second);
    expect(told.heard.length - before).toBeLessThan(36);
    expect(new Set(told.names)).toEqual(new Set(['First']));

    told.answer = () => 200;
    await told.pass(2 * hour, 60 * second);
    expect(told.names.slice(-3)).toEqual(['First', 'Second', 'Third']);
    expect(told.row).toMatchObject({ state: 'active', failures: 0, problem: null });
    expect(told.rig.held()).toEqual([]);
    expect(new Set(told.heard.map(({ id }) => id)).size).toBe(3);
    await told.rig.settle();
    expect((await told.log()).map((row) => [row['state'], Number(row['attempts']) > 5])).toEqual([
      ['delivered', true],
      ['delivered', false],
      ['delivered', false],
    ]);
  });

  it('is called at once when a person says it is back', async () => {
    const told = await new Told().subscribe();
    told.answer = () => 0;
    await told.begin('First');
    await told.pass(10 * 60 * second, second);
    const [hold] = told.rig.rows('SELECT id FROM holds');
    told.answer = () => 200;
    const answer = { verb: 'answer', hold: String(hold?.['id']), answer: 'retry', by: 'ada', reason: '' } as const;
    expect(await change(told.rig.lane, answer, seal)).toMatchObject({ ok: true });
    await told.rig.settle();
    const calls = told.heard.length;
    await told.deliver();
    expect(told.heard).toHaveLength(calls + 1);
    expect(told.rig.held()).toEqual([]);
  });

  it('that says it is gone is not called until a person says so, and is told then what it missed', async () => {
    const told = await new Told().subscribe();
    told.answer = () => 410;
    await told.begin('First');
    await told.pass(48 * hour, 600 * second);
    expect(told.names).toEqual(['First']);
    expect(told.rig.held()).toEqual(['subscriber-gone']);
    told.answer = () => 200;
    await told.ask({ verb: 'resume', id: 'sub_1' });
    await told.begin('Second');
    await told.deliver();
    expect(told.names).toEqual(['First', 'First', 'Second']);
  });
});

describe('An event that its subscriber will not take', () => {
  it('is put aside for a person after five tries, and the others go on', async () => {
    const told = await new Told().subscribe();
    await told.begin('Good');
    await told.deliver();
    told.answer = (name) => (name === 'Bad' ? 422 : 200);
    await told.begin('Bad', 'Better');
    await told.pass(hour, second);
    expect(told.names).toEqual(['Good', 'Bad', 'Bad', 'Bad', 'Bad', 'Bad', 'Better']);
    expect(told.rig.rows('SELECT code, owner FROM holds')).toEqual([{ code: 'event-refused', owner: 'integration' }]);
    expect((await told.log()).map((row) => row['state'])).toEqual(['delivered', 'refused', 'delivered']);
    const [hold] = told.rig.rows('SELECT id FROM holds');
    told.answer = () => 200;
    const answer = { verb: 'answer', hold: String(hold?.['id']), answer: 'retry', by: 'ada', reason: '' } as const;
    await change(told.rig.lane, answer, seal);
    await told.pass(second);
    expect(told.names.slice(-2)).toEqual(['Better', 'Bad']);
    expect(told.rig.held()).toEqual([]);
  });

  it('is not put aside when the subscriber takes none at all: a person is asked about the whole', async () => {
    const told = await new Told().subscribe();
    told.answer = () => 400;
    await told.begin('First', 'Second');
    await told.pass(hour, second);
    expect(new Set(told.names)).toEqual(new Set(['First']));
    expect(told.rig.held()).toEqual(['subscriber-off']);
  });
});

describe('What is on its way to a subscriber', () => {
  it('is asked for again within two minutes when its pointer is lost', async () => {
    const told = await new Told().subscribe();
    await told.begin('First');
    expect(told.rig.pointers.splice(0)).toEqual(['sub_1']);
    await told.rig.pass(30 * second);
    expect(told.rig.pointers).toEqual([]);
    for (let waited = 30; waited < 120 && told.rig.pointers.length === 0; waited += 30)
      await told.rig.pass(30 * second);
    await told.deliver();
    expect(told.names).toEqual(['First']);
  });

  it('is told again under the same id when the lane stops before it hears the answer', async () => {
    const told = await new Told().subscribe();
    await told.begin('First');
    const round = take(told.rig.lane.core, 'sub_1');
    await told.rig.restart();
    await told.deliver();
    // The answer to the first call comes late, and changes nothing.
    expect(settle(told.rig.lane.core, 'sub_1', round?.token ?? '', [])).toBe(false);
    expect(round?.dispatches.map(({ id }) => id)).toEqual(told.heard.map(({ id }) => id));
  });

  it('is in the hands of one taker at a time', async () => {
    const told = await new Told().subscribe();
    await told.begin('First');
    expect(take(told.rig.lane.core, 'sub_1')).not.toBeNull();
    expect(take(told.rig.lane.core, 'sub_1')).toBeNull();
    told.rig.nowMs += 91 * second;
    expect(take(told.rig.lane.core, 'sub_1')).not.toBeNull();
  });

  it('becomes the operator’s work when its pointer fails every try, and goes on once a call succeeds', async () => {
    const told = await new Told().subscribe();
    await told.begin('First');
    told.rig.pointers.length = 0;
    unreached(told.rig.lane.core, 'sub_1');
    expect(told.rig.rows('SELECT code, owner FROM holds')).toEqual([{ code: 'subscriber-stuck', owner: 'operator' }]);
    await told.pass(30 * second);
    expect(told.names).toEqual(['First']);
    expect(told.rig.held()).toEqual([]);
  });

  it('waits while its subscription is paused, and follows when it is resumed', async () => {
    const told = await new Told().subscribe();
    await told.ask({ verb: 'pause', id: 'sub_1' });
    await told.begin('First', 'Second');
    await told.pass(hour);
    expect(told.heard).toEqual([]);
    await told.ask({ verb: 'resume', id: 'sub_1' });
    await told.deliver();
    expect(told.names).toEqual(['First', 'Second']);
  });

  it('is never sent to a queue that fails without being sent again', async () => {
    const told = await new Told().subscribe();
    const { ports } = told.rig.lane.core;
    const working = ports.fanOut;
    Object.assign(ports, { fanOut: () => Promise.reject(new Error('Too Many Requests')) });
    await told.begin('First');
    expect(told.rig.logs.map(([event]) => event)).toContain('fan-out-failed');
    Object.assign(ports, { fanOut: working });
    await told.pass(30 * second);
    expect(told.names).toEqual(['First']);
  });
});

describe('What was told', () => {
  const day = 24 * hour;

  it('can be told again since a moment: in order, under the same ids, before anything new', async () => {
    const told = await new Told().subscribe();
    await told.begin('First');
    await told.pass(hour);
    const sinceMs = told.rig.nowMs;
    await told.begin('Second', 'Third');
    await told.deliver();
    await told.ask({ verb: 'replay', id: 'sub_1', what: { sinceMs } });
    await told.begin('Fourth');
    await told.deliver();
    expect(told.names).toEqual(['First', 'Second', 'Third', 'Second', 'Third', 'Fourth']);
    expect(new Set(told.heard.map(({ id }) => id)).size).toBe(4);
  });

  it('is kept for thirty days; what was not taken by then is dropped, and a person is told how much', async () => {
    const told = await new Told().subscribe();
    await told.begin('Taken');
    await told.deliver();
    told.answer = () => 410;
    await told.begin('Lost', 'Lost too');
    await told.pass(hour);
    await told.pass(20 * day, day);
    await told.begin('Kept');
    await told.pass(11 * day, day);
    expect(told.rig.held().sort()).toEqual(['events-expired', 'subscriber-gone']);
    const [hold] = told.rig.rows("SELECT id, params FROM holds WHERE control = 'events-expired'");
    expect(JSON.parse(String(hold?.['params']))).toMatchObject({ count: '2', name: 'Warehouse' });
    told.answer = () => 200;
    await told.ask({ verb: 'resume', id: 'sub_1' });
    await told.deliver();
    expect(told.names.at(-1)).toBe('Kept');
    const answer = { verb: 'answer', hold: String(hold?.['id']), answer: 'retry', by: 'ada', reason: '' } as const;
    expect(await change(told.rig.lane, answer, seal)).toMatchObject({ ok: true });
    expect(told.rig.held()).toEqual([]);
    const gone = await change(
      told.rig.lane,
      {
        verb: 'subscription',
        change: { verb: 'replay', id: 'sub_1', what: { events: [told.heard[0]?.id ?? ''] } },
        by: 'ada',
      },
      seal,
    );
    expect(gone).toMatchObject({ ok: false, code: 'unknown-event' });
  });
});

describe('An event that could not be made', () => {
  it('is the operator’s work, and is told of all that had happened once the cause is mended', async () => {
    const told = await new Told().subscribe(['project.updated']);
    await told.begin('Harbour rollout');
    await told.pass(hour);
    const before = told.heard.length;
    const broken = vi.spyOn(projectUpdated, 'make').mockImplementation(() => {
      throw new Error('a mistake of ours');
    });
    for (const name of ['Harbour rollout II', 'Harbour rollout III']) {
      told.psa.put('job', 'p1', { name });
      await told.rig.notice('psa', 'job', 'p1');
    }
    broken.mockRestore();
    const [hold, ...others] = told.rig.rows("SELECT id, owner FROM holds WHERE code = 'event-failed'");
    expect([hold?.['owner'], others]).toEqual(['operator', []]);
    const answer = { verb: 'answer', hold: String(hold?.['id']), answer: 'retry', by: 'ada', reason: '' } as const;
    expect(await change(told.rig.lane, answer, seal)).toMatchObject({ ok: true });
    await told.pass(hour);
    expect(told.heard).toHaveLength(before + 1);
    expect(told.names.at(-1)).toBe('Harbour rollout III');
    expect(told.rig.held()).toEqual([]);
  });
});
