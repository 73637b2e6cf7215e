// Story: the hub is killed twenty times in the midst of its work, half of them while it is flooded; what it accepted
// is not lost, nothing is there twice.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { standIn as example } from '../../edge-worker/connectors/example/stand-in.ts';
import type { Row, StandIn } from '../../edge-worker/connectors/stand-in.ts';
import { type HubProcess, readStored, spawnHub } from '../support/hub-process.ts';
import { type Installation, Operator } from '../support/operator.ts';
import { chanceOf } from '../support/options.ts';
import { until } from '../support/people.ts';
import { Sender } from '../support/sender.ts';
import { type Served, serve } from '../support/serve.ts';

const port = 8822;
const kills = 20;
/** From this one on the inbox is small and the senders are many. */
const floodedFrom = kills / 2;
const smallInbox = 20;
const state = mkdtempSync(join(tmpdir(), 'tieout-crash-'));
const chance = chanceOf(20_261_122);
const roles = { source: ['crm', 'psa'], target: ['erp'] } as const;

const served: Served[] = [];
let hub: HubProcess;
let installation: Installation;
let source: StandIn;
let target: StandIn;
let sender: Sender;
let engagement = '';
let person = '';
const clients: string[] = [];
const hours: string[] = [];
let overflowed = 0;

beforeAll(async () => {
  source = await startExample();
  target = await startExample();
  hub = await spawnHub({ port, state });
  installation = await new Operator(hub.url, hub.operatorKey).found('Northwind Consulting');
  const made = await connect('source', source);
  await connect('target', target);
  const { account, environment } = source.connection;
  const [url, key] = [made.hookUrl ?? '', made.hookKey ?? ''];
  sender = new Sender({ url, key, installation: installation.id, system: 'example', account, environment });
  const mail = 'ines.carvalho@northwind.example';
  target.create('person', { full_name: 'Ines Carvalho', mail, active: true });
  person = source.create('person', { full_name: 'Ines Carvalho', mail, active: true });
  const client = sign('Harbour & Pine Architects');
  engagement = source.create('engagement', {
    title: 'ERP rollout',
    client_id: client,
    currency: 'EUR',
    state: 'running',
    model: 'hourly',
  });
  const told = { type: 'person', record: person };
  await sender.send([told, { type: 'client', record: client }, { type: 'engagement', record: engagement }]);
  await until('the engagement', () => target.rows('engagement').length > 0);
}, 60_000);

afterAll(async () => {
  await hub?.kill();
  await Promise.all(served.map((one) => one.close()));
  rmSync(state, { recursive: true, force: true });
});

async function startExample(): Promise<StandIn> {
  let answer: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 });
  const at = await serve((request) => answer(request));
  served.push(at);
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const standIn = example({ baseUrl: at.url, nowMs: Date.now, chance, sleep, send: (request) => fetch(request) });
  answer = (request) => standIn.fetch(request);
  return standIn;
}

function connect(id: keyof typeof roles, standIn: StandIn) {
  const { account, environment, settings, secrets } = standIn.connection;
  return installation.connect({
    id,
    system: 'example',
    roles: roles[id],
    account,
    environment,
    settings,
    secrets,
    flow: 'open',
  });
}

function sign(name: string): string {
  const client = source.create('client', { display_name: name, stage: 'client', currency: 'EUR', active: true });
  clients.push(client);
  return client;
}

/** A consultant logs hours, or somebody mends a client's number; the package tells the hub. */
async function work(): Promise<void> {
  const dice = chance();
  if (dice < 0.2 && clients.length > 0) {
    const client = clients[Math.floor(chance() * clients.length)] ?? '';
    source.update('client', client, { phone: `+49 40 555 ${Math.floor(chance() * 10_000)}` });
    return sender.send([{ type: 'client', record: client }]);
  }
  if (dice < 0.25) return sender.send([{ type: 'client', record: sign(`Client ${clients.length} & Sons`) }]);
  const quantity = (1 + Math.floor(chance() * 32)) / 4;
  const entry = source.create('hours', {
    engagement_id: engagement,
    person_id: person,
    date: '2026-11-03',
    quantity: String(quantity),
    price: '185',
    currency: 'EUR',
    billable: true,
    approval: 'approved',
    text: `Entry ${hours.length}`,
  });
  hours.push(entry);
  return sender.send([{ type: 'hours', record: entry }]);
}

/**
 * So many hands send so many notices; at some instant the hub dies. What was not accepted by then goes to the next
 * hub.
 */
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

const sameFields: Readonly<Record<string, readonly string[]>> = {
  hours: ['date', 'quantity', 'price', 'currency', 'billable', 'approval', 'text'],
  client: ['display_name', 'currency', 'phone'],
};

function content(type: string, rows: readonly Row[]): string[] {
  return rows.map((row) => JSON.stringify((sameFields[type] ?? []).map((field) => row[field] ?? null))).sort();
}

describe('A hub that is killed with kill -9, twenty times', () => {
  it('accounts for all it accepted, and each record is in the target once, as it is in the source', async () => {
    let late: Promise<void>[] = [];
    for (let kill = 0; kill < kills; kill++) {
      const isFlooded = kill >= floodedFrom;
      if (kill === floodedFrom) source.arm({ how: 'slow', route: '/read$', times: null, delayMs: 400 });
      late = [...late, ...(await (isFlooded ? untilKilled(24, 250) : untilKilled(4, 60)))];
      const isLast = kill === kills - 1;
      hub = await spawnHub({ port, state, sweepEveryMs: 2_000, ...(isFlooded && !isLast && { inboxMax: smallInbox }) });
    }
    await Promise.all(late);
    source.disarm();
    const left = () =>
      ['hours', 'client'].filter(
        (type) => `${content(type, source.rows(type))}` !== `${content(type, target.rows(type))}`,
      );
    await until('the target to hold what the source holds', () => left().length === 0, 90_000);
    await installation.settled();

    expect(overflowed).toBeGreaterThan(100);
    expect(content('hours', target.rows('hours'))).toEqual(content('hours', source.rows('hours')));
    expect(content('client', target.rows('client'))).toEqual(content('client', source.rows('client')));
    expect(await installation.exceptions()).toEqual([]);
    console.log(
      `${kills} kills, ${sender.accepted.size} accepted, ${sender.repeats} sent again, ` +
        `${overflowed} overflowed, ${hours.length} hours, ${clients.length} clients`,
    );
  }, 240_000);

  it('has every accepted notice on its disk, and none left in the overflow', async () => {
    await hub.kill();
    const deliveries = readStored(state, 'lane', 'deliveries', 'SELECT seq, delivery FROM deliveries');
    const known = new Set(deliveries.map((row) => row['delivery']));
    expect([...sender.accepted].filter((delivery) => !known.has(delivery))).toEqual([]);
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
});
