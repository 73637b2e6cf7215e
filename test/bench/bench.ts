// `npm run bench`: the figures of the design, taken on the real hub. `-- --quick` takes less of each, under a minute;
// `--json` ends with one line of JSON, `--soak MINUTES` watches memory, `--only GROUP,GROUP` leaves the others out;
// `--only record` fills a record with a million timeline rows and asks it, `--only installations` fills a hub with 200.
import { parseArgs } from 'node:util';
import { buildHub } from '../support/hub.ts';
import { backPressure } from './back-pressure.ts';
import { counts } from './counts.ts';
import { type Figure, qualified, tableOf } from './figures.ts';
import { crowd } from './installations.ts';
import { acknowledgements, latency } from './latency.ts';
import { neighbours } from './neighbours.ts';
import { packaged } from './package.ts';
import { record } from './record.ts';
import { inFolders, type Rig, withRig } from './rig.ts';
import { quickSays, samplesOf } from './samples.ts';
import { soak } from './soak.ts';
import { throughput } from './throughput.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    soak: { type: 'string', default: '0' },
    only: { type: 'string', default: '' },
  },
});
const startedMs = performance.now();
const say = (line: string) =>
  console.log(`${((performance.now() - startedMs) / 1000).toFixed(0).padStart(4)} s  ${line}`);

type Group = readonly [name: string, take: (rig: Rig) => Promise<Figure[]>];

/** What is counted, or has seconds to spare, is taken while back-pressure mostly waits. */
const meanwhile: readonly Group[] = [
  ['package', packaged],
  ['counts', counts],
  ['latency', latency],
];
/** What is timed has the machine to itself. */
const undisturbed: readonly Group[] = [
  ['throughput', throughput],
  ['acknowledgements', acknowledgements],
  ['neighbours', neighbours],
  ['soak', soak],
];
/** What takes minutes to lay out is only taken when it is asked for by name. */
const named: readonly Group[] = [
  ['record', record],
  ['installations', crowd],
];

async function group(name: string, take: () => Promise<Figure[]>): Promise<Figure[]> {
  if (values.only !== '' && !values.only.split(',').includes(name)) return [];
  say(name);
  return take();
}

async function takeAll(groups: readonly Group[], rig: Rig): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, take] of groups) figures.push(...(await group(name, () => take(rig))));
  return figures;
}

const isQuick = values.quick;
const options = { isQuick, samples: samplesOf(isQuick), soakMinutes: Number(values.soak), say };
// Each of the hubs would build it otherwise, at the same time.
await buildHub();
const figures = await inFolders(async (folder) => {
  // It has a hub and systems of its own and mostly waits, so it begins while the others' are still being opened.
  const pressed = group('back-pressure', () => backPressure(options.samples, folder('pressed')));
  return withRig({ ...options, folder }, async (rig) => {
    const counted = await takeAll(meanwhile, rig);
    if (!isQuick) await pressed;
    const timed = await takeAll(undisturbed, rig);
    const asked = named.filter(([name]) => values.only.split(',').includes(name));
    return [...timed, ...counted, ...(await pressed), ...(await takeAll(asked, rig))];
  });
});
say('done');
console.log(`\n${tableOf(figures)}\n`);
if (isQuick) console.log(`${quickSays()}\n`);
if (values.json) console.log(JSON.stringify({ figures: qualified(figures) }));
process.exit(0);
