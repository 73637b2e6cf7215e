// The checker of metadata files, on files that are wrong.
import { describe, expect, it } from 'vitest';
import type { XmlNode } from '../../edge-worker/connectors/salesforce/stand-in/package/metadata.ts';
import { publishedTypes } from './metadata-types.ts';

const types = publishedTypes();

describe('The metadata checker', () => {
  const planted = (root: string, node: XmlNode) => types.problems(node, root).join('; ');

  it('names unknown elements, wrong values, repeated and missing ones', () => {
    const wrong = { label: 'A', deploymentStatus: 'Ready', bogus: 'x', enableFeeds: 'yes', pluralLabel: ['a', 'b'] };
    const found = planted('CustomObject', wrong);
    for (const problem of ['bogus', 'Ready is not one of', 'yes is no boolean', 'pluralLabel: given more than once']) {
      expect(found).toContain(problem);
    }
    expect(planted('CustomPermission', { isLicensed: 'false' })).toContain('lacks label');
    expect(planted('Flow', { decisions: { name: 'A', rules: { conditions: { operator: 'Same' } } } })).toContain(
      'Same is not one of',
    );
  });
});
