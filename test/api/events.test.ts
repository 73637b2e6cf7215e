// The catalogue of events: each with a schema, an example that fits it, and a place in the document and on the page.
import { readFileSync } from 'node:fs';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
import { asyncApi, bodyShape, exampleOf, jsonSchemaOf, schemaNameOf } from '../../edge-worker/api/asyncapi.ts';
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import { outboundEvents } from '../../shared/events/_registry.ts';
import type { KnownEntity, Moment } from '../../shared/events/event.ts';
import { words } from '../../shared/words.ts';

interface Document {
  operations: { tell: { action: string } };
  channels: { subscription: { messages: Record<string, unknown> } };
  components: { messages: Record<string, { payload: unknown }>; schemas: Record<string, unknown> };
}

describe('The AsyncAPI document', () => {
  const problemsIn = async (document: unknown) => {
    const config = await createConfig({ extends: ['recommended'] });
    const found = await lintFromString({ source: JSON.stringify(document), config });
    return found.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer}: ${message}`);
  };

  it('passes the recommended rules of a public linter, which would find a mistake in it', async () => {
    expect(await problemsIn(asyncApi())).toEqual([]);
    const mistaken = structuredClone(asyncApi()) as unknown as Document;
    mistaken.operations.tell.action = 'shout';
    expect(await problemsIn(mistaken)).not.toEqual([]);
    const dangling = structuredClone(asyncApi()) as unknown as Document;
    delete dangling.components.schemas['project.created.v1'];
    expect(await problemsIn(dangling)).not.toEqual([]);
  });

  it('tells every event of the catalogue, each once', () => {
    const { channels, components } = asyncApi() as unknown as Document;
    const names = outboundEvents.map(schemaNameOf);
    expect(new Set(names).size).toBe(names.length);
    for (const told of [channels.subscription.messages, components.messages, components.schemas])
      expect(Object.keys(told).sort()).toEqual([...names].sort());
  });
});

describe.each(outboundEvents.map((event) => [event.name, event] as const))('%s', (name, event) => {
  it('has an example that its own schema takes, whole as it is sent', () => {
    expect(bodyShape(event).parse(exampleOf(event))).toEqual(exampleOf(event));
    expect(jsonSchemaOf(bodyShape(event))).toMatchObject({
      type: 'object',
      required: expect.arrayContaining(['data']),
    });
  });

  it('says what it is about, what brings it about, and stands on the page for developers', () => {
    for (const kind of event.about ?? []) expect(Object.keys(entities)).toContain(kind);
    for (const code of event.codes) expect(Object.keys(words)).toContain(code);
    expect(event.description).toMatch(/^[A-Z].*\.$/);
    expect(readFileSync('docs/events.md', 'utf8')).toContain(`| \`${name}\` |`);
  });
});

/** What one transaction told of one entity: made, or some fields changed. */
function momentOf(
  kind: EntityName,
  record: object,
  told: readonly (readonly [string, Record<string, string>])[],
): Moment {
  const id = `${entities[kind].prefix}_01J00000000000000000000000`;
  const entity = { id, kind, version: 2, record: { ...entities[kind].example, ...record } };
  const place = { connection: 'erp', system: 'example', roles: ['erp'] as const, recordType: 'x', recordId: '1' };
  const codes = told.map(([code, params]) => ({ code, params: { connection: 'erp', ...params } }));
  return {
    ...{ subject: id, entity, told: codes, records: [{ ...place, url: null, isWritten: true }] },
    targets: [{ connection: 'erp', roles: ['erp'] }],
    exceptions: [],
    look: () => null,
    sibling: (other) => (other === kind ? entity : null),
  };
}

const changed = (fields: string) => ['entity-changed', { fields }] as const;
const fresh = (fields: string) => ['entity-new', { fields }] as const;
const inErp = ['command-created', {}] as const;

describe('What happens to a record', () => {
  it.each([
    ['a project gets its last record', 'project', {}, [inErp], ['project.created']],
    ['a project changes its end', 'project', {}, [changed('endOn')], ['project.updated']],
    ['a customer is made in the ERP', 'customer', {}, [inErp], ['customer.created']],
    ['a signed contract gets a purchase order', 'contract', {}, [changed('purchaseOrder')], ['contract.changed']],
    ['an offer changes that nobody has signed', 'contract', { isSigned: false }, [changed('terms')], []],
    ['a deal is won', 'deal', {}, [changed('stage,isWon')], ['deal.won']],
    ['a deal that is won already changes its name', 'deal', {}, [changed('name')], []],
    ['hours are posted', 'time', {}, [inErp], ['time.posted']],
    [
      'hours that were posted are taken back',
      'time',
      {},
      [['command-withdrawn', { command: 'c1' }]],
      ['time.withdrawn'],
    ],
    ['hours count again', 'time', {}, [['command-revived', { command: 'c2' }]], ['time.posted']],
    ['an expense is taken back', 'expense', {}, [['command-withdrawn', { command: 'c1' }]], ['expense.withdrawn']],
    ['hours change after they were posted', 'time', {}, [changed('hours')], []],
    ['an expense is posted after a cut call', 'expense', {}, [['command-found', {}]], ['expense.posted']],
    ['a milestone is done', 'milestone', {}, [changed('isComplete')], ['milestone.completed']],
    ['an invoice is drafted', 'invoice', { status: 'draft' }, [fresh('number,status')], []],
    ['an invoice is issued', 'invoice', { status: 'open' }, [changed('status')], ['invoice.issued']],
    ['an invoice is issued paid', 'invoice', { status: 'paid' }, [fresh('status')], ['invoice.issued', 'invoice.paid']],
    ['a part of an invoice is paid', 'invoice', { status: 'open' }, [changed('paid,balance')], []],
    ['an invoice is voided', 'invoice', { status: 'void' }, [changed('status,total')], ['invoice.voided']],
    ['a payment comes in', 'payment', {}, [fresh('number,amount')], ['payment.received']],
    ['a payment is corrected', 'payment', {}, [changed('memo')], []],
  ] as const)('%s: subscribers hear of it as they should', (_, kind, record, told, expected) => {
    const moment = momentOf(kind, record, told);
    const made = outboundEvents.flatMap((event) => {
      const isAbout = event.about?.includes(kind) && told.some(([code]) => event.codes.includes(code));
      return isAbout ? event.make(moment).map((one) => [event.name, event.payload.parse(one.payload)]) : [];
    });
    expect(made.map(([name]) => name)).toEqual(expected);
  });

  it('is one event for ever where it can happen once, and one a time where it can happen again', () => {
    const keysOf = (name: string, kind: EntityName, record: object, version: number) => {
      const moment = momentOf(kind, record, [changed('status'), inErp]);
      const entity = { ...(moment.entity as KnownEntity), version };
      const event = outboundEvents.find((one) => one.name === name);
      return event?.make({ ...moment, entity }).map(({ key }) => key);
    };
    const paid = { status: 'paid' };
    expect(keysOf('invoice.issued', 'invoice', paid, 2)).toEqual(keysOf('invoice.issued', 'invoice', paid, 9));
    expect(keysOf('invoice.paid', 'invoice', paid, 2)).not.toEqual(keysOf('invoice.paid', 'invoice', paid, 9));
    expect(keysOf('project.created', 'project', {}, 2)).toEqual(keysOf('project.created', 'project', {}, 9));
    expect(keysOf('time.posted', 'time', {}, 2)).toEqual(keysOf('time.posted', 'time', {}, 9));
  });
});
