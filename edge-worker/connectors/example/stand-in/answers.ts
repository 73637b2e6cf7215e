// How Example's server words its answers, and how a record looks while a field is being renamed.
import { isValues, type Stored, type Table, type Values } from './books.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export function tooMany(message: string, seconds: number): Answer {
  return { ...failure(429, 'too_many_requests', message), headers: { 'retry-after': String(seconds) } };
}

export function failure(status: number, code: string, message: string): Answer {
  return { status, body: { code, message } };
}

export function refusal(status: number, code: string, message: string, ...fields: readonly string[]): Values {
  return { status, code, message, fields };
}

export function batch(list: unknown, max: number, one: (entry: unknown) => unknown): Answer {
  if (!Array.isArray(list)) return failure(400, 'malformed', 'A list was expected');
  if (list.length > max) return failure(413, 'too_many_records', `At most ${max} at a time`);
  return { status: 200, body: { results: list.map(one) } };
}

export function readOne(table: Table, id: string, show: (row: Stored) => Values): Values {
  const row = table.archived.has(id) ? undefined : table.rows.get(id);
  if (row) return { found: 'here', record: show(row) };
  const into = table.mergedInto.get(id);
  return into ? { found: 'merged', into } : { found: table.tombstones.has(id) ? 'gone' : 'hidden' };
}

export function parseBody(body: string): Values | null {
  try {
    const parsed: unknown = JSON.parse(body);
    return isValues(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export interface Renamed {
  readonly pathOf: (path: string) => string;
  /** The path in the books that a name leads to. */
  readonly pathBehind: (name: string) => string;
  readonly outward: (values: Values) => Values;
  readonly inward: (values: Values) => Values;
}

/** A field under its new name, while `schema-change` is armed with `type.old:new`. */
export function renamedBy(detail: string | undefined, type: string): Renamed {
  const [, of, from, to] = /^([a-z]+)\.([a-z_]+):([a-z_]+)$/.exec(detail ?? '') ?? [];
  const asIs = (path: string) => path;
  const same = { pathOf: asIs, pathBehind: asIs, outward: (row: Values) => row, inward: (row: Values) => row };
  if (of !== type || from === undefined || to === undefined) return same;
  const move = (values: Values, source: string, target: string) => {
    const { [source]: value, ...rest } = values;
    return source in values ? { ...rest, [target]: value } : values;
  };
  // The old name becomes one that no table has, and is refused as unknown.
  const nowhere = `${from} (renamed)`;
  return {
    pathOf: (path) => (path === from ? to : path),
    pathBehind: (name) => (name === to ? from : name === from ? nowhere : name),
    outward: (row) => move(row, from, to),
    inward: (values) => move(move(values, from, nowhere), to, from),
  };
}
