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

const writableLists = /^(sublists\.(item|schedule)$|line\.)/;

/** Of records with lines the description tells body fields only; a person's name as one is the session's own. */
const addedFields: Readonly<Record<string, readonly SchemaField[]>> = {
  employee: [added('name', 'Name', 'text'), added('costcurrency', 'Currency of the labor cost', 'text')],
  salesorder: [added('sublists.item', 'Lines', 'list'), added('sublists.schedule', 'Instalments', 'list')],
  invoice: [
    added('sublists.item', 'Lines', 'list'),
    added('sublists.time', 'Billed time', 'list'),
    added('sublists.expcost', 'Billed expenses', 'list'),
  ],
  'expensereport:expense': [
    added('line.expensedate', 'Date', 'date'),
    added('line.category', 'Category', 'reference'),
    added('line.foreignamount', 'Amount in its currency', 'money'),
    added('line.currency', 'Currency', 'reference'),
    added('line.customer', 'Customer:Project', 'reference'),
    added('line.isbillable', 'Billable', 'boolean'),
    added('line.isnonreimbursable', 'Not reimbursed', 'boolean'),
    added('line.memo', 'Memo', 'text'),
  ],
  'customerpayment:apply': [
    added('line', 'The application', 'list'),
    added('line.doc', 'Invoice', 'reference'),
    added('line.job', 'Project', 'reference'),
    added('line.amount', 'Amount applied', 'money'),
    added('line.total', 'Total of the invoice', 'money'),
  ],
};

export function describeFields(
  recordType: string,
  fields: readonly DescribedField[],
  lists: ListIds,
): readonly SchemaField[] {
  const described = fields.map((field) => describeField(recordType, field, lists));
  return [...described, ...(addedFields[recordType] ?? [])];
}

function added(path: string, label: string, type: FieldType): SchemaField {
  const isWritable = writableLists.test(path);
  return { path, label, type, isRequired: false, isWritable, lengthMax: null, choices: null };
}

function describeField(recordType: string, field: DescribedField, lists: ListIds): SchemaField {
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
