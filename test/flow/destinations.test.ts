// Destinations of alerts: told once per cause and once when it is over, not in quiet hours, and never dropped because
// they do not answer.
import { describe, expect, it } from 'vitest';
import { type AlertChange, alertsOf, alertVersionsOf } from '../../edge-worker/flow/alert-settings.ts';
import { change } from '../../edge-worker/flow/requests.ts';
import { quietUntilMs } from '../../shared/quiet-hours.ts';
import { at, by, Desk, second } from '../support/alert-desk.ts';

const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('A destination', () => {
  it('hears of a cause once within a minute, whatever happens between, and once that it is over', async () => {
    const desk = new Desk();
    await desk.add('dst_desk');
    await desk.stop();
    await desk.pass(minute);
    expect(desk.heard).toEqual(['desk: raised Connection is paused']);
    await desk.rig.restart();
    await desk.pass(hour);
    expect(desk.heard).toHaveLength(1);
    await desk.start();
    await desk.pass(minute);
    expect(desk.heard).toEqual(['desk: raised Connection is paused', 'desk: recovered Connection is paused']);
    expect(desk.rig.rows('SELECT * FROM alert_notes')).toEqual([]);
  });

  it('hears of what it asked for: of its owners, and of nothing milder than it wants', async () => {
    const desk = new Desk();
    await desk.add('dst_money', { owners: ['finance'] });
    await desk.add('dst_urgent', { least: 'critical' });
    await desk.add('dst_admin', { owners: ['integration'] });
    await desk.stop();
    await desk.pass(minute);
    expect(desk.heard).toEqual(['admin: raised Connection is paused']);
  });

  it('that does not answer is tried ever less often, then shown with an owner; nothing is dropped', async () => {
    const desk = new Desk();
    await desk.add('dst_chat');
    await desk.add('dst_mail');
    desk.answer = (id) => (id === 'dst_chat' ? 404 : 200);
    await desk.stop();
    await desk.pass(10 * minute, 5 * second);
    expect(desk.rig.rows("SELECT code, owner, entity FROM holds WHERE part = 'destination'")).toEqual([
      { code: 'destination-off', owner: 'integration', entity: 'dst_chat' },
    ]);
    const [chat] = alertsOf(desk.rig.lane.core).standings;
    expect(chat).toMatchObject({ failures: 5, problem: 'refused', said: 'no_service', waiting: 1 });
    // Whoever can be told hears that the other cannot.
    expect(desk.heard.filter((one) => one.startsWith('mail'))).toEqual([
      'mail: raised Connection is paused',
      'mail: raised Alerts are not taken',
    ]);
    const tries = desk.heard.length;
    await desk.pass(12 * hour, minute);
    expect(desk.heard.length - tries).toBeLessThan(16);

    await desk.start();
    desk.answer = () => 200;
    const [hold] = desk.rig.rows("SELECT id FROM holds WHERE part = 'destination'");
    await desk.ask({ verb: 'answer', hold: String(hold?.['id']), answer: 'retry', by, reason: '' });
    desk.heard.length = 0;
    await desk.pass(2 * minute);
    // It is not told that it could not be told.
    expect(desk.heard.filter((one) => one.startsWith('chat'))).toEqual([
      'chat: raised Connection is paused',
      'chat: recovered Connection is paused',
    ]);
    expect(desk.rig.held()).toEqual([]);
    expect(desk.rig.rows('SELECT * FROM alert_notes')).toEqual([]);
  });

  it('that is back after months is told what is so, and of no more than a month of what came and went', async () => {
    const desk = new Desk();
    await desk.add('dst_chat');
    desk.answer = () => 404;
    await desk.stop();
    await desk.pass(minute);
    const notes = () => Number(desk.rig.rows('SELECT count(*) AS n FROM alert_notes')[0]?.['n']);
    const counts: number[] = [];
    for (let month = 0; month < 4; month++) {
      for (let time = 0; time < 3; time++) {
        await desk.start();
        await desk.pass(minute);
        await desk.stop();
        await desk.pass(10 * day, 5 * day);
      }
      counts.push(notes());
    }
    // What has not ended waits to be told, however long; within a month it began and was over three times.
    expect(counts).toEqual([7, 7, 7, 7]);
    desk.answer = () => 200;
    desk.heard.length = 0;
    await desk.pass(2 * hour, minute);
    expect(desk.heard.filter((one) => one.includes('raised Connection'))).toHaveLength(4);
    expect(desk.heard.at(-1)).toBe('chat: raised Connection is paused');
  });

  it('that is turned off is told nothing more, and its exception is closed', async () => {
    const desk = new Desk();
    await desk.add('dst_chat');
    desk.answer = () => 404;
    await desk.stop();
    await desk.pass(10 * minute, 5 * second);
    const [hold] = desk.rig.rows("SELECT id FROM holds WHERE part = 'destination'");
    await desk.ask({ verb: 'answer', hold: String(hold?.['id']), answer: 'reject', by, reason: '' });
    const tries = desk.heard.length;
    await desk.start();
    await desk.pass(2 * hour, minute);
    expect(desk.heard).toHaveLength(tries);
    expect(desk.rig.held()).toEqual([]);
  });
});

