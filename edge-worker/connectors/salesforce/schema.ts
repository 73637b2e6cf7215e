// How the org describes its record types, in our words, and what of ours it lacks.
import { z } from 'zod';
import { Fault } from '../../faults.ts';
import type { SchemaField } from '../connector.ts';
import type { SalesforceRest } from '../kits/salesforce-rest.ts';
import type { Dialect } from './dialect.ts';
import { outboxType } from './outbox.ts';
import type { CarriedType } from './record-types.ts';
import { statusType } from './status.ts';

const describedField = z.object({
  name: z.string(),
  label: z.string(),
  type: z.string(),
  length: z.number().default(0),
  nillable: z.boolean().default(true),
  createable: z.boolean().default(false),
  updateable: z.boolean().default(false),
  defaultedOnCreate: z.boolean().default(false),
  picklistValues: z
    .array(z.object({ value: z.string(), label: z.string().nullish(), active: z.boolean() }))
    .default([]),
});
type DescribedField = z.infer<typeof describedField>;
const described = z.object({ fields: z.array(describedField) });

const typeWords: Readonly<Record<string, SchemaField['type']>> = {
  boolean: 'boolean',
  date: 'date',
  datetime: 'instant',
  int: 'integer',
  long: 'integer',
  double: 'decimal',
  percent: 'decimal',
  currency: 'money',
  reference: 'reference',
  picklist: 'choice',
  multipicklist: 'list',
};
/** Compounds of other fields, and bytes: nothing a mapping row could carry. */
const leftOut: ReadonlySet<string> = new Set(['address', 'location', 'base64', 'anyType', 'complexvalue']);

export async function describeType(
  rest: SalesforceRest,
  dialect: Dialect,
  type: CarriedType,
): Promise<readonly SchemaField[]> {
  const fields = (await describedFields(rest, dialect, type.name))
    .filter((field) => !leftOut.has(field.type))
    .map((field) => schemaField(field, dialect.ours(field.name, type.fields)));
  if (type.children === null) return fields;
  const { relationship } = type.children;
  return [...fields, { ...listField, path: relationship, label: relationship }];
}

/** What an admin must still do, e.g. `record-type:tieout__Outbox__c` or `field:Account.tieout__Tax_Number__c`. */
export async function missingIn(rest: SalesforceRest, dialect: Dialect): Promise<readonly string[]> {
  const missing: string[] = [];
  const wanted = [...dialect.recordTypes.values()].map((type) => [type.name, type.fields] as const);
  for (const [name, fields] of [...wanted, [outboxType, []] as const, [statusType, []] as const]) {
    const present = await describedFields(rest, dialect, name).catch((fault: unknown) => absentType(fault));
    if (present === null) {
      missing.push(`record-type:${name}`);
      continue;
    }
    const names = new Set(present.map((field) => field.name));
    for (const field of fields) {
      if (dialect.reads(field) && !names.has(dialect.theirs(field))) missing.push(`field:${name}.${field}`);
    }
  }
  return missing;
}

async function describedFields(rest: SalesforceRest, dialect: Dialect, name: string): Promise<DescribedField[]> {
  const result = described.safeParse(await rest.describe(dialect.theirs(name)));
  if (!result.success) throw new Fault('unreadable', `The description of ${name} has another shape than expected`);
  return result.data.fields;
}

/** A type that is not installed, or not shown to the integration user, answers as not found. */
function absentType(fault: unknown): null {
  if (fault instanceof Fault && fault.code === 'schema-changed') return null;
  throw fault;
}

function schemaField(field: DescribedField, path: string): SchemaField {
  const type = typeWords[field.type] ?? 'text';
  const choices = field.picklistValues.filter((choice) => choice.active);
  return {
    path,
    label: field.label,
    type,
    isRequired: field.createable && !field.nillable && !field.defaultedOnCreate && type !== 'boolean',
    isWritable: field.createable || field.updateable,
    lengthMax: type === 'text' && field.length > 0 ? field.length : null,
    choices:
      type === 'choice' || type === 'list'
        ? choices.map(({ value, label }) => ({ value, label: label ?? value }))
        : null,
  };
}

const listField = { type: 'list', isRequired: false, isWritable: false, lengthMax: null, choices: null } as const;
