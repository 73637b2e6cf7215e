// A form drawn from a JSON Schema: what stands in its fields while somebody writes, and what is sent of it.

export interface Schema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly contentMediaType?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** Two columns: what stands on the left means what stands on the right. */
export type Pair = readonly [left: string, right: string];
export type Draft = { readonly [field: string]: DraftValue };
export type DraftValue = string | boolean | readonly string[] | readonly Pair[] | Draft;

export type FieldForm = 'text' | 'lines' | 'number' | 'choice' | 'flag' | 'many' | 'table' | 'group';

/** What may be null is shown like what may not: nothing written means null. */
export function plainOf(schema: Schema): Schema {
  const some = schema.anyOf?.find(({ type }) => type !== 'null');
  return some ? { ...some, ...schema } : schema;
}

export function formOf(given: Schema): FieldForm {
  const schema = plainOf(given);
  if (schema.enum) return 'choice';
  if (schema.type === 'boolean') return 'flag';
  if (schema.type === 'integer' || schema.type === 'number') return 'number';
  if (schema.type === 'array') return 'many';
  if (schema.properties) return 'group';
  if (schema.type === 'object') return 'table';
  return schema.contentMediaType === undefined ? 'text' : 'lines';
}

/** Lists of several words on the right of a table are written with commas between them. */
const isListed = ({ additionalProperties }: Schema) =>
  typeof additionalProperties === 'object' && additionalProperties.type === 'array';

export function draftOf(schema: Schema, values: Readonly<Record<string, unknown>> = {}): Draft {
  const fields = Object.entries(schema.properties ?? {});
  return Object.fromEntries(fields.map(([name, field]) => [name, draftValueOf(field, values[name] ?? field.default)]));
}

function draftValueOf(schema: Schema, value: unknown): DraftValue {
  switch (formOf(schema)) {
    case 'flag':
      return value === true;
    case 'many':
      return Array.isArray(value) ? value.map(String) : [];
    case 'table':
      return Object.entries(value ?? {}).map(
        ([left, right]): Pair => [left, Array.isArray(right) ? right.join(', ') : String(right)],
      );
    case 'group':
      return draftOf(schema, (value ?? {}) as Record<string, unknown>);
    default:
      return value === undefined || value === null ? '' : String(value);
  }
}

/** What is left empty is not sent, so that what usually holds goes on to hold. */
export function valuesOf(schema: Schema, draft: Draft): Record<string, unknown> {
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const value = sentValueOf(field, draft[name] ?? '');
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(fields);
}

function sentValueOf(schema: Schema, draft: DraftValue): unknown {
  switch (formOf(schema)) {
    case 'flag':
    case 'many':
      return draft;
    case 'number':
      return draft === '' ? undefined : Number(draft);
    case 'table':
      return Object.fromEntries(
        (draft as readonly Pair[])
          .filter(([left]) => left.trim() !== '')
          .map(([left, right]) => [left.trim(), isListed(schema) ? wordsIn(right) : right.trim()]),
      );
    case 'group': {
      const values = valuesOf(schema, draft as Draft);
      return Object.keys(values).length > 0 ? values : undefined;
    }
    case 'choice':
      return draft === '' && !schema.enum?.includes('') ? undefined : draft;
    case 'lines':
      return String(draft).trim() === '' ? undefined : draft;
    default:
      return String(draft).trim() === '' ? undefined : String(draft).trim();
  }
}

const wordsIn = (text: string) =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

/** Whether something that has to be filled in is empty. */
export function isIncomplete(schema: Schema, draft: Draft): boolean {
  return (schema.required ?? []).some((name) => {
    const value = draft[name];
    return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
  });
}
