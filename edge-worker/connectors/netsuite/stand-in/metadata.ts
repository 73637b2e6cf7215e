// The metadata catalogue: which record types there are and which fields they have.
import type { Field, RecordType } from './fields.ts';
import { refusals } from './refusal.ts';
import type { Schema } from './schema.ts';
import { type Answer, type Call, ok, refused } from './wire.ts';

const path = '/services/rest/record/v1/metadata-catalog';
export const isMetadataPath = (each: string) => each === path || each.startsWith(`${path}/`);

function propertyOf(field: Field) {
  const title = { title: field.label };
  switch (field.kind) {
    case 'flag':
      return { ...title, type: 'boolean' };
    case 'number':
    case 'amount':
      return { ...title, type: 'number', format: 'double' };
    case 'date':
    case 'instant':
      return { ...title, type: 'string', format: field.kind === 'date' ? 'date' : 'date-time' };
    case 'choice':
      return {
        ...title,
        type: 'object',
        properties: { id: { type: 'string', enum: field.choices.map(({ id }) => id) } },
      };
    case 'reference':
      return { ...title, type: 'object', properties: { id: { type: 'string' }, refName: { type: 'string' } } };
    default:
      return { ...title, type: 'string', ...(field.maxLength === null ? {} : { maxLength: field.maxLength }) };
  }
}

const schemaOf = (type: RecordType) => ({
  type: 'object',
  properties: Object.fromEntries([
    ['id', { type: 'string', title: 'Internal ID' }],
    ['externalId', { type: 'string', title: 'External ID' }],
    ...[...type.fields.values()].map((field) => [field.name, propertyOf(field)]),
    ...[...type.sublists.values()].map((each) => [each.name, { type: 'object', title: each.name }]),
  ]),
  required: [...type.fields.values()].filter((field) => field.isMandatory).map((field) => field.name),
  'x-ns-filterable': [...type.fields.keys()],
});

export function answerMetadata(call: Call, schema: Schema, baseUrl: string): Answer {
  const selected = call.query.get('select') ?? (call.path.slice(path.length + 1) || null);
  const hrefOf = (type: RecordType) => `${baseUrl}${path}/${type.name}`;
  if (selected === null) {
    const items = [...schema.types.values()].map((type) => ({
      name: type.name,
      links: [{ rel: 'canonical', href: hrefOf(type), mediaType: 'application/json' }],
    }));
    return ok({ items }, 'application/json; charset=UTF-8');
  }
  const types = selected.split(',').map((name) => schema.find(name));
  const missing = types.indexOf(null);
  if (missing >= 0) return refused('rest', refusals.unknownType(selected.split(',')[missing] ?? ''));
  const found = types.filter((type) => type !== null);
  const accept = call.headers.get('accept') ?? 'application/json';
  const [first] = found;
  if (first && accept.includes('schema+json')) return ok(schemaOf(first), 'application/schema+json');
  if (accept.includes('swagger+json')) {
    const schemas = Object.fromEntries(found.map((type) => [type.name, schemaOf(type)]));
    return ok({ openapi: '3.0.1', components: { schemas } }, 'application/swagger+json');
  }
  const items = found.map((type) => ({ name: type.name, links: [{ rel: 'canonical', href: hrefOf(type) }] }));
  return ok({ items }, 'application/json; charset=UTF-8');
}
