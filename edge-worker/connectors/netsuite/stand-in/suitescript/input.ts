// What a map/reduce may give as its input, as pairs of texts: a list, an object, a search, or SuiteQL.

import { administrator } from '../permissions.ts';
import { selectRows } from './n/query.ts';
import type { Platform } from './platform.ts';

type Pairs = readonly (readonly [key: string, value: string])[];
type Given = Readonly<Record<string, unknown>>;

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

export function asPlainRows(platform: Platform, given: unknown): Pairs {
  if (given === null || given === undefined) return [];
  if (Array.isArray(given)) return given.map((value, index) => [String(index), textOf(value)]);
  if (typeof given !== 'object') throw new Error('a map/reduce gave an input that this platform does not know');
  const { type, query, params } = given as Given;
  if (type === 'suiteql' && typeof query === 'string') {
    // The platform itself asks, outside any script's units.
    const asked = { query, params: Array.isArray(params) ? params : [] };
    const rows = selectRows(platform, platform.roles.named(administrator), asked);
    return rows.map((row, index) => [String(index), JSON.stringify({ types: [], values: Object.values(row) })]);
  }
  if ('run' in given) throw new Error('a search as the input of a map/reduce is not known to this platform');
  if (type === 'query' || type === 'search') throw new Error(`a saved ${String(type)} is not kept by this platform`);
  return Object.entries(given).map(([key, value]) => [key, textOf(value)]);
}
