// Single-record calls of 200 ms against the ERP's five slots, through the real governor and connector: alone, and
// beside a tool that holds four.
import type { Session } from '../../edge-worker/connectors/connector.ts';
import { netsuite } from '../../edge-worker/connectors/netsuite/index.ts';
import { Fault } from '../../edge-worker/faults.ts';
import { governedFetch } from '../../edge-worker/platform/fetch.ts';
import { Governor } from '../../edge-worker/platform/governor.ts';
import { heeding } from '../../edge-worker/platform/sessions.ts';
import { noMailbox, tokensInMemory } from '../support/options.ts';
import { startChild } from './child.ts';
import { atMost, below, type Figure } from './figures.ts';
import { pause } from './rig.ts';
import type { SystemVerbs } from './systems.ts';

const slots = 5;
const callMs = 200;
const heldSlots = 4;
/** More wait for a place than there are places. */
const callersAbreast = 10;
const afterThrottleMs = 500;

interface Account {
  readonly session: Session;
  readonly calls: { made: number; throttled: number };
}

export async function backPressure(isQuick: boolean): Promise<Figure[]> {
  const calls = isQuick ? 500 : 5_000;
  const [alone, beside] = await Promise.all([runAlone(calls), runBeside((calls * callMs) / 3)]);
  const { concurrentMax, concurrentReserve } = netsuite.limits;
  const idealMs = (calls * callMs) / (concurrentMax - concurrentReserve);
  return [
    atMost(`back-pressure: ${calls} calls of 200 ms, time taken`, alone.tookMs / idealMs, '× ideal', 1.2),
    below('  throttled', alone.throttled * 100, '% of calls', 0.5),
    below('  throttled while a neighbour holds 4 of 5 slots', beside.throttled * 100, '% of calls', 2),
    atMost("  the neighbour's calls that were throttled", beside.neighbours, 'calls', 0),
  ];
}

async function runAlone(calls: number): Promise<{ readonly tookMs: number; readonly throttled: number }> {
  const systems = startChild<SystemVerbs>('systems.ts');
  try {
    const { session, calls: counted } = await accountOf(systems);
    const startedMs = performance.now();
    let next = 0;
    await abreast(callersAbreast, async () => {
      while (next < calls) await createOne(session, next++);
    });
    const tookMs = performance.now() - startedMs;
    const made = await systems.call('count', 0, 'erp', 'customer');
    if (made !== calls) throw new Error(`${calls} customers were sent and ${made} are there`);
    return { tookMs, throttled: counted.throttled / counted.made };
  } finally {
    await systems.stop();
  }
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
      while (isOn()) if (await isThrottled(url, token)) neighbours++;
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
  await systems.call('act', 0, 'erp', 'set-latency', { ms: callMs });
  await systems.call('act', 0, 'erp', 'set-concurrency', { limit: slots });
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
