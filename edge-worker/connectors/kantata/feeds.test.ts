// Kantata's feeds against its stand-in: crowded seconds, approvals, late and lost rows, and what a quiet minute costs.
import { expect, test } from 'vitest';
import { notesOf } from '../../../test/conformance/notes.ts';
import { World } from '../../../test/conformance/world.ts';
import type { Notice } from '../connector.ts';
import { kantata } from './index.ts';
import { standIn } from './stand-in.ts';

const minuteMs = 60_000;

function newWorld(): World {
  return new World({ connector: kantata, factory: standIn, notes: notesOf(kantata), names: new Set() });
}

async function logTime(world: World, count: number): Promise<string[]> {
  const log = {
    workspace_id: await world.idOf('project'),
    user_id: await world.idOf('resource'),
    date: '2026-11-03',
    minutes: 60,
  };
  return Array.from({ length: count }, () => String(world.standIn.act('log-time', log)));
}

async function tell(world: World, feed: string, cursor: string | null): Promise<[readonly Notice[], string]> {
  const notices: Notice[] = [];
  for (let from = cursor; ; ) {
    const page = await world.session.changes(feed, from);
    notices.push(...page.notices);
    if (!page.hasMore) return [notices, page.cursor];
    from = page.cursor;
  }
}

function timeEntriesIn(notices: readonly Notice[]): string[] {
  const told = notices.filter((notice) => notice.recordType === 'time_entries');
  return [...new Set(told.map((notice) => notice.recordId))].sort();
}

function callsTo(world: World, collection: string): number {
  return world.options.counts.routes.filter((route) => route === `GET /api/v1/${collection}`).length;
}

test('a first load tells every record, though more share a second than any page holds', async () => {
  const world = newWorld();
  const entries = await logTime(world, 450);
  world.clock.advance(5_000);
  entries.push(...(await logTime(world, 3)));
  for (const feed of ['time_entries', 'events']) {
    expect(timeEntriesIn((await tell(world, feed, null))[0])).toEqual([...entries].sort());
  }
  expect(callsTo(world, 'time_entries')).toBeLessThan(10);
});

test('a first load tells what was paid as well, though no feed is ever asked for it', async () => {
  const world = newWorld();
  const payment = { workspace_id: await world.idOf('project'), amount_in_cents: 18_000, message: 'By hand' };
  const recordId = world.standIn.create('external_payments', payment);
  const [notices] = await tell(world, 'external_payments', null);
  expect(notices).toMatchObject([{ recordType: 'external_payments', recordId }]);
  expect(kantata.feeds.map(({ name }) => name)).not.toContain('external_payments');
});

test('a quiet list costs one call each time it is asked', async () => {
  const world = newWorld();
  await logTime(world, 5);
  const [, cursor] = await tell(world, 'time_entries', null);
  world.clock.advance(minuteMs);
  const before = callsTo(world, 'time_entries');
  expect((await tell(world, 'time_entries', cursor))[0]).toEqual([]);
  expect(callsTo(world, 'time_entries') - before).toBe(1);
});

test('a notice of a list names the version that a read then shows', async () => {
  const world = newWorld();
  const entries = await logTime(world, 1);
  world.standIn.act('approve', { ids: entries });
  const [[notice]] = await tell(world, 'time_entries', null);
  const [result] = await world.session.read([{ recordType: 'time_entries', recordId: entries[0] ?? '' }]);
  expect(notice?.version).toBe(result?.found === 'here' && result.snapshot.version);
});

test('an approval is told as a change of its time entries, by the events and by the timesheets', async () => {
  const world = newWorld();
  const entries = await logTime(world, 3);
  world.clock.advance(60 * minuteMs);
  const cursors = world.cursors();
  world.clock.advance(60 * minuteMs);
  world.standIn.act('approve', { ids: entries });
  for (const feed of ['events', 'timesheet_submissions']) {
    expect(timeEntriesIn((await tell(world, feed, cursors[feed] ?? null))[0])).toEqual([...entries].sort());
  }
});

test('events that come twice and in any order still tell every change', async () => {
  const world = newWorld();
  const entries = await logTime(world, 230);
  world.standIn.arm({ how: 'duplicate-notices', times: null });
  world.standIn.arm({ how: 'shuffle-notices', times: null });
  expect(timeEntriesIn((await tell(world, 'events', null))[0])).toEqual([...entries].sort());
});

