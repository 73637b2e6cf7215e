// Builds the Worker as wrangler deploys it and as the local hub runs it: its entry, and the parts it loads with the
// first call that needs them. From a single file an isolate would read all of it at every start.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

export interface WorkerFile {
  readonly path: string;
  readonly contents: string;
}

/** What wrangler.toml names as the folder of the Worker; its entry is index.js. */
const folder = '.state/worker';

/**
 * What Zod brings and nobody calls: its own words in fifty languages, where problems are told in ours; a compiler that
 * writes functions, which no Worker may; schemas made of JSON Schema. A quarter of what would be read at every start.
 */
const uncalled = /[\\/]zod[\\/]v4[\\/](locales[\\/]index|core[\\/]compile|classic[\\/]from-json-schema)\.js$/;
const withoutUncalled: Plugin = {
  name: 'without-uncalled',
  setup({ onLoad }) {
    onLoad({ filter: uncalled }, ({ path }) => {
      // Zod names each of them once more where it gathers what it offers; languages are gathered as a whole.
      const offered = /^export (?:async )?(?:function|class|const) (\w+)/gm;
      const names = [...readFileSync(path, 'utf8').matchAll(offered)].map(([, name]) => name);
      return { contents: `export {};${names.map((name) => `export const ${name} = undefined;`).join('')}` };
    });
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
    plugins: [withoutUncalled],
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
