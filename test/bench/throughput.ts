// How many records a second reach the target, beside a bare lane that is fed the same: batched notices, one notice a
// webhook, and a feed.
import { freePort } from '../support/serve.ts';
import type { BareVerbs } from './bare-hub.ts';
import type { BareEnv } from './bare-lane.ts';
import { type Busy, limitOf, watch } from './busy.ts';
import { startChild } from './child.ts';
import { atLeast, atMost, type Figure, median, told } from './figures.ts';
import { inBatches, postAll } from './notices.ts';
import { workedMs } from './processes.ts';
import { drained, pause, type Rig } from './rig.ts';

const noticesPerBatch = 100;
const batchesAbreast = 4;
const webhooksAbreast = 32;
const collection = '/services/data/v66.0/composite/sobjects/tieout__Invoice__c/tieout__Tieout_Id__c';

interface Fed {
  readonly perSecond: number;
  /** Processor time of the runtime per record. */
  readonly workedMs: number;
  readonly busy: Busy;
  readonly lost: number;
  readonly doubled: number;
}

interface Feeding {
  readonly records: number;
  readonly batchSize: number;
  readonly abreast: number;
}

export async function throughput(rig: Rig): Promise<Figure[]> {
  const { samples } = rig;
  // A minute of each where there is time for it.
  const batched = { records: samples.batched, batchSize: noticesPerBatch, abreast: batchesAbreast };
  const single = { records: samples.single, batchSize: 1, abreast: webhooksAbreast };
  const fixed = samples.floors > 1 ? await bareFed(rig, 'fixed', batched, single) : null;
  const bare = await bareFed(rig, 'read', batched, single);
  const ours = { batched: await fed(rig, batched, feedHub), single: await fed(rig, single, feedHub) };
  const all = [...ours.batched, ...ours.single, ...bare.batched, ...bare.single];
  return [
    ...shareOf('batched notices', 'hope 2,000', 0.4, ours.batched, bare.batched, fixed?.batched),
    ...shareOf('one notice a webhook', 'hope 500', 0.25, ours.single, bare.single, fixed?.single),
    atMost('records lost in all of these', sum(all.map((one) => one.lost)), 'records', 0),
    atMost('records doubled in all of these', sum(all.map((one) => one.doubled)), 'records', 0),
  ];
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function shareOf(
  what: string,
  hope: string,
  least: number,
  ...[ours, bare, fixed]: readonly [readonly Fed[], readonly Fed[], (readonly Fed[])?]
): Figure[] {
  const rate = (taken: readonly Fed[]) => median(taken.map((one) => one.perSecond));
  const spent = (taken: readonly Fed[]) => median(taken.map((one) => one.workedMs));
  return [
    told(`throughput, ${what}`, rate(ours), 'records/s', hope),
    limitOf(ours.map(({ busy }) => busy)),
    told('  floor: a bare lane that reads, writes and marks done', rate(bare), 'records/s'),
    atLeast('  share of the bare lane', rate(ours) / rate(bare), 'ratio', least),
    { ...limitOf(bare.map(({ busy }) => busy)), name: '  busiest process of the floor' },
    told('  processor time of the hub', spent(ours), 'ms a record'),
    told('  processor time of the bare lane', spent(bare), 'ms a record'),
    told('  rawer floor: answers, and sends a fixed text unread', fixed ? rate(fixed) : null, 'records/s'),
    told('  processor time of the rawer floor', fixed ? spent(fixed) : null, 'ms a record'),
  ];
}

async function fed(rig: Rig, feeding: Feeding, feed: (rig: Rig, feeding: Feeding) => Promise<Fed>): Promise<Fed[]> {
  const taken: Fed[] = [];
  for (let run = 0; run < rig.samples.runs; run++) taken.push(await feed(rig, feeding));
  return taken;
}

/** From the first notice until the last record is in the target and its status on the pages; backlog 0 then. */
async function feedHub(rig: Rig, { records, batchSize, abreast }: Feeding): Promise<Fed> {
  const { systems, firm } = rig;
  const ids = await systems.call('seedInvoices', firm.firm, records);
  const runtime = rig.hub.runtimePid();
  const busy = await watch(() => workedMs(runtime), systems.pid);
  const [startedMs, spentMs] = [performance.now(), workedMs(runtime)];
  await postAll(firm, inBatches(ids, batchSize), abreast);
  const tookMs = (await drained(rig, firm)) - startedMs;
  const perSecond = (records * 1000) / tookMs;
  rig.say(`  ${records} records, ${batchSize} to a webhook: ${Math.round(perSecond)}/s`);
  const spent = { workedMs: (workedMs(runtime) - spentMs) / records, busy: await busy(tookMs) };
  return { perSecond, ...spent, ...(await systems.call('auditInvoices', firm.firm, ids)) };
}

type Mode = BareEnv['MODE'];

/**
 * A bare lane in the same minutes, its systems in the same process as the hub's. A first round warms it up. Judged is
 * `read`: bare-lane.ts says what it does and why it may do no less. `fixed` is told beside it, so that nobody wonders.
 */
async function bareFed(rig: Rig, mode: Mode, batched: Feeding, single: Feeding) {
  const { systems } = rig;
  const firm = await systems.call('openBare');
  const [source, target] = [await systems.call('erpToken', firm), await systems.call('crmToken', firm)];
  const bare = startChild<BareVerbs>('bare-hub.ts');
  try {
    const hookUrl = await bare.call('start', await freePort(), rig.folder(`bare-${mode}`), {
      MODE: mode,
      KEY: rig.firm.hookKey,
      SOURCE: source.url,
      SOURCE_TOKEN: source.token,
      TARGET: `${target.url}${collection}`,
      TARGET_TOKEN: target.token,
    });
    const feed = async (_rig: Rig, { records, batchSize, abreast }: Feeding): Promise<Fed> => {
      const ids = await systems.call('seedInvoices', firm, records);
      const hubMs = () => bare.call('workedMs');
      const busy = await watch(hubMs, systems.pid);
      const [startedMs, spentMs] = [performance.now(), await hubMs()];
      await postAll({ ...rig.firm, hookUrl }, inBatches(ids, batchSize), abreast);
      while (await isWaiting(hookUrl)) await pause(5);
      const tookMs = performance.now() - startedMs;
      const perSecond = (records * 1000) / tookMs;
      rig.say(`  bare lane (${mode}), ${batchSize} to a webhook: ${Math.round(perSecond)}/s`);
      const spent = { workedMs: ((await hubMs()) - spentMs) / records, busy: await busy(tookMs) };
      const audit = mode === 'read' ? await systems.call('auditInvoices', firm, ids) : { lost: 0, doubled: 0 };
      return { perSecond, ...spent, ...audit };
    };
    await feed(rig, { ...batched, records: 1_000 });
    return { batched: await fed(rig, batched, feed), single: await fed(rig, single, feed) };
  } finally {
    await bare.call('close');
    await bare.stop();
  }
}

async function isWaiting(hookUrl: string): Promise<boolean> {
  const { waiting } = (await (await fetch(hookUrl)).json()) as { waiting: number };
  return waiting > 0;
}
