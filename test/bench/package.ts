// What a deploy carries, and what an isolate spends before its first answer.
import { gzipSync } from 'node:zlib';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import type { WorkerFile } from '../../build-worker.ts';
import { buildHub, modulesOf } from '../support/hub.ts';
import { atMost, type Figure, median } from './figures.ts';
import { runtimesOf, workedMs } from './processes.ts';
import type { Rig } from './rig.ts';

const empty = [{ path: 'index.js', contents: 'export default { fetch: () => new Response() };' }];

export async function packaged({ samples }: Rig): Promise<Figure[]> {
  const worker = await buildHub();
  const bundle = worker.map(({ contents }) => contents).join('');
  const extra: number[] = [];
  for (let run = 0; run < samples.startUps; run++) extra.push((await startUpMs(worker)) - (await startUpMs(empty)));
  return [
    atMost('Worker bundle, gzip', gzipSync(bundle).byteLength / 2 ** 20, 'MiB', 1),
    atMost('start-up beyond that of an empty Worker, processor time', median(extra), 'ms', 100),
  ];
}

/** Processor time of the runtime until its first answer. */
async function startUpMs(files: readonly WorkerFile[]): Promise<number> {
  const others = new Set(runtimesOf(process.pid));
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name: 'start-up',
      modules: modulesOf(files),
      compatibilityDate: '2026-11-01',
      cf: false,
    }),
  );
  try {
    await miniflare.ready;
    await (await miniflare.dispatchFetch('http://hub.test/healthz')).arrayBuffer();
    const started = runtimesOf(process.pid).find((pid) => !others.has(pid));
    if (started === undefined) throw new Error('no runtime was started');
    return workedMs(started);
  } finally {
    await miniflare.dispose();
  }
}
