// Checks an SDF project offline: its objects against the schema, and what the schema cannot say between files.

import type { ProjectFiles } from '../../edge-worker/connectors/netsuite/stand-in/suitescript/project.ts';
import { type Node, parseXml } from '../../edge-worker/connectors/netsuite/stand-in/suitescript/xml.ts';
import schema from './sdf-schema.json' with { type: 'json' };

export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly mend: string;
}

interface FieldRule {
  readonly of?: string;
  readonly enum?: string;
  readonly kind?: string;
  readonly required?: boolean;
  readonly attr?: boolean;
  readonly max?: number;
  readonly prefix?: string;
  readonly feature?: string;
}

/** New in 2026.2 and not in the schema yet: its shape is that of the vendor's help. */
const eventSubscriber = {
  eventsubscriber: {
    scriptid: { attr: true, required: true, prefix: 'custevsub', max: 99 },
    scriptfilepath: { required: true },
    criteria: { of: 'criteria', required: true },
  },
  criteria: { criterion: { of: 'criterion', required: true } },
  criterion: {
    domain: { enum: 'event_domain', required: true },
    type: { enum: 'event_type', required: true },
    parameters: { of: 'parameters' },
  },
  parameters: { parameter: { of: 'parameter', required: true } },
  parameter: {
    name: { enum: 'event_parameter', required: true },
    operator: { enum: 'event_operator', required: true },
    value: { enum: 'scriptdeployment_recordtype', required: true },
  },
};

const types: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, FieldRule>>>>>> = {
  ...schema.types,
  eventsubscriber: eventSubscriber,
};
const enums: Readonly<Record<string, readonly string[]>> = {
  ...schema.enums,
  event_domain: ['RECORD'],
  event_type: ['CREATED', 'UPDATED', 'DELETED'],
  event_parameter: ['RECORDTYPE'],
  event_operator: ['EQ'],
};

/** Lists that the schema takes for free text. */
const listed: Readonly<Record<string, string>> = {
  executioncontext: 'execution_context',
  recordtype: 'scriptdeployment_recordtype',
};

export const scriptTypes: Readonly<Record<string, string>> = {
  usereventscript: 'UserEventScript',
  mapreducescript: 'MapReduceScript',
  scheduledscript: 'ScheduledScript',
  suitelet: 'Suitelet',
  restlet: 'Restlet',
  portlet: 'Portlet',
  sdfinstallationscript: 'SDFInstallationScript',
  eventsubscriber: 'EventSubscriber',
};

export class Checker {
  readonly findings: Finding[] = [];
  readonly #files: ProjectFiles;
  readonly #features: ReadonlySet<string>;
  /** Every script id, `outer` and `outer.inner`. */
  readonly #ids = new Map<string, string>();

