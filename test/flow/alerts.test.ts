// Alerts: people hear once that something has begun to go wrong, and once that it is over, whatever happens between.
import { expect, it } from 'vitest';
import { choice, textOrNull } from '../../edge-worker/connectors/codecs.ts';
import { at } from '../../edge-worker/connectors/connector.ts';
import { Fault } from '../../edge-worker/faults.ts';
import { change } from '../../edge-worker/flow/requests.ts';
import { LaneRig, RigSystem, rigMaps } from '../support/lane-rig.ts';

const { time } = rigMaps;
if (!time) throw new Error('the rig keeps hours');
const stages = { submitted: 'submitted', approved: 'approved' } as const;
const fields = { ...time.fields, note: at('note', textOrNull), approval: at('stage', choice('stage', stages)) };
const maps = { ...rigMaps, time: { ...time, withdrawal: 'unapproved', fields } } as const;
const second = 1_000;
const minute = 60 * second;

async function firm(types: readonly string[] = ['alert.raised', 'alert.recovered']) {
  const [psa, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({ psa: { system: psa, roles: ['psa'], maps }, erp: { system: erp, roles: ['erp'], maps } });
  psa.put('person', 'r', { name: 'Ines', mail: 'i@x' });
  erp.put('person', 'e', { name: 'Ines', mail: 'i@x' });
  await rig.notice('erp', 'person', 'e');
  await rig.notice('psa', 'person', 'r');
  psa.put('job', 'p', { name: 'Rollout' });
  await rig.notice('psa', 'job', 'p');
  const subscription = { id: 'sub_1', name: 'On call', url: 'https://hooks.example/', types };
  const made = { verb: 'make', subscription, key: 'whsec_bm90IGEgcmVhbCBrZXkgYXQgYWxs' } as const;
  await change(rig.lane, { verb: 'subscription', change: made, by: 'ada' }, async (plain) => plain);
  const log = async (id: string, stage: string) => {
    const worked = { job: 'p', person: 'r', day: '2026-11-03', hours: '4', rate: null, role: 'Dev', currency: 'EUR' };
    psa.put('hours', id, { ...worked, note: id, stage });
    await rig.notice('psa', 'hours', id);
  };
  const told = () =>
    rig.rows('SELECT type, payload FROM announcements ORDER BY seq').map(({ type, payload }) => {
      const { alert } = JSON.parse(String(payload)) as { alert: Readonly<Record<string, unknown>> };
      return { ...alert, type } as Readonly<Record<string, unknown>>;
    });
  return { rig, erp, log, told };
}

it('A cause is told once, within a minute, however many records join, and once when it is over', async () => {
  const { rig, log, told } = await firm();
  await log('a', 'submitted');
  await rig.pass(30 * second);
  expect(told()).toMatchObject([{ type: 'alert.raised', about: 'exceptions', owner: 'delivery', records: 1 }]);
  expect(told()[0]?.['text']).not.toContain('{');
  await log('b', 'submitted');
  await rig.restart();
  await rig.pass(10 * minute);
  expect(told()).toHaveLength(1);
  // One of two is settled: it is not over yet.
  await log('a', 'approved');
  await rig.pass(30 * second);
  expect(told()).toHaveLength(1);
  await log('b', 'approved');
  await rig.pass(30 * second);
  expect(told().map(({ type }) => type)).toEqual(['alert.raised', 'alert.recovered']);
  await log('c', 'submitted');
  await rig.pass(30 * second);
  expect(told().map(({ type }) => type)).toEqual(['alert.raised', 'alert.recovered', 'alert.raised']);
});

it('A missed target is told to whoever is to look after it, and once when nothing is late any more', async () => {
  const { rig, erp, log, told } = await firm();
  erp.onWrite = () => Promise.reject(new Fault('unreachable', 'asleep'));
  await log('a', 'approved');
  await rig.pass(239 * minute);
  expect(told()).toEqual([]);
  await rig.pass(minute);
  expect(told()).toMatchObject([
    { type: 'alert.raised', cause: 'target.time-to-ledger', owner: 'finance', records: 1 },
  ]);
  erp.onWrite = null;
  for (let wake = 0; wake < 4; wake++) await rig.pass(minute);
  expect(told().map(({ type }) => type)).toEqual(['alert.raised', 'alert.recovered']);
});

it('Without a subscription that names them nothing is looked at', async () => {
  const { rig, log } = await firm(['project.created']);
  await log('a', 'submitted');
  await rig.pass(minute);
  expect(rig.rows('SELECT * FROM announcements')).toEqual([]);
});
