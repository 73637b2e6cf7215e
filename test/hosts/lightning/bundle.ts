// The package's components and the pages around them, compiled by the platform's own compiler with its base components.
// The result is kept on disk, because compiling takes longer than all that is done with it.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import lwc from '@lwc/rollup-plugin';
import nodeResolve from '@rollup/plugin-node-resolve';
import replace from '@rollup/plugin-replace';
import { type Plugin, rollup } from 'rollup';
import { nodesOf, type PackageSource } from '../../../edge-worker/connectors/salesforce/stand-in/package/metadata.ts';
import { PackageNames } from '../../../edge-worker/connectors/salesforce/stand-in/package/names.ts';
import { platformModules } from './platform-modules.ts';

const house = resolve(import.meta.dirname, '../../..');
const shellFolder = join(import.meta.dirname, 'shell');
const cacheFolder = join(house, 'node_modules/.cache/tieout-lightning');
const iconLibrary = /^lightning\/iconSvgTemplates([A-Z][a-z]+)(Rtl)?$/;
const entry = 'tieout-page/entry.js';

function scopedModule(source: PackageSource, names: PackageNames, id: string): string {
  const [, kind = '', name = ''] = /^@salesforce\/(\w+)\/(.+)$/.exec(id) ?? [];
  const declares = (root: string, wanted: string) => source.of(root).some((file) => file.name === wanted);
  if (kind === 'label') {
    const labels = source.of('CustomLabels').flatMap(({ node }) => nodesOf(node['labels']));
    const label = labels.find((one) => `c.${String(one['fullName'])}` === name);
    if (!label) throw new Error(`there is no label ${name}`);
    return `export default ${JSON.stringify(label['value'])};`;
  }
  if (kind === 'schema') {
    const [type = '', field] = name.split('.');
    const hasField = source.partsOf('CustomField').some((one) => one.type === type && one.name === field);
    if (field !== undefined && !hasField) throw new Error(`there is no field ${name}`);
    if (!declares('CustomObject', type)) throw new Error(`there is no record type ${type}`);
    const named = { objectApiName: names.theirs(type), ...(field ? { fieldApiName: names.theirs(field) } : {}) };
    return `export default ${JSON.stringify(named)};`;
  }
  if (kind === 'customPermission') {
    if (!declares('CustomPermission', name)) throw new Error(`there is no custom permission ${name}`);
    return `export default window.org.permissions.includes('${names.theirs(name)}') || undefined;`;
  }
  if (id === '@salesforce/user/Id') return 'export default window.org.userId;';
  if (id === '@salesforce/i18n/currency') return 'export default window.org.currency;';
  throw new Error(`the module ${id} is not known`);
}

