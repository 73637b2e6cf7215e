// `npm run sim -- --seed 17` replays one seed with a readable log; `--from 1 --seeds 50 --json` runs many; `--plant
// <bug>` plants one on purpose.
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { judge, watchWrites } from './oracle.ts';
import { healthy, plants } from './plants.ts';
import { type Log, Simulation } from './run.ts';

export interface Verdict {
  readonly seed: number;
  readonly breaches: readonly string[];
  /** Of everything that must not depend on crashes; empty when rest was never reached. */
  readonly hash: string;
  readonly crashes: number;
  readonly virtualMinutes: number;
}

export interface SimulateOptions {
  readonly hasCrashes: boolean;
  readonly plant?: string | undefined;
  readonly log?: Log;
}

interface Run extends Verdict {
  readonly lines: readonly string[];
}

async function runOnce(seed: number, options: SimulateOptions): Promise<Run> {
  const plant = options.plant === undefined ? healthy : plants[options.plant]?.();
  if (plant === undefined) throw new RangeError(`--plant is one of ${Object.keys(plants).join(', ')}`);
  let simulation: Simulation | null = null;
  const log: Log = (event, fields) => options.log?.(`${timeOf(simulation)} ${event}`, fields);
  simulation = new Simulation(seed, { hasCrashes: options.hasCrashes, plant, log });
  watchWrites(simulation);
  await simulation.open();
  await simulation.work();
  const due = await simulation.rest();
  const judged =
    due === null
      ? await judge(simulation)
      : { breaches: [...simulation.host.breaches, `J2: no rest: ${due.join(', ')}`], outcome: { lines: [], hash: '' } };
  const breaches = [...new Set(judged.breaches)];
  const virtualMinutes = Math.round((simulation.world.ms - simulation.world.startMs) / 60_000);
  return { seed, breaches, ...judged.outcome, crashes: simulation.host.crashes, virtualMinutes };
}

/** One seed with crashes and one without; both must keep every promise and come to the same end (J12). */
export async function simulate(seed: number, plant?: string, log?: Log): Promise<Verdict> {
  const struck = await runOnce(seed, { hasCrashes: true, plant, ...(log && { log }) });
  // A planted bug that was caught needs no second run.
  if (plant !== undefined && struck.breaches.length > 0) return struck;
  const spared = await runOnce(seed, { hasCrashes: false, plant });
  const breaches = [...struck.breaches, ...spared.breaches.map((breach) => `without crashes: ${breach}`)];
  if (breaches.length === 0 && struck.hash !== spared.hash) {
    const [differing, missing] = [beyond(struck.lines, spared.lines), beyond(spared.lines, struck.lines)];
    breaches.push(`J12: crashes change the outcome: + ${differing[0] ?? ''} - ${missing[0] ?? ''}`);
  }
  return { ...struck, breaches };
}

/** What the others have not, or not as often. */
function beyond(lines: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function timeOf(simulation: Simulation | null): string {
  return new Date(simulation?.world.ms ?? 0).toISOString().slice(11, 23);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      from: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '50' },
      plant: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const isReplay = values.seed !== undefined;
  const from = Number(values.seed ?? values.from);
  const seeds = isReplay ? 1 : Number(values.seeds);
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(seeds)) throw new RangeError('seeds are whole numbers');
  const planted = values.plant === undefined ? '' : ` --plant ${values.plant}`;
  const broken: { readonly seed: number; readonly breaches: readonly string[]; readonly replay: string }[] = [];
  for (let seed = from; seed < from + seeds; seed++) {
    const log: Log = (event, fields) => console.log(event, JSON.stringify(fields));
    const verdict = await simulate(seed, values.plant, isReplay ? log : undefined);
    const replay = `npm run sim -- --seed ${seed}${planted}`;
    if (verdict.breaches.length > 0) broken.push({ seed, breaches: verdict.breaches.slice(0, 20), replay });
    if (values.json && verdict.breaches.length === 0) continue;
    const end = verdict.breaches.length === 0 ? `every promise kept, outcome ${verdict.hash}` : 'BROKEN';
    console.log(`seed ${seed}: ${verdict.crashes} crashes, ${verdict.virtualMinutes} virtual minutes, ${end}`);
    for (const breach of verdict.breaches.slice(0, 20)) console.log(`  ${breach}`);
    if (verdict.breaches.length > 0) console.log(`  ${replay}`);
  }
  console.log(values.json ? JSON.stringify({ seeds, broken }) : `${seeds} seeds, ${broken.length} broken`);
  process.exitCode = broken.length > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
