// The Salesforce package as tests see it: every metadata file parsed, and what it declares by name.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { listOf, nodesOf, readMetadata, type XmlNode } from './metadata-types.ts';

export const packageRoot = 'crm-package/force-app/main/default';

export interface MetadataFile {
  readonly path: string;
  /** The name of what the file describes: its own, without folder and endings. */
  readonly name: string;
  readonly root: string;
  readonly node: XmlNode;
}

export function packagePaths(folder = packageRoot): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

const standardFields = ['Id', 'Name', 'CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById', 'OwnerId'];

export class PackageSource {
  readonly paths = packagePaths();
  readonly files: readonly MetadataFile[] = this.paths
    .filter((path) => path.endsWith('-meta.xml'))
    .map((path) => {
      const name = /([^/]+)\.[\w]+-meta\.xml$/.exec(path)?.[1] ?? path;
      return { path, name, ...readMetadata(path) };
    });

  of(root: string): readonly MetadataFile[] {
    return this.files.filter((file) => file.root === root);
  }

  /** `Outbox__c.Kind__c` and the like. */
  get fields(): ReadonlyMap<string, XmlNode> {
    return new Map(
      this.of('CustomField').map(({ path, name, node }) => {
        const type = /objects\/([^/]+)\//.exec(path)?.[1] ?? '';
        return [`${type}.${name}`, node];
      }),
    );
  }

  /** Our own record types, events included. */
  get types(): ReadonlyMap<string, XmlNode> {
    return new Map(this.of('CustomObject').map(({ name, node }) => [name, node]));
  }

  /** Whether a record type of ours has a field, ours or the platform's own. */
  hasField(type: string, field: string): boolean {
    return standardFields.includes(field) || this.fields.has(`${type}.${field}`);
  }

  get labels(): ReadonlySet<string> {
    return new Set(
      this.of('CustomLabels').flatMap(({ node }) => nodesOf(node['labels']).map((one) => String(one['fullName']))),
    );
  }

  names(root: string): ReadonlySet<string> {
    return new Set(this.of(root).map(({ name }) => name));
  }
}

export function textsOf(value: unknown): readonly string[] {
  return listOf(value).map(String);
}
