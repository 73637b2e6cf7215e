// The hub as a process of its own, which a test may kill as the kernel would: node and its workerd at once, without a
// word.
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { operatorKey } from './hub.ts';

export type Stored = Readonly<Record<string, unknown>>;

export interface HubProcessOptions {
  readonly port: number;
  readonly state: string;
  readonly inboxMax?: number;
  readonly sweepEveryMs?: number;
  /** How far its clock is ahead of the machine's. */
  readonly clockAheadMs?: number;
  /** How long a long job may stand still before another workflow is sent. */
  readonly jobStallMs?: number;
  /** Where the inspector of its runtime listens. */
  readonly inspectorPort?: number;
}

export interface HubProcess {
  readonly url: string;
  readonly operatorKey: string;
  /** What the Worker logged so far: one JSON object a line. */
  readonly logged: readonly Readonly<Record<string, unknown>>[];
  /** The process that runs the Worker. */
  runtimePid(): number;
  kill(): Promise<void>;
}

export async function spawnHub({
  port,
  state,
  inboxMax,
  sweepEveryMs = 60_000,
  clockAheadMs = 0,
  jobStallMs,
  inspectorPort,
}: HubProcessOptions): Promise<HubProcess> {
  const words = ['--port', String(port), '--state', state, '--sweep-ms', String(sweepEveryMs)];
  if (clockAheadMs !== 0) words.push('--clock-ahead-ms', String(clockAheadMs));
  if (inboxMax !== undefined) words.push('--inbox-max', String(inboxMax));
  if (jobStallMs !== undefined) words.push('--job-stall-ms', String(jobStallMs));
  if (inspectorPort !== undefined) words.push('--inspector-port', String(inspectorPort));
  const child = spawn(process.execPath, ['test/hub.ts', ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const logged: Record<string, unknown>[] = [];
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let said = '';
  await new Promise<void>((ready, failed) => {
    let rest = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk;
    });
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.startsWith('hub ready')) ready();
        else if (line.startsWith('{')) logged.push(JSON.parse(line));
      }
    });
    child.once('exit', () => failed(new Error(`the hub ended before it was ready: ${said}`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    operatorKey,
    logged,
    runtimePid: () => descendantsOf(child.pid ?? 0)[0] ?? 0,
    async kill() {
      const pid = child.pid ?? 0;
      // Children first: those of a dead process are nobody's, and would go on serving.
      for (const one of [...descendantsOf(pid), pid]) endNow(one);
      await ended;
    },
  };
}

function descendantsOf(pid: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const pairs = table.map((line) => line.trim().split(/\s+/).map(Number));
  const found: number[] = [];
  let parents = [pid];
  while (parents.length > 0) {
    parents = pairs.flatMap(([one = 0, parent = 0]) => (parents.includes(parent) ? [one] : []));
    found.push(...parents);
  }
  return found;
}

function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in between.
  }
}

const folders = {
  lane: 'do/tieout-hub-LaneObject',
  overflow: 'do/tieout-hub-OverflowObject',
  d1: 'd1/miniflare-D1DatabaseObject',
} as const;

/**
 * Reads tables off their files, once the hub has ended: what is really on disk. Files without the table are left out.
 */
export function readStored(state: string, where: keyof typeof folders, table: string, query: string): Stored[] {
  const folder = join(state, folders[where]);
  const files = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  return files.flatMap((name) => {
    const database = new DatabaseSync(join(folder, name));
    try {
      const known = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(table);
      return known ? database.prepare(query).all() : [];
    } finally {
      database.close();
    }
  });
}
