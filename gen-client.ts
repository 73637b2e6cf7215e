// Writes the API's types for openapi-fetch from the OpenAPI document. `--check` fails when they are stale.
// The usual generator drives the compiler's old interface, which the TypeScript in use no longer has.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { openApi } from './edge-worker/api/openapi.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}
type Content = Readonly<Record<string, { readonly schema: Schema }>>;
interface Operation {
  readonly summary: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

const simple: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  null: 'null',
  array: 'unknown[]',
  object: 'Record<string, unknown>',
};

function typeOf(schema: Schema): string {
  if (schema.$ref) return `components['schemas']['${schema.$ref.split('/').at(-1)}']`;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return either.map(typeOf).join(' | ');
  if (schema.allOf) return schema.allOf.map((one) => `(${typeOf(one)})`).join(' & ');
  const { type } = schema;
  if (typeof type === 'object') return type.map((one) => typeOf({ ...schema, type: one })).join(' | ');
  if (type === 'array') return arrayOf(schema);
  if (type === 'object') return fieldsOf(schema);
  return simple[type ?? ''] ?? 'unknown';
}

function arrayOf({ items, prefixItems }: Schema): string {
  if (prefixItems) return `[${prefixItems.map(typeOf).join(', ')}]`;
  return `(${typeOf(items ?? {})})[]`;
}

function fieldsOf({ properties, required = [], additionalProperties }: Schema): string {
  const rest = typeof additionalProperties === 'object' ? `{ [name: string]: ${typeOf(additionalProperties)} }` : null;
  if (!properties) return rest ?? 'Record<string, unknown>';
  const fields = Object.entries(properties).map(([name, field]) => {
    const said = field.description ? `/** ${field.description} */\n` : '';
    return `${said}${JSON.stringify(name)}${required.includes(name) ? '' : '?'}: ${typeOf(field)};`;
  });
  const known = `{\n${fields.join('\n')}\n}`;
  return rest ? `${known} & ${rest}` : known;
}

function parametersOf(operation: Operation): string {
  const places = ['query', 'header', 'path'].map((place) => {
    const own = (operation.parameters ?? []).filter((parameter) => parameter.in === place);
    if (own.length === 0) return `${place}?: never;`;
    const isNeeded = own.some((parameter) => parameter.required);
    const fields = own.map(({ name, required, schema }) => {
      return `${JSON.stringify(name)}${required ? '' : '?'}: ${typeOf(schema)};`;
    });
    return `${place}${isNeeded ? '' : '?'}: { ${fields.join(' ')} };`;
  });
  return `{ ${places.join(' ')} cookie?: never; }`;
}

function contentOf(content: Content | undefined): string {
  if (!content) return 'content?: never;';
  const types = Object.entries(content).map(([type, { schema }]) => `'${type}': ${typeOf(schema)};`);
  return `content: { ${types.join(' ')} };`;
}

function operationOf(operation: Operation): string {
  const { requestBody, responses } = operation;
  const body = requestBody ? `requestBody: { ${contentOf(requestBody.content)} };` : 'requestBody?: never;';
  const answers = Object.entries(responses).map(([status, { content }]) => {
    return `${status}: { headers: Record<string, unknown>; ${contentOf(content)} };`;
  });
  return `{ parameters: ${parametersOf(operation)}; ${body} responses: { ${answers.join('\n')} }; }`;
}

function typesOf(document: { readonly paths?: unknown; readonly components?: unknown }): string {
  const paths = Object.entries(document.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>);
  const shown = paths.map(([path, methods]) => {
    const operations = Object.entries(methods).map(([method, one]) => `${method}: ${operationOf(one)};`);
    return `'${path}': {\n${operations.join('\n')}\n};`;
  });
  const { schemas = {} } = document.components as { readonly schemas?: Readonly<Record<string, Schema>> };
  const named = Object.entries(schemas).map(([name, schema]) => `${name}: ${typeOf(schema)};`);
  return (
    '// Generated by `npm run gen` from the OpenAPI document. Do not edit.\n' +
    `export interface paths {\n${shown.join('\n')}\n}\n` +
    `export interface components {\nschemas: {\n${named.join('\n')}\n};\n}\n`
  );
}

const path = 'edge-worker/console/_api.ts';
const content = typesOf(openApi('https://hub.tieout.example'));
if ((existsSync(path) ? readFileSync(path, 'utf8') : '') !== content) {
  if (process.argv.includes('--check')) {
    console.error(`${path} is stale: run npm run gen`);
    process.exitCode = 1;
  } else writeFileSync(path, content);
}
