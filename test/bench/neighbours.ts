// A firm that is flooded, and another on the same hub: what the other's senders notice of it.
import { below, type Figure, median, percentile, told } from './figures.ts';
import { inBatches, postSteadily } from './notices.ts';
import { drained, type Firm, pause, type Rig } from './rig.ts';

const victimPerSecond = 5;
const flooderPerSecond = 250;
/** The flood has risen by then. */
const headStartMs = 500;

export async function neighbours(rig: Rig): Promise<Figure[]> {
  const { neighbourRuns: runs, neighbourSeconds: seconds } = rig.samples;
  const alone: number[][] = [];
  const beside: number[][] = [];
  // Alternated, so that a slow minute of the machine falls on both.
  for (let run = 0; run < runs; run++) {
    if (run > 0) await Promise.all([drained(rig, rig.firm), drained(rig, rig.neighbour)]);
    alone.push(await acknowledgements(rig, rig.neighbour, victimPerSecond, seconds));
    const flood = acknowledgements(rig, rig.firm, flooderPerSecond, seconds + 1);
    await pause(headStartMs);
    beside.push(await acknowledgements(rig, rig.neighbour, victimPerSecond, seconds));
    await flood;
  }
  const slowest = (took: readonly number[][]) => took.map((one) => percentile(one, 0.95));
  const quiet = slowest(alone);
  const rises = slowest(beside).map((one, index) => one - (quiet[index] as number));
  const goal = Math.max(10, Math.round(median(quiet) * 0.2));
  return [
    told('neighbours: acknowledgement of 5 webhooks/s alone, p95', median(quiet), 'ms'),
    below('  its rise beside a flood of 250 webhooks/s', median(rises), 'ms', goal),
  ];
}

async function acknowledgements(rig: Rig, firm: Firm, perSecond: number, seconds: number): Promise<number[]> {
  const ids = await rig.systems.call('seedInvoices', firm.firm, seconds * perSecond);
  return postSteadily(firm, inBatches(ids, 1), perSecond);
}
