// Checks metadata files against the published types: element names, required elements, enumerations, plain values.
import { readFileSync } from 'node:fs';
import { isNode, type XmlNode } from '../../edge-worker/connectors/salesforce/stand-in/package/metadata.ts';

interface Member {
  readonly type: string;
  readonly isList: boolean;
  readonly isOptional: boolean;
}
type Members = ReadonlyMap<string, Member>;

const attribute = /^@_/;
/** In files a tree of elements whose shape depends on the target; the published type knows only its encoded form. */
const untyped = new Set(['LightningComponentBundle/targetConfigs']);

export class MetadataTypes {
  readonly #enums = new Map<string, ReadonlySet<string>>();
  readonly #own = new Map<string, { readonly bases: readonly string[]; readonly members: Members }>();

  constructor(declarations: string) {
    for (const [, name = '', text = ''] of declarations.matchAll(/export type (\w+) = ('[^;]*');/g)) {
      this.#enums.set(name, new Set([...text.matchAll(/'([^']*)'/g)].map((found) => found[1] ?? '')));
    }
    for (const found of declarations.matchAll(/export type (\w+) = (?:([\w &]+?) & )?\{\n([\s\S]*?)\n\};/g)) {
      const [, name = '', bases = '', body = ''] = found;
      const members = [...body.matchAll(/^\s+(\w+)(\??): (.+);$/gm)].map(([, key = '', mark, type = '']) => {
        const isList = type.endsWith('[]');
        return [key, { type: type.replace(/\[\]$/, ''), isList, isOptional: mark === '?' || isList }] as const;
      });
      this.#own.set(name, { bases: bases.split('&').map((base) => base.trim()), members: new Map(members) });
    }
  }

  /** What is wrong with a node of a type, each as `path: problem`. */
  problems(node: XmlNode, type: string, path = type): string[] {
    const members = this.#membersOf(type);
    if (!members) return [`${path}: there is no type ${type}`];
    const found: string[] = [];
    for (const [key, value] of Object.entries(node)) {
      if (attribute.test(key) || key === 'fullName' || untyped.has(`${type}/${key}`)) continue;
      const member = members.get(key);
      if (!member) found.push(`${path}/${key}: not a member of ${type}`);
      else found.push(...this.#memberProblems(value, member, `${path}/${key}`));
    }
    for (const [key, { isOptional }] of members) {
      if (!isOptional && !(key in node) && key !== 'fullName') found.push(`${path}: lacks ${key}`);
    }
    return found;
  }

  #memberProblems(value: unknown, { type, isList }: Member, path: string): string[] {
    const values = Array.isArray(value) ? value : [value];
    const repeated = values.length > 1 && !isList ? [`${path}: given more than once`] : [];
    return [...repeated, ...values.flatMap((one: unknown) => this.#valueProblems(one, type, path))];
  }

  #valueProblems(value: unknown, type: string, path: string): string[] {
    const allowed = this.#enums.get(type);
    if (allowed) return allowed.has(String(value)) ? [] : [`${path}: ${String(value)} is not one of ${type}`];
    if (type === 'boolean')
      return /^(true|false)$/.test(String(value)) ? [] : [`${path}: ${String(value)} is no boolean`];
    if (type === 'number')
      return /^-?\d+(\.\d+)?$/.test(String(value)) ? [] : [`${path}: ${String(value)} is no number`];
    if (type === 'string') return isNode(value) ? [`${path}: text is expected`] : [];
    return isNode(value) ? this.problems(value, type, path) : [`${path}: elements of ${type} are expected`];
  }

  #membersOf(type: string): Members | null {
    const own = this.#own.get(type);
    if (!own) return null;
    return new Map([...own.bases.flatMap((base) => [...(this.#membersOf(base) ?? [])]), ...own.members]);
  }
}

export function publishedTypes(): MetadataTypes {
  return new MetadataTypes(readFileSync('node_modules/@salesforce/types/lib/metadata.d.ts', 'utf8'));
}
