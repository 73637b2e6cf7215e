// Story: two firms share one hub, and their records even have the same ids. Neither sees the other; one stops or is
// flooded, D1 goes away, and work goes on.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Hub, startHub } from '../support/hub.ts';
import { Operator } from '../support/operator.ts';
import { Pair } from '../support/pair.ts';
import { until } from '../support/people.ts';
import { RecordSwitch } from '../support/record-switch.ts';
import { signedRequest } from '../support/sender.ts';
import { freePort } from '../support/serve.ts';

const state = mkdtempSync(join(tmpdir(), 'tieout-neighbours-'));
const record = new RecordSwitch();
let hub: Hub;
let operator: Operator;
let north: Pair;
let south: Pair;

beforeAll(async () => {
  hub = await startHub({ port: await freePort(), state, recordSwitch: record });
  operator = new Operator(hub.url, hub.operatorKey);
  north = await Pair.start(operator, { name: 'Northwind Consulting' });
  south = await Pair.start(operator, { name: 'Southwind Advisers' });
});

afterEach(() => {
  record.day = 'well';
  for (const pair of [north, south]) for (const side of [pair.source, pair.target]) side.disarm();
});

afterAll(async () => {
  await hub?.close();
  await Promise.all([north?.close(), south?.close()]);
  rmSync(state, { recursive: true, force: true });
});

const arrived = (pair: Pair, text: string) =>
  until(`"${text}" in its target`, () => pair.hoursInTarget(text).length === 1);

/** The entity of an entry, and what D1 tells of it. */
async function historyOf(pair: Pair, entry: string) {
  const { entities } = await pair.installation.status('source', 'hours', entry);
  const entity = entities.find(({ kind }) => kind === 'time')?.entity ?? '';
  return { entity, history: await pair.installation.entity(entity) };
}

describe('Two firms in one hub, with records of the same ids', () => {
  it('each get their own into their own systems, and nothing of the other', async () => {
    const mine = await north.logAndTell('Harbour workshop');
    const theirs = await south.logAndTell('Vineyard audit');
    expect(theirs).toBe(mine);
    await arrived(north, 'Harbour workshop');
    await arrived(south, 'Vineyard audit');
    await Promise.all([north.installation.settled(), south.installation.settled()]);
    expect(north.hoursInTarget('Vineyard audit')).toEqual([]);
    expect(south.hoursInTarget('Harbour workshop')).toEqual([]);

    const own = await historyOf(north, mine);
    expect(JSON.stringify(own.history.versions)).toContain('Harbour workshop');
    expect(JSON.stringify(own.history)).not.toContain('Vineyard');
    const asked = await south.installation.entity(own.entity);
    expect([asked.versions, asked.receipts]).toEqual([[], []]);
  });

  it('cannot speak for each other: whoever names the other firm is refused, and nothing is written', async () => {
    const { to } = north.sender;
    const before = (await south.installation.progress()).laneRows;
    for (const sending of [
      { ...to, installation: south.installation.id },
      { ...to, url: south.sender.to.url },
    ]) {
      const request = signedRequest(sending, 'forged', [{ type: 'hours', record: 'ho1001' }], Date.now());
      expect((await fetch(request)).status).toBe(401);
    }
    expect((await south.installation.progress()).laneRows).toBe(before);
  });

  it('cannot claim each other’s account', async () => {
    const again = { id: 'theirs', system: 'example', roles: ['erp'], flow: 'open', ...south.target.connection };
    await expect(north.installation.connect(again)).rejects.toThrow('account-claimed');
  });

  it('do not stop together: one whose target refuses its credentials waits, the other goes on', async () => {
    north.target.arm({ how: 'revoke', times: null });
    await north.logAndTell('Not now');
    const stopped = await until('the connection to be stopped', async () => {
      const { connections } = await north.installation.progress();
      return connections.find(({ id, state: now }) => id === 'target' && now === 'paused');
    });
    expect(stopped).toBeDefined();
    await south.logAndTell('Business as usual');
    await arrived(south, 'Business as usual');
    expect(north.hoursInTarget('Not now')).toEqual([]);

    north.target.disarm();
    await north.installation.resume('target');
    await arrived(north, 'Not now');
  });

  it('do not wait for each other: beside a flood that crawls, the other is served before it is through', async () => {
    const flood = 600;
    north.target.arm({ how: 'slow', route: '/batch$', times: null, delayMs: 1_000 });
    const entries = Array.from({ length: flood }, (_, index) => north.log(`Flood ${index}`));
    for (let from = 0; from < flood; from += 100) {
      await north.sender.send(entries.slice(from, from + 100).map((id) => ({ type: 'hours', record: id })));
    }
    await south.logAndTell('In between');
    await arrived(south, 'In between');
    const through = north.target.rows('hours').filter((row) => String(row['text']).startsWith('Flood')).length;
    expect(through).toBeLessThan(flood);
    north.target.disarm();
    await until('the flood to be through', () => north.isInStep);
  });
});

/** Resolves once the hub has met what D1 does today. */
async function met(): Promise<void> {
  const before = record.met;
  await until('the hub to meet it', () => record.met > before);
}

describe('With D1 away', () => {
  it('notices are taken, decided and written in the target; the rows arrive once D1 is back', async () => {
    record.day = 'away';
    const entry = await north.logAndTell('Written without D1');
    await arrived(north, 'Written without D1');
    await met();
    expect((await north.installation.progress()).flushWaiting).toBeGreaterThan(0);
    const { entities } = await north.installation.status('source', 'hours', entry);
    expect(entities.map(({ kind }) => kind)).toContain('time');

    record.day = 'well';
    await until('the rows to be flushed', async () => (await north.installation.progress()).flushWaiting === 0);
    const { history } = await historyOf(north, entry);
    expect(history.versions).toHaveLength(1);
    expect(history.receipts.map(({ outcome }) => outcome)).toEqual(['created']);
  });

  it('a person’s change is carried out, and the answer says that it is not recorded yet', async () => {
    record.day = 'away';
    const path = `/v1/installations/${north.installation.id}/connections/target/flows/invoice`;
    const answer = await fetch(`${hub.url}${path}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${hub.operatorKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ state: 'observe', cutoverOn: null }),
    });
    expect([answer.status, await answer.json()]).toEqual([202, { recorded: false }]);
    record.day = 'well';
    await north.installation.settled();
  });

  it('slow, or losing its answers, it delays nothing, and each row is there once', async () => {
    record.delayMs = 2_000;
    const entries: string[] = [];
    for (const day of ['slow', 'lost'] as const) {
      record.day = day;
      entries.push(await north.logAndTell(`Written while D1 is ${day}`));
      await arrived(north, `Written while D1 is ${day}`);
      await met();
    }
    record.day = 'well';
    await north.installation.settled();
    for (const entry of entries) {
      const { history } = await historyOf(north, entry);
      expect(history.versions).toHaveLength(1);
      expect(history.receipts.map(({ outcome }) => outcome)).toEqual(['created']);
    }
  });
});
