// What a package adds to an org's schema: record types of its own, and fields on the types that are there.
import { type TypeTraits, type } from '../catalog-words.ts';
import type { FieldKind, FieldShape, FieldTraits, TypeShape } from '../shape.ts';
import { nodesOf, type PackageSource, type XmlNode } from './metadata.ts';
import type { PackageNames } from './names.ts';

const kinds: Readonly<Record<string, FieldKind>> = {
  Text: 'string',
  TextArea: 'textarea',
  LongTextArea: 'textarea',
  Checkbox: 'boolean',
  Number: 'double',
  Currency: 'currency',
  Percent: 'percent',
  Date: 'date',
  DateTime: 'datetime',
  Picklist: 'picklist',
  Lookup: 'reference',
  Email: 'email',
  Phone: 'phone',
  Url: 'url',
};
/** Kinds whose length no file states. */
const lengths: Readonly<Record<string, number>> = { TextArea: 255, Picklist: 255, Lookup: 18, Url: 255, Phone: 40 };
const deletions: Readonly<Record<string, 'clear' | 'cascade'>> = { SetNull: 'clear', Cascade: 'cascade' };

const isTrue = (value: unknown): boolean => value === 'true';

function shapeOf(node: XmlNode, names: PackageNames): FieldShape {
  const name = names.theirs(String(node['fullName']));
  const theirType = String(node['type']);
  const kind = kinds[theirType];
  if (kind === undefined) throw new Error(`the field ${name} is a ${theirType}, which this org does not know`);
  const [set] = nodesOf(node['valueSet']);
  const values = nodesOf(set?.['valueSetDefinition']).flatMap((one) => nodesOf(one['value']));
  return {
    key: name,
    name,
    label: String(node['label']),
    kind,
    length: Number(node['length'] ?? lengths[theirType] ?? 0),
    precision: Number(node['precision'] ?? 0),
    scale: Number(node['scale'] ?? 0),
    values: values.map((value) => String(value['fullName'])),
    referenceTo: node['referenceTo'] === undefined ? null : names.theirs(String(node['referenceTo'])),
    ...traitsOf(node, name, names.namespace),
    ...(set ? { isRestricted: isTrue(set['restricted']) } : {}),
    ...(kind === 'boolean' ? { defaultValue: isTrue(node['defaultValue']) } : {}),
  };
}

function traitsOf(node: XmlNode, name: string, namespace: string): FieldTraits {
  const children = node['relationshipName'];
  const onParentDelete = deletions[String(node['deleteConstraint'])];
  const isExternalId = isTrue(node['externalId']);
  const isUnique = isTrue(node['unique']);
  return {
    isRequired: isTrue(node['required']),
    isExternalId,
    isUnique,
    isIndexed: isExternalId || isUnique,
    isCaseSensitive: isTrue(node['caseSensitive']),
    ...(node['referenceTo'] === undefined ? {} : { relationship: name.replace(/__c$/, '__r') }),
    ...(children === undefined ? {} : { children: `${namespace}${String(children)}__r` }),
    ...(onParentDelete ? { onParentDelete } : {}),
  };
}

function nameField(node: XmlNode): FieldShape {
  const [field] = nodesOf(node['nameField']);
  const isNumber = field?.['type'] === 'AutoNumber';
  const [, before = ''] = /^(.*)\{0+\}$/.exec(String(field?.['displayFormat'] ?? '')) ?? [];
  return {
    key: 'Name',
    name: 'Name',
    label: String(field?.['label'] ?? 'Name'),
    kind: 'string',
    length: 80,
    precision: 0,
    scale: 0,
    values: [],
    referenceTo: null,
    ...(isNumber ? { isCalculated: true, autoNumber: before } : {}),
  };
}

/** Fields by the type they are on, in the order in which an org lists them. */
function fieldsByType(source: PackageSource, names: PackageNames): ReadonlyMap<string, FieldShape[]> {
  const found = new Map<string, FieldShape[]>();
  for (const { type: owner, node } of source.partsOf('CustomField')) {
    const shape = shapeOf(node, names);
    found.set(owner, [...(found.get(owner) ?? []), shape]);
  }
  return found;
}

export interface PackageTypes {
  readonly types: readonly TypeShape[];
  /** Standard type -> the fields that the package adds to it. */
  readonly added: ReadonlyMap<string, readonly FieldShape[]>;
}

/** Made anew for each org, because an org may rename fields. */
export function packageTypes(source: PackageSource, names: PackageNames): PackageTypes {
  const added = new Map(fieldsByType(source, names));
  const types = source.of('CustomObject').map(({ name, node }, index) => {
    const fields = added.get(name) ?? [];
    added.delete(name);
    const isEvent = name.endsWith('__e');
    // Orgs hand out prefixes in the order of installation; events have a range of their own.
    const prefix = `${isEvent ? 'e' : 'a'}${String(index).padStart(2, '0')}`;
    const traits: TypeTraits = { prefix, plural: String(node['pluralLabel']), isEvent, hasNoOwner: isEvent };
    return type(names.theirs(name), String(node['label']), traits, [...(isEvent ? [] : [nameField(node)]), ...fields]);
  });
  return { types, added };
}
