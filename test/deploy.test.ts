// What a deploy would carry: the Worker builds for production offline, stays small, and no environment lacks a binding.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { type Unstable_Config as Config, unstable_readConfig as readConfig } from 'wrangler';
import { buildHub } from './support/hub.ts';

const bundleKibMax = 1024;
const environments = ['staging', 'production'] as const;
const secrets = ['HUB_KEY', 'SEAL_KEYS', 'OPERATOR_KEY'];
const folder = mkdtempSync(join(tmpdir(), 'tieout-deploy-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const configOf = (environment?: string): Config =>
  readConfig({ config: 'wrangler.toml', ...(environment && { env: environment }) }, { hideWarnings: true });

/** What the Worker is given in one environment, without the names that differ between them. */
function shapeOf(config: Config): unknown {
  return {
    objects: config.durable_objects.bindings.map(({ name, class_name: type }) => [name, type]),
    migrations: config.migrations,
    databases: config.d1_databases.map(({ binding, migrations_dir: migrations }) => [binding, migrations]),
    buckets: config.r2_buckets.map(({ binding }) => binding),
    assets: config.assets,
    producers: config.queues.producers?.map(({ binding }) => binding),
    consumers: config.queues.consumers?.map(({ queue: _queue, dead_letter_queue: dead, ...figures }) => ({
      ...figures,
      hasDeadLetters: dead !== undefined,
    })),
    workflows: config.workflows.map(({ binding, class_name: type }) => [binding, type]),
    variables: Object.keys(config.vars),
    crons: config.triggers.crons,
    limits: config.limits,
    observability: config.observability?.enabled,
  };
}

describe('A deploy', () => {
  it('builds for production offline, and the Worker stays below 1 MiB', async () => {
    // Brings the console's files, which a deploy carries along.
    await buildHub();
    const built = spawnSync(
      process.execPath,
      ['node_modules/wrangler/bin/wrangler.js', 'deploy', '--dry-run', '--env', 'production', '--outdir', folder],
      { encoding: 'utf8', env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1' } },
    );
    expect({ status: built.status, stderr: built.stderr }).toEqual({ status: 0, stderr: '' });
    const parts = readdirSync(folder).filter((name) => name.endsWith('.js'));
    expect(parts).toContain('index.js');
    const bundle = Buffer.concat(parts.map((name) => readFileSync(join(folder, name))));
    const kib = Math.ceil(gzipSync(bundle).byteLength / 1024);
    console.log(`Worker bundle: ${kib} KiB gzip, ${Math.ceil(bundle.byteLength / 1024)} KiB plain`);
    expect(kib).toBeLessThanOrEqual(bundleKibMax);
  }, 60_000);

  it('gives every environment the same bindings, limits and retry figures as development', () => {
    const development = shapeOf(configOf());
    for (const environment of environments) expect(shapeOf(configOf(environment)), environment).toEqual(development);
  });

  it('gives every queue explicit figures and a dead-letter queue that somebody reads', () => {
    for (const environment of [undefined, ...environments]) {
      const consumers = configOf(environment).queues.consumers ?? [];
      const read = consumers.map(({ queue }) => queue);
      for (const consumer of consumers) {
        const { max_batch_size, max_batch_timeout, max_retries, retry_delay, max_concurrency } = consumer;
        const figures = [max_batch_size, max_batch_timeout, max_retries, retry_delay, max_concurrency];
        expect(figures, consumer.queue).toEqual(figures.map(() => expect.any(Number)));
        if (!consumer.queue.endsWith('-dead')) expect(read).toContain(consumer.dead_letter_queue);
      }
    }
  });

  it('shares no database, queue or address between environments', () => {
    const all = [configOf(), ...environments.map(configOf)];
    const names = all.flatMap((config) => [
      ...config.d1_databases.map((database) => database.database_id),
      ...config.workflows.map(({ name }) => name),
      ...config.r2_buckets.map((bucket) => bucket.bucket_name),
      ...(config.queues.consumers ?? []).map(({ queue }) => queue),
      config.vars['PUBLIC_URL'],
      config.name,
    ]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('finds no secret in the configuration, only the list of those that each environment needs', () => {
    const text = readFileSync('wrangler.toml', 'utf8');
    for (const secret of secrets) expect(text).not.toMatch(new RegExp(`^\\s*${secret}\\s*=`, 'm'));
    for (const environment of environments) expect(configOf(environment).secrets?.required).toEqual(secrets);
    const asked = [...readFileSync('edge-worker/platform/env.ts', 'utf8').matchAll(/readonly (\w+): string;/g)];
    const given = [...secrets, ...Object.keys(configOf('production').vars)];
    expect(asked.map((found) => found[1]).sort()).toEqual(given.sort());
  });
});
