// What every figure is taken on: the hub, the systems and the bench in processes of their own, a firm that is at
// work, and its lane at rest.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HubProcess, spawnHub } from '../support/hub-process.ts';
import { Installation, Operator, type Progress } from '../support/operator.ts';
import { freePort } from '../support/serve.ts';
import { type Child, startChild } from './child.ts';
import type { Samples } from './samples.ts';
import type { Opened, SystemVerbs } from './systems.ts';

export interface Options {
  readonly isQuick: boolean;
  readonly samples: Samples;
  readonly soakMinutes: number;
  readonly say: (line: string) => void;
  readonly folder: (name: string) => string;
}

/** An installation with its three systems. */
export interface Firm extends Opened {
  readonly lane: Installation;
}

export interface Rig extends Options {
  readonly hub: HubProcess;
  /** Open while memory is watched. */
  readonly inspectorPort: number | null;
  readonly systems: Child<SystemVerbs>;
  /** The firm that is measured. */
  readonly firm: Firm;
  /** One more on the same hub. */
  readonly neighbour: Firm;
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Folders for the state of hubs, gone at the end. */
export async function inFolders<Result>(work: (folder: (name: string) => string) => Promise<Result>): Promise<Result> {
  const root = mkdtempSync(join(tmpdir(), 'tieout-bench-'));
  try {
    return await work((name) => join(root, name));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

export async function withRig<Result>(options: Options, work: (rig: Rig) => Promise<Result>): Promise<Result> {
  const { folder } = options;
  const systems = startChild<SystemVerbs>('systems.ts');
  const inspectorPort = options.soakMinutes > 0 ? await freePort() : null;
  const opened = inspectorPort === null ? {} : { inspectorPort };
  const hub = await spawnHub({ port: await freePort(), state: folder('hub'), ...opened });
  try {
    const [firm, neighbour] = await Promise.all([openFirm(hub, systems), openFirm(hub, systems)]);
    await Promise.all([firm, neighbour].map((one) => settleIn(systems, one)));
    options.say('  two firms are at work');
    return await work({ ...options, hub, inspectorPort, systems, firm, neighbour });
  } finally {
    await hub.kill();
    await systems.stop();
  }
}

/** `ledger`: settings of its ledger's connection that are other than usual. */
export async function openFirm(
  hub: HubProcess,
  systems: Child<SystemVerbs>,
  ledger: Readonly<Record<string, unknown>> = {},
): Promise<Firm> {
  const opened = await systems.call('open', hub.url, hub.operatorKey, ledger);
  return { ...opened, lane: new Installation(new Operator(hub.url, hub.operatorKey), opened.installation) };
}

/** People and projects are known everywhere. The second firm's notices name another environment, so feeds are asked. */
export async function settleIn(systems: Child<SystemVerbs>, { firm, lane }: Firm): Promise<void> {
  await systems.call('staff', firm);
  await lane.ask('erp');
  await lane.ask('psa');
  await lane.settled(120_000);
}

function isDrained(progress: Progress): boolean {
  const moving = progress.commands.some(({ state }) => state === 'due' || state === 'uncertain');
  const { waiting, inFlight, statusDue, flushWaiting, rechecks } = progress;
  return !moving && waiting + inFlight + statusDue + flushWaiting + rechecks === 0;
}

/** No call for this long means that the last one has been made: longer than a lane waits to fill a call or to flush. */
const silenceMs = 1_100;
const longestMs = 600_000;

/**
 * Waits until the lane has nothing in hand. Returns when the last call to a system was seen. The lane itself is only
 * asked once the calls have ceased, because asking costs it time.
 */
export async function drained({ systems }: Pick<Rig, 'systems'>, firm: Firm): Promise<number> {
  const startedMs = performance.now();
  let seen = -1;
  let lastMs = startedMs;
  for (;;) {
    const count = await systems.call('callsMade', firm.firm);
    const nowMs = performance.now();
    if (count !== seen) lastMs = nowMs;
    seen = count;
    if (nowMs - lastMs > silenceMs && isDrained(await firm.lane.progress())) return lastMs;
    if (nowMs - startedMs > longestMs) throw new Error('the lane did not come to rest');
    await pause(20);
  }
}

/**
 * Approved time goes from the PSA to the ERP: logged, asked for now instead of in the feed's rhythm, and seen there.
 */
export async function postTime({ systems }: Pick<Rig, 'systems'>, firm: Firm, count: number): Promise<string[]> {
  const posted = () => systems.call('count', firm.firm, 'erp', 'timebill');
  const before = await posted();
  const ids = await systems.call('logApproved', firm.firm, count);
  const startedMs = performance.now();
  await firm.lane.ask('psa');
  while ((await posted()) < before + count) {
    if (performance.now() - startedMs > longestMs) throw new Error('approved time did not reach the ERP');
    await pause(100);
  }
  return ids;
}

/** What the hub and the systems have counted so far. */
export interface Counters {
  readonly progress: Progress;
  readonly calls: Readonly<Record<'crm' | 'psa' | 'erp', ReadonlyMap<string, number>>>;
}

export async function countersOf({ systems }: Pick<Rig, 'systems'>, firm: Firm): Promise<Counters> {
  const callsTo = async (seat: 'crm' | 'psa' | 'erp') =>
    new Map(
      (await systems.call('calls', firm.firm, seat)).map(({ route, status, count }) => [`${route} ${status}`, count]),
    );
  const [crm, psa, erp] = [await callsTo('crm'), await callsTo('psa'), await callsTo('erp')];
  return { progress: await firm.lane.progress(), calls: { crm, psa, erp } };
}

/** Calls between two counts, of the routes that match. */
export function callsBetween(
  before: Counters,
  after: Counters,
  seat: 'crm' | 'psa' | 'erp',
  isCounted: (route: string) => boolean,
): number {
  let sum = 0;
  for (const [route, count] of after.calls[seat])
    if (isCounted(route)) sum += count - (before.calls[seat].get(route) ?? 0);
  return sum;
}
