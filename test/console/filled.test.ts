// What must not be empty in a system is named while no row fills it.
import { expect, it } from 'vitest';
import { unfilled } from '../../edge-worker/console/pages/mappings/filled.ts';

const field = (path: string, isRequired = true, isWritable = true) => ({
  ...{ path, label: path, type: 'text' as const, isRequired, isWritable, lengthMax: null, choices: null, sample: null },
});

it('A required field is named unless a row, a constant or a formula writes it, or a part of it', () => {
  const theirs = [field('name'), field('address'), field('entity'), field('web', false), field('made', true, false)];
  const named = (rows: Parameters<typeof unfilled>[1]) => unfilled(theirs, rows).map(({ path }) => path);
  expect(named([])).toEqual(['name', 'address', 'entity']);
  expect(named([{ at: 'name', direction: 'both' }, { at: 'address.city', direction: 'out' }, null])).toEqual([
    'entity',
  ]);
  expect(named([{ at: 'entity' }, { at: 'name', direction: 'in' }, { at: 'addressee' }])).toEqual(['name', 'address']);
});
