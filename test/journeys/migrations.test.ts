// Story: a release changes the lanes' tables. Lanes of every earlier release go on where they were, and a lane that a
// later release has been at still works.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hub, startHub } from '../support/hub.ts';
import { laneFileOf, laneMigrations, rewindLane, updateLane } from '../support/lane-schemas.ts';
import { Operator } from '../support/operator.ts';
import { Pair } from '../support/pair.ts';
import { until } from '../support/people.ts';
import { freePort } from '../support/serve.ts';

const port = await freePort();
const state = mkdtempSync(join(tmpdir(), 'tieout-migrations-'));

/** What is done to the lane of each firm while the hub is down. */
const changes: Readonly<Record<string, (laneFile: string) => void>> = {
  ...Object.fromEntries(
    laneMigrations().map(({ tag }, index) => [tag, (file: string) => rewindLane(file, index + 1)] as const),
  ),
  'a later release': updateLane,
};
const firms = new Map<string, Pair>();
let hub: Hub;

beforeAll(async () => {
  hub = await startHub({ port, state });
  const operator = new Operator(hub.url, hub.operatorKey);
  await Promise.all(Object.keys(changes).map(async (name) => firms.set(name, await workedBefore(operator, name))));
  await hub.close();
  for (const [name, change] of Object.entries(changes)) change(laneFileOf(state, firmOf(name).installation.id));
  hub = await startHub({ port, state });
});

afterAll(async () => {
  await hub?.close();
  await Promise.all([...firms.values()].map((firm) => firm.close()));
  rmSync(state, { recursive: true, force: true });
});

/** A firm with one entry in its target and one that is held, all at rest. */
async function workedBefore(operator: Operator, name: string): Promise<Pair> {
  const firm = await Pair.start(operator, { name });
  await firm.logAndTell('Before the release');
  // Held: not approved yet. It must still be held, and still be released, after the release.
  const unapproved = firm.log('Not approved yet', '2', 'submitted');
  await firm.sender.send([{ type: 'hours', record: unapproved }]);
  await until('the first hours in the target', () => firm.hoursInTarget('Before the release').length > 0);
  await firm.installation.settled();
  return firm;
}

function firmOf(name: string): Pair {
  const firm = firms.get(name);
  if (!firm) throw new Error(`no firm was founded for ${name}`);
  return firm;
}

/** Follows one more entry through the lane that was changed. */
async function goesOn(name: string): Promise<void> {
  const firm = firmOf(name);
  const before = await firm.installation.progress();
  expect(before.holds).toEqual([{ control: 'unapproved-time', owner: 'delivery', n: 1 }]);
  expect(before.entities.find(({ kind }) => kind === 'customer')?.n).toBe(1);
  await firm.logAndTell('After the release');
  await until('hours after the release', () => firm.hoursInTarget('After the release').length > 0);
  const { flushWaiting, holds } = await firm.installation.settled();
  expect([flushWaiting, holds.length]).toEqual([0, 1]);
  expect(firm.hoursInTarget('Before the release')).toHaveLength(1);
  expect(firm.hoursInTarget('Not approved yet')).toEqual([]);
}

// Side by side: each has a lane of its own, and most of the time is waiting until that lane is at rest.
describe.concurrent('A lane', () => {
  it.each(laneMigrations().map(({ tag }) => tag))(
    'that was last awake under %s goes on under the release of today',
    goesOn,
  );

  it('goes on under the release of today after a later one has added to its tables', () => goesOn('a later release'));
});

describe('A migration of the lanes', () => {
  it('after the first only adds, in statements that take no longer for more rows', () => {
    const [, ...later] = laneMigrations();
    const adds = /^(CREATE TABLE|CREATE (UNIQUE )?INDEX|ALTER TABLE \S+ ADD )/i;
    const others = later.flatMap(({ tag, statements }) =>
      statements.filter((statement) => !adds.test(statement)).map((statement) => `${tag}: ${statement}`),
    );
    expect(others).toEqual([]);
  });
});