/** Queries name types and fields bare; the platform puts the package's prefix before them when it is deployed. */
function prefixedQueries(code: string, names: PackageNames): string {
  return code.replace(/gql`[^`]*`/g, (query) => query.replace(/\b\w+__[ce]\b/g, (name) => names.theirs(name)));
}

/** What the base components draw by themselves, where our pages use them. */
const baseIcons = ['utility:close', 'utility:down', 'utility:error', 'utility:event', 'utility:info'];

/**
 * The library has 1,400 icons, each a template to be compiled, which takes longer than all else together. A page gets
 * those that our components name; one that is asked for and not there is an error, where the library draws nothing.
 */
function iconModule(source: PackageSource, id: string): string {
  const [, library = '', isRightToLeft] = iconLibrary.exec(id) ?? [];
  const category = library.toLowerCase();
  const texts = source.paths
    .filter((path) => /\/lwc\/.*\.(js|html)$/.test(path))
    .map((path) => readFileSync(path, 'utf8'));
  const named = [
    ...baseIcons,
    ...texts.flatMap((text) => text.match(/\b(utility|standard):[a-z_\d]+/g) ?? []),
    ...texts.flatMap((text) => [...text.matchAll(/\bicon: '([a-z_]+)'/g)].map(([, icon]) => `utility:${icon}`)),
  ];
  const names = [...new Set(named)].filter((name) => name.startsWith(`${category}:`)).map((name) => name.split(':')[1]);
  const wanted = isRightToLeft ? [] : names;
  const folder = `${house}/node_modules/lightning-base-components/src/lightning/iconSvgTemplates${library}`;
  const imports = wanted.map((name, at) => `import i${at} from '${folder}/buildTemplates/${category}/${name}.html';`);
  const table = wanted.map((name, at) => `${category}_${name}: i${at}`).join(', ');
  return `${imports.join('\n')}
    const find = (known, name) => {
      if (!(name in known) && String(name).startsWith('${category}_')) console.error('there is no icon ' + name);
      return known[name];
    };
    export default new Proxy({ ${table} }, { get: find });`;
}

/** Base components bring modules of the same names; only our components and pages are given ours. */
function orgModules(source: PackageSource, names: PackageNames, components: readonly string[]): Plugin {
  const imports = components.map((name, index) => `import C${index} from 'c/${name}';`).join('\n');
  const table = components.map((name, index) => `${name}: C${index}`).join(', ');
  const modules = new Map([
    ...platformModules,
    ['tieout-page/components', `${imports}\nexport const components = { ${table} };`],
    [
      entry,
      "import '@lwc/synthetic-shadow';\nimport { createElement } from 'lwc';\nimport App from 'shell/app';\n" +
        "document.body.append(createElement('shell-app', { is: App }));",
    ],
  ]);
  const folder = resolve(source.folder, 'lwc');
  const isOurs = (path: string) => path.includes(folder) || path.includes(shellFolder) || path.startsWith('\0');
  return {
    name: 'org-modules',
    resolveId: (id, importer) => {
      if (id === entry) return `\0${id}`;
      if (iconLibrary.test(id)) return `\0${id}`;
      const isGiven = modules.has(id) || id.startsWith('@salesforce/');
      return isGiven && importer !== undefined && isOurs(importer) ? `\0${id}` : null;
    },
    load: (id) => {
      if (!id.startsWith('\0')) return null;
      const name = id.slice(1);
      if (iconLibrary.test(name)) return iconModule(source, name);
      if (modules.has(name)) return modules.get(name) ?? null;
      return name.startsWith('@salesforce/') ? scopedModule(source, names, name) : null;
    },
    transform: (code, id) =>
      id.includes(folder) && /\.js(\?|$)/.test(id) ? { code: prefixedQueries(code, names), map: null } : null,
  };
}

/** Components that the platform itself may place on a page; the others are parts of these. */
function exposedIn(source: PackageSource): readonly string[] {
  return source
    .of('LightningComponentBundle')
    .flatMap(({ name, node }) => (node['isExposed'] === 'true' ? [name] : []));
}

async function compile(source: PackageSource, names: PackageNames): Promise<string> {
  const folder = resolve(source.folder, 'lwc');
  const modules = [
    ...readdirSync(folder).map((name) => ({ name: `c/${name}`, path: `${folder}/${name}/${name}.js` })),
    ...readdirSync(shellFolder).map((name) => ({ name: `shell/${name}`, path: `${shellFolder}/${name}/${name}.js` })),
  ];
  const bundle = await rollup({
    input: entry,
    onLog: (level, log) => {
      // The library's own; what is wrong with a component of ours fails the build instead.
      if (level === 'warn' && log.id && (log.id.includes(folder) || log.id.includes(shellFolder)))
        throw new Error(log.message);
    },
    plugins: [
      orgModules(source, names, exposedIn(source)),
      replace({
        'import.meta.env.SSR': 'false',
        'process.env.NODE_ENV': '"development"',
        delimiters: ['', ''],
        preventAssignment: true,
      }),
      lwc({
        rootDir: house,
        modules: [...modules, { npm: 'lightning-base-components' }],
        enableDynamicComponents: true,
      }),
      nodeResolve(),
    ],
  });
  const { output } = await bundle.generate({ format: 'iife', inlineDynamicImports: true });
  await bundle.close();
  return output[0].code;
}

/** Everything that the compiled text follows from. */
function fingerprint(source: PackageSource, namespace: string): string {
  const hash = createHash('sha256').update(namespace);
  const own = [import.meta.dirname, resolve(source.folder, 'lwc'), resolve(source.folder, 'labels')];
  for (const folder of own) {
    const entries = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((one) => one.isFile());
    for (const path of entries.map((one) => join(one.parentPath, one.name)).sort()) {
      hash.update(path.slice(house.length)).update(readFileSync(path));
    }
  }
  hash.update(readFileSync(join(house, 'package-lock.json')));
  return hash.digest('hex').slice(0, 32);
}

const compiling = new Map<string, Promise<string>>();
const lookMs = 250;
const looksMax = 600;

export function pageScript(source: PackageSource, namespace: string): Promise<string> {
  const key = fingerprint(source, namespace);
  const made = compiling.get(key) ?? keptOrCompiled(source, namespace, join(cacheFolder, key));
  compiling.set(key, made);
  return made;
}

/** Of several processes that want the same script one compiles it; the others wait until it is there. */
async function keptOrCompiled(source: PackageSource, namespace: string, place: string): Promise<string> {
  mkdirSync(cacheFolder, { recursive: true });
  for (let look = 0; !existsSync(`${place}.js`) && look < looksMax; look++) {
    if (isFirst(`${place}.lock`)) {
      try {
        writeFileSync(`${place}.part`, await compile(source, new PackageNames(source, namespace)));
        renameSync(`${place}.part`, `${place}.js`);
      } finally {
        rmSync(`${place}.lock`, { recursive: true });
      }
    } else await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  return readFileSync(`${place}.js`, 'utf8');
}

function isFirst(lock: string): boolean {
  // A process that was killed while it compiled left its lock behind.
  if (existsSync(lock) && Date.now() - statSync(lock).mtimeMs > lookMs * looksMax) rmSync(lock, { recursive: true });
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}
