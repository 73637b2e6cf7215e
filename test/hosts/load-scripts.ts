// `npm run load-scripts -- --folder DIR`: loads every SuiteScript 2.x file below a folder, unchanged, into NetSuite's
// stand-in, and says what each has or lacks. Fails where a file that asks only for modules known here is not loaded.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { standIns } from '../support/_stand-ins.ts';

const { values } = parseArgs({ options: { folder: { type: 'string' } } });
if (values.folder === undefined) {
  console.error('Name the folder: npm run load-scripts -- --folder DIR');
  process.exit(2);
}
const folder = values.folder;
const cabinet = 'FileCabinet/SuiteScripts';

/** Files that call `define`; a build's settings and other JavaScript are left out. */
const scripts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.js') && !path.includes('node_modules'))
  .map((path) => [path, readFileSync(join(folder, path), 'utf8')] as const)
  .filter(([, code]) => /@NApiVersion\s+2/.test(code) && /^\s*define\s*\(/m.test(code));

const standIn = standIns['netsuite']?.({
  baseUrl: 'http://stand-in.test',
  nowMs: Date.now,
  chance: Math.random,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  send: () => Promise.reject(new Error('nothing is sent while scripts are loaded')),
});
if (!standIn?.install) throw new Error('this stand-in runs no scripts');
const manifest = '<manifest projecttype="ACCOUNTCUSTOMIZATION"><projectname>Samples</projectname></manifest>';
standIn.install(
  new Map([['manifest.xml', manifest], ...scripts.map(([path, code]) => [`${cabinet}/${path}`, code] as const)]),
);

interface Loaded {
  readonly file: string;
  readonly entries: readonly string[];
  readonly problem: string | null;
}

const loaded = (standIn.act('load-all', {}) as Loaded[]).filter(({ file }) => file.startsWith('/SuiteScripts/'));
const without = loaded.filter(({ problem }) => problem?.includes(' asks for N/'));
const failed = loaded.filter((one) => one.problem !== null && !without.includes(one));
for (const { file, entries, problem } of loaded) console.log(`${file}: ${problem ?? entries.join(', ')}`);
const count = loaded.length - without.length - failed.length;
console.log(`${count} loaded, ${without.length} ask for a module that is not here, ${failed.length} failed`);
process.exit(failed.length === 0 ? 0 : 1);
