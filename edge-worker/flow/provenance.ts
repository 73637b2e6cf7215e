// Where each value of an entity came from, as it is stored: most values come together, so a source is named once with
// all fields it gave.
import type { Provenance } from './nouns.ts';

type Packed = readonly [run: number, connection: string, at: number, fields: readonly string[]];

export function packProvenance(provenance: Readonly<Record<string, Provenance>>): string {
  const sources = new Map<string, readonly [number, string, number, string[]]>();
  for (const [field, { run, connection, at }] of Object.entries(provenance)) {
    const key = `${run} ${at} ${connection}`;
    const source = sources.get(key);
    if (source) source[3].push(field);
    else sources.set(key, [run, connection, at, [field]]);
  }
  return JSON.stringify([...sources.values()] satisfies Packed[]);
}

export function unpackProvenance(text: string): Record<string, Provenance> {
  const provenance: Record<string, Provenance> = {};
  for (const [run, connection, at, fields] of JSON.parse(text) as Packed[]) {
    for (const field of fields) provenance[field] = { run, connection, at };
  }
  return provenance;
}
