// Builds the Worker as wrangler deploys it and as the local hub runs it: its entry, and the parts it loads with the
// first call that needs them. From a single file an isolate would read all of it at every start.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

export interface WorkerFile {
  readonly path: string;
  readonly contents: string;
}

/** What wrangler.toml names as the folder of the Worker; its entry is index.js. */
const folder = '.state/worker';

/** Problems are told in our own words: those of Zod come in fifty languages, a quarter of what would be read. */
const oneLanguage: Plugin = {
  name: 'one-language',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: 'export {};' }));
  },
};

/** The entry is the first of them. Names stay as they are written, so that a trace in the log can be read. */
export async function workerFiles(): Promise<WorkerFile[]> {
  const { outputFiles } = await build({
    entryPoints: { index: 'edge-worker/index.ts' },
    outdir: folder,
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    minifyWhitespace: true,
    minifySyntax: true,
    plugins: [oneLanguage],
    logLevel: 'warning',
  });
  const files = outputFiles.map(({ path, text }) => ({ path: path.split(/[\\/]/).pop() ?? '', contents: text }));
  return files.toSorted((a, b) => Number(b.path === 'index.js') - Number(a.path === 'index.js'));
}

if (import.meta.main) {
  const files = await workerFiles();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { path, contents } of files) writeFileSync(join(folder, path), contents);
}
