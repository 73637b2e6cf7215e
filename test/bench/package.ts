// What a deploy carries, and what an isolate spends before its first answer.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { buildHub } from '../support/hub.ts';
import { atMost, type Figure, median } from './figures.ts';
import { runtimesOf, workedMs } from './processes.ts';
import type { Rig } from './rig.ts';

const empty = 'export default { fetch: () => new Response() };';

export async function packaged({ samples }: Rig): Promise<Figure[]> {
  const bundle = readFileSync(await buildHub(), 'utf8');
  const extra: number[] = [];
  for (let run = 0; run < samples.startUps; run++) extra.push((await startUpMs(bundle)) - (await startUpMs(empty)));
  return [
    atMost('Worker bundle, gzip', gzipSync(bundle).byteLength / 2 ** 20, 'MiB', 1),
    atMost('start-up beyond that of an empty Worker, processor time', median(extra), 'ms', 100),
  ];
}

/** Processor time of the runtime until its first answer. */
async function startUpMs(contents: string): Promise<number> {
  const others = new Set(runtimesOf(process.pid));
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name: 'start-up',
      modules: [{ type: 'ESModule', path: 'index.js', contents }],
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
