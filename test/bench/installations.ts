// Two hundred installations in one hub, a few of them busy: what the senders of the quiet ones notice of that.
import { Installation, Operator } from '../support/operator.ts';
import { below, type Figure, median, percentile, told } from './figures.ts';
import { inBatches, post, postSteadily, signed } from './notices.ts';
import { diskMs, residentKiB, workedMs } from './processes.ts';
import { drained, type Firm, pause, type Rig } from './rig.ts';

/** Webhooks a second of the busy ones, each half as many as the one before. */
const busyPerSecond = [60, 30, 15, 8];
const busyRate = busyPerSecond.reduce((sum, rate) => sum + rate, 0);
/** Webhooks a second of all quiet ones together, each of them told in turn. */
const quietPerSecond = 10;
/** Each waits for its rows to be in D1, so many are opened at a time. */
const openedAbreast = 16;
const longestMs = 300_000;
/** The flood has risen by then. */
const headStartMs = 500;

/**
 * The local runtime runs all lanes on one thread, which also waits for the disk at every commit; on the platform each
 * lane has its own. Hence the load of that thread and the pace of the disk are told, too.
 */
interface Taken {
  readonly p95: number;
  /** Part of that thread's time that it computes, in percent. */
  readonly load: number;
}

export async function crowd(rig: Rig): Promise<Figure[]> {
  const { samples, hub } = rig;
  const { busy, quiet } = await fill(rig);
  const memory = residentKiB(hub.runtimePid());
  rig.say(`  ${samples.installations} installations are open`);
  // The first notice of each opens its sessions.
  await tellEach(rig, quiet, quiet.length / quietPerSecond);
  const alone: Taken[] = [];
  const beside: Taken[] = [];
  // Alternated, so that a slow minute of the machine falls on both.
  for (let run = 0; run < samples.crowdRuns; run++) {
    alone.push(await tellEach(rig, quiet, samples.crowdSeconds));
    const floods = busy.map((firm, at) => flood(rig, firm, busyPerSecond[at] as number, samples.crowdSeconds + 1));
    await pause(headStartMs);
    beside.push(await tellEach(rig, quiet, samples.crowdSeconds));
    await Promise.all(floods);
    for (const firm of busy) await drained(rig, firm);
    const [before, after] = [alone.at(-1) as Taken, beside.at(-1) as Taken];
    rig.say(`  p95 ${before.p95.toFixed(1)} ms alone, ${after.p95.toFixed(1)} ms beside the busy ones`);
  }
  const of = (taken: readonly Taken[], what: keyof Taken) => median(taken.map((one) => one[what]));
  const rises = beside.map((one, run) => one.p95 - (alone[run] as Taken).p95);
  const most = Math.max(10, Math.round(of(alone, 'p95') * 0.2));
  return [
    told(
      `${samples.installations} installations: acknowledgement of the quiet ones alone, p95`,
      of(alone, 'p95'),
      'ms',
    ),
    below(`  its rise while four others are told of ${busyRate} records a second`, median(rises), 'ms', most),
    told('  load of the runtime meanwhile', of(beside, 'load'), '% of its thread'),
    told('  its load by the quiet ones alone', of(alone, 'load'), '% of its thread'),
    told('  one commit on this disk', diskMs(rig.folder('page')), 'ms'),
    told('  memory of the runtime', memory / 1024, 'MiB'),
  ];
}

/** Two of the busy ones are at work, all the way to the CRM; the others learn of invoices they cannot place yet. */
async function fill(rig: Rig): Promise<{ readonly busy: readonly Firm[]; readonly quiet: readonly Firm[] }> {
  const { hub, systems, firm, neighbour, samples } = rig;
  const operator = new Operator(hub.url, hub.operatorKey);
  const small: Firm[] = [];
  let begun = 2;
  const open = async () => {
    while (begun++ < samples.installations) {
      const opened = await systems.call('openSmall', hub.url, hub.operatorKey);
      const lane = new Installation(operator, opened.installation);
      await lane.settled(longestMs);
      small.push({ ...opened, lane });
    }
  };
  await Promise.all(Array.from({ length: openedAbreast }, open));
  return { busy: [firm, neighbour, ...small.slice(0, 2)], quiet: small.slice(2) };
}

/** Each in turn is told of one record. */
async function tellEach(rig: Rig, firms: readonly Firm[], seconds: number): Promise<Taken> {
  const { systems, hub } = rig;
  const chosen = Array.from(
    { length: Math.ceil(seconds * quietPerSecond) },
    (_, at) => firms[at % firms.length] as Firm,
  );
  const ids = (await Promise.all(chosen.map(({ firm }) => systems.call('seedInvoices', firm, 1)))).flat();
  const runtime = hub.runtimePid();
  const [startedMs, spentMs] = [performance.now(), workedMs(runtime)];
  const waiting: Promise<number>[] = [];
  for (const [index, firm] of chosen.entries()) {
    await pause(Math.max(0, startedMs + (index * 1000) / quietPerSecond - performance.now()));
    waiting.push(post(signed(firm, [ids[index] as string])));
  }
  const p95 = percentile(await Promise.all(waiting), 0.95);
  return { p95, load: ((workedMs(runtime) - spentMs) / (performance.now() - startedMs)) * 100 };
}

async function flood({ systems }: Rig, firm: Firm, perSecond: number, seconds: number): Promise<void> {
  const ids = await systems.call('seedInvoices', firm.firm, seconds * perSecond);
  await postSteadily(firm, inBatches(ids, 1), perSecond);
}
