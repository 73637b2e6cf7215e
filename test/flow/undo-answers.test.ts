// Answers that were given to a whole cause are taken back: what has not gone out waits again, what is out is named.
import { describe, expect, it } from 'vitest';
import { maps } from '../../edge-worker/connectors/example/map.ts';
import { Fault } from '../../edge-worker/faults.ts';
import { answer } from '../../edge-worker/flow/answer.ts';
import { startAnswers } from '../../edge-worker/flow/cause-job.ts';
import type { Found } from '../../edge-worker/flow/found.ts';
import { assignHold, type Owners, snoozeHold } from '../../edge-worker/flow/hold-care.ts';
import { jobOf } from '../../edge-worker/flow/job-book.ts';
import { changeJob } from '../../edge-worker/flow/job-requests.ts';
import type { Action } from '../../shared/actions.ts';
import { LaneRig, RigSystem } from '../support/lane-rig.ts';

const { customer, project, time } = maps;
const hours = (quantity: string, more: object = {}) => ({
  ...{ engagement_id: 'p', person_id: null, date: '2026-10-30', quantity, job: 'Consultant', price: '185' },
  ...{ currency: 'EUR', billable: true, taxable: false, text: 'Workshop', approval: 'approved', billed: false },
  ...more,
});

/** Hours on a project that takes none wait for delivery. The ledger takes one record a call. */
async function firm(...quantities: readonly string[]) {
  const [psa, erp] = [new RigSystem(), new RigSystem()];
  const own = { customer, project: { ...project, required: [] }, time: { ...time, required: ['project'] as const } };
  const rig = new LaneRig({
    psa: { system: psa, roles: ['crm', 'psa'], maps: own },
    erp: { system: erp, roles: ['erp'], maps: own, batch: 1 },
  });
  psa.put('engagement', 'p', {
    title: 'Rollout',
    state: 'running',
    currency: 'EUR',
    model: 'hourly',
    time_open: false,
  });
  await rig.notice('psa', 'engagement', 'p');
  for (const [index, quantity] of quantities.entries()) psa.put('hours', `h${index}`, hours(quantity));
  await rig.notice('psa', 'hours', ...quantities.map((_, index) => `h${index}`));
  const causes = () => rig.rows('SELECT DISTINCT cause FROM holds ORDER BY cause').map(({ cause }) => String(cause));
  const answerAll = async (given: Action, job = 'job_1') => {
    const [cause = ''] = causes();
    startAnswers(rig.lane.core, { id: job, cause, answer: given, reason: 'Agreed', owners: null }, 'dora');
    await rig.pass(1);
  };
  const undo = async (job = 'job_2', undoes = 'job_1', owners: Owners = null) => {
    changeJob(rig.lane.core, { step: 'undo', job, undoes, owners }, 'dora');
    await rig.pass(1);
    expect(jobOf(rig.lane.core, job)).toMatchObject({ kind: 'undo', state: 'done' });
  };
  const found = (job = 'job_2') => (JSON.parse(jobOf(rig.lane.core, job)?.place ?? '{}') as { found: Found }).found;
  const actions = (job = 'job_2') => found(job).groups.map(({ action, count }) => [action, count]);
  const posted = () => [...erp.rows.values()].flatMap(({ wire }) => (wire['quantity'] ? [wire['quantity']] : []));
  const holds = () => rig.rows('SELECT id, control, assignee, snoozed_ms, made_ms, due_ms FROM holds ORDER BY id');
  return { rig, psa, erp, answerAll, undo, found, actions, posted, holds };
}

