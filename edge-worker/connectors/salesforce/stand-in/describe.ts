// What an org tells about its record types: describe, describeGlobal, and the short form of a type.
import { type FieldShape, isCustom, type Schema, type TypeShape } from './shape.ts';

const sizes: Readonly<Record<string, string>> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  boolean: 'xsd:boolean',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
};

function describeField(field: FieldShape): Record<string, unknown> {
  const isLong = field.kind === 'textarea' && field.length > 255;
  const isWritable = !field.isCalculated;
  return {
    aggregatable: !isLong && field.kind !== 'boolean',
    autoNumber: field.autoNumber !== undefined,
    byteLength: field.length * 3,
    calculated: false,
    cascadeDelete: field.onParentDelete === 'cascade',
    caseSensitive: field.isCaseSensitive ?? false,
    createable: isWritable,
    custom: isCustom(field.name),
    defaultValue: field.defaultValue ?? null,
    defaultedOnCreate: field.defaultValue !== undefined || field.name === 'OwnerId' || field.name === 'CurrencyIsoCode',
    deprecatedAndHidden: false,
    digits: field.kind === 'int' ? field.precision : 0,
    externalId: field.isExternalId ?? false,
    filterable: !isLong,
    groupable: !isLong,
    htmlFormatted: false,
    idLookup: field.kind === 'id' || (field.isExternalId ?? false),
    label: field.label,
    length: field.length,
    name: field.name,
    nameField: field.name === 'Name',
    nillable: !field.isRequired && field.kind !== 'boolean' && field.kind !== 'id',
    picklistValues: field.values.map((value) => ({
      active: true,
      defaultValue: value === field.defaultValue,
      label: value,
      validFor: null,
      value,
    })),
    precision: field.precision,
    referenceTo: field.referenceTo ? [field.referenceTo] : [],
    relationshipName: field.relationship ?? null,
    restrictedPicklist: field.kind === 'picklist' && (field.isRestricted ?? false),
    scale: field.scale,
    soapType: sizes[field.kind] ?? 'xsd:string',
    sortable: !isLong,
    type: field.kind,
    unique: field.isUnique ?? false,
    updateable: isWritable && !field.isImmutable,
  };
}

/** The entry of describeGlobal; also the head of every full describe. */
function summarise(type: TypeShape, version: string): Record<string, unknown> {
  const base = `/services/data/${version}/sobjects/${type.name}`;
  const isEditable = !type.isReadOnly && !type.isEvent;
  return {
    createable: !type.isReadOnly,
    custom: isCustom(type.name),
    deletable: isEditable,
    keyPrefix: type.prefix,
    label: type.label,
    labelPlural: type.plural,
    name: type.name,
    queryable: !type.isEvent,
    replicateable: !type.isEvent,
    retrieveable: !type.isEvent,
    searchable: isEditable,
    undeletable: isEditable,
    updateable: isEditable,
    urls: { sobject: base, describe: `${base}/describe`, rowTemplate: `${base}/{ID}` },
  };
}

export function describeType(schema: Schema, type: TypeShape, version: string): unknown {
  const children = [...schema.children(type).values()];
  return {
    ...summarise(type, version),
    actionOverrides: [],
    childRelationships: children.map((child) => ({
      cascadeDelete: child.field.onParentDelete === 'cascade',
      childSObject: child.type.name,
      deprecatedAndHidden: false,
      field: child.field.name,
      relationshipName: child.field.children ?? null,
      restrictedDelete: false,
    })),
    fields: type.fields.map(describeField),
    recordTypeInfos: [
      {
        active: true,
        available: true,
        defaultRecordTypeMapping: true,
        developerName: 'Master',
        master: true,
        name: 'Master',
        recordTypeId: '012000000000000AAA',
      },
    ],
  };
}

export const describeShortly = (type: TypeShape, version: string): unknown => ({
  objectDescribe: summarise(type, version),
  recentItems: [],
});

export const describeAll = (schema: Schema, version: string): unknown => ({
  encoding: 'UTF-8',
  maxBatchSize: 200,
  sobjects: schema.all().map((type) => summarise(type, version)),
});