describe('In quiet hours', () => {
  // A Tuesday evening in Berlin, an hour before the quiet begins, and one after.
  const before = at('2026-11-24T18:00:00Z');
  const within = at('2026-11-24T20:00:00Z');
  const morning = at('2026-11-25T06:00:00Z');

  it('what rises waits for their end', async () => {
    const desk = new Desk(within);
    await desk.add('dst_desk');
    await desk.quiet();
    await desk.stop();
    await desk.pass(morning - within - minute, 10 * minute);
    expect(desk.heard).toEqual([]);
    await desk.pass(3 * minute);
    expect(desk.heard).toEqual(['desk: raised Connection is paused']);
  });

  it('what is over before they are is not told at all', async () => {
    const desk = new Desk(within);
    await desk.add('dst_desk');
    await desk.quiet();
    await desk.stop();
    await desk.pass(hour, minute);
    await desk.start();
    await desk.pass(12 * hour, 10 * minute);
    expect(desk.heard).toEqual([]);
    expect(desk.rig.rows('SELECT * FROM alert_notes')).toEqual([]);
  });

  it('what waits is told at once when there are no quiet hours any more', async () => {
    const desk = new Desk(within);
    await desk.add('dst_desk');
    await desk.quiet();
    await desk.stop();
    await desk.pass(hour, 10 * minute);
    expect(desk.heard).toEqual([]);
    await desk.ask({ verb: 'alerts', change: { verb: 'quiet', quiet: null }, by });
    await desk.pass(minute);
    expect(desk.heard).toEqual(['desk: raised Connection is paused']);
  });

  it('the end of what was told before waits too, and is told', async () => {
    const desk = new Desk(before);
    await desk.add('dst_desk');
    await desk.quiet();
    await desk.stop();
    await desk.pass(2 * hour, 10 * minute);
    await desk.start();
    await desk.pass(hour, 10 * minute);
    expect(desk.heard).toEqual(['desk: raised Connection is paused']);
    await desk.pass(12 * hour, 10 * minute);
    expect(desk.heard).toEqual(['desk: raised Connection is paused', 'desk: recovered Connection is paused']);
  });

  it('what is severe enough breaks through', async () => {
    const desk = new Desk(within);
    await desk.add('dst_desk');
    await desk.quiet();
    // Credentials are refused: the connection stands still.
    desk.rig.lane.core.failed(
      desk.rig.lane.core.wiring.connections.get('erp') as never,
      Object.assign(new Error('expired'), { code: 'unauthorised', retryAfterMs: null }) as never,
    );
    await desk.pass(minute);
    expect(desk.heard).toContain('desk: raised Sign-in refused');
  });

  it('are those of a clock on the wall, across nights, quiet days and the change of clocks', () => {
    const quiet = { zone: 'Europe/Berlin', from: '20:00', to: '07:00', days: ['sat', 'sun'] as ('sat' | 'sun')[] };
    const until = (text: string) => {
      const endMs = quietUntilMs(quiet, at(text));
      return endMs === null ? null : new Date(endMs).toISOString();
    };
    expect(until('2026-11-24T12:00:00Z')).toBeNull();
    expect(until('2026-11-24T19:00:00Z')).toBe('2026-11-25T06:00:00.000Z');
    expect(until('2026-11-25T05:59:59Z')).toBe('2026-11-25T06:00:00.000Z');
    expect(until('2026-11-25T06:00:00Z')).toBeNull();
    // Friday evening until Monday morning.
    expect(until('2026-11-27T19:30:00Z')).toBe('2026-11-30T06:00:00.000Z');
    // The clocks go back in the night to Sunday, 25 October 2026.
    expect(until('2026-10-23T19:00:00Z')).toBe('2026-10-26T06:00:00.000Z');
    expect(quietUntilMs({ ...quiet, from: '12:00', to: '13:00', days: [] }, at('2026-11-24T11:30:00Z'))).toBe(
      at('2026-11-24T12:00:00Z'),
    );
  });
});

