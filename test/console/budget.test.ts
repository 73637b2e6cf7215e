// What a browser must load before it shows the console's first page: budgets that hold on a slow line.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';
import { assets } from '../../edge-worker/console/build.ts';
import { buildHub } from '../support/hub.ts';

const firstLoadKibMax = 200;
const folder = join(assets, 'console');

interface Chunk {
  readonly file: string;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
  readonly isEntry?: boolean;
}

/** The first page with all that it fetches before anybody touches it. */
const firstPage = [
  'pages/overview.tsx',
  'pages/overview/indicators.tsx',
  'pages/overview/backlog.tsx',
  'parts/connections.tsx',
];

let manifest: Readonly<Record<string, Chunk>>;

beforeAll(async () => {
  await buildHub();
  manifest = JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8')) as typeof manifest;
}, 300_000);

/** A chunk and what it cannot run without. */
function filesOf(name: string): string[] {
  const { file, css = [], imports = [] } = manifest[name] ?? { file: '' };
  return [...new Set([file, ...css, ...imports.flatMap(filesOf)])];
}

it('The console loads at most 200 KiB before its first page is shown', () => {
  const [entry = ''] = Object.keys(manifest).filter((name) => manifest[name]?.isEntry);
  const files = [...new Set([entry, ...firstPage].flatMap(filesOf))];
  for (const name of firstPage) expect(manifest[name]?.file, name).toBeDefined();
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).byteLength, 0);
  console.log(`console, first load: ${Math.ceil(bytes / 1024)} KiB gzip`);
  expect(Math.ceil(bytes / 1024)).toBeLessThanOrEqual(firstLoadKibMax);
});
