// Compiles our components with the platform's own compiler and base components; the package answers for the org.
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import lwc from '@lwc/rollup-plugin';
import nodeResolve from '@rollup/plugin-node-resolve';
import replace from '@rollup/plugin-replace';
import { type Plugin, rollup } from 'rollup';
import { nodesOf } from '../../edge-worker/connectors/salesforce/stand-in/package/metadata.ts';
import { type PackageSource, packageRoot } from './crm-package-source.ts';

const prefix = 'tieout__';
const entry = 'tieout-entry.js';

/** The platform's modules, over what the page is given: `orgQuery`, `orgCreate` and `org`. */
const platform: Readonly<Record<string, string>> = {
  'lightning/graphql': `
    export const gql = (parts) => parts.join('');
    export class graphql {
      constructor(emit) { this.emit = emit; }
      connect() {}
      disconnect() { this.isGone = true; }
      update(config) {
        if (config.query === undefined || config.variables === undefined) return;
        this.config = config;
        this.load();
      }
      async load() {
        const { data, errors } = await window.orgQuery(this.config.query, this.config.variables);
        if (!this.isGone) this.emit({ data, errors, refresh: () => this.load() });
      }
    }`,
  'lightning/uiRecordApi': `
    export const createRecord = async ({ apiName, fields }) => {
      const { row, message } = await window.orgCreate(apiName, fields);
      if (message !== undefined) throw { body: { message } };
      return { id: row.Id, apiName };
    };`,
  'lightning/empApi': `
    export const isEmpEnabled = async () => window.org.hasEvents === true;
    export const subscribe = async (channel, replayId, tell) => {
      const subscription = { id: 1, channel, tell };
      window.org.listeners.add(subscription);
      return subscription;
    };
    export const unsubscribe = async (subscription) => window.org.listeners.delete(subscription);`,
  'lightning/platformShowToastEvent': `
    export class ShowToastEvent extends CustomEvent {
      constructor(detail) { super('lightning__showtoast', { detail, bubbles: true, composed: true }); }
    }`,
};

function scopedModule(source: PackageSource, id: string): string {
  const [, kind = '', name = ''] = /^@salesforce\/(\w+)\/(.+)$/.exec(id) ?? [];
  if (kind === 'label') {
    const labels = source.of('CustomLabels').flatMap(({ node }) => nodesOf(node['labels']));
    const label = labels.find((one) => `c.${String(one['fullName'])}` === name);
    if (!label) throw new Error(`there is no label ${name}`);
    return `export default ${JSON.stringify(label['value'])};`;
  }
  if (kind === 'schema') {
    const [type = '', field] = name.split('.');
    if (field !== undefined && !source.fields.has(name)) throw new Error(`there is no field ${name}`);
    if (!source.types.has(type)) throw new Error(`there is no record type ${type}`);
    const named = { objectApiName: prefix + type, ...(field ? { fieldApiName: prefix + field } : {}) };
    return `export default ${JSON.stringify(named)};`;
  }
  if (kind === 'customPermission') return `export default window.org.permissions.includes('${name}') || undefined;`;
  if (id === '@salesforce/user/Id') return 'export default window.org.userId;';
  throw new Error(`the module ${id} is not known`);
}

function orgModules(source: PackageSource, components: readonly string[]): Plugin {
  const mount = components.map((name, index) => `import C${index} from 'c/${name}';`).join('\n');
  const table = components.map((name, index) => `${name}: C${index}`).join(', ');
  const start = `import '@lwc/synthetic-shadow';\nimport { createElement } from 'lwc';\n${mount}
    const components = { ${table} };
    window.show = (name, members) => {
      const tag = 'c-' + name.replace(/[A-Z]/g, (letter) => '-' + letter.toLowerCase());
      const element = Object.assign(createElement(tag, { is: components[name] }), members);
      document.getElementById('page').replaceChildren(element);
    };
    window.invoke = (name, members) => {
      const element = Object.assign(createElement('c-quick-action', { is: components[name] }), members);
      document.getElementById('page').replaceChildren(element);
      return element.invoke();
    };`;
  return {
    name: 'org-modules',
    // The base components bring such modules of their own.
    resolveId: (id, importer) => {
      const isOurs =
        id === entry || (importer?.includes(packageRoot) && (id.startsWith('@salesforce/') || id in platform));
      return isOurs ? `\0${id}` : null;
    },
    load: (id) => {
      if (!id.startsWith('\0')) return null;
      const name = id.slice(1);
      if (name === entry) return start;
      return platform[name] ?? (name.startsWith('@salesforce/') ? scopedModule(source, name) : null);
    },
  };
}

/** One script that offers `show(component, members)` and `invoke(action, members)`. */
export async function bundleComponents(source: PackageSource): Promise<string> {
  const folder = resolve(packageRoot, 'lwc');
  const names = readdirSync(folder);
  const modules = names.map((name) => ({ name: `c/${name}`, path: `${folder}/${name}/${name}.js` }));
  const bundle = await rollup({
    input: entry,
    onLog: () => {},
    plugins: [
      orgModules(
        source,
        names.filter((name) => /^tieout(Status|Health|Settings|SyncNow)$/.test(name)),
      ),
      replace({
        'import.meta.env.SSR': 'false',
        'process.env.NODE_ENV': '"development"',
        delimiters: ['', ''],
        preventAssignment: true,
      }),
      lwc({ modules: [...modules, { npm: 'lightning-base-components' }], enableDynamicComponents: true }),
      nodeResolve(),
    ],
  });
  const { output } = await bundle.generate({ format: 'iife', inlineDynamicImports: true });
  await bundle.close();
  return output[0].code;
}