describe('Answers to a whole cause that are taken back', () => {
  it('wait again as they did before: who looks after them, until when they are put off, and since when', async () => {
    const { rig, answerAll, undo, actions, holds, posted } = await firm('1', '2', '3');
    const [first, second] = holds().map(({ id }) => String(id));
    assignHold(rig.lane.core, first as string, 'mara', 'dora');
    snoozeHold(rig.lane.core, second as string, rig.nowMs + 86_400_000, 'Monday', 'dora');
    const care = () => holds().map(({ id: _id, ...rest }) => rest);
    const before = care();
    rig.nowMs += 600_000;
    await answerAll('reject');
    expect([rig.held(), posted()]).toEqual([[], []]);
    await undo();
    expect(care()).toEqual(before);
    expect([actions(), posted()]).toEqual([[['reopened', 3]], []]);
    for (let turn = 0; turn < 3; turn++) await rig.pass(60_000);
    expect([rig.held(), posted()]).toEqual([
      ['project-not-open-for-time', 'project-not-open-for-time', 'project-not-open-for-time'],
      [],
    ]);
    const open = await rig.d1.prepare("SELECT count(*) AS n FROM exceptions WHERE state = 'open'").all();
    expect(open.results).toEqual([{ n: 3 }]);
    // What waits again is answered again, by the same means.
    await answerAll('approve', 'job_3');
    await rig.pass(1_000);
    expect(posted().sort()).toEqual(['1', '2', '3']);
  });

  it('stay where they are out already, and are named; those that have not gone wait again', async () => {
    const { rig, erp, answerAll, undo, actions, found, posted } = await firm('1', '2', '3');
    // The ledger takes one of them and is away then.
    erp.onWrite = async (_writes, carryOut) => {
      if (posted().length > 0) throw new Fault('unreachable', 'nobody there');
      return carryOut();
    };
    await answerAll('approve');
    expect(posted()).toHaveLength(1);
    await undo();
    expect(actions()).toEqual([
      ['reopened', 2],
      ['stays', 1],
    ]);
    expect(found()).toMatchObject({ written: 0, held: 2, left: 1 });
    erp.onWrite = null;
    for (let turn = 0; turn < 3; turn++) await rig.pass(60_000);
    expect([posted().length, rig.held().length]).toEqual([1, 2]);
  });

  it('are left alone while nobody knows what became of the call, and are never sent twice', async () => {
    const { rig, erp, answerAll, undo, actions, posted } = await firm('1');
    erp.onWrite = async (_writes, carryOut) => {
      carryOut();
      throw new Fault('uncertain', 'cut');
    };
    await answerAll('approve');
    await undo();
    expect(actions()).toEqual([['stays', 1]]);
    erp.onWrite = null;
    for (let turn = 0; turn < 5; turn++) await rig.pass(60_000);
    expect([posted(), rig.held()]).toEqual([['1'], []]);
  });

  it('are left where content has changed since, or somebody has said otherwise', async () => {
    const { rig, psa, answerAll, undo, actions } = await firm('1', '2');
    await answerAll('reject');
    psa.put('hours', 'h0', hours('1.5'));
    await rig.notice('psa', 'hours', 'h0');
    const [fresh] = rig.rows('SELECT id FROM holds');
    answer(rig.lane.core, String(fresh?.['id']), 'reject', 'mara', 'By hand');
    await undo();
    expect(actions()).toEqual([
      ['left', 1],
      ['reopened', 1],
    ]);
    expect(rig.held()).toEqual(['project-not-open-for-time']);
  });

  it('are taken back once each, wherever the object stops in between', async () => {
    const { rig, answerAll, actions } = await firm(...Array.from({ length: 120 }, (_, index) => `${index + 1}`));
    await answerAll('reject');
    changeJob(rig.lane.core, { step: 'undo', job: 'job_2', undoes: 'job_1', owners: null }, 'dora');
    void rig.lane.work({ job: 'job_2', drive: 0 });
    await rig.settle(2);
    expect(jobOf(rig.lane.core, 'job_2')?.done).toBe(50);
    await rig.restart();
    for (let turn = 0; turn < 5; turn++) await rig.pass(120_000);
    expect(jobOf(rig.lane.core, 'job_2')).toMatchObject({ state: 'done', total: 120, done: 120 });
    expect([actions(), rig.held().length]).toEqual([[['reopened', 120]], 120]);
  });

  it('are only for those who may give them, and only where something was decided', async () => {
    const { rig, answerAll } = await firm('1');
    const codeOf = (undoes: string, owners: Owners) => {
      try {
        changeJob(rig.lane.core, { step: 'undo', job: 'job_9', undoes, owners }, 'dora');
      } catch (error) {
        return (error as { code: string }).code;
      }
      return null;
    };
    await answerAll('retry', 'job_0');
    expect(codeOf('job_0', null)).toBe('not-undoable');
    await answerAll('reject');
    expect([codeOf('job_1', ['sales']), codeOf('job_1', ['delivery'])]).toEqual(['not-allowed', null]);
    expect(codeOf('job_1', ['delivery'])).toBe('undone-already');
  });
});
