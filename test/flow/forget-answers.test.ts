// Answers are kept for as long as they hold for something; the table of them does not grow with every year.
import { expect, it } from 'vitest';
import { maps } from '../../edge-worker/connectors/example/map.ts';
import { answer } from '../../edge-worker/flow/answer.ts';
import type { Action } from '../../shared/actions.ts';
import { LaneRig, RigSystem } from '../support/lane-rig.ts';

const { customer, project, time } = maps;
const day = 86_400_000;

/** Hours on a project that takes none wait for delivery, whatever they say. */
async function firm() {
  const [psa, erp] = [new RigSystem(), new RigSystem()];
  const own = { customer, project: { ...project, required: [] }, time: { ...time, required: ['project'] as const } };
  const rig = new LaneRig({
    psa: { system: psa, roles: ['crm', 'psa'], maps: own },
    erp: { system: erp, roles: ['erp'], maps: own },
  });
  psa.put('engagement', 'p', {
    ...{ title: 'Rollout', state: 'running', currency: 'EUR', model: 'hourly', time_open: false },
  });
  await rig.notice('psa', 'engagement', 'p');
  /** Each answer says in its reason what it was given to. */
  let logged = '';
  const log = async (id: string, quantity: string) => {
    logged = `${id} ${quantity}`;
    psa.put('hours', id, {
      ...{ engagement_id: 'p', person_id: null, date: '2026-10-30', quantity, job: 'Consultant', price: '185' },
      ...{ currency: 'EUR', billable: true, taxable: false, text: 'Workshop', approval: 'approved', billed: false },
    });
    await rig.notice('psa', 'hours', id);
  };
  const say = async (given: Action) => {
    answer(rig.lane.core, String(rig.rows('SELECT id FROM holds')[0]?.['id']), given, 'dora', logged);
    await rig.settle();
  };
  const answers = () => rig.rows('SELECT reason FROM approvals ORDER BY 1').map(({ reason }) => reason);
  const goBy = async (days: number) => {
    await rig.pass(days * day);
    await rig.pass(1_000);
  };
  return { rig, erp, log, say, answers, goBy };
}

it('An answer is forgotten once the record has long said something else, and one that holds never is', async () => {
  const { rig, log, say, answers, goBy } = await firm();
  for (const quantity of ['1', '2', '3']) {
    await log('h', quantity);
    await say('reject');
  }
  await log('i', '1');
  await say('approve');
  await goBy(99);
  await log('j', '1');
  await say('reject');
  await log('j', '2');
  await say('reject');
  expect(answers()).toEqual(['h 1', 'h 2', 'h 3', 'i 1', 'j 1', 'j 2']);
  await goBy(2);
  expect(answers()).toEqual(['h 3', 'i 1', 'j 1', 'j 2']);
  await goBy(100);
  expect(answers()).toEqual(['h 3', 'i 1', 'j 2']);
  await log('h', '3');
  await log('i', '1');
  await log('j', '2');
  expect(rig.held()).toEqual([]);
  // Nothing else rested on what was forgotten: content that returns after all that time is asked about.
  await log('h', '2');
  expect(rig.held()).toEqual(['project-not-open-for-time']);
});
