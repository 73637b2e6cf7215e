// When people can work, as Kantata tells it: weeks of their own, the account's default, days off, and changes of all.
import { describe, expect, it } from 'vitest';
import { notesOf } from '../../../test/conformance/notes.ts';
import { World } from '../../../test/conformance/world.ts';
import { fromWire } from '../../../test/support/wire.ts';
import { kantata } from './index.ts';
import { standIn } from './stand-in.ts';
import { inTurn } from './working-weeks.ts';

const hourMs = 3_600_000;
const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'];
const minutes = (daily: number) => Object.fromEntries(days.map((day) => [`${day}_minutes`, daily]));
const week = (hours: string) => [hours, hours, hours, hours, hours, '0', '0'];

function newWorld() {
  const world = new World({ connector: kantata, factory: standIn, notes: notesOf(kantata), names: new Set() });
  const hire = (name: string) =>
    world.standIn.create('users', { full_name: name, email_address: `${name.replace(' ', '.')}@firm.example` });
  const weeksOf = async (recordId: string) => {
    const [read] = await world.session.read([{ recordType: 'users', recordId }]);
    return read?.found === 'here' ? fromWire(world.map('resource'), read.snapshot.wire)['workingWeeks'] : read?.found;
  };
  const calls = (route: string) => world.options.counts.routes.filter((one) => one === `GET /api/v1/${route}`).length;
  return { world, hire, weeksOf, calls };
}

describe('A working week', () => {
  it('is the default of the account, and one of their own from its first day on', async () => {
    const { world, hire, weeksOf } = newWorld();
    const user = hire('Ann Lee');
    expect(await weeksOf(user)).toEqual([]);
    world.standIn.create('workweeks', { start_date: '2026-01-04', ...minutes(480) });
    world.standIn.create('workweek_memberships', { user_id: user, start_date: '2026-11-15', ...minutes(270) });
    expect(await weeksOf(user)).toEqual([
      { from: '2026-01-04', until: '2026-11-14', hours: week('8') },
      { from: '2026-11-15', until: null, hours: week('4.5') },
    ]);
    world.standIn.create('workweek_memberships', { user_id: user, start_date: '2026-11-29', ...minutes(500) });
    expect(await weeksOf(user)).toMatchObject([{}, { until: '2026-11-28' }, { hours: week('8.333333') }]);
  });

  it('is read for all people of a question together, however many pages there are', async () => {
    const { world, hire, calls } = newWorld();
    world.standIn.create('workweeks', { start_date: '2026-01-04', ...minutes(480) });
    const people = Array.from({ length: 150 }, (_, index) => hire(`Person ${index}`));
    for (const user_id of people)
      for (const start_date of ['2026-02-01', '2026-03-01'])
        world.standIn.create('workweek_memberships', { user_id, start_date, ...minutes(360) });
    const read = await world.session.read(people.map((recordId) => ({ recordType: 'users', recordId })));
    for (const one of read)
      expect(one.found === 'here' && one.snapshot.wire['working_weeks']).toMatchObject([
        { from: '2026-01-04', until: '2026-01-31', minutes: [480, 480, 480, 480, 480, 0, 0] },
        { from: '2026-02-01', until: null, minutes: [360, 360, 360, 360, 360, 0, 0] },
      ]);
    expect([calls('users'), calls('workweeks'), calls('workweek_memberships')]).toEqual([1, 1, 2]);
  });

  it('that may not be seen is not told, and the person is read all the same', async () => {
    const { world, hire, weeksOf } = newWorld();
    world.standIn.create('workweeks', { start_date: '2026-01-04', ...minutes(480) });
    world.standIn.act('forbid', { collection: 'workweek_memberships' });
    expect(await weeksOf(hire('Ann Lee'))).toBeNull();
  });

  it('that is changed is told as a change of its person; a default one, or one taken away, within hours', async () => {
    const { world, hire } = newWorld();
    const [ann, ben] = [hire('Ann Lee'), hire('Ben Ode')];
    world.clock.advance(hourMs);
    const cursors = world.cursors();
    world.clock.advance(hourMs);
    const told = async (feed: string) =>
      (await world.session.changes(feed, cursors[feed] ?? null)).notices.map(({ recordId }) => recordId);
    world.standIn.create('workweek_memberships', { user_id: ann, start_date: '2026-11-15', ...minutes(270) });
    expect(await told('events')).toEqual([ann]);
    expect(await told('users')).toEqual([]);
    expect(await told('working_weeks')).toEqual(expect.arrayContaining([ann, ben]));
  });
});

