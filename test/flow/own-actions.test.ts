// A control's own actions: what a person may choose beside approving, how content is amended by it, and what ends it.
import { expect, it } from 'vitest';
import { maps } from '../../edge-worker/connectors/example/map.ts';
import { answer } from '../../edge-worker/flow/answer.ts';
import { LaneRig, RigSystem } from '../support/lane-rig.ts';

const { customer, project, time, period } = maps;
const hours = (more: object = {}) => ({
  engagement_id: 'p',
  person_id: null,
  date: '2026-10-30',
  quantity: '7.5',
  job: 'Consultant',
  price: '185',
  currency: 'EUR',
  billable: true,
  taxable: false,
  text: 'Workshop',
  approval: 'approved',
  billed: false,
  ...more,
});
const october = { title: 'Oct 2026', starts: '2026-10-01', ends: '2026-10-31', open: false };
const november = { title: 'Nov 2026', starts: '2026-11-01', ends: '2026-11-30', open: true };

async function firm() {
  const [psa, erp] = [new RigSystem(), new RigSystem()];
  const own = { customer, project: { ...project, required: [] }, time: { ...time, required: ['project'] as const } };
  const rig = new LaneRig({
    psa: { system: psa, roles: ['crm', 'psa'], maps: own },
    erp: { system: erp, roles: ['erp'], maps: { ...own, period } },
  });
  erp.put('period', 'oct', october);
  erp.put('period', 'nov', november);
  await rig.notice('erp', 'period', 'oct', 'nov');
  psa.put('engagement', 'p', { title: 'Rollout', state: 'running', currency: 'EUR', model: 'hourly', time_open: true });
  psa.put('hours', 'h', hours());
  await rig.notice('psa', 'engagement', 'p');
  await rig.notice('psa', 'hours', 'h');
  const posted = () => [...erp.rows.values()].filter((row) => row.recordType === 'hours').map((row) => row.wire);
  const hold = () => rig.rows('SELECT * FROM holds')[0] ?? {};
  const say = (given: 'post-next' | 'wait' | 'reject' | 'retry', reason = 'Agreed with the auditor') => {
    answer(rig.lane.core, String(hold()['id']), given, 'finance@northwind.example', reason);
    return rig.pass(1);
  };
  return { rig, psa, erp, posted, hold, say };
}

it('Posted on the next open day the record goes out once, with that day and no other; its own day stays', async () => {
  const { rig, posted, hold, say, psa } = await firm();
  expect(hold()).toMatchObject({ control: 'closed-period', owner: 'finance', code: 'closed-period' });
  expect(JSON.parse(String(hold()['params']))).toEqual({ day: '2026-10-30', period: 'Oct 2026', next: '2026-11-01' });
  expect(posted()).toEqual([]);
  await say('post-next');
  expect(posted()).toMatchObject([{ date: '2026-11-01', quantity: '7.5' }]);
  expect([rig.held(), psa.rows.get('hours|h')?.wire['date']]).toEqual([[], '2026-10-30']);
  const [entity] = rig.rows("SELECT canonical FROM entities WHERE kind = 'time'");
  expect(JSON.parse(String(entity?.['canonical']))).toMatchObject({ workedOn: '2026-10-30' });
});

it('What was written so is in step, also when it is read back, planned again and nothing else changed', async () => {
  const { rig, erp, posted, say } = await firm();
  await say('post-next');
  const writes = erp.count('write');
  const [id = ''] = [...erp.rows.keys()].filter((key) => key.startsWith('hours|')).map((key) => key.split('|')[1]);
  await rig.notice('erp', 'hours', id);
  await rig.restart();
  rig.lane.core.store.setValue('replan time', '');
  await rig.pass(1);
  expect([erp.count('write'), posted().length, rig.held()]).toEqual([writes, 1, []]);
});

it('New content is held again: the answer was given to the old one', async () => {
  const { rig, psa, posted, hold, say } = await firm();
  await say('post-next');
  psa.put('hours', 'h', hours({ quantity: '8' }));
  await rig.notice('psa', 'hours', 'h');
  expect(hold()).toMatchObject({ control: 'closed-period' });
  expect(posted()).toMatchObject([{ quantity: '7.5' }]);
  await say('post-next');
  expect(posted()).toMatchObject([{ date: '2026-11-01', quantity: '8' }]);
});

it('The day is the one that was shown, even if another month has opened since', async () => {
  const { rig, erp, posted, hold, say } = await firm();
  erp.put('period', 'nov', { ...november, open: false });
  await rig.notice('erp', 'period', 'nov');
  expect(JSON.parse(String(hold()['params']))).toMatchObject({ next: 'none' });
  await expect(async () => say('post-next')).rejects.toMatchObject({ code: 'action-not-offered' });
  erp.put('period', 'nov', november);
  await rig.notice('erp', 'period', 'nov');
  await say('post-next');
  expect(posted()).toMatchObject([{ date: '2026-11-01' }]);
});

it('Waiting is waiting, with its own words, until the period is opened; then it goes on by itself', async () => {
  const { rig, erp, posted, hold, say } = await firm();
  await say('wait', '');
  expect(hold()).toMatchObject({ control: 'closed-period', code: 'awaiting-reopening', owner: 'finance' });
  expect(posted()).toEqual([]);
  erp.put('period', 'oct', { ...october, open: true });
  await rig.notice('erp', 'period', 'oct');
  expect(posted()).toMatchObject([{ date: '2026-10-30' }]);
  expect(rig.held()).toEqual([]);
});

it('Who has chosen to wait may still post on the next open day, and needs a reason for it', async () => {
  const { posted, say } = await firm();
  await say('wait', '');
  await expect(async () => say('post-next', ' ')).rejects.toMatchObject({ code: 'reason-missing' });
  await say('post-next');
  expect(posted()).toMatchObject([{ date: '2026-11-01' }]);
});
