// Story: ten thousand requests of strangers and broken senders knock at the webhook doors; none is a 5xx, and nothing
// of them is stored.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StandIn } from '../../edge-worker/connectors/stand-in.ts';
import { startStandIns } from '../stand-ins.ts';
import { type Door, type Doors, HookFuzz, type Thrown } from '../support/hook-fuzz.ts';
import { type Hub, startHub } from '../support/hub.ts';
import { readStored } from '../support/hub-process.ts';
import { type Installation, Operator } from '../support/operator.ts';
import { chanceOf } from '../support/options.ts';
import { sole } from '../support/pages.ts';
import { signedRequest } from '../support/sender.ts';
import { freePort } from '../support/serve.ts';

const requests = 10_000;
const atOnce = 16;
const seed = 20_261_122;
const state = mkdtempSync(join(tmpdir(), 'tieout-fuzz-'));

let hub: Hub;
let installation: Installation;
let standIns: Awaited<ReturnType<typeof startStandIns>>;
let doors: Doors;
/** What the hub told its operators. */
const logged: string[] = [];
/** Deliveries that were really accepted before and after. */
const genuine: string[] = [];

beforeAll(async () => {
  standIns = await startStandIns(0);
  hub = await startHub({ port: await freePort(), state, onLog: (line) => logged.push(line) });
  installation = await new Operator(hub.url, hub.operatorKey).found('Northwind Consulting');
  const [crm, erp, psa] = [
    await connect('salesforce', 'crm'),
    await connect('netsuite', 'erp'),
    await connect('example', 'psa'),
  ];
  doors = {
    signed: [
      { ...erp.door, bodyBytesMax: 102_400 },
      { ...psa.door, bodyBytesMax: 256_000 },
    ],
    shared: { url: crm.door.url, account: crm.standIn.connection.account },
  };
  await installation.settled();
});

afterAll(async () => {
  await hub?.close();
  await standIns?.close();
  rmSync(state, { recursive: true, force: true });
});

async function connect(system: string, role: string): Promise<{ standIn: StandIn; door: Omit<Door, 'bodyBytesMax'> }> {
  const { standIn } = sole(standIns.running.filter((one) => one.name === system));
  const made = await installation.connect({ id: role, system, roles: [role], ...standIn.connection, flow: 'open' });
  const { account, environment } = standIn.connection;
  const [url, key] = [made.hookUrl ?? '', made.hookKey ?? ''];
  return { standIn, door: { url, key, installation: installation.id, system, account, environment } };
}

/** Every row that the hub keeps outside its lanes, by table. */
async function rowsInRecord(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const binding of ['DIRECTORY', 'RECORD']) {
    const database = await hub.miniflare.getD1Database(binding);
    const tables = await database
      .prepare(
        `SELECT name FROM sqlite_master WHERE type = 'table'
         AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'`,
      )
      .all<{ name: string }>();
    for (const { name } of tables.results) {
      counts[`${binding} ${name}`] =
        (await database.prepare(`SELECT count(*) AS n FROM "${name}"`).first<number>('n')) ?? -1;
    }
  }
  return counts;
}

async function holdings() {
  const { waiting, rechecks, commands, holds, strays, entities, overflowed } = await installation.progress();
  return { waiting, rechecks, commands, holds, strays, entities, overflowed, record: await rowsInRecord() };
}

async function knock({ url, method, headers, body }: Thrown): Promise<number> {
  const response = await fetch(url, { method, headers, body });
  await response.arrayBuffer();
  return response.status;
}

async function sendGenuine(door: Door): Promise<number> {
  const delivery = `genuine-${genuine.length}`;
  genuine.push(delivery);
  const { standIn } = sole(standIns.running.filter((one) => one.name === door.system));
  const [type = '', record = ''] =
    door.system === 'example'
      ? ['person', standIn.create('person', { full_name: 'Ines Carvalho', mail: 'ines@northwind.example' })]
      : ['employee', standIn.create('employee', { firstname: 'Ines', lastname: delivery, subsidiary: '1' })];
  return (await fetch(signedRequest(door, delivery, [{ type, record }], Date.now()))).status;
}

describe('The webhook doors', () => {
  it('take what our packages send', async () => {
    for (const door of doors.signed) expect(await sendGenuine(door)).toBe(202);
    await installation.settled();
    expect((await installation.progress()).entities).toContainEqual({ kind: 'resource', n: 1 });
  });

  it(`answer ${requests} forged, broken and strange requests without a 5xx, and store nothing of them`, async () => {
    const before = await holdings();
    const fuzz = new HookFuzz(doors, chanceOf(seed), Date.now);
    const answers = new Map<string, number>();
    let left = requests;
    const startedMs = Date.now();
    const hand = async () => {
      while (left-- > 0) {
        const thrown = fuzz.next();
        const key = `${thrown.how}: ${await knock(thrown)}`;
        answers.set(key, (answers.get(key) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, hand));
    const perSecond = Math.round((requests * 1000) / (Date.now() - startedMs));
    console.log(
      `${requests} requests, ${perSecond} a second\n${[...answers]
        .sort()
        .map((line) => line.join(' × '))
        .join('\n')}`,
    );

    const statuses = [...answers.keys()];
    expect(statuses.filter((key) => /: 5\d\d$/.test(key))).toEqual([]);
    // Only the shared door says yes, so that a stranger's sender stops; what it says yes to is kept nowhere.
    expect(statuses.filter((key) => /: 202$/.test(key))).toEqual([]);
    expect([...new Set(statuses.map((key) => key.split(':')[0]))]).toHaveLength(17);
    await installation.settled();
    expect(await holdings()).toEqual(before);
    expect(logged.filter((line) => line.includes('"refused"')).length).toBeGreaterThan(requests / 2);
    expect(logged.filter((line) => doors.signed.some(({ key }) => line.includes(key)))).toEqual([]);
  });

  it('still take what our packages send', async () => {
    for (const door of doors.signed) expect(await sendGenuine(door)).toBe(202);
    await installation.settled();
    expect((await installation.progress()).entities).toContainEqual({ kind: 'resource', n: 2 });
  });

  it('have left nothing on disk but what was genuine: no delivery, no lane, no overflow', async () => {
    await hub.close();
    const told = readStored(state, 'lane', 'deliveries', 'SELECT delivery FROM deliveries').map((row) =>
      String(row['delivery']),
    );
    expect(told.filter((delivery) => !/^(feed|load):/.test(delivery)).sort()).toEqual(genuine);
    expect(
      readStored(state, 'lane', 'lane_state', "SELECT value FROM lane_state WHERE name = 'installation'"),
    ).toHaveLength(1);
    expect(readStored(state, 'overflow', 'entries', 'SELECT 1 FROM entries')).toEqual([]);
  });
});
