// A package in source format, as a developer deploys it: every metadata file of a folder, parsed once per process.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';

export type XmlNode = { readonly [tag: string]: unknown };

export interface MetadataFile {
  readonly path: string;
  /** The name of what the file describes: its own, without folder and endings. */
  readonly name: string;
  readonly root: string;
  readonly node: XmlNode;
}

const parser = new XMLParser({ ignoreAttributes: false, parseTagValue: false, ignoreDeclaration: true });

export function isNode(value: unknown): value is XmlNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An element that is absent, given once or given often. */
export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null || value === '') return [];
  return Array.isArray(value) ? value : [value];
}

export function nodesOf(value: unknown): readonly XmlNode[] {
  return listOf(value).filter(isNode);
}

export function textsOf(value: unknown): readonly string[] {
  return listOf(value).map(String);
}

/** The one root element of a file, and its content. */
export function readMetadata(path: string): { readonly root: string; readonly node: XmlNode } {
  const parsed: unknown = parser.parse(readFileSync(path, 'utf8'));
  const [root] = isNode(parsed) ? Object.keys(parsed) : [];
  const node = isNode(parsed) && root !== undefined ? parsed[root] : undefined;
  if (root === undefined || !isNode(node)) throw new Error(`${path} is no metadata file`);
  return { root, node };
}

export class PackageSource {
  readonly folder: string;
  /** Every file below the folder, metadata or not. */
  readonly paths: readonly string[];
  readonly files: readonly MetadataFile[];

  constructor(folder: string) {
    this.folder = folder;
    this.paths = readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    this.files = this.paths
      .filter((path) => path.endsWith('-meta.xml'))
      .map((path) => {
        const name = /([^/]+)\.[\w]+-meta\.xml$/.exec(path)?.[1] ?? path;
        return { path, name, ...readMetadata(path) };
      });
  }

  of(root: string): readonly MetadataFile[] {
    return this.files.filter((file) => file.root === root);
  }

  /** The parts of record types that are kept in files of their own, with the type they belong to. */
  partsOf(root: string): readonly { readonly type: string; readonly name: string; readonly node: XmlNode }[] {
    return this.of(root).map(({ path, name, node }) => ({ type: typeOfPath(path), name, node }));
  }
}

function typeOfPath(path: string): string {
  const type = /objects\/([^/]+)\//.exec(path)?.[1];
  if (type === undefined) throw new Error(`${path} belongs to no record type`);
  return type;
}

const sources = new Map<string, PackageSource>();

export function packageSource(folder: string): PackageSource {
  const known = sources.get(folder);
  if (known) return known;
  const read = new PackageSource(folder);
  sources.set(folder, read);
  return read;
}
