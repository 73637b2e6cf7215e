// Story: a data warehouse wants to know when a project exists in PSA and ERP. Its server fails, hangs, goes away and
// comes back, the hub is killed in between; it hears of each project at least once, in order, and can prove by whom.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HubProcess, readStored, spawnHub } from '../support/hub-process.ts';
import { Operator } from '../support/operator.ts';
import { Pair } from '../support/pair.ts';
import { until } from '../support/people.ts';
import { freePort } from '../support/serve.ts';
import { Subscriber } from '../support/subscriber.ts';

const port = await freePort();
const state = mkdtempSync(join(tmpdir(), 'tieout-subscribers-'));
const warehouse = new Subscriber(await freePort());
let hub: HubProcess;
let pair: Pair;
let id = '';
const begun: string[] = [];

beforeAll(async () => {
  hub = await spawnHub({ port, state });
  pair = await Pair.start(new Operator(hub.url, hub.operatorKey));
  // Whatever came to be before somebody asked for news is told to nobody.
  await pair.installation.settled();
  await warehouse.start();
});

afterAll(async () => {
  await hub?.kill();
  await warehouse.stop();
  await pair?.close();
  rmSync(state, { recursive: true, force: true });
});

/** A project of a new customer begins in the source; resolves once the target has it. */
async function begin(name: string): Promise<void> {
  begun.push(name);
  const client = pair.sign(`${name} & Sons`);
  const engagement = pair.open(name, client);
  await pair.sender.send([
    { type: 'client', record: client },
    { type: 'engagement', record: engagement },
  ]);
  await until(`${name} in the target`, () => pair.target.rows('engagement').some((row) => row['title'] === name));
}

const nameOf = ({ data }: { data: Readonly<Record<string, unknown>> }) => (data['project'] as { name: string }).name;
const hears = (name: string) =>
  until(`the warehouse to take ${name}`, () => warehouse.taken.map(nameOf).includes(name));
const health = async () => (await pair.installation.subscriptions())[0];

describe('A warehouse that subscribes to project.created', () => {
  it('is told of a project once it exists in PSA and ERP, signed by the scheme its library knows', async () => {
    const made = await pair.installation.subscribe(warehouse.url, ['project.created']);
    id = made.subscription;
    warehouse.keys.push(made.key);
    await begin('Harbour rollout');
    await hears('Harbour rollout');
    const [event] = warehouse.heard;
    expect(event?.type).toBe('project.created');
    expect(event?.headers['webhook-id']).toBe(event?.id);
    expect(event?.data).toMatchObject({
      project: { name: 'Harbour rollout', status: 'active' },
      customer: { name: 'Harbour rollout & Sons' },
      records: expect.arrayContaining([
        expect.objectContaining({ connection: 'source', system: 'example' }),
        expect.objectContaining({ connection: 'target', system: 'example' }),
      ]),
    });
    expect(warehouse.forged).toBe(0);
  });

  it.each([
    ['fails', 500],
    ['drops the line', 'cut'],
    ['does not answer in time', 'hang'],
  ] as const)('is told again, the same under the same id, when its server %s', async (how, answer) => {
    let calls = 0;
    warehouse.answer = () => (calls++ === 0 ? answer : 200);
    await begin(`Survey that ${how}`);
    await hears(`Survey that ${how}`);
    const told = warehouse.heard.filter((event) => nameOf(event) === `Survey that ${how}`);
    expect(told.map((event) => event.answer)).toEqual([answer, 200]);
    expect(new Set(told.map((event) => event.headers['webhook-id'])).size).toBe(1);
    expect(new Set(told.map(({ body }) => body)).size).toBe(1);
    await until('the lane to know', async () => (await health())?.waiting === 0);
    expect(await health()).toMatchObject({ state: 'active', failures: 0, problem: null });
  });

  it('accepts either key while the old one lives on beside the new', async () => {
    const { key } = await pair.installation.steer<{ key: string }>(id, 'rotate');
    await begin('Quay wall');
    await hears('Quay wall');
    warehouse.keys.splice(0, 1, key);
    await begin('Quay wall II');
    await hears('Quay wall II');
    expect(warehouse.forged).toBe(0);
  });

  it('loses nothing when the hub is killed: before the call, and before the answer was written down', async () => {
    warehouse.answer = () => 'hang';
    await begin('Lighthouse');
    await until('the call to be under way', () => warehouse.heard.map(nameOf).includes('Lighthouse'));
    await hub.kill();
    warehouse.answer = () => 200;
    await warehouse.stop();
    hub = await spawnHub({ port, state });
    await begin('Breakwater');
    await hub.kill();
    await warehouse.start();
    hub = await spawnHub({ port, state });
    await hears('Breakwater');
    const lighthouse = warehouse.heard.filter((event) => nameOf(event) === 'Lighthouse');
    expect(lighthouse.length).toBeGreaterThan(1);
    expect(new Set(lighthouse.map((event) => event.id)).size).toBe(1);
  });

  it('is parked when it says it is gone: a person is asked, and what it missed is kept for it', async () => {
    warehouse.answer = () => 410;
    await begin('Dry dock');
    await until('the subscription to be parked', async () => (await health())?.state === 'parked');
    await begin('Slipway');
    const [open] = await until('the exception', async () => {
      const all = await pair.installation.exceptions();
      return all.length > 0 && all;
    });
    expect(open).toMatchObject({ code: 'subscriber-gone', owner: 'integration', entity: id });
    expect(open?.words.text).toContain('Warehouse');
    expect(await health()).toMatchObject({ waiting: 2 });

    warehouse.answer = () => 200;
    await pair.installation.answer(open?.id ?? '', 'retry', 'The warehouse is back');
    await hears('Slipway');
    await until('the exception to be closed', async () => (await pair.installation.exceptions()).length === 0);
    expect(await health()).toMatchObject({ state: 'active', waiting: 0 });
  });

  it('heard of every project, each under one id, in the order they came to be', async () => {
    expect(warehouse.taken.map(nameOf)).toEqual(begun);
    const sequences = warehouse.taken.map(({ sequence }) => sequence);
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
    expect(warehouse.forged).toBe(0);
    const { callsAtOnce } = await pair.installation.progress();
    expect(callsAtOnce).toBeLessThanOrEqual(6);
    await pair.installation.settled();
    await hub.kill();
    const rows = readStored(state, 'd1', 'dispatches', 'SELECT state, attempts FROM dispatches ORDER BY seq');
    expect(rows.map((row) => row['state'])).toEqual(begun.map(() => 'delivered'));
    expect(rows.map((row) => row['attempts'])).toContain(2);
    const [stored] = readStored(state, 'lane', 'subscriptions', 'SELECT keys FROM subscriptions');
    for (const key of warehouse.keys) expect(String(stored?.['keys'])).not.toContain(key);
  });
});