it('Every change of the settings is a version with who made it, and no version holds a secret', async () => {
  const desk = new Desk();
  await desk.add('dst_desk');
  await desk.quiet();
  const to = { name: 'On call' };
  await desk.ask({ verb: 'alerts', change: { verb: 'alter', id: 'dst_desk', to, secrets: null }, by: 'bo' });
  await desk.ask({ verb: 'alerts', change: { verb: 'remove', id: 'dst_desk' }, by });
  const { lane } = desk.rig;
  const place = 'https://chat.example/services/secret-of-the-channel';
  const shown = { id: 'dst_chat', name: 'Chat', channel: 'chat', place: 'chat.example/…', owners: [] };
  const destination = { ...shown, least: 'warning' } as const;
  const make = { verb: 'make', destination, secrets: { place, key: 'whsec_secret' } } as const;
  await change(lane, { verb: 'alerts', change: make, by }, async () => 'sealed');
  await desk.rig.settle();
  const tables = ['alert_settings', 'alert_destinations', 'flush_log'];
  const kept = tables.map((table) => desk.rig.rows(`SELECT * FROM ${table}`));
  const told = desk.rig.d1.sqlite.db.prepare('SELECT * FROM audit').all();
  expect(JSON.stringify([kept, told, alertsOf(lane.core)])).not.toMatch(/secret/);
  const versions = alertVersionsOf(lane.core, 5, 10);
  expect(versions.map(({ version, by: who, destinations }) => [version, who, destinations[0]?.name])).toEqual([
    [4, 'ada', undefined],
    [3, 'bo', 'On call'],
    [2, 'ada', 'desk'],
    [1, 'ada', 'desk'],
  ]);
  const audit = desk.rig.d1.sqlite.db
    .prepare("SELECT action FROM audit WHERE action LIKE 'alerts%' ORDER BY seq")
    .all();
  expect(audit.map((row) => row['action'])).toEqual([
    ...['alerts-make', 'alerts-quiet', 'alerts-alter', 'alerts-remove', 'alerts-make'],
  ]);
});

it('Put back, settings are as they were but for addresses: who came since is off, who left stays away', async () => {
  const desk = new Desk();
  await desk.add('dst_desk', { owners: ['finance'] });
  await desk.add('dst_gone');
  await desk.quiet();
  const tell = (told: AlertChange) => desk.ask({ verb: 'alerts', change: told, by });
  const to = { name: 'Night desk', owners: [], isOn: false, place: 'night@firm.example' };
  await tell({ verb: 'alter', id: 'dst_desk', to, secrets: { place: to.place, key: '' } });
  await tell({ verb: 'remove', id: 'dst_gone' });
  await tell({ verb: 'quiet', quiet: null });
  await desk.add('dst_new');
  await tell({ verb: 'restore', version: 3 });
  const { version, quiet, destinations } = alertsOf(desk.rig.lane.core);
  expect([version, quiet?.from]).toEqual([8, '20:00']);
  expect(destinations.map(({ name, owners, place, isOn }) => [name, owners, place, isOn])).toEqual([
    ['desk', ['finance'], 'night@firm.example', true],
    ['new', [], 'dst_new@firm.example', false],
  ]);
  const unknown = { verb: 'restore', version: 99 } as const;
  const none = await change(desk.rig.lane, { verb: 'alerts', change: unknown, by }, async (plain) => plain);
  expect(none).toMatchObject({ ok: false, code: 'unknown-version' });
});
