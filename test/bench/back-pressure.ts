// Calls of 200 ms against the ERP's five slots. Alone: a real lane in workerd, whose ledger has no package of ours, so
// that each record is saved by a call of its own. Beside a tool that holds four slots: the real governor and connector.
import type { Session } from '../../edge-worker/connectors/connector.ts';
import { netsuite } from '../../edge-worker/connectors/netsuite/index.ts';
import { Fault } from '../../edge-worker/faults.ts';
import { governedFetch } from '../../edge-worker/platform/fetch.ts';
import { Governor } from '../../edge-worker/platform/governor.ts';
import { heeding } from '../../edge-worker/platform/sessions.ts';
import { spawnHub } from '../support/hub-process.ts';
import { noMailbox, tokensInMemory } from '../support/options.ts';
import { freePort } from '../support/serve.ts';
import { type Child, startChild } from './child.ts';
import { atMost, below, type Figure } from './figures.ts';
import { countersOf, type Firm, openFirm, pause, postTime, settleIn } from './rig.ts';
import type { Samples } from './samples.ts';
import type { SystemVerbs } from './systems.ts';

const slots = 5;
const callMs = 200;
const heldSlots = 4;
/** More wait for a place than there are places. */
const callersAbreast = 10;
const afterThrottleMs = 500;

interface Account {
  readonly session: Session;
  readonly calls: Calls;
}

interface Calls {
  made: number;
  throttled: number;
}

/** Hub and systems are its own: what is measured meanwhile shares neither. */
export async function backPressure(samples: Samples, state: string): Promise<Figure[]> {
  const [alone, beside] = await Promise.all([
    runAlone(samples.slowRecords, state),
    runBeside(samples.slowSeconds * 1000),
  ]);
  const { concurrentMax, concurrentReserve } = netsuite.limits;
  const idealMs = (alone.made * callMs) / (concurrentMax - concurrentReserve);
  return [
    atMost(`back-pressure: ${alone.made} calls of 200 ms, time taken`, alone.tookMs / idealMs, '× ideal', 1.2),
    below('  throttled', (alone.throttled / alone.made) * 100, '% of calls', 0.5),
    below('  throttled while a neighbour holds 4 of 5 slots', beside.throttled * 100, '% of calls', 2),
    atMost("  the neighbour's calls that were throttled", beside.neighbours, 'calls', 0),
  ];
}

/** From the first hour in the ledger to the last; every call in between counts, reads and looks among them. */
async function runAlone(records: number, state: string): Promise<Calls & { readonly tookMs: number }> {
  const systems = startChild<SystemVerbs>('systems.ts');
  const hub = await spawnHub({ port: await freePort(), state });
  try {
    const firm = await openFirm(hub, systems, { access: 'rest' });
    await settleIn(systems, firm);
    await slowDown(systems, firm.firm);
    const posting = postTime({ systems }, firm, records);
    while ((await systems.call('count', firm.firm, 'erp', 'timebill')) === 0) await pause(callMs / 10);
    const before = await erpCalls(systems, firm);
    const startedMs = performance.now();
    await posting;
    const tookMs = performance.now() - startedMs;
    const after = await erpCalls(systems, firm);
    return { tookMs, made: after.made - before.made, throttled: after.throttled - before.throttled };
  } finally {
    await hub.kill();
    await systems.stop();
  }
}

async function slowDown(systems: Child<SystemVerbs>, firm: number): Promise<void> {
  await systems.call('act', firm, 'erp', 'set-latency', { ms: callMs });
  await systems.call('act', firm, 'erp', 'set-concurrency', { limit: slots });
}

async function erpCalls(systems: Child<SystemVerbs>, firm: Firm): Promise<Calls> {
  const { calls } = await countersOf({ systems }, firm);
  const counted = { made: 0, throttled: 0 };
  for (const [route, count] of calls.erp) {
    counted.made += count;
    if (route.endsWith(' 429')) counted.throttled += count;
  }
  return counted;
}

/** The neighbour calls as often as its four slots allow; all it must notice of us is nothing. */
async function runBeside(forMs: number): Promise<{ readonly throttled: number; readonly neighbours: number }> {
  const systems = startChild<SystemVerbs>('systems.ts');
  try {
    const { session, calls } = await accountOf(systems);
    const { url, token } = await systems.call('erpToken', 0);
    const untilMs = performance.now() + forMs;
    const isOn = () => performance.now() < untilMs;
    let neighbours = 0;
    const neighbour = abreast(heldSlots, async () => {
      while (isOn()) {
        if (!(await isThrottled(url, token))) continue;
        neighbours++;
        await pause(afterThrottleMs);
      }
    });
    await pause(callMs);
    let next = 0;
    await abreast(callersAbreast, async () => {
      while (isOn()) await createOne(session, next++);
    });
    await neighbour;
    return { throttled: calls.throttled / calls.made, neighbours };
  } finally {
    await systems.stop();
  }
}

async function accountOf(systems: ReturnType<typeof startChild<SystemVerbs>>): Promise<Account> {
  const given = await systems.call('openAlone');
  await slowDown(systems, 0);
  const governor = new Governor(Date.now, pause);
  governor.admit('erp', netsuite.limits);
  const calls = { made: 0, throttled: 0 };
  const book = { count: () => void calls.made++ };
  const { timeoutMs } = netsuite.limits;
  const fetched = governedFetch({
    target: 'erp',
    timeoutMs,
    governor,
    book,
    fetch: (request) => fetch(request),
    nowMs: Date.now,
  });
  const tokens = tokensInMemory(Date.now);
  const options = { ...given, paths: {}, tokens, mailbox: noMailbox, nowMs: Date.now, fetch: fetched };
  const session = heeding(netsuite.connect(options), () => {
    calls.throttled++;
    governor.throttled('erp');
  });
  return { session, calls };
}

/** One record to a call; what is throttled is sent again a little later, as the relay would. */
async function createOne(session: Session, serial: number): Promise<void> {
  const key = `cus_${String(serial).padStart(8, '0')}`;
  const values = { companyname: `Customer No ${serial}`, subsidiary: 'Northwind Consulting GmbH', currency: 'EUR' };
  const write = {
    recordType: 'customer',
    recordId: null,
    externalId: key,
    idempotencyKey: key,
    wire: { values },
    stamp: key,
  };
  for (;;) {
    try {
      const [result] = await session.write([write]);
      if (result?.outcome !== 'applied') throw new Error(`a customer was not taken: ${JSON.stringify(result)}`);
      return;
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'throttled') throw error;
      await pause(afterThrottleMs);
    }
  }
}

async function isThrottled(url: string, token: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ v: 1, verb: 'ping' }) });
  await response.arrayBuffer();
  return !response.ok;
}

async function abreast(count: number, work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, work));
}
