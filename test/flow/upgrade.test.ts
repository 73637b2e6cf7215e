// A hub is upgraded: what a connector can do now and could not do when it was connected.
import { expect, it } from 'vitest';
import { client, LaneRig, RigSystem, rigMaps } from '../support/lane-rig.ts';

const feed = (name: string) => ({ name, everyMs: 60_000, activeMs: 5_000, startAt: () => 'now' });

it('New feeds start at once; a new kind is read, waits for its first day, and nothing of it is written', async () => {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  const { project, ...before } = rigMaps;
  const seats = {
    crm: { system: crm, roles: ['crm', 'psa'] as const, maps: before, feeds: [feed('client')] },
    erp: { system: erp, roles: ['erp'] as const, maps: before },
  };
  const rig = new LaneRig(seats);
  crm.put('client', 'a', client('Acme'));
  await rig.notice('crm', 'client', 'a');
  expect(erp.count('write')).toBe(1);

  seats.crm.maps = rigMaps as typeof before;
  seats.erp.maps = rigMaps as typeof before;
  seats.crm.feeds.push(feed('job'));
  await rig.restart();
  await rig.restart();
  expect(rig.rows("SELECT feed FROM cursors WHERE purpose = 'feed'")).toEqual([{ feed: 'client' }, { feed: 'job' }]);
  expect(rig.rows("SELECT connection, state FROM flows WHERE kind = 'project'")).toEqual([
    { connection: 'crm', state: 'matching' },
    { connection: 'erp', state: 'matching' },
  ]);
  crm.put('job', 'p', { name: 'Rollout' });
  await rig.notice('crm', 'job', 'p');
  expect([rig.rows("SELECT id FROM entities WHERE kind = 'project'").length, erp.count('write')]).toEqual([1, 1]);
});