  constructor(files: ProjectFiles) {
    this.#files = files;
    const manifest = files.get('manifest.xml') ?? '';
    this.#features = new Set(
      [...manifest.matchAll(/<feature required="(?:true|false)">(\w+)</g)].map(([, id]) => id ?? ''),
    );
  }

  check(): readonly Finding[] {
    const described = [...this.#files].filter(([file]) => file.startsWith('Objects/'));
    const roots = described.map(([file, text]) => [file, parseXml(text)] as const);
    for (const [file, root] of roots) this.#register(file, root);
    for (const [file, root] of roots) this.#definition(file, root);
    for (const [file, text] of this.#files) {
      if (file.endsWith('.xml')) this.#references(file, text);
    }
    return this.findings;
  }

  #say(file: string, needle: string, rule: string, mend: string): void {
    const text = this.#files.get(file) ?? '';
    const at = text.indexOf(needle);
    const line = at < 0 ? 1 : text.slice(0, at).split('\n').length;
    this.findings.push({ file, line, rule, mend });
  }

  #register(file: string, root: Node): void {
    const id = root.attributes['scriptid'] ?? '';
    if (this.#ids.has(id)) this.#say(file, id, 'unique-id', `${id} is taken by ${this.#ids.get(id)}`);
    this.#ids.set(id, file);
    if (file !== `Objects/${id}.xml`) this.#say(file, id, 'file-name', `call the file ${id}.xml`);
    const inner = (node: Node): void => {
      for (const child of node.children) {
        const own = child.attributes['scriptid'];
        if (own !== undefined) this.#ids.set(`${id}.${own}`, file);
        inner(child);
      }
    };
    inner(root);
  }

  #definition(file: string, root: Node): void {
    if (types[root.tag] === undefined) return this.#say(file, root.tag, 'known-type', `${root.tag} is no object type`);
    this.#fields(file, root, root.tag, root.tag);
    const script = scriptTypes[root.tag];
    if (script !== undefined) this.#header(file, root, script);
  }

  #fields(file: string, node: Node, root: string, type: string): void {
    const rules = types[root]?.[type];
    if (rules === undefined) return;
    for (const [name, rule] of Object.entries(rules)) {
      const value = rule.attr ? node.attributes[name] : node.children.find((child) => child.tag === name)?.text;
      if (value === undefined && rule.required)
        this.#say(file, `<${node.tag}`, 'required', `add ${name} to ${node.tag}`);
      if (value !== undefined && rule.attr) this.#value(file, name, value, rule);
    }
    for (const child of node.children) {
      const rule = rules[child.tag];
      if (rule?.attr === true || rule === undefined) {
        if (!isDynamic(node, child)) this.#say(file, `<${child.tag}`, 'known-field', `${node.tag} has no ${child.tag}`);
        continue;
      }
      const isUsed = child.text !== 'F' && (child.text !== '' || child.children.length > 0);
      if (rule.feature !== undefined && isUsed && !this.#features.has(rule.feature)) {
        const mend = `The ${child.tag} field depends on the ${rule.feature} feature. Name it in the manifest.`;
        this.#say(file, `<${child.tag}`, 'feature', mend);
      }
      if (rule.of !== undefined) this.#fields(file, child, root, rule.of);
      else this.#value(file, child.tag, child.text, rule);
    }
  }

  #value(file: string, name: string, text: string, rule: FieldRule): void {
    const say = (which: string, mend: string) => this.#say(file, text === '' ? name : text, which, mend);
    if (rule.kind === 'boolean' && text !== 'T' && text !== 'F') say('boolean', `${name} is T or F`);
    if (rule.max !== undefined && text.length > rule.max) say('length', `${name} has at most ${rule.max} characters`);
    if (rule.prefix !== undefined && !text.startsWith(rule.prefix)) say('prefix', `${name} begins with ${rule.prefix}`);
    if (rule.attr === true && !/^[a-z0-9_]+$/.test(text)) say('id', `${name} is of lower-case letters, digits and _`);
    const choices = enums[rule.enum ?? listed[name] ?? ''];
    if (choices === undefined || text.startsWith('[')) return;
    for (const part of text.split('|')) {
      if (!choices.includes(part)) say('choice', `${name} does not know ${part}`);
    }
  }

  #references(file: string, text: string): void {
    for (const [, id = ''] of text.matchAll(/\[scriptid=([\w.]+)\]/g)) this.#named(file, id);
    for (const [, path = ''] of text.matchAll(/\[(\/SuiteApps\/[\w./-]+)\]/g))
      this.#fileNamed(file, `FileCabinet${path}`);
    for (const [, path = ''] of text.matchAll(/<path>~\/([^<]+)<\/path>/g)) {
      const isThere = [...this.#files.keys()].some((known) =>
        path.endsWith('*') ? known.startsWith(path.slice(0, -1)) : known === path,
      );
      if (!isThere) this.#say(file, path, 'path', `~/${path} is not in the project`);
    }
    if (!file.startsWith('Objects/')) {
      const named = /<run>(\w+)<|<object>(\w+)<|<(?:scriptdeployment|customrecordtype) scriptid="([\w.]+)"/g;
      for (const [, run, unlocked, preference] of text.matchAll(named)) {
        const id = run === undefined ? (unlocked ?? preference ?? '') : `${run.replace('deploy', 'script')}.${run}`;
        this.#named(file, id);
      }
    }
  }

  #named(file: string, id: string): void {
    if (!this.#ids.has(id)) this.#say(file, id, 'reference', `${id} is not in the project`);
  }

  #fileNamed(file: string, path: string): void {
    if (!this.#files.has(path)) this.#say(file, path.slice(-20), 'reference', `${path} is not in the project`);
  }

  #header(file: string, root: Node, script: string): void {
    const named = /\[(\/SuiteApps\/[\w./-]+)\]/.exec(
      root.children.find(({ tag }) => /^scriptfile(path)?$/.test(tag))?.text ?? '',
    )?.[1];
    const code = this.#files.get(`FileCabinet${named ?? ''}`);
    if (code === undefined) return;
    const type = /@NScriptType (\w+)/.exec(code)?.[1];
    if (type !== script) this.#say(file, '<scriptfile', 'header', `the script says ${type}, its object is a ${script}`);
    if (!code.startsWith('/**\n * @NApiVersion 2.1\n'))
      this.#say(file, '<scriptfile', 'header', 'the header comes first');
    if (/\brequire\s*\(|\bimport\s*\(/.test(code)) this.#say(file, '<scriptfile', 'require', 'name modules in define');
  }
}

/** Two children that no static schema can know: values of script parameters, and fields of custom record rows. */
function isDynamic(node: Node, child: Node): boolean {
  if (node.tag === 'scriptdeployment') return child.tag.startsWith('custscript_');
  return node.tag === 'instance' && child.tag.startsWith('custrecord_');
}
