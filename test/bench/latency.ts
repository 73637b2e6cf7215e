// How long people and senders wait: acknowledgements while the same lane relays, and on an idle hub from a notice to
// the record, to the page, and after "Sync now".
import { atMost, type Figure, percentile, told } from './figures.ts';
import { inBatches, post, postSteadily, signed } from './notices.ts';
import { drained, pause, type Rig } from './rig.ts';

const webhooksPerSecond = 50;
const recordsPerSecond = 200;
const patienceMs = 20_000;

export async function acknowledgements(rig: Rig): Promise<Figure[]> {
  const ackMs = await underLoad(rig);
  return [
    told('acknowledgement at 50 webhooks/s and 200 records/s, p50', percentile(ackMs, 0.5), 'ms'),
    atMost('  p95', percentile(ackMs, 0.95), 'ms', 30),
    told('  p99', percentile(ackMs, 0.99), 'ms'),
  ];
}

export async function latency(rig: Rig): Promise<Figure[]> {
  const { writtenMs, shownMs } = await idle(rig);
  const syncMs = await syncNow(rig);
  return [
    atMost('idle: notice → written in the target, p95', percentile(writtenMs, 0.95), 'ms', 2_000),
    atMost('idle: notice → status row in the host, p95', percentile(shownMs, 0.95), 'ms', 5_000),
    atMost('"Sync now" → its status row, slowest', Math.max(...syncMs), 'ms', 5_000),
  ];
}

/** Four notices to a webhook make the lane relay 200 records a second while it acknowledges 50 webhooks. */
async function underLoad(rig: Rig): Promise<number[]> {
  const { systems, firm, samples } = rig;
  const seconds = samples.acknowledged;
  const ids = await systems.call('seedInvoices', firm.firm, seconds * recordsPerSecond);
  const ackMs = await postSteadily(firm, inBatches(ids, recordsPerSecond / webhooksPerSecond), webhooksPerSecond);
  await drained(rig, firm);
  const { lost, doubled } = await systems.call('auditInvoices', firm.firm, ids);
  if (lost + doubled > 0) throw new Error(`${lost} records lost and ${doubled} doubled under steady load`);
  return ackMs;
}

const writes = /^PATCH \S+\/tieout__Invoice__c\//;
const statuses = /^PATCH \S+\/tieout__Sync_Status__c\//;

async function idle(rig: Rig): Promise<{ writtenMs: number[]; shownMs: number[] }> {
  const { systems, firm, samples } = rig;
  const writtenMs: number[] = [];
  const shownMs: number[] = [];
  for (const id of await systems.call('seedInvoices', firm.firm, samples.idle)) {
    const [written, shown] = [await callsTo(rig, writes), await callsTo(rig, statuses)];
    const startedMs = performance.now();
    await post(signed(firm, [id]));
    writtenMs.push((await until(async () => (await callsTo(rig, writes)) > written)) - startedMs);
    shownMs.push((await until(async () => (await callsTo(rig, statuses)) > shown)) - startedMs);
    await pause(200);
  }
  return { writtenMs, shownMs };
}

/** A person presses the button on a record page of the CRM: a row in its outbox, a doorbell, a read, a status row. */
async function syncNow(rig: Rig): Promise<number[]> {
  const tookMs: number[] = [];
  for (let time = 0; time < rig.samples.syncs; time++) {
    await drained(rig, rig.firm);
    const shown = await callsTo(rig, statuses);
    const startedMs = performance.now();
    await rig.systems.call('pressSyncNow', rig.firm.firm);
    tookMs.push((await until(async () => (await callsTo(rig, statuses)) > shown)) - startedMs);
  }
  return tookMs;
}

async function callsTo({ systems, firm }: Rig, route: RegExp): Promise<number> {
  const calls = await systems.call('calls', firm.firm, 'crm');
  return calls.reduce((sum, call) => (route.test(call.route) ? sum + call.count : sum), 0);
}

async function until(happened: () => Promise<boolean>): Promise<number> {
  const startedMs = performance.now();
  while (!(await happened())) {
    if (performance.now() - startedMs > patienceMs) throw new Error('waited in vain for a call to the CRM');
    await pause(10);
  }
  return performance.now();
}
