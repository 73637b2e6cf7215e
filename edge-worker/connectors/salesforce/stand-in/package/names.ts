// How an org spells what a package declares: under the package's namespace, or bare in an org that holds its source.
import { nodesOf, type PackageSource } from './metadata.ts';

export class PackageNames {
  readonly namespace: string;
  readonly #own: ReadonlySet<string>;

  constructor(source: PackageSource, namespace: string) {
    this.namespace = namespace;
    const declared = [
      'CustomObject',
      'CustomField',
      'CustomPermission',
      'PermissionSet',
      'ExternalClientApplication',
      'CustomTab',
    ];
    const messages = source.of('Workflow').flatMap(({ node }) => nodesOf(node['outboundMessages']));
    this.#own = new Set([
      ...declared.flatMap((root) => source.of(root).map(({ name }) => name)),
      ...messages.map((node) => String(node['fullName'])),
    ]);
  }

  /** The org's name of a type, field, permission or message that a file of the package mentions. */
  theirs(name: string): string {
    return this.#own.has(name) ? this.namespace + name : name;
  }

  /** The same for `Type.Field` and the like. */
  theirPath(path: string): string {
    return path
      .split('.')
      .map((name) => this.theirs(name))
      .join('.');
  }
}
