// The real hub in workerd: the built Worker with its lanes, D1 and queues on disk, behind one loopback port. Used by
// tests, bench, demo and `npm run hub`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
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
const bundle = '.state/bundle/index.js';

/** Builds the console and the Worker, each when a source of it is newer than what was built. */
export async function buildHub(): Promise<string> {
  if (builtMs() < Math.max(newestIn('edge-worker/console'), newestIn('shared'))) await buildConsole();
  const newest = Math.max(...['edge-worker', 'shared'].map(newestIn), statSync('wrangler.toml').mtimeMs);
  if (existsSync(bundle) && statSync(bundle).mtimeMs > newest) return bundle;
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1', WRANGLER_LOG: 'warn' };
  // Built aside and moved in one go, so that another process never reads half a bundle.
  const aside = `.state/bundle-${process.pid}`;
  const built = spawnSync('node_modules/.bin/wrangler', ['deploy', '--dry-run', '--outdir', aside], {
    env,
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(`the Worker does not build:\n${built.stdout}${built.stderr}`);
  mkdirSync(dirname(bundle), { recursive: true });
  renameSync(join(aside, 'index.js'), bundle);
  rmSync(aside, { recursive: true, force: true });
  return bundle;
}

function newestIn(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.parentPath.startsWith(assets),
  );
  return Math.max(0, ...entries.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
}

export async function startHub(options: HubOptions): Promise<Hub> {
  mkdirSync(options.state, { recursive: true });
  const url = `http://127.0.0.1:${options.port}`;
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name: 'tieout-hub',
      modules: [
        ...(options.recordSwitch?.modules ?? (options.clockAheadMs ? movedClock(options.clockAheadMs) : [])),
        { type: 'ESModule', path: 'index.js', contents: readFileSync(await buildHub(), 'utf8') },
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
