// Memory of the hub's runtime under a steady trickle of corrections: it may rise while it warms up, and must be flat
// after.
import { below, type Figure, told } from './figures.ts';
import { inBatches, postAll } from './notices.ts';
import { residentKiB } from './processes.ts';
import { drained, pause, type Rig } from './rig.ts';

const records = 500;
const recordsPerTurn = 50;
const turnMs = 1_000;
/** Parts of the run: warming up, and the two whose means are compared. */
const warmPart = 0.2;
const comparedPart = 0.2;

const figure = 'memory growth of the runtime over the soak';

export async function soak(rig: Rig): Promise<Figure[]> {
  const { soakMinutes, systems, firm } = rig;
  if (soakMinutes === 0) return [told(figure, null, '%', '< 5 in an hour (--soak 60)')];
  const ids = inBatches(await systems.call('seedInvoices', firm.firm, records), recordsPerTurn);
  const untilMs = performance.now() + soakMinutes * 60_000;
  const sizes: number[] = [];
  for (let turn = 0; performance.now() < untilMs; turn++) {
    const startedMs = performance.now();
    const chosen = ids[turn % ids.length] as string[];
    await systems.call('touchInvoices', firm.firm, chosen, `Turn ${turn}`);
    await postAll(firm, inBatches(chosen), 1);
    sizes.push(residentKiB(rig.hub.runtimePid()));
    await pause(Math.max(0, startedMs + turnMs - performance.now()));
  }
  await drained(rig, firm);
  const mean = (from: number, to: number) => {
    const part = sizes.slice(Math.floor(from * sizes.length), Math.ceil(to * sizes.length));
    return part.reduce((sum, size) => sum + size, 0) / part.length;
  };
  const [early, late] = [mean(warmPart, warmPart + comparedPart), mean(1 - comparedPart, 1)];
  return [
    told('memory of the runtime', late / 1024, 'MiB'),
    below(`${figure} of ${soakMinutes} min`, (late / early - 1) * 100, '%', 5),
  ];
}
