// A firm that is flooded, and another on the same hub: what the other's senders notice of it.
import { below, type Figure, median, percentile, told } from './figures.ts';
import { inBatches, postSteadily } from './notices.ts';
import { drained, type Firm, pause, type Rig } from './rig.ts';

const victimPerSecond = 5;
const flooderPerSecond = 250;
/** The flood has risen by then. */
const headStartMs = 500;

export async function neighbours(rig: Rig): Promise<Figure[]> {
  const seconds = rig.isQuick ? 3 : 20;
  const alone: number[] = [];
  const rises: number[] = [];
  // Alternated, so that a slow minute of the machine falls on both.
  for (let run = 0; run < (rig.isQuick ? 1 : 5); run++) {
    const before = percentile(await acknowledgements(rig, rig.neighbour, victimPerSecond, seconds), 0.95);
    const flood = acknowledgements(rig, rig.firm, flooderPerSecond, seconds + 1);
    await pause(headStartMs);
    const beside = percentile(await acknowledgements(rig, rig.neighbour, victimPerSecond, seconds), 0.95);
    await flood;
    await Promise.all([drained(rig, rig.firm), drained(rig, rig.neighbour)]);
    alone.push(before);
    rises.push(beside - before);
  }
  const quiet = median(alone);
  return [
    told('neighbours: acknowledgement of 5 webhooks/s alone, p95', quiet, 'ms'),
    below('  its rise beside a flood of 250 webhooks/s', median(rises), 'ms', Math.max(10, Math.round(quiet * 0.2))),
  ];
}

async function acknowledgements(rig: Rig, firm: Firm, perSecond: number, seconds: number): Promise<number[]> {
  const ids = await rig.systems.call('seedInvoices', firm.firm, seconds * perSecond);
  return postSteadily(firm, inBatches(ids, 1), perSecond);
}
