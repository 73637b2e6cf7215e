// The examples that entities and events show are such as they promise. Checked here, not at every start of the hub.
import { expect, it } from 'vitest';
import { entities } from '../../shared/entities/_registry.ts';
import { outboundEvents } from '../../shared/events/_registry.ts';

it.each(Object.values(entities).map((entity) => [entity.name, entity] as const))(
  'The example of a %s keeps its schema',
  (_name, { schema, example }) => {
    expect(schema.parse(example)).toEqual(example);
  },
);

it.each(outboundEvents.map((event) => [event.name, event] as const))(
  'The example of %s is a payload of it',
  (_name, { payload, example }) => {
    expect(payload.parse(example)).toEqual(example);
  },
);
