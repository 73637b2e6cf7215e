// How far people are utilised: approved billable hours of the month out of those of their working weeks up to today.
import { describe, expect, it } from 'vitest';
import { choice, codec, dayOrNull, flag } from '../../edge-worker/connectors/codecs.ts';
import { at } from '../../edge-worker/connectors/connector.ts';
import { closeDay } from '../../edge-worker/flow/closing.ts';
import { indicatorsOf } from '../../edge-worker/flow/indicators.ts';
import { utilisationOf } from '../../edge-worker/flow/utilisation.ts';
import type { Canonical } from '../../shared/entities/_registry.ts';
import { LaneRig, RigSystem, rigMaps } from '../support/lane-rig.ts';

type Weeks = Canonical<'resource'>['workingWeeks'];

const { resource, time } = rigMaps;
if (!resource || !time) throw new Error('the rig keeps people and hours');
const stages = choice('stage', { open: 'open', submitted: 'submitted', approved: 'approved', rejected: 'rejected' });
type DaysOff = Canonical<'resource'>['daysOff'];
const asTheyAre = <Value>(name: string) =>
  codec<Value>(
    name,
    (wire) => (wire ?? null) as Value,
    (value) => value,
  );
const maps = {
  ...rigMaps,
  resource: {
    ...resource,
    fields: {
      ...resource.fields,
      ...{ workingWeeks: at('weeks', asTheyAre<Weeks>('weeks'), 'in'), isActive: at('active', flag, 'in') },
      daysOff: at('off', asTheyAre<DaysOff>('days-off'), 'in'),
      ...{ joinedOn: at('joined', dayOrNull, 'in'), leftOn: at('left', dayOrNull, 'in') },
    },
  },
  time: { ...time, fields: { ...time.fields, approval: at('stage', stages), isBillable: at('billable', flag) } },
} as typeof rigMaps;

const everyDay = (hours: string) => [hours, hours, hours, hours, hours, '0', '0'];
const full: Weeks = [{ from: null, until: null, hours: everyDay('8') }];

