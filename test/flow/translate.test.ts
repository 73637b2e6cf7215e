// Mapping tables: defaults, an installation's own rows, lookups, formulas, ownership; and what a target is sent.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { example } from '../../edge-worker/connectors/example/index.ts';
import { compileMap, kindsInOrder, mappingContent, ownerOf, referencePaths } from '../../edge-worker/flow/mapping.ts';
import { decode, encode, foreignReferences, globalise, isSame, mergeWire } from '../../edge-worker/flow/translate.ts';
import { type EntityName, entities, entityNames } from '../../shared/entities/_registry.ts';
import { roles } from '../../shared/entities/entity.ts';

const plain = mappingContent.parse({});
const mapOf = (kind: EntityName, content = plain) => {
  const map = compileMap(example, 'crm', kind, content);
  if (!map) throw new Error(`example does not carry ${kind}`);
  return map;
};
const there = (_kind: string, id: string) => `their-${id}`;

describe('A mapping version', () => {
  it('switches a default row off, moves another and adds rows of its own', () => {
    const content = mappingContent.parse({
      maps: {
        crm: {
          customer: {
            fields: { phone: null, name: { at: 'legal_name', codec: 'text', direction: 'both' } },
            extra: [
              { at: 'origin', codec: 'text', constant: 'tieout' },
              { at: 'label', codec: 'text', formula: 'it.name + " (" + it.currency + ")"' },
            ],
          },
        },
      },
    });
    const { wire } = encode(mapOf('customer', content), entities.customer.example, () => false, there);
    expect(wire).toMatchObject({
      legal_name: 'Harbour & Pine Architects',
      origin: 'tieout',
      label: 'Harbour & Pine Architects (EUR)',
    });
    expect(wire).not.toHaveProperty('phone');
  });

  it('translates through a lookup table both ways and holds what the table does not know', () => {
    const content = mappingContent.parse({
      maps: {
        crm: { customer: { fields: { terms: { at: 'terms', codec: 'text', direction: 'both', lookup: 'terms' } } } },
      },
      lookups: { terms: { '30 days net': 'NET30' } },
    });
    const map = mapOf('customer', content);
    expect(encode(map, { ...entities.customer.example, terms: 'NET30' }, () => false, there).wire).toMatchObject({
      terms: '30 days net',
    });
    expect(decode(map, { terms: '30 days net' }).values['terms']).toBe('NET30');
    const unknown = decode(map, { terms: 'whenever' });
    expect(unknown.problems.map((one) => one.field)).toContain('terms');
    expect(unknown.values).not.toHaveProperty('terms');
  });

  it('refuses a codec that does not exist', () => {
    const content = mappingContent.parse({
      maps: { crm: { customer: { fields: { name: { at: 'x', codec: 'telepathy', direction: 'both' } } } } },
    });
    expect(() => mapOf('customer', content)).toThrow('telepathy');
  });

  it('moves the ownership of a field for one installation', () => {
    const content = mappingContent.parse({ ownership: { 'customer.terms': 'crm' } });
    expect(ownerOf('customer', 'terms', plain)).toBe('erp');
    expect(ownerOf('customer', 'terms', content)).toBe('crm');
  });
});

describe('What a target is sent', () => {
  it('never carries a field the target owns, except as an initial value of a create', () => {
    fc.assert(
      fc.property(fc.constantFrom(...entityNames), fc.constantFrom(...roles), (kind, role) => {
        const map = compileMap(example, 'any', kind, plain);
        if (!map) return;
        const owned = (field: string) => ownerOf(kind, field, plain) === role;
        const { carried } = encode(map, entities[kind].example, owned, there);
        for (const field of Object.keys(carried)) expect(owned(field)).toBe(false);
      }),
    );
  });

  it('has the same hash for the same content, whatever the target owns besides', () => {
    const map = mapOf('project');
    const owned = (field: string) => ownerOf('project', field, plain) === 'psa';
    const first = encode(map, entities.project.example, owned, there);
    const renamed = encode(map, { ...entities.project.example, name: 'Another name' }, owned, there);
    const dearer = encode(map, { ...entities.project.example, currency: 'USD' }, owned, there);
    expect(renamed.hash).toBe(first.hash);
    expect(dearer.hash).not.toBe(first.hash);
  });

  it('names the references that have no record there yet and leaves them out', () => {
    const map = mapOf('time');
    const { wire, missing } = encode(
      map,
      entities.time.example,
      () => false,
      (kind, id) => (kind === 'project' ? null : `their-${id}`),
    );
    expect(missing).toEqual([{ field: 'project', entity: entities.time.example.project }]);
    expect(JSON.stringify(wire)).not.toContain(entities.time.example.project);
  });
});

describe('What a system tells', () => {
  it('need not say who issued an invoice and that it stands; any other field that is left out is a problem', () => {
    const { wire } = encode(mapOf('invoice'), entities.invoice.example, () => false, there);
    const { standing: _standing, state: _state, ...told } = wire;
    const { values, problems } = decode(mapOf('invoice'), told);
    expect(problems.map(({ field }) => field)).toEqual(['status']);
    expect(values).not.toHaveProperty('standing');
  });
});

describe('References', () => {
  it('are found at the top and inside lines, and are replaced both ways', () => {
    expect(referencePaths('invoice').map((path) => [path.field, path.inner])).toContainEqual(['lines', 'time']);
    const map = mapOf('invoice');
    const theirs = globalise(map, entities.invoice.example, (_kind, id) => `x-${id}`);
    expect(foreignReferences(map, theirs).every((one) => one.recordId.startsWith('x-'))).toBe(true);
    const back = globalise(map, theirs, (_kind, id) => id.slice(2));
    expect(back).toEqual(entities.invoice.example);
  });

  it('are put in an order in which what is referred to comes first', () => {
    expect(kindsInOrder.indexOf('customer')).toBeLessThan(kindsInOrder.indexOf('project'));
    expect(kindsInOrder.indexOf('project')).toBeLessThan(kindsInOrder.indexOf('time'));
    expect(kindsInOrder.indexOf('time')).toBeLessThan(kindsInOrder.indexOf('invoice'));
    expect([...kindsInOrder].sort()).toEqual([...entityNames].sort());
  });
});

describe('Values', () => {
  it('are the same when only the order of their keys differs', () => {
    expect(isSame({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
    expect(isSame(null, undefined)).toBe(true);
    expect(isSame('1', '1.0')).toBe(false);
  });

  it('are merged deeply, the second record winning', () => {
    expect(mergeWire({ a: { x: 1, y: 2 }, list: [1] }, { a: { y: 3 }, list: [2] })).toEqual({
      a: { x: 1, y: 3 },
      list: [2],
    });
  });
});
