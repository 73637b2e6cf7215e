// Story: a release changes the lanes' tables. Lanes of every earlier release go on where they were, and a lane that a
// later release has been at still works.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hub, startHub } from '../support/hub.ts';
import { laneFileIn, laneMigrations, rewindLane, updateLane } from '../support/lane-schemas.ts';
import { Operator } from '../support/operator.ts';
import { Pair } from '../support/pair.ts';
import { until } from '../support/people.ts';
import { freePort } from '../support/serve.ts';

const port = await freePort();
const states = mkdtempSync(join(tmpdir(), 'tieout-migrations-'));
const today = join(states, 'today');

let pair: Pair;
let hub: Hub | null = null;

beforeAll(async () => {
  hub = await startHub({ port, state: today });
  pair = await Pair.start(new Operator(hub.url, hub.operatorKey));
  await pair.logAndTell('Before the release');
  // Held: not approved yet. It must still be held, and still be released, after the release.
  const unapproved = pair.log('Not approved yet', '2', 'submitted');
  await pair.sender.send([{ type: 'hours', record: unapproved }]);
  await until('the first hours in the target', () => pair.hoursInTarget('Before the release').length > 0);
  await pair.installation.settled();
  await hub.close();
  hub = null;
}, 60_000);

afterAll(async () => {
  await hub?.close();
  await pair?.close();
  rmSync(states, { recursive: true, force: true });
});

/** Starts today's code on a copy of the lane that was changed like this, and follows one more entry through it. */
async function goesOn(name: string, change: (laneFile: string) => void): Promise<void> {
  const state = join(states, name);
  cpSync(today, state, { recursive: true });
  change(laneFileIn(state));
  hub = await startHub({ port, state });
  try {
    const before = await pair.installation.progress();
    expect(before.holds).toEqual([{ control: 'unapproved-time', owner: 'delivery', n: 1 }]);
    expect(before.entities.find(({ kind }) => kind === 'customer')?.n).toBe(1);
    await pair.logAndTell(`After ${name}`);
    await until(`hours after ${name}`, () => pair.hoursInTarget(`After ${name}`).length > 0);
    const { flushWaiting, holds } = await pair.installation.settled();
    expect([flushWaiting, holds.length]).toEqual([0, 1]);
    expect(pair.hoursInTarget('Before the release')).toHaveLength(1);
    expect(pair.hoursInTarget('Not approved yet')).toEqual([]);
  } finally {
    await hub.close();
    hub = null;
  }
}

describe('A lane', () => {
  it.each(laneMigrations().map(({ tag }, index) => [tag, index + 1] as const))(
    'that was last awake under %s goes on under the release of today',
    (tag, count) => goesOn(tag, (file) => rewindLane(file, count)),
  );

  it('goes on under the release of today after a later one has added to its tables', () =>
    goesOn('a-later-release', updateLane));
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