/** People of one firm, on Sunday the 22nd of November 2026, after 15 days from Monday to Friday. */
async function firm(people: Readonly<Record<string, Weeks>>) {
  const [psa, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({ psa: { system: psa, roles: ['psa'], maps }, erp: { system: erp, roles: ['erp'], maps } });
  const employ = async (id: string, active: boolean, more: Readonly<Record<string, unknown>> = {}) => {
    erp.put('person', `e-${id}`, { name: id, mail: `${id}@x`, active, ...more });
    await rig.notice('erp', 'person', `e-${id}`);
  };
  const plan = async (id: string, weeks: Weeks, off: DaysOff = []) => {
    psa.put('person', id, { name: id, mail: `${id}@x`, active: true, weeks, off });
    await rig.notice('psa', 'person', id);
  };
  for (const [id, weeks] of Object.entries(people)) {
    await employ(id, true);
    await plan(id, weeks);
  }
  psa.put('job', 'p', { name: 'p' });
  await rig.notice('psa', 'job', 'p');
  const log = async (id: string, person: string, hours: string, more: Readonly<Record<string, unknown>> = {}) => {
    const worked = { job: 'p', person, day: '2026-11-03', hours, rate: '150', role: id, currency: 'EUR' };
    psa.put('hours', id, { ...worked, stage: 'approved', billable: true, ...more });
    await rig.notice('psa', 'hours', id);
  };
  const inMonth = (month = '2026-11', today = '2026-11-22') => utilisationOf(rig.lane.core.store.sql, month, today);
  /** Whose hours are charged, out of how many, and the share. */
  const table = (month?: string, today?: string) => {
    const { charged, available, share, why, people: all } = inMonth(month, today);
    const rows = all.map((one) => [one.name, one.charged, one.available, one.share ?? one.why]);
    return [...rows, ['all', charged, available, share ?? why]];
  };
  const named = () => indicatorsOf(rig.lane.core, 30).find(({ name }) => name === 'utilisation');
  return { rig, psa, employ, plan, log, inMonth, table, named };
}

describe('Utilisation', () => {
  it('is approved billable hours out of the working hours up to today, of each person and of all', async () => {
    const { log, table, named } = await firm({ ann: full, ben: full });
    await log('a', 'ann', '60');
    await log('b', 'ann', '12.5', { billable: false });
    await log('c', 'ben', '30', { stage: 'submitted' });
    await log('d', 'ben', '90.25');
    // 15 working days of 8 hours; 60 / 120, 90.25 / 120, and 150.25 / 240 = 0.62604166…
    expect(table()).toEqual([
      ['ann', '60', '120', 0.5],
      ['ben', '90.25', '120', 0.752083],
      ['all', '150.25', '240', 0.626042],
    ]);
    expect(named()).toMatchObject({ value: 0.626042, n: 2, notKnown: null });
    // Of October nothing is known that was charged.
    expect(named()?.parts).toEqual([{ of: { month: '2026-11' }, n: 2, value: 0.626042, amounts: [] }]);
  });

  it.each([
    ['on the first day, a Sunday, there is nothing to work', '2026-11-01', null, 'no-working-days'],
    ['on the first Monday one day is over', '2026-11-02', '8', 1],
    ['a week later six are', '2026-11-09', '48', 0.166667],
    ['and in the next month the whole one counts: 21 days', '2026-12-05', '168', 0.047619],
  ])('%s', async (_when, today, available, share) => {
    const { log, table } = await firm({ ann: full });
    await log('a', 'ann', '8', { day: '2026-11-02' });
    expect(table('2026-11', today)[0]?.slice(2)).toEqual([available ?? '0', share]);
  });

  it.each<readonly [string, Weeks, string]>([
    // 1–22 November 2026 holds three of each weekday, and a fourth Sunday.
    [
      'of a part-timer who works three days',
      [{ from: null, until: null, hours: ['8', '8', '6.5', '0', '0', '0', '0'] }],
      '67.5',
    ],
    [
      'of a week that was changed in the midst of the month',
      [
        { from: null, until: '2026-11-14', hours: everyDay('8') },
        { from: '2026-11-15', until: null, hours: everyDay('4') },
      ],
      '100',
    ],
    ['of somebody who joined on a Wednesday', [{ from: '2026-11-11', until: null, hours: everyDay('8') }], '64'],
    [
      'of somebody whose week ended on the 6th',
      [{ from: '2025-01-05', until: '2026-11-06', hours: everyDay('8') }],
      '40',
    ],
    ['of somebody who begins next month', [{ from: '2026-12-06', until: null, hours: everyDay('8') }], '0'],
    ['of a third of an hour more a day', [{ from: null, until: null, hours: everyDay('7.333333') }], '109.999995'],
  ])('counts the hours %s', async (_whose, weeks, available) => {
    expect((await firm({ ann: weeks })).inMonth().people[0]?.available).toBe(available);
  });

  it.each<readonly [string, DaysOff, string, number]>([
    ['of which nobody tells any', null, '120', 1],
    ['of which there are none', [], '120', 0],
    [
      'whole, and twice for the same',
      [
        { on: '2026-11-18', hours: null },
        { on: '2026-11-18', hours: '8' },
      ],
      '112',
      0,
    ],
    [
      'in part, together',
      [
        { on: '2026-11-18', hours: '2.5' },
        { on: '2026-11-18', hours: '1.25' },
      ],
      '116.25',
      0,
    ],
    ['longer than the day', [{ on: '2026-11-18', hours: '24' }], '112', 0],
    [
      'on a Sunday, tomorrow and last month',
      ['2026-11-08', '2026-11-23', '2026-10-30'].map((on) => ({ on, hours: null })),
      '120',
      0,
    ],
  ])('takes off days off %s', async (_which, off, available, daysOffUnknown) => {
    const { plan, inMonth } = await firm({ ann: full });
    await plan('ann', full, off);
    expect(inMonth()).toMatchObject({ available, daysOffUnknown });
  });

  it('follows a changed week, and hours that are corrected, withdrawn or moved to another month', async () => {
    const { plan, log, table, rig, named } = await firm({ ann: full });
    await log('a', 'ann', '60');
    await log('b', 'ann', '40');
    const shares = () => table().at(-1)?.slice(1);
    expect(shares()).toEqual(['100', '120', 0.833333]);
    await log('a', 'ann', '20');
    expect(shares()).toEqual(['60', '120', 0.5]);
    await log('b', 'ann', '40', { stage: 'rejected' });
    expect(shares()).toEqual(['20', '120', 0.166667]);
    await plan('ann', [{ from: null, until: null, hours: everyDay('4') }]);
    expect(shares()).toEqual(['20', '60', 0.333333]);
    await log('a', 'ann', '20', { day: '2026-10-30' });
    expect(shares()).toEqual(['0', '60', 0]);
    // October has 22 days from Monday to Friday.
    expect(table('2026-10').at(-1)).toEqual(['all', '20', '88', 0.227273]);
    expect(named()?.parts.map(({ of }) => of['month'])).toEqual(['2026-11', '2026-10']);
    await rig.restart();
    expect(table('2026-10').at(-1)).toEqual(['all', '20', '88', 0.227273]);
  });

  it.each<readonly [string, boolean, string | null, string | null, string | null]>([
    // 1–22 November 2026 holds 15 days from Monday to Friday, of which ten are over on the 13th.
    ['left on the 6th', false, null, '2026-11-06', '40'],
    ['will leave on the 27th', true, null, '2026-11-27', '120'],
    ['joined on the 11th', true, '2026-11-11', null, '64'],
    ['was here for a week', false, '2026-11-09', '2026-11-13', '40'],
    ['has been here for years', true, '2019-01-07', null, '120'],
    ['left on the last day of October', false, null, '2026-10-31', null],
    ['joins on the 30th', true, '2026-11-30', null, null],
  ])(
    'counts the working days of who %s, and has no row for who was not here',
    async (_who, active, joined, left, is) => {
      const { employ, table } = await firm({ ann: full });
      await employ('ann', active, { joined, left });
      expect(table().map(([name, , available]) => [name, available])).toEqual(
        is === null
          ? [['all', null]]
          : [
              ['ann', is],
              ['all', is],
            ],
      );
    },
  );

  it('of a month that is over stays what it was when somebody leaves later', async () => {
    const { log, employ, table } = await firm({ ann: full, ben: full });
    await log('a', 'ann', '88', { day: '2026-10-06' });
    const october = table('2026-10');
    expect(october.at(-1)).toEqual(['all', '88', '352', 0.25]);
    await employ('ann', false, { left: '2026-11-06' });
    expect(table('2026-10')).toEqual(october);
  });

  it('names, and leaves out, whoever has no working week, or left without a last day', async () => {
    const { log, employ, table, named } = await firm({ ann: full, ben: null, cat: full, dan: full });
    await log('a', 'ann', '60');
    await log('b', 'ben', '60');
    await log('c', 'cat', '8');
    await employ('cat', false);
    await employ('dan', false);
    expect(table()).toEqual([
      ['ann', '60', '120', 0.5],
      ['ben', '60', null, 'no-capacity'],
      ['cat', '8', null, 'has-left'],
      ['all', '60', '120', 0.5],
    ]);
    expect(named()).toMatchObject({ n: 1, value: 0.5 });
  });

  it('has no figure where no working week is told at all, and says so', async () => {
    const { log, named, table } = await firm({ ann: null });
    await log('a', 'ann', '60');
    expect(table().at(-1)).toEqual(['all', '0', null, 'no-capacity']);
    expect(named()).toMatchObject({ value: null, notKnown: 'no-capacity', parts: [] });
  });

  it('counts what was charged before it was kept', async () => {
    const { log, table, rig } = await firm({ ann: full });
    await log('a', 'ann', '60');
    rig.lane.core.store.sql.exec("DELETE FROM project_figures WHERE figure LIKE 'charged %'");
    rig.lane.core.store.sql.exec("UPDATE project_figures SET minor = '1' WHERE figure = 'kept'");
    rig.lane.core.closedMs = 0;
    closeDay(rig.lane.core);
    expect(table().at(-1)).toEqual(['all', '60', '120', 0.5]);
  });
});
