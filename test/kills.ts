// `npm run kills -- --records 100000 --kills 20`: a first load of so many records, the hub killed with kill -9 in its
// midst so often; then what the lane knows is compared with the books, by count and by hash.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { StandIn } from '../edge-worker/connectors/stand-in.ts';
import { type HubProcess, readStored, spawnHub } from './support/hub-process.ts';
import { type Installation, Operator } from './support/operator.ts';
import { until } from './support/people.ts';
import { freePort, serve } from './support/serve.ts';
import { standIns } from './support/stand-ins.ts';

export interface KillsOptions {
  readonly records: number;
  readonly kills: number;
  readonly say?: (line: string) => void;
}

export interface KillsTally {
  readonly records: number;
  readonly kills: number;
  /** Records that the lane knows, and whether each is as the books have it. */
  readonly known: number;
  readonly isSame: boolean;
  readonly pages: number;
  /** Pages that were asked for more than once. */
  readonly repeated: number;
  /** Workflows that were sent to drive the job. */
  readonly drives: number;
  readonly seconds: number;
}

/** A job whose workflow died with the hub is given another one after this long; two minutes on the platform. */
const stallMs = 3_000;
const waitMs = 3_600_000;
/** Records are older than the connection, so that its feed tells of none of them. */
const ageMs = 86_400_000;

interface Books {
  readonly standIn: StandIn;
  /** Pages of the load, as often as each was asked for. */
  readonly asked: Map<number, number>;
  close(): Promise<void>;
}

async function openBooks(records: number): Promise<Books> {
  const asked = new Map<number, number>();
  let agoMs = ageMs;
  let answer: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 });
  const served = await serve((request) => answer(request));
  const standIn = standIns['example']?.({
    baseUrl: served.url,
    nowMs: () => Date.now() - agoMs,
    chance: () => 0.5,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    send: (request) => fetch(request),
  });
  if (!standIn) throw new Error('there is no stand-in of Example');
  for (let number = 0; number < records; number++) standIn.create('client', clientOf(number));
  agoMs = 0;
  answer = (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const place = /^n(\d+)$/.exec(searchParams.get('after') ?? 'n0')?.[1];
    // Whoever asks from the end on is the feed, which waits for news.
    if (/client\/changes|changes\/client/.test(pathname) && place !== undefined && Number(place) < records)
      asked.set(Number(place), (asked.get(Number(place)) ?? 0) + 1);
    return standIn.fetch(request);
  };
  return { standIn, asked, close: () => served.close() };
}

const clientOf = (number: number) => ({
  display_name: `Client ${number}`,
  stage: 'client',
  currency: 'EUR',
  active: true,
  phone: `+49 40 ${100_000 + number}`,
});

const hashOf = (lines: readonly string[]) =>
  createHash('sha256')
    .update([...lines].sort().join('\n'))
    .digest('hex');

export async function runKills({ records, kills, say }: KillsOptions): Promise<KillsTally> {
  const state = mkdtempSync(join(tmpdir(), 'tieout-kills-'));
  const books = await openBooks(records);
  const port = await freePort();
  const start = () => spawnHub({ port, state, sweepEveryMs: 2_000, jobStallMs: stallMs });
  const beganMs = Date.now();
  let hub = await start();
  try {
    const { installation, job } = await begin(hub, books);
    for (let kill = 1; kill <= kills; kill++) {
      const isThere = () => books.asked.size >= Math.floor((kill * pagesOf(books, records)) / (kills + 1));
      await until(`the place of kill ${kill}`, isThere, waitMs);
      await hub.kill();
      hub = await start();
      say?.(`kill ${kill} of ${kills}: ${books.asked.size} pages asked for`);
    }
    await until('the load to be done', async () => (await installation.job(job)).state === 'done', waitMs);
    const seconds = Math.round((Date.now() - beganMs) / 1_000);
    await hub.kill();
    return { ...tallyOf(state, books, records), kills, seconds };
  } finally {
    await hub.kill();
    await books.close();
    rmSync(state, { recursive: true, force: true });
  }
}

async function begin(hub: HubProcess, { standIn }: Books): Promise<{ installation: Installation; job: string }> {
  const installation = await new Operator(hub.url, hub.operatorKey).found('Northwind Consulting');
  const system = { id: 'crm', system: standIn.name, roles: ['crm'], ...standIn.connection, flow: 'open' };
  await installation.connect(system);
  return { installation, job: (await installation.load('crm', ['customer'])).job };
}

/** A page holds what the first one held. */
function pagesOf({ asked }: Books, records: number): number {
  const [, second] = [...asked.keys()].sort((a, b) => a - b);
  return Math.ceil(records / (second ?? 200));
}

function tallyOf(state: string, { standIn, asked }: Books, records: number): Omit<KillsTally, 'kills' | 'seconds'> {
  const query = `SELECT l.record_id AS id, e.canonical ->> 'name' AS name, e.canonical ->> 'phone' AS phone
    FROM links l JOIN entities e ON e.id = l.entity WHERE l.connection = 'crm'`;
  const known = readStored(state, 'lane', 'links', query).map((row) => `${row['id']} ${row['name']} ${row['phone']}`);
  const there = standIn.rows('client').map((row) => `${row.id} ${row['display_name']} ${row['phone']}`);
  const drives = readStored(state, 'lane', 'jobs', 'SELECT max(drive) AS n FROM jobs')[0]?.['n'];
  const times = [...asked.values()];
  return {
    records,
    known: known.length,
    isSame: hashOf(known) === hashOf(there),
    pages: asked.size,
    repeated: times.reduce((sum, count) => sum + count - 1, 0),
    drives: Number(drives),
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { records: { type: 'string', default: '100000' }, kills: { type: 'string', default: '20' } },
  });
  const [records, kills] = [Number(values.records), Number(values.kills)];
  const tally = await runKills({ records, kills, say: (line) => console.error(line) });
  console.log(JSON.stringify(tally));
  process.exitCode = tally.isSame && tally.known === records && tally.repeated <= kills ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
