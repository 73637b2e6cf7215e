// The real hub in workerd: the built Worker with its lanes, D1 and queues on disk, behind one loopback port. Used by
// tests, bench, demo and `npm run hub`.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { type WorkerFile, workerFiles } from '../../build-worker.ts';
import { assets, buildConsole, builtMs } from '../../edge-worker/console/build.ts';
import { assetsIn } from './assets.ts';
import { movedClock } from './moved-clock.ts';
import type { RecordSwitch } from './record-switch.ts';

export interface HubOptions {
  readonly port: number;
  /** Where lanes, D1 and queues lie on disk. */
  readonly state: string;
  readonly vars?: Readonly<Record<string, string>>;
  /** The sweep's rhythm; the platform's is a minute. */
  readonly sweepEveryMs?: number;
  /** Stands between the Worker and D1, for stories of its bad days. */
  readonly recordSwitch?: RecordSwitch;
  /** How far the Worker's clock is ahead of the machine's; not together with a switch. */
  readonly clockAheadMs?: number;
  /** Where V8's inspector listens, for whoever asks how much memory is in use and by whom. */
  readonly inspectorPort?: number;
  /** Hears what the Worker logs, a line at a time, instead of the console. */
  readonly onLog?: (line: string) => void;
}

export interface Hub {
  readonly url: string;
  readonly operatorKey: string;
  readonly miniflare: Miniflare;
  /** Runs the cron once. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

export const operatorKey = 'operator-key-of-a-local-hub';
const vars = {
  SHARD: 'main',
  INBOX_MAX: '50000',
  HUB_KEY: 'bG9jYWwtaHViLWtleS1vZi0zMi1ieXRlcy0tLS0tLS0=',
  SEAL_KEYS: JSON.stringify({ current: 'local', keys: { local: 'bG9jYWwtc2VhbC1rZXktb2YtMzItYnl0ZXMtLS0tLS0=' } }),
  OPERATOR_KEY: operatorKey,
  DEVELOPMENT: 'yes',
};
const built = '.state/bundle/worker.json';

/** Builds the console and the Worker, each when a source of it is newer than what was built. */
export async function buildHub(): Promise<readonly WorkerFile[]> {
  if (builtMs() < Math.max(newestIn('edge-worker/console'), newestIn('shared'))) await buildConsole();
  const newest = Math.max(...['edge-worker', 'shared'].map(newestIn), statSync('build-worker.ts').mtimeMs);
  if (existsSync(built) && statSync(built).mtimeMs > newest) return JSON.parse(readFileSync(built, 'utf8'));
  const files = await workerFiles();
  // Written aside and moved in one go, so that another process never reads half a Worker.
  const aside = `.state/worker-${process.pid}.json`;
  mkdirSync(dirname(built), { recursive: true });
  writeFileSync(aside, JSON.stringify(files));
  renameSync(aside, built);
  return files;
}

/** As Miniflare takes them. */
export const modulesOf = (files: readonly WorkerFile[]) =>
  files.map((file) => ({ type: 'ESModule' as const, ...file }));

function newestIn(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.parentPath.startsWith(assets),
  );
  return Math.max(0, ...entries.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
}

export async function startHub(options: HubOptions): Promise<Hub> {
  // Who looks at memory wants to collect first. Miniflare takes flags for V8 from nowhere else.
  if (options.inspectorPort !== undefined) process.env['MINIFLARE_WORKERD_V8_FLAGS'] = '--expose-gc';
  mkdirSync(options.state, { recursive: true });
  const url = `http://127.0.0.1:${options.port}`;
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name: 'tieout-hub',
      modules: [
        ...(options.recordSwitch?.modules ?? (options.clockAheadMs ? movedClock(options.clockAheadMs) : [])),
        ...modulesOf(await buildHub()),
      ],
      compatibilityDate: '2026-11-01',
      compatibilityFlags: ['global_fetch_strictly_public'],
      bindings: { ...vars, PUBLIC_URL: url, ...options.vars },
      durableObjects: {
        LANE: { className: 'LaneObject', useSQLite: true },
        OVERFLOW: { className: 'OverflowObject', useSQLite: true },
      },
      serviceBindings: { ASSETS: assetsIn(assets), ...options.recordSwitch?.bindings },
      r2Buckets: { ARCHIVE: 'archive' },
      workflows: { JOBS: { name: 'tieout-jobs', className: 'LongJob' } },
      d1Databases: { DIRECTORY: 'directory', RECORD: 'record' },
      queueProducers: { SWEEP: { queueName: 'tieout-sweep' }, EVENTS: { queueName: 'tieout-events' } },
      queueConsumers: {
        'tieout-sweep': { maxBatchSize: 10, maxBatchTimeout: 1, maxRetries: 5, deadLetterQueue: 'tieout-sweep-dead' },
        'tieout-events': { maxBatchSize: 5, maxBatchTimeout: 0, maxRetries: 5, deadLetterQueue: 'tieout-events-dead' },
        'tieout-events-dead': { maxBatchSize: 10, maxBatchTimeout: 1, maxRetries: 5 },
        'tieout-sweep-dead': { maxBatchSize: 10, maxBatchTimeout: 1, maxRetries: 1 },
      },
      resourcePersistencePath: options.state,
      unsafeDirectSockets: [{ host: '127.0.0.1', port: options.port }],
      cf: false,
      ...(options.inspectorPort !== undefined && { inspectorPort: options.inspectorPort }),
      ...(options.onLog && { handleStructuredLogs: ({ message }) => options.onLog?.(message) }),
    }),
  );
  await miniflare.ready;
  await applyMigrations(miniflare, 'DIRECTORY', 'directory');
  await applyMigrations(miniflare, 'RECORD', 'record');
  const sweep = async () => {
    const worker = await miniflare.getWorker();
    await worker.scheduled({ cron: '* * * * *' });
  };
  const timer = setInterval(() => void sweep().catch(() => undefined), options.sweepEveryMs ?? 60_000);
  return {
    url,
    operatorKey,
    miniflare,
    sweep,
    close: async () => {
      clearInterval(timer);
      await miniflare.dispose();
    },
  };
}

/** Applies what is not applied yet, in order, as `wrangler d1 migrations apply` would. */
async function applyMigrations(miniflare: Miniflare, binding: string, schema: string): Promise<void> {
  const database = await miniflare.getD1Database(binding);
  await database.prepare('CREATE TABLE IF NOT EXISTS d1_migrations (name TEXT PRIMARY KEY)').run();
  const applied = await database.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
  const done = new Set(applied.results.map((row) => row.name));
  const folder = `edge-worker/store/migrations/${schema}`;
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.sql') && !done.has(name))
    .sort()) {
    const statements = readFileSync(join(folder, file), 'utf8').split('--> statement-breakpoint');
    await database.batch([
      ...statements.map((statement) => database.prepare(statement.trim())),
      database.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(file),
    ]);
  }
}
