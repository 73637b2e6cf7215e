// Story: the hub is killed twenty times in the midst of its work, half of them while it is flooded; what it accepted
// is not lost, nothing is there twice.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HubProcess, readStored, spawnHub } from '../support/hub-process.ts';
import { Operator } from '../support/operator.ts';
import { chanceOf } from '../support/options.ts';
import { Pair } from '../support/pair.ts';
import { until } from '../support/people.ts';
import { freePort } from '../support/serve.ts';

const port = await freePort();
const kills = 20;
/** From this one on the inbox is small and the senders are many. */
const floodedFrom = kills / 2;
const smallInbox = 20;
const state = mkdtempSync(join(tmpdir(), 'tieout-crash-'));
const chance = chanceOf(20_261_122);

let hub: HubProcess;
let pair: Pair;
const clients: string[] = [];
let entries = 0;
let overflowed = 0;

beforeAll(async () => {
  hub = await spawnHub({ port, state });
  pair = await Pair.start(new Operator(hub.url, hub.operatorKey), { chance });
});

afterAll(async () => {
  await hub?.kill();
  await pair?.close();
  rmSync(state, { recursive: true, force: true });
});

/** A consultant logs hours, or somebody mends a client's number; the package tells the hub. */
async function work(): Promise<void> {
  const dice = chance();
  if (dice < 0.2 && clients.length > 0) {
    const client = clients[Math.floor(chance() * clients.length)] ?? '';
    pair.source.update('client', client, { phone: `+49 40 555 ${Math.floor(chance() * 10_000)}` });
    return pair.sender.send([{ type: 'client', record: client }]);
  }
  if (dice < 0.25) {
    const client = pair.sign(`Client ${clients.length} & Sons`);
    clients.push(client);
    return pair.sender.send([{ type: 'client', record: client }]);
  }
  const entry = pair.log(`Entry ${entries++}`, String((1 + Math.floor(chance() * 32)) / 4));
  return pair.sender.send([{ type: 'hours', record: entry }]);
}

/** So many hands send so many notices; at some instant the hub dies. What was not accepted goes to the next hub. */
async function untilKilled(hands: number, notices: number): Promise<Promise<void>[]> {
  let left = notices;
  const busy = Array.from({ length: hands }, async () => {
    while (left-- > 0) await work();
  });
  await new Promise((resolve) => setTimeout(resolve, 100 + chance() * 1_000));
  await hub.kill();
  overflowed += hub.logged.filter((line) => line['outcome'] === 'overflowed').length;
  return busy;
}

describe('A hub that is killed with kill -9, twenty times', () => {
  it('accounts for all it accepted, and each record is in the target once, as it is in the source', async () => {
    let late: Promise<void>[] = [];
    // A write under way for a third of a second: whenever the hub dies, it dies in the midst of one.
    pair.target.arm({ how: 'slow', route: '/write$', times: null, delayMs: 300 });
    for (let kill = 0; kill < kills; kill++) {
      const isFlooded = kill >= floodedFrom;
      if (kill === floodedFrom) pair.source.arm({ how: 'slow', route: '/read$', times: null, delayMs: 400 });
      late = [...late, ...(await (isFlooded ? untilKilled(24, 250) : untilKilled(4, 60)))];
      const isLast = kill === kills - 1;
      hub = await spawnHub({ port, state, sweepEveryMs: 2_000, ...(isFlooded && !isLast && { inboxMax: smallInbox }) });
    }
    await Promise.all(late);
    pair.source.disarm();
    pair.target.disarm();
    await until('the target to hold what the source holds', () => pair.isInStep, 90_000);
    await pair.installation.settled();

    expect(overflowed).toBeGreaterThan(100);
    expect(pair.contentOf('target', 'hours')).toEqual(pair.contentOf('source', 'hours'));
    expect(pair.contentOf('target', 'client')).toEqual(pair.contentOf('source', 'client'));
    expect(await pair.installation.exceptions()).toEqual([]);
    console.log(
      `${kills} kills, ${pair.sender.accepted.size} accepted, ${pair.sender.repeats} sent again, ` +
        `${overflowed} overflowed, ${entries} hours, ${clients.length} clients`,
    );
  });

  it('has every accepted notice on its disk, and none left in the overflow', async () => {
    await hub.kill();
    const deliveries = readStored(state, 'lane', 'deliveries', 'SELECT seq, delivery FROM deliveries');
    const known = new Set(deliveries.map((row) => row['delivery']));
    expect([...pair.sender.accepted].filter((delivery) => !known.has(delivery))).toEqual([]);
    const [decided] = readStored(state, 'lane', 'lane_state', "SELECT value FROM lane_state WHERE name = 'watermark'");
    expect(Number(decided?.['value'])).toBe(Math.max(...deliveries.map((row) => Number(row['seq']))));
    expect(readStored(state, 'overflow', 'entries', 'SELECT * FROM entries')).toEqual([]);
  });

  it('was killed in the midst of calls: their outcomes were unknown, and were found out by looking', () => {
    const told = (code: string) =>
      readStored(state, 'd1', 'timeline', `SELECT 1 FROM timeline WHERE entries LIKE '%"${code}"%'`).length;
    expect(told('command-uncertain')).toBeGreaterThan(0);
    expect(told('command-found') + told('uncertain-not-there')).toBeGreaterThan(0);
  });

  it('is never taken for one that was put back: what D1 has heard of, the lane had on its disk', () => {
    expect(readStored(state, 'd1', 'audit', "SELECT 1 FROM audit WHERE action = 'lane-put-back'")).toEqual([]);
  });
});
