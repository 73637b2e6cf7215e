// Makes the package's scripts: TypeScript in, SuiteScript 2.1 AMD out, one file each, the vendor's header first.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join, relative } from 'node:path';
import { type Plugin, rollup } from 'rollup';

const project = import.meta.dirname;
const root = join(project, '..');
const output = join(project, 'src/FileCabinet/SuiteApps/com.tieout.hub/scripts');
const objects = join(project, 'src/Objects');

/** Source -> name in the File Cabinet, where script files are written with underscores. */
const entries: Readonly<Record<string, string>> = {
  'erp-suiteapp/scripts/entries/outbox.ts': 'tieout_ue_outbox.js',
  'erp-suiteapp/scripts/entries/flush.ts': 'tieout_mr_flush.js',
  'erp-suiteapp/scripts/entries/api.ts': 'tieout_rl_api.js',
  'erp-suiteapp/scripts/entries/sync.ts': 'tieout_sl_sync.js',
  'erp-suiteapp/scripts/entries/client-sync.ts': 'tieout_cs_sync.js',
  'erp-suiteapp/scripts/entries/health.ts': 'tieout_pl_health.js',
  'erp-suiteapp/scripts/entries/settings.ts': 'tieout_sl_settings.js',
  'erp-suiteapp/scripts/entries/install.ts': 'tieout_install.js',
  'erp-suiteapp/scripts/entries/uninstall.ts': 'tieout_uninstall.js',
  'erp-suiteapp/scripts/entries/sweep.ts': 'tieout_ss_sweep.js',
};

/** Parts that are left out unless they are asked for: `npm run package:suiteapp -- --event-subscriber`. */
const options: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'event-subscriber': { 'erp-suiteapp/scripts/entries/event-subscriber.ts': 'tieout_es_record.js' },
};

/** The vendor's own line of tools, made to run once without its installer, which fetches a Java archive. */
const packager = '@oracle/suitecloud-cli@4.1.0';

const header = /\/\*\*[\s\S]*?@NApiVersion[\s\S]*?\*\//;

function headerOf(source: string, path: string): string {
  const found = header.exec(source)?.[0];
  if (found === undefined) throw new Error(`${path} has no @NApiVersion header`);
  return found;
}

/** Printed anew rather than blanked in place: reviewers read the built files. */
const withoutTypes: Plugin = {
  name: 'without-types',
  transform: (code, id) =>
    id.endsWith('.ts') ? { code: stripTypeScriptTypes(code, { mode: 'transform' }), map: null } : null,
};

async function bundle(source: string): Promise<string> {
  const input = join(root, source);
  const banner = headerOf(readFileSync(input, 'utf8'), source);
  const made = await rollup({
    input,
    external: (id) => /^N($|\/)/.test(id),
    plugins: [withoutTypes],
    onwarn: (warning) => {
      throw new Error(`${source}: ${warning.message}`);
    },
  });
  const { output: chunks } = await made.generate({
    format: 'amd',
    exports: 'named',
    interop: 'esModule',
    esModule: false,
    freeze: false,
    strict: false,
    indent: '  ',
    generatedCode: { preset: 'es2015', symbols: false },
    banner,
  });
  await made.close();
  return tidied(chunks[0].code, banner);
}

/** The header stands once, at the top; blanked types leave no trailing blanks and no runs of empty lines. */
function tidied(code: string, banner: string): string {
  const [first, ...rest] = code.split(banner);
  const body = `${first}${banner}${rest.join('')}`;
  return `${body.replace(/[ \t]+$/gm, '').replace(/\n{3,}/g, '\n\n')}\n`;
}

/** File name in the File Cabinet -> what stands in it. */
export async function bundleScripts(chosen: readonly string[] = []): Promise<ReadonlyMap<string, string>> {
  const made = new Map<string, string>();
  const sources = { ...entries, ...Object.assign({}, ...chosen.map((option) => options[option])) };
  for (const [source, name] of Object.entries<string>(sources)) made.set(name, await bundle(source));
  return made;
}

/** File name below `Objects` -> text, of an option. */
export function objectsOf(option: string): ReadonlyMap<string, string> {
  const folder = join(project, 'options', option);
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

async function build(chosen: readonly string[]): Promise<void> {
  const files = await bundleScripts(chosen);
  for (const option of Object.keys(options)) {
    for (const [name, text] of objectsOf(option)) {
      if (chosen.includes(option)) writeFileSync(join(objects, name), text);
      else rmSync(join(objects, name), { force: true });
    }
  }
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  for (const [name, code] of files) writeFileSync(join(output, name), code);
  console.log(`${files.size} scripts built into ${relative(root, output)}`);
}

function packIntoZip(): void {
  const call = ['exec', '--yes', '--ignore-scripts', `--package=${packager}`, '--', 'suitecloud', 'project:package'];
  const packed = spawnSync('npm', call, { cwd: project, stdio: 'inherit' });
  if (packed.status !== 0) throw new Error(`${packager} could not make the zip`);
}

if (process.argv[1] === import.meta.filename) {
  await build(Object.keys(options).filter((option) => process.argv.includes(`--${option}`)));
  if (process.argv.includes('--package')) packIntoZip();
}
