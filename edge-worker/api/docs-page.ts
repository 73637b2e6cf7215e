// The OpenAPI document as a page to read: one file, its own styles, no script, nothing fetched.
import { html, raw } from 'hono/html';
import type { Document } from './openapi.ts';

type Json = Readonly<Record<string, unknown>>;
type Markup = ReturnType<typeof html>;

export async function docsPage(document: Document): Promise<string> {
  const paths = Object.entries((document.paths ?? {}) as Record<string, Record<string, Json>>);
  const operations = paths.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = (document.tags ?? []) as { name: string; description?: string }[];
  const sections = tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => (operation['tags'] as string[])[0] === name);
    return html`<section><h2 id="${name}">${name}</h2><p>${description ?? ''}</p>${own.map(operationMarkup)}</section>`;
  });
  const schemas = Object.entries((document.components?.schemas ?? {}) as Record<string, Json>);
  const links = tags.map(({ name }) => html`<a href="#${name}">${name}</a>`);
  return String(
    await html`<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Tieout API</title><style>${raw(style)}</style></head><body>
<header><h1>Tieout API</h1><p>Version ${document.info.version}, at <code>${document.servers?.[0]?.url ?? ''}</code>.
The same as <a href="openapi.json">OpenAPI 3.1</a>.</p>${paragraphs(document.info.description)}
<nav aria-label="Sections">${links}<a href="#shapes">Shapes</a></nav></header>
<main>${sections}<section><h2 id="shapes">Shapes</h2>${schemas.map(shapeMarkup)}</section></main></body></html>`,
  );
}

function operationMarkup({ path, method, operation }: { path: string; method: string; operation: Json }): Markup {
  const parameters = (operation['parameters'] ?? []) as Json[];
  const body = contentOf(operation['requestBody']);
  const answers = Object.entries((operation['responses'] ?? {}) as Record<string, Json>);
  return html`<article id="${operation['operationId']}"><h3><span class="method">${method.toUpperCase()}</span>
<code>${path}</code></h3><p><strong>${operation['summary']}</strong></p>${paragraphs(operation['description'])}
${parameters.length > 0 ? folded('Parameters', html`<dl>${parameters.map(parameterMarkup)}</dl>`) : ''}
${body ? folded('Body', fieldsMarkup(body)) : ''}
${folded('Answers', html`<dl>${answers.map(answerMarkup)}</dl>`)}</article>`;
}

function folded(title: string, content: Markup): Markup {
  return html`<details><summary>${title}</summary>${content}</details>`;
}

function parameterMarkup({ name, in: where, required, description, schema }: Json): Markup {
  return html`<dt><code>${name}</code> <small>${where}, ${typeOf(schema)}${required ? ', required' : ''}</small></dt>
<dd>${description ?? (schema as Json | undefined)?.['description'] ?? ''}</dd>`;
}

function answerMarkup([status, answer]: [string, Json]): Markup {
  const shape = contentOf(answer);
  return html`<dt>${status}</dt><dd>${answer['description']} ${shape ? fieldsMarkup(shape) : ''}</dd>`;
}

function shapeMarkup([name, schema]: [string, Json]): Markup {
  const said = paragraphs(schema['description']);
  return html`<article id="shape-${name}"><h3>${name}</h3>${said}${fieldsMarkup(schema)}</article>`;
}

/** One level of a shape; named shapes are linked. */
function fieldsMarkup(schema: Json): Markup {
  const properties = schema['properties'] as Record<string, Json> | undefined;
  if (!properties) return html`<p>${typeOf(schema)}</p>`;
  const required = new Set((schema['required'] ?? []) as string[]);
  const rows = Object.entries(properties).map(
    ([
      name,
      field,
    ]) => html`<dt><code>${name}</code> <small>${typeOf(field)}${required.has(name) ? '' : ', optional'}</small></dt>
<dd>${field['description'] ?? ''}</dd>`,
  );
  return html`<dl>${rows}</dl>`;
}

function typeOf(schema: unknown): Markup | string {
  const { $ref, type, items, enum: choices, anyOf, oneOf } = (schema ?? {}) as Json;
  if (typeof $ref === 'string') {
    const name = $ref.split('/').at(-1) ?? '';
    return html`<a href="#shape-${name}">${name}</a>`;
  }
  if (type === 'array') return html`list of ${typeOf(items)}`;
  if (Array.isArray(choices)) return choices.join(' | ');
  const either = (anyOf ?? oneOf) as unknown[] | undefined;
  if (either) return html`${either.map((one, index) => html`${index > 0 ? ' or ' : ''}${typeOf(one)}`)}`;
  return Array.isArray(type) ? type.join(' or ') : String(type ?? 'any');
}

function contentOf(carrier: unknown): Json | null {
  const content = (carrier as { content?: Record<string, { schema?: Json }> } | undefined)?.content ?? {};
  return Object.values(content)[0]?.schema ?? null;
}

function paragraphs(text: unknown): Markup | string {
  if (typeof text !== 'string' || text === '') return '';
  const withCode = (one: string) =>
    one.split('`').map((part, index) => (index % 2 ? html`<code>${part}</code>` : part));
  return html`${text.split('\n\n').map((one) => html`<p>${withCode(one)}</p>`)}`;
}

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; overflow-wrap: anywhere; }
h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 3rem; border-bottom: 1px solid; padding-bottom: .25rem; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; } code { font: .9em ui-monospace, monospace; }
article { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .5rem;
  padding: 0 1rem .75rem; margin: 1rem 0; }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700; letter-spacing: .03em; }
summary { cursor: pointer; padding: .25rem 0; } dl { margin: .25rem 0 .5rem 1rem; } dt { margin-top: .4rem; }
dd { margin: 0 0 0 1rem; } small { opacity: .8; }
a { color: LinkText; } :focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
`;
