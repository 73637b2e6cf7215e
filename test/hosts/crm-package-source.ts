// The Salesforce package as tests see it: every metadata file parsed, and what it declares by name.
import {
  nodesOf,
  PackageSource as Source,
  type XmlNode,
} from '../../edge-worker/connectors/salesforce/stand-in/package/metadata.ts';

export const packageRoot = 'crm-package/force-app/main/default';

const standardFields = ['Id', 'Name', 'CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById', 'OwnerId'];

export class PackageSource extends Source {
  constructor() {
    super(packageRoot);
  }

  /** `Outbox__c.Kind__c` and the like. */
  get fields(): ReadonlyMap<string, XmlNode> {
    return new Map(this.partsOf('CustomField').map(({ type, name, node }) => [`${type}.${name}`, node]));
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