test('events that turn up minutes late are told all the same', async () => {
  const world = newWorld();
  const [, cursor] = await tell(world, 'events', null);
  world.clock.advance(minuteMs);
  const late = await logTime(world, 1);
  world.clock.advance(4 * minuteMs);
  world.standIn.arm({ how: 'late-search', route: 'GET .*subscribed_events', delayMs: 8 * minuteMs, times: 1 });
  const [early, after] = await tell(world, 'events', cursor);
  expect(timeEntriesIn(early)).toEqual([]);
  await logTime(world, 1);
  world.clock.advance(minuteMs);
  const [, then] = await tell(world, 'events', after);
  world.clock.advance(5 * minuteMs);
  const [told] = await tell(world, 'events', then);
  expect([...timeEntriesIn(early), ...timeEntriesIn(told)]).toEqual(expect.arrayContaining(late));
});

test('what the events lost is told by the list', async () => {
  const world = newWorld();
  await logTime(world, 1);
  const cursors = world.cursors();
  world.standIn.arm({ how: 'lose-notices', times: null });
  const [lost] = await logTime(world, 1);
  expect(timeEntriesIn((await tell(world, 'events', cursors['events'] ?? null))[0])).not.toContain(lost);
  expect(timeEntriesIn((await tell(world, 'time_entries', cursors['time_entries'] ?? null))[0])).toContain(lost);
});

test('a list without order is read by windows of time when it is long', async () => {
  const world = newWorld();
  for (let index = 0; index < 2_300; index++) {
    world.standIn.create('users', { full_name: `Person ${index}`, email_address: `p${index}@firm.example` });
    if (index % 100 === 0) world.clock.advance(1_000);
  }
  const people = world.standIn.rows('users').map((row) => row.id);
  const [notices] = await tell(world, 'users', null);
  expect(new Set(notices.map((notice) => notice.recordId))).toEqual(new Set(people));
});

test('a broken cursor and an unknown feed are faults, not crashes', async () => {
  const { session } = newWorld();
  await expect(session.changes('events', 'nonsense')).rejects.toMatchObject({ code: 'unreadable' });
  await expect(session.changes('nonsense', null)).rejects.toMatchObject({ code: 'schema-changed' });
});

test('an approved report is told as a change of its expenses, a completed task as one of its milestone', async () => {
  const world = newWorld();
  const { standIn } = world;
  const workspace = Number(await world.idOf('project'));
  const spent = { date: '2026-11-04', category: 'Travel', amount_in_cents: 21_840, billable: true };
  const expense = standIn.create('expenses', {
    workspace_id: workspace,
    user_id: await world.idOf('resource'),
    ...spent,
  });
  const story = standIn.create('stories', { title: 'Design', workspace_id: workspace, state: 'started' });
  const due = { billing_type: 'upon_completion', amount_in_cents: 1_200_000, story_id: Number(story) };
  const milestone = standIn.create('billing_milestones', { title: 'Design', workspace_id: workspace, ...due });
  world.clock.advance(60 * minuteMs);
  const cursors = world.cursors();
  world.clock.advance(60 * minuteMs);
  standIn.act('approve', { ids: [expense] });
  standIn.update('stories', story, { state: 'completed', percentage_complete: 100 });
  const told = async (feed: string) =>
    (await tell(world, feed, cursors[feed] ?? null))[0].map(({ recordType, recordId }) => `${recordType} ${recordId}`);
  expect(await told('events')).toEqual(
    expect.arrayContaining([`expenses ${expense}`, `billing_milestones ${milestone}`]),
  );
  expect(await told('expense_report_submissions')).toEqual([`expenses ${expense}`]);
  const refs = [
    { recordType: 'expenses', recordId: expense },
    { recordType: 'billing_milestones', recordId: milestone },
  ];
  const read = await world.session.read(refs);
  expect(read.map((one) => one.found === 'here' && one.snapshot.wire)).toMatchObject([
    { approval: 'approved', amount: '218.4', report: 'Week of 2026-11-02' },
    { is_complete: true, percentage_complete: 100, amount: '12000' },
  ]);
});
