// Memory of the hub under a steady trickle of corrections: it may rise while it warms up, and must be flat after. The
// local runtime holds more than the hub does: D1, R2 and queues are imitated in the same process. So beside what the
// kernel sees it is told whose it is.
import { join } from 'node:path';
import { below, type Figure, told } from './figures.ts';
import { type Heap, heapsAt } from './heaps.ts';
import { inBatches, postAll } from './notices.ts';
import { residentKiB } from './processes.ts';
import { drained, pause, type Rig } from './rig.ts';
import { bytesIn, laneRows } from './stored.ts';

const records = 500;
const recordsPerTurn = 50;
const turnMs = 1_000;
/** Heaps are collected and rows counted so often. */
const looks = 60;
/** Parts of the run: warming up, and the two whose means are compared. */
const warmPart = 0.2;
const comparedPart = 0.2;
/** As Miniflare calls the isolate that runs the hub's code, all its lanes with it. */
const ownIsolate = 'core:user:tieout-hub';
/**
 * Not among the rows that a lane keeps: deliveries, which are known for an hour after they were decided, so that within
 * the first their table grows as it must; and work in hand, as much as the machine is behind.
 */
const passing: ReadonlySet<string> = new Set([
  ...['deliveries', 'rechecks', 'commands', 'attempts', 'status_due', 'flush_log'],
]);

interface Look {
  readonly resident: number;
  /** Living in the isolate that runs the hub's code. */
  readonly own: number;
  /** Living in those that imitate D1, R2 and queues. */
  readonly others: number;
  /** Taken by V8 beyond what lives. */
  readonly room: number;
  /** The rest: the caches of SQLite, of all databases together, and the program itself. */
  readonly outside: number;
  readonly rows: number;
  readonly record: number;
}

const figure = 'memory growth of the runtime over the soak';

export async function soak(rig: Rig): Promise<Figure[]> {
  const { soakMinutes, systems, firm, inspectorPort } = rig;
  if (inspectorPort === null) return [told(figure, null, '%', '< 5 in an hour (--soak 60)')];
  const ids = inBatches(await systems.call('seedInvoices', firm.firm, records), recordsPerTurn);
  const startMs = performance.now();
  const wholeMs = soakMinutes * 60_000;
  const taken: Look[] = [];
  let turn = 0;
  for (; performance.now() < startMs + wholeMs; turn++) {
    const startedMs = performance.now();
    const chosen = ids[turn % ids.length] as string[];
    await systems.call('touchInvoices', firm.firm, chosen, `Turn ${turn}`);
    await postAll(firm, inBatches(chosen), 1);
    if (startedMs >= startMs + (taken.length * wholeMs) / looks) taken.push(await look(rig, inspectorPort));
    await pause(Math.max(0, startedMs + turnMs - performance.now()));
  }
  await drained(rig, firm);
  const made = told(`corrections in the ${soakMinutes} min of the soak`, turn * recordsPerTurn, 'records');
  return [made, ...figuresOf(taken, soakMinutes)];
}

async function look({ hub, folder, say }: Rig, inspectorPort: number): Promise<Look> {
  const state = folder('hub');
  const resident = residentKiB(hub.runtimePid()) / 1024;
  const heaps = await heapsAt(inspectorPort);
  const sum = (some: readonly Heap[], what: 'livingBytes' | 'takenBytes') =>
    some.reduce((all, heap) => all + heap[what], 0) / 2 ** 20;
  const living = sum(heaps, 'livingBytes');
  const taken = Math.max(living, sum(heaps, 'takenBytes'));
  const own = sum(
    heaps.filter(({ name }) => name === ownIsolate),
    'livingBytes',
  );
  const rows = [...laneRows(state)].reduce((all, [table, n]) => all + (passing.has(table) ? 0 : n), 0);
  const record = bytesIn(join(state, 'd1')) / 2 ** 20;
  const seen = { resident, own, others: living - own, room: taken - living, outside: resident - taken, rows, record };
  say(
    `  ${Object.entries(seen)
      .map(([what, size]) => `${what} ${size.toFixed(what === 'rows' ? 0 : 1)}`)
      .join(', ')}`,
  );
  return seen;
}

function figuresOf(taken: readonly Look[], minutes: number): Figure[] {
  const mean = (what: keyof Look, from: number, to: number) => {
    const part = taken.slice(Math.floor(from * taken.length), Math.ceil(to * taken.length));
    return part.reduce((sum, one) => sum + one[what], 0) / part.length;
  };
  const early = (what: keyof Look) => mean(what, warmPart, warmPart + comparedPart);
  const late = (what: keyof Look) => mean(what, 1 - comparedPart, 1);
  const percent = (what: keyof Look) => (late(what) / early(what) - 1) * 100;
  const grown = (what: keyof Look) => late(what) - early(what);
  return [
    told('memory of the runtime', late('resident'), 'MiB'),
    below(`${figure} of ${minutes} min`, percent('resident'), '%', 5),
    told("  the hub's own heap, garbage collected", late('own'), 'MiB'),
    below('  its growth', percent('own'), '%', 5),
    below('  growth of the rows that lanes keep', percent('rows'), '%', 5),
    told('  growth of the heaps that imitate D1, R2 and queues', grown('others'), 'MiB'),
    told('  growth of what V8 keeps beyond what lives', grown('room'), 'MiB'),
    told("  growth outside of all heaps: SQLite's caches, the program", grown('outside'), 'MiB'),
    told('  D1, which keeps all history, has grown by', grown('record'), 'MiB'),
  ];
}
