// `npm run bench`: the figures of the design, taken on the real hub. `-- --quick` takes under a minute, `--json` ends
// with one line of JSON, `--soak MINUTES` watches memory.
import { parseArgs } from 'node:util';
import { backPressure } from './back-pressure.ts';
import { counts } from './counts.ts';
import { type Figure, tableOf } from './figures.ts';
import { latency } from './latency.ts';
import { neighbours } from './neighbours.ts';
import { packaged } from './package.ts';
import { type Rig, withRig } from './rig.ts';
import { soak } from './soak.ts';
import { throughput } from './throughput.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    soak: { type: 'string', default: '0' },
    /** One group only, while working on it. */
    only: { type: 'string', default: '' },
  },
});
const startedMs = performance.now();
const say = (line: string) =>
  console.log(`${((performance.now() - startedMs) / 1000).toFixed(0).padStart(4)} s  ${line}`);
const isWanted = (group: string) => values.only === '' || values.only.split(',').includes(group);

async function group(name: string, work: () => Promise<Figure[]>): Promise<Figure[]> {
  if (!isWanted(name)) return [];
  say(name);
  return work();
}

/**
 * What is counted is not disturbed by calls that wait, so back-pressure is measured meanwhile; what is timed has the
 * machine to itself.
 */
async function takeAll(pressed: Promise<Figure[]>): Promise<Figure[]> {
  const options = { isQuick: values.quick, soakMinutes: Number(values.soak), say };
  const timed: readonly (readonly [string, (rig: Rig) => Promise<Figure[]>])[] = [
    ['throughput', throughput],
    ['latency', latency],
    ['neighbours', neighbours],
    ['soak', soak],
  ];
  return withRig(options, async (rig) => {
    const counted = await group('counts', () => counts(rig));
    const pressure = await pressed;
    const figures: Figure[] = [];
    for (const [name, take] of timed) figures.push(...(await group(name, () => take(rig))));
    return [...figures, ...counted, ...pressure];
  });
}

const carried = await group('package', packaged);
const pressed = group('back-pressure', () => backPressure(values.quick));
const figures = [...(await takeAll(pressed)), ...carried];
say('done');
console.log(`\n${tableOf(figures)}\n`);
if (values.json) console.log(JSON.stringify({ figures }));
process.exit(0);
