// The package as its own XML describes it: scripts, deployments, custom records and fields, roles and their rights.
import { readdirSync, readFileSync } from 'node:fs';
import { XMLParser } from 'fast-xml-parser';

export interface Node {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Node[];
  readonly text: string;
}

export const projectFolder = 'erp-suiteapp/src';
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  trimValues: true,
});

export function parseXml(text: string): Node {
  const [root] = nodesOf(parser.parse(text));
  if (!root) throw new Error('an XML file without a root element');
  return root;
}

function nodesOf(parsed: unknown): Node[] {
  if (!Array.isArray(parsed)) return [];
  return parsed.flatMap((each: Record<string, unknown>) => {
    const tag = Object.keys(each).find((key) => key !== ':@');
    if (tag === undefined || tag === '#text' || tag.startsWith('?')) return [];
    const inner = each[tag];
    const text = Array.isArray(inner) ? String(inner.find((part) => '#text' in part)?.['#text'] ?? '') : '';
    const attributes = Object.entries((each[':@'] as Record<string, unknown> | undefined) ?? {});
    return [
      {
        tag,
        text,
        attributes: Object.fromEntries(attributes.map(([k, v]) => [k, String(v)])),
        children: nodesOf(inner),
      },
    ];
  });
}

export const childOf = (node: Node, tag: string) => node.children.find((child) => child.tag === tag);
export const textOf = (node: Node, tag: string) => childOf(node, tag)?.text ?? '';
export const idOf = (node: Node) => node.attributes['scriptid'] ?? '';
/** `[scriptid=x]` -> x; anything else as it is. */
export const referred = (text: string) => /^\[scriptid=([\w.]+)\]$/.exec(text)?.[1] ?? text;

export interface Deployment {
  readonly script: string;
  readonly id: string;
  readonly scriptType: string;
  readonly file: string;
  readonly recordType: string;
  readonly contexts: readonly string[];
  readonly runAsRole: string | null;
  readonly allRoles: boolean;
  readonly roles: readonly string[];
  readonly isDeployed: boolean;
}

export class Project {
  readonly nodes: readonly Node[];
  readonly deployments: readonly Deployment[];

  constructor(folder = projectFolder) {
    const files = readdirSync(`${folder}/Objects`).filter((name) => name.endsWith('.xml'));
    this.nodes = files.map((name) => parseXml(readFileSync(`${folder}/Objects/${name}`, 'utf8')));
    this.deployments = this.nodes.flatMap(deploymentsOf);
  }

  of(tag: string): readonly Node[] {
    return this.nodes.filter((node) => node.tag === tag);
  }

  deployment(script: string, id?: string): Deployment {
    const found = this.deployments.find((each) => each.script === script && (id === undefined || each.id === id));
    if (!found) throw new Error(`no deployment ${script} ${id ?? ''}`);
    return found;
  }

  /** Permission -> level, custom records by their own id. */
  rightsOf(role: string): ReadonlyMap<string, string> {
    const rights = new Map<string, string>();
    const own = this.of('role').find((node) => idOf(node) === role);
    for (const each of (own && childOf(own, 'permissions'))?.children ?? []) {
      rights.set(textOf(each, 'permkey'), textOf(each, 'permlevel'));
    }
    for (const type of this.of('customrecordtype')) {
      for (const each of childOf(type, 'permissions')?.children ?? []) {
        if (referred(textOf(each, 'permittedrole')) === role) rights.set(idOf(type), textOf(each, 'permittedlevel'));
      }
    }
    return rights;
  }
}

function deploymentsOf(node: Node): Deployment[] {
  return (childOf(node, 'scriptdeployments')?.children ?? []).map((each) => ({
    script: idOf(node),
    id: idOf(each),
    scriptType: node.tag,
    file: /([\w]+\.js)\]$/.exec(textOf(node, 'scriptfile'))?.[1] ?? '',
    recordType: textOf(each, 'recordtype').toLowerCase(),
    contexts: textOf(each, 'executioncontext')
      .split('|')
      .filter((context) => context !== ''),
    runAsRole: childOf(each, 'runasrole') ? referred(textOf(each, 'runasrole')) : null,
    allRoles: textOf(each, 'allroles') === 'T',
    roles: textOf(each, 'audslctrole').split('|').map(referred),
    isDeployed: textOf(each, 'isdeployed') === 'T',
  }));
}
