// Which process of a run worked how much of its time: what a rate is limited by on the machine at hand.
import { type Figure, median, told } from './figures.ts';
import { workedMs } from './processes.ts';

const processes = ['the hub', 'the systems', 'the bench'] as const;

/** What each process worked in a run, as a share of one core; each has one thread that does nearly all of it. */
export type Busy = Readonly<Record<(typeof processes)[number], number>>;

/** Below this share a thread has waited a good part of the time: for answers, for the disk, for a timer. */
const fullShare = 0.85;

/** Starts to watch. What it returns is asked once it is over, and told how long the run itself took. */
export async function watch(
  hubMs: () => number | Promise<number>,
  systemsPid: number,
): Promise<(tookMs: number) => Promise<Busy>> {
  const taken = async () => [await hubMs(), workedMs(systemsPid), workedMs(process.pid)] as const;
  const before = await taken();
  return async (tookMs) => {
    const after = await taken();
    const share = (index: 0 | 1 | 2) => (after[index] - before[index]) / tookMs;
    return { 'the hub': share(0), 'the systems': share(1), 'the bench': share(2) };
  };
}

/** The busiest process of some runs, and whether it is what limits their rate. */
export function limitOf(runs: readonly Busy[]): Figure {
  const shareOf = (name: keyof Busy) => median(runs.map((one) => one[name]));
  const [busiest] = [...processes].sort((a, b) => shareOf(b) - shareOf(a)) as [keyof Busy];
  const share = shareOf(busiest);
  const limit = share >= fullShare ? `limited by ${busiest}` : `limited by waiting; most at work: ${busiest}`;
  return told('  busiest process', share * 100, '% of a core', limit);
}
