// How many records a second reach the target, beside a bare lane that is fed the same: batched notices, one notice a
// webhook, and a feed.
import { freePort } from '../support/serve.ts';
import type { BareVerbs } from './bare-hub.ts';
import { startChild } from './child.ts';
import { atLeast, atMost, type Figure, median, told } from './figures.ts';
import { inBatches, postAll } from './notices.ts';
import { drained, pause, type Rig, runsOf } from './rig.ts';

const noticesPerBatch = 100;
const batchesAbreast = 4;
const webhooksAbreast = 32;
const collection = '/services/data/v66.0/composite/sobjects/tieout__Invoice__c/tieout__Tieout_Id__c';

interface Fed {
  readonly perSecond: number;
  readonly lost: number;
  readonly doubled: number;
}

interface Feeding {
  readonly records: number;
  readonly batchSize: number;
  readonly abreast: number;
}

export async function throughput(rig: Rig): Promise<Figure[]> {
  const { isQuick } = rig;
  // A minute of each where there is time for it.
  const batched = { records: isQuick ? 2_000 : 30_000, batchSize: noticesPerBatch, abreast: batchesAbreast };
  const single = { records: isQuick ? 800 : 12_000, batchSize: 1, abreast: webhooksAbreast };
  const bare = await bareRates(rig, batched, single);
  const ours = { batched: await hubRates(rig, batched), single: await hubRates(rig, single) };
  const all = [...ours.batched, ...ours.single];
  const rate = (fed: readonly Fed[]) => median(fed.map((one) => one.perSecond));
  return [
    told('throughput, batched notices', rate(ours.batched), 'records/s', 'hope 2,000'),
    told('  floor: bare lane, the same batches', bare.batched, 'records/s'),
    atLeast('  share of the bare lane', rate(ours.batched) / bare.batched, 'ratio', 0.4),
    told('throughput, one notice a webhook', rate(ours.single), 'records/s', 'hope 500'),
    told('  floor: bare lane, the same webhooks', bare.single, 'records/s'),
    atLeast('  share of the bare lane', rate(ours.single) / bare.single, 'ratio', 0.25),
    atMost('records lost in all of these', sum(all.map((one) => one.lost)), 'records', 0),
    atMost('records doubled in all of these', sum(all.map((one) => one.doubled)), 'records', 0),
  ];
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

async function hubRates(rig: Rig, feeding: Feeding): Promise<Fed[]> {
  const rates: Fed[] = [];
  for (let run = 0; run < runsOf(rig); run++) rates.push(await feedHub(rig, feeding));
  return rates;
}

/** From the first notice until the last record is in the target and its status on the pages; backlog 0 then. */
async function feedHub(rig: Rig, { records, batchSize, abreast }: Feeding): Promise<Fed> {
  const { systems, firm } = rig;
  const ids = await systems.call('seedInvoices', firm.firm, records);
  const startedMs = performance.now();
  await postAll(firm, inBatches(ids, batchSize), abreast);
  const endedMs = await drained(rig, firm);
  const audit = await systems.call('auditInvoices', firm.firm, ids);
  const perSecond = (records * 1000) / (endedMs - startedMs);
  rig.say(`  ${records} records, ${batchSize} to a webhook: ${Math.round(perSecond)}/s`);
  return { perSecond, ...audit };
}

/** The floor, in the same minutes and against the same stand-in. A first round warms it up. */
async function bareRates(rig: Rig, batched: Feeding, single: Feeding): Promise<{ batched: number; single: number }> {
  const { url, token } = await rig.systems.call('crmToken', rig.firm.firm);
  const bare = startChild<BareVerbs>('bare-hub.ts');
  try {
    const bindings = { KEY: rig.firm.hookKey, TOKEN: token, TARGET: `${url}${collection}` };
    const hookUrl = await bare.call('start', await freePort(), rig.folder('bare'), bindings);
    let serial = 0;
    const rateOf = async ({ records, batchSize, abreast }: Feeding) => {
      const ids = Array.from({ length: records }, () => `bare-${++serial}`);
      const startedMs = performance.now();
      await postAll({ ...rig.firm, hookUrl }, inBatches(ids, batchSize), abreast);
      while (await isWaiting(hookUrl)) await pause(5);
      return (records * 1000) / (performance.now() - startedMs);
    };
    await rateOf({ ...batched, records: 1_000 });
    const rates = { batched: [] as number[], single: [] as number[] };
    for (let run = 0; run < runsOf(rig); run++) {
      rates.batched.push(await rateOf(batched));
      rates.single.push(await rateOf(single));
    }
    return { batched: median(rates.batched), single: median(rates.single) };
  } finally {
    await bare.call('close');
    await bare.stop();
  }
}

async function isWaiting(hookUrl: string): Promise<boolean> {
  const { waiting } = (await (await fetch(hookUrl)).json()) as { waiting: number };
  return waiting > 0;
}
