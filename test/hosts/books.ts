// The account's records: the NetSuite stand-in's books, with our custom records as the package's own XML defines them.
import { Books, type Watcher } from '../../edge-worker/connectors/netsuite/stand-in/books.ts';
import {
  flag,
  longText,
  number,
  type RecordType,
  recordType,
  text,
} from '../../edge-worker/connectors/netsuite/stand-in/fields.ts';
import { Schema } from '../../edge-worker/connectors/netsuite/stand-in/schema.ts';
import { Store } from '../../edge-worker/connectors/netsuite/stand-in/store.ts';
import { childOf, idOf, type Node, type Project, textOf } from './project.ts';

const makers: Readonly<Record<string, typeof text>> = {
  TEXT: text,
  TEXTAREA: (name) => text(name, { maxLength: 4000 }),
  CLOBTEXT: longText,
  CHECKBOX: flag,
  INTEGER: number,
};

function customType(node: Node): RecordType {
  const fields = (childOf(node, 'customrecordcustomfields')?.children ?? []).map((field) => {
    const make = makers[textOf(field, 'fieldtype')];
    if (!make) throw new Error(`${idOf(field)}: a field type this runtime does not know`);
    return make(idOf(field));
  });
  const id = idOf(node);
  const names = { createdName: 'created', modifiedName: 'lastModified' };
  const recordId = fields.filter(({ id }) => id === 'custrecord_tieout_st_recid').map(({ id }) => id);
  return recordType(id, fields, { cost: 'custom', permission: id, indexed: recordId, ...names });
}

class PackagedSchema extends Schema {
  override readonly types: ReadonlyMap<string, RecordType>;

  constructor(project: Project) {
    super();
    const standard = [...new Schema().types.values()].filter(({ id }) => !id.startsWith('customrecord_'));
    const ours = project.of('customrecordtype').map(customType);
    this.types = new Map([...standard, ...ours].map((type) => [type.id, type]));
  }
}

export class PackagedBooks extends Books {
  override readonly schema: PackagedSchema;
  override readonly store: Store;

  constructor(project: Project, clock: () => number, watch: Watcher) {
    super(clock, watch);
    this.schema = new PackagedSchema(project);
    this.store = new Store(this.schema);
  }
}
