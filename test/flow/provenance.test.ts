// Where values came from, as it is stored with an entity and told again.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packProvenance, sourcesOf, unpackProvenance } from '../../edge-worker/flow/provenance.ts';

const fields = ['number', 'total', 'memo', 'paid'];

it('Provenance names the source that gave the most without its fields, and tells them again', () => {
  const read = { run: 7, connection: 'erp', at: 1_000 };
  const paid = { run: 9, connection: 'psa', at: 2_000 };
  const text = packProvenance({ number: read, total: read, memo: read, paid }, fields);
  expect(text).toBe('[[7,"erp",1000],[9,"psa",2000,["paid"]]]');
  expect(sourcesOf(text, fields)).toEqual([
    [7, 'erp', 1_000, ['number', 'total', 'memo']],
    [9, 'psa', 2_000, ['paid']],
  ]);
});

it('Provenance that was stored with all fields named is told as it was', () => {
  const text = '[[7,"erp",1000,["number","total"]]]';
  expect(sourcesOf(text, fields)).toEqual([[7, 'erp', 1_000, ['number', 'total']]]);
});

it('Provenance comes back as it was given, whoever gave which field, and fields that nobody gave stay without', () => {
  const source = fc.record({
    run: fc.nat(9),
    connection: fc.constantFrom('crm', 'erp', 'hub'),
    at: fc.nat(9),
  });
  const given = fc.dictionary(fc.constantFrom(...fields), source, { noNullPrototype: true });
  fc.assert(
    fc.property(given, (provenance) => {
      expect(unpackProvenance(packProvenance(provenance, fields), fields)).toEqual(provenance);
    }),
  );
});
