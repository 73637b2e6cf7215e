// A record type's fields as the account describes them -> fields as the mapping page shows them.
import type { SchemaField } from '../connector.ts';
import type { DescribedField } from './answers.ts';
import type { ListIds } from './list-ids.ts';

type FieldType = SchemaField['type'];

const typesByName: Readonly<Record<string, FieldType>> = {
  checkbox: 'boolean',
  currency: 'money',
  currency2: 'money',
  date: 'date',
  datetime: 'instant',
  datetimetz: 'instant',
  float: 'decimal',
  integer: 'integer',
  multiselect: 'list',
  percent: 'decimal',
  poscurrency: 'money',
  posfloat: 'decimal',
  posinteger: 'integer',
  rate: 'decimal',
};
const selectType = 'select';

export function describeField(recordType: string, field: DescribedField, lists: ListIds): SchemaField {
  const choices = (field.options ?? []).map(({ id, label }) => ({
    value: lists.nameOf(recordType, field.id, id),
    label,
  }));
  return {
    path: `values.${field.id}`,
    label: field.label,
    type: typeOf(field.type.toLowerCase(), choices.length > 0),
    isRequired: field.mandatory,
    // The RESTlet describes fields that a script may set; whether a role may is seen when it is tried.
    isWritable: true,
    lengthMax: field.maxLength,
    choices: choices.length > 0 ? choices : null,
  };
}

function typeOf(name: string, hasChoices: boolean): FieldType {
  if (name === selectType) return hasChoices ? 'choice' : 'reference';
  return typesByName[name] ?? 'text';
}
