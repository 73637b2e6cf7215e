// How much of everything a run takes: `--quick` takes less of it in under a minute, and says of what.

/** What is measured, as it is said; a quick run's number, and a whole run's. */
const known = {
  runs: ['runs of each, of which the median counts', 1, 3],
  batched: ['records in batches of 100', 2_000, 40_000],
  single: ['records that have a webhook each', 500, 20_000],
  floors: ['floors beside the hub (2: the rawer one too)', 1, 2],
  acknowledged: ['seconds of acknowledgements under load', 4, 60],
  neighbourRuns: ['runs beside a flood, and alone', 1, 5],
  neighbourSeconds: ['seconds of each', 5, 20],
  updated: ['records that are counted while they are updated', 300, 1_000],
  edited: ['records that are edited ten times each', 100, 500],
  idle: ['notices to an idle hub', 3, 20],
  syncs: ['presses of "Sync now"', 1, 10],
  slowRecords: ['records to a ledger that takes 200 ms', 350, 4_500],
  slowSeconds: ['seconds beside a tool that holds its slots', 40, 360],
  installations: ['installations, where these are asked for', 40, 200],
  crowdRuns: ['runs of the quiet ones among them, alone and beside the busy ones', 1, 3],
  crowdSeconds: ['seconds of each run among them', 10, 20],
  startUps: ['starts of the runtime', 2, 5],
} as const;

export type Samples = Readonly<Record<keyof typeof known, number>>;

export function samplesOf(isQuick: boolean): Samples {
  const chosen = Object.entries(known).map(([name, [, quick, whole]]) => [name, isQuick ? quick : whole]);
  return Object.fromEntries(chosen) as Samples;
}

/** What a quick run leaves out, in the words of the table above. */
export function quickSays(): string {
  const lines = Object.values(known).map(
    ([what, quick, whole]) => `  ${what}: ${quick.toLocaleString('en')} instead of ${whole.toLocaleString('en')}`,
  );
  return ['A quick run takes less, and throughput while back-pressure is still measured:', ...lines].join('\n');
}
