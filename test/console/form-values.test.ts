// Forms drawn from a system's own schemas: whatever it asks for can be shown, filled in and sent.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connectors } from '../../edge-worker/connectors/_registry.ts';
import {
  draftOf,
  formOf,
  isIncomplete,
  type Schema,
  valuesOf,
} from '../../edge-worker/console/pages/connections/form-values.ts';
import { standIns } from '../support/_stand-ins.ts';

const schemaOf = (schema: z.ZodType) => z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as Schema;
const ports = { nowMs: () => 0, chance: () => 0.5, sleep: async () => undefined, send: fetch };

describe.each(Object.values(connectors))('The forms of $name', ({ name, settings, secrets }) => {
  const { connection } = standIns[name]?.({ baseUrl: 'http://127.0.0.1:9', ...ports }) ?? { connection: null };

  it.each([
    ['settings', settings, connection?.settings],
    ['secrets', secrets, connection?.secrets],
  ] as const)('give back the %s that were filled in', (_what, shape, values) => {
    const schema = schemaOf(shape);
    const draft = draftOf(schema, values);
    expect(isIncomplete(schema, draft)).toBe(false);
    expect(shape.parse(valuesOf(schema, draft))).toEqual(shape.parse(values));
  });

  it('call every field by a name for people', () => {
    for (const shape of [settings, secrets]) {
      for (const [field, schema] of Object.entries(schemaOf(shape).properties ?? {}))
        expect(schema.title, `${name} ${field}`).toBeTruthy();
    }
  });

  it('are not complete while something that is needed is empty', () => {
    const schema = schemaOf(settings);
    const isFilled = (schema.required ?? []).every((field) => schema.properties?.[field]?.default !== undefined);
    expect(isIncomplete(schema, draftOf(schema))).toBe(!isFilled);
  });
});

it('A number is sent as a number, a table by its rows, and what is left empty not at all', () => {
  const shape = z.object({
    perSecond: z.int().default(4),
    terms: z.record(z.string(), z.string()).default({}),
    roles: z.record(z.string(), z.array(z.string())).default({}),
    address: z.url().optional(),
    group: z.object({ id: z.string().optional() }).default({}),
  });
  const schema = schemaOf(shape);
  expect(Object.values(schema.properties ?? {}).map(formOf)).toEqual(['number', 'table', 'table', 'text', 'group']);
  const draft = {
    ...{ perSecond: '7', address: ' ', group: { id: '' } },
    ...{
      terms: [
        ['NET30', ' 5 '],
        ['', 'x'],
      ] as const,
      roles: [['admin', 'a, b,']] as const,
    },
  };
  expect(valuesOf(schema, draft)).toEqual({ perSecond: 7, terms: { NET30: '5' }, roles: { admin: ['a', 'b'] } });
});
