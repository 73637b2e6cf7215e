// Builds the console into static assets of the Worker: one small first load, each page a part of its own.
// `node edge-worker/console/build.ts`, and before the Worker is built.
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'vite';

/** What wrangler.toml names as the directory of assets; the pages lie below their address in it. */
export const assets = 'edge-worker/console/dist';
const base = '/console/';
const page = `${assets}${base}index.html`;

/** When the last build was made; 0 when there is none. */
export function builtMs(): number {
  return existsSync(page) ? statSync(page).mtimeMs : 0;
}

/** Built aside and moved in one go, so that nobody is served half a build. */
export async function buildConsole(): Promise<void> {
  const aside = `.state/console-${process.pid}`;
  await build({
    root: dirname(assets),
    base,
    configFile: false,
    logLevel: 'warn',
    // Whoever builds it: under a test runner the libraries would otherwise take their larger selves.
    define: { 'process.env.NODE_ENV': '"production"' },
    oxc: { jsx: { runtime: 'automatic', development: false } },
    build: {
      outDir: `../../${aside}${base}`,
      emptyOutDir: true,
      target: 'es2023',
      // Tells the test of budgets what a first load brings.
      manifest: true,
      // "use client" is for servers that render; there is none here.
      rolldownOptions: { checks: { moduleLevelDirective: false } },
    },
  });
  mkdirSync(dirname(assets), { recursive: true });
  rmSync(assets, { recursive: true, force: true });
  renameSync(aside, assets);
}

if (import.meta.main) await buildConsole();