describe('A day off', () => {
  const daysOf = async ({ world }: ReturnType<typeof newWorld>, recordId: string) => {
    const [read] = await world.session.read([{ recordType: 'users', recordId }]);
    return read?.found === 'here' ? fromWire(world.map('resource'), read.snapshot.wire)['daysOff'] : read?.found;
  };
  /** Days of the month that the stand-in's clock shows. */
  const dayOf = ({ world }: ReturnType<typeof newWorld>, day: number) =>
    `${new Date(world.clock.nowMs()).toISOString().slice(0, 7)}-${String(day).padStart(2, '0')}`;

  it('is time off by the hour, and a holiday of the calendar that is theirs on that day', async () => {
    const made = newWorld();
    const { world, hire } = made;
    const [ann, ben, cat] = [hire('Ann Lee'), hire('Ben Ode'), hire('Cat Poe')];
    const day = (of: number) => dayOf(made, of);
    const [here, there] = [true, false].map((isDefault) =>
      world.standIn.create('holiday_calendars', { name: isDefault ? 'Here' : 'There', default: isDefault }),
    ) as [string, string];
    world.standIn.create('holidays', { name: 'A', start_date: day(4), end_date: day(5), holiday_calendar_ids: [here] });
    world.standIn.create('holidays', { name: 'B', start_date: day(12), holiday_calendar_ids: [there] });
    world.standIn.create('holidays', { name: 'C', start_date: '2020-01-01', holiday_calendar_ids: [here] });
    world.standIn.create('holiday_calendar_memberships', {
      ...{ user_id: ben, holiday_calendar_id: there, start_date: day(5) },
    });
    const rest = { user_id: ann, requested_date: day(9) };
    world.standIn.create('time_off_entries', { ...rest, hours: 2.5 });
    world.standIn.create('time_off_entries', { ...rest, hours: 1.5 });
    const entire = (...days: readonly number[]) => days.map((of) => ({ on: day(of), hours: null }));
    expect(await daysOf(made, ann)).toEqual([...entire(4, 5), { on: day(9), hours: '4' }]);
    // The default calendar was theirs until the one of their own began.
    expect(await daysOf(made, ben)).toEqual(entire(4, 12));
    expect(await daysOf(made, cat)).toEqual(entire(4, 5));
  });

  it('that is asked for is told as a change of its person', async () => {
    const { world, hire } = newWorld();
    const ann = hire('Ann Lee');
    world.clock.advance(hourMs);
    const { events } = world.cursors();
    world.clock.advance(hourMs);
    world.standIn.create('time_off_entries', { user_id: ann, requested_date: '2026-11-09', hours: 8 });
    const { notices } = await world.session.changes('events', events ?? null);
    expect(notices.map(({ recordType, recordId }) => `${recordType} ${recordId}`)).toEqual([`users ${ann}`]);
  });

  it('that may not be seen is not told, and working weeks are all the same', async () => {
    const made = newWorld();
    const ann = made.hire('Ann Lee');
    made.world.standIn.create('workweeks', { start_date: '2026-01-04', ...minutes(480) });
    made.world.standIn.act('forbid', { collection: 'time_off_entries' });
    expect(await daysOf(made, ann)).toBeNull();
    expect(await made.weeksOf(ann)).toHaveLength(1);
  });
});

describe('Weeks one after the other', () => {
  const own = (from: string | null, until: string | null, hours = 4) => ({ from, until, minutes: [hours] });
  const brief = (list: readonly { from: string | null; until: string | null; minutes: readonly unknown[] }[]) =>
    list.map(({ from, until, minutes: [hours] }) => `${from ?? ''}..${until ?? ''} ${hours}`);

  it.each([
    ['none at all', [], [], []],
    ['the general one alone', [], [own(null, null, 8)], ['.. 8']],
    [
      'one within a general one',
      [own('2026-02-01', '2026-02-28')],
      [own(null, null, 8)],
      ['..2026-01-31 8', '2026-02-01..2026-02-28 4', '2026-03-01.. 8'],
    ],
    [
      'a gap where no week holds',
      [own('2026-02-01', '2026-02-28'), own('2026-04-05', null, 5)],
      [],
      ['2026-02-01..2026-02-28 4', '2026-04-05.. 5'],
    ],
    [
      'of two that hold, the one that began later',
      [own('2026-02-01', null), own('2026-03-01', null, 5)],
      [],
      ['2026-02-01..2026-02-28 4', '2026-03-01.. 5'],
    ],
    ['two that are alike are one', [own('2026-02-01', '2026-02-28'), own('2026-03-01', null)], [], ['2026-02-01.. 4']],
  ] as const)('%s', (_what, mine, general, expected) => {
    expect(brief(inTurn(mine, general))).toEqual(expected);
  });
});
