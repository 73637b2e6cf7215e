// The AsyncAPI 3 document: every event that subscribers may hear of, made from the catalogue's own schemas. Made once
// per isolate, when somebody asks.
import { z } from 'zod';
import { outboundEvents } from '../../shared/events/_registry.ts';
import type { OutboundEvent } from '../../shared/events/event.ts';

const purpose =
  'Tieout calls the https address of each subscription with a signed POST per event, in order and at least once. ' +
  'Signatures follow Standard Webhooks (https://www.standardwebhooks.com).';

export const schemaNameOf = ({ name, version }: Pick<OutboundEvent, 'name' | 'version'>) => `${name}.v${version}`;

export const headersShape = z.object({
  'webhook-id': z.string().meta({ description: 'The id of the event; the same at every try.' }),
  'webhook-timestamp': z.string().meta({ description: 'When this call was signed, in seconds.' }),
  'webhook-signature': z.string().meta({ description: '`v1,<base64>`; two of them while keys rotate.' }),
});

/** The whole body of a call. */
export function bodyShape({ name, version, payload }: OutboundEvent): z.ZodObject {
  return z.object({
    id: z.string().meta({ title: 'Id', description: 'Names the occurrence: remember it, and hear of it once.' }),
    type: z.literal(name).meta({ title: 'Type' }),
    version: z.literal(version).meta({ title: 'Version of the payload' }),
    timestamp: z.iso.datetime().meta({ title: 'When it happened' }),
    installation: z.string().meta({ title: 'Installation' }),
    sequence: z.int().meta({ title: 'Sequence', description: 'Rises from event to event of an installation.' }),
    data: payload,
  });
}

export function exampleOf(event: OutboundEvent): Readonly<Record<string, unknown>> {
  return {
    ...{ id: 'evt_439bba6001d42ec4ce0ee5fea0b77e0d', type: event.name, version: event.version },
    ...{ timestamp: '2026-11-22T10:15:00.000Z', installation: 'ins_01J00000000000000000000000', sequence: 17 },
    data: event.example,
  };
}

export function jsonSchemaOf(schema: z.ZodType): Readonly<Record<string, unknown>> {
  const { $schema: _dialect, ...plain } = z.toJSONSchema(schema, { target: 'draft-7', override: retold });
  return plain;
}

/** What we note beside a field, in the spelling that JSON Schema leaves to its authors. */
function retold({ jsonSchema }: { jsonSchema: Record<string, unknown> }): void {
  const { steward, refersTo } = jsonSchema;
  delete jsonSchema['steward'];
  delete jsonSchema['refersTo'];
  delete jsonSchema['isOfBearer'];
  if (steward !== undefined) jsonSchema['x-owner'] = steward;
  if (refersTo !== undefined) jsonSchema['x-refers-to'] = refersTo;
}

let made: Readonly<Record<string, unknown>> | null = null;

export function asyncApi(): Readonly<Record<string, unknown>> {
  made ??= makeDocument();
  return made;
}

function makeDocument(): Readonly<Record<string, unknown>> {
  const named = <Value>(value: (event: OutboundEvent) => Value) =>
    Object.fromEntries(outboundEvents.map((event) => [schemaNameOf(event), value(event)]));
  const ref = (place: string) => (event: OutboundEvent) => ({ $ref: `#/${place}/${schemaNameOf(event)}` });
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tieout events',
      version: '1',
      description: purpose,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    channels: {
      subscription: {
        title: 'The address of a subscription',
        description: 'Named when subscribing: POST /v1/installations/{installation}/subscriptions.',
        messages: named(ref('components/messages')),
        bindings: {},
      },
    },
    operations: {
      tell: {
        action: 'send',
        title: 'Tell a subscriber',
        summary: 'POST to the address of the subscription; 2xx within ten seconds means that it has been taken.',
        channel: { $ref: '#/channels/subscription' },
        messages: outboundEvents.map(ref('channels/subscription/messages')),
        security: [{ $ref: '#/components/securitySchemes/signature' }],
        bindings: { http: { method: 'POST', bindingVersion: '0.3.0' } },
      },
    },
    components: {
      securitySchemes: {
        signature: {
          type: 'httpApiKey',
          name: 'webhook-signature',
          in: 'header',
          description: 'HMAC-SHA256 of id, timestamp and body with the key of the subscription: verify it first.',
        },
      },
      messages: named((event) => ({
        name: event.name,
        title: event.title,
        summary: event.description,
        contentType: 'application/json',
        headers: jsonSchemaOf(headersShape),
        payload: { $ref: `#/components/schemas/${schemaNameOf(event)}` },
        examples: [{ name: schemaNameOf(event), payload: exampleOf(event) }],
      })),
      schemas: named((event) => jsonSchemaOf(bodyShape(event))),
    },
  };
}
