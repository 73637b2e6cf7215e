// Where each value of an entity came from, as it is stored: a source is named once with the fields it gave, and the one
// that gave the most without them.
import type { Provenance } from './nouns.ts';

/** Without a list of fields: all that no other source names. */
type Packed = readonly [run: number, connection: string, at: number, fields?: readonly string[]];
export type SourceOfFields = readonly [run: number, connection: string, at: number, fields: readonly string[]];

/** Stands for fields that nobody has given yet. */
const nobody = '';

/** `fields` are all those of the record. */
export function packProvenance(provenance: Readonly<Record<string, Provenance>>, fields: readonly string[]): string {
  const sources = new Map<string, readonly [run: number, connection: string, at: number, fields: string[]]>();
  for (const field of fields) {
    const { run, connection, at } = provenance[field] ?? { run: 0, connection: nobody, at: 0 };
    const key = `${run} ${at} ${connection}`;
    const source = sources.get(key);
    if (source) source[3].push(field);
    else sources.set(key, [run, connection, at, [field]]);
  }
  const all = [...sources.values()];
  const most = Math.max(...all.map((source) => source[3].length));
  const main = all.find((source) => source[3].length === most);
  const packed = all.map((source): Packed => (source === main ? [source[0], source[1], source[2]] : source));
  return JSON.stringify(packed);
}

/** Each source with the fields it gave. `fields` are all those of the record. */
export function sourcesOf(text: string, fields: readonly string[]): SourceOfFields[] {
  const packed = JSON.parse(text) as Packed[];
  const named = new Set(packed.flatMap((source) => source[3] ?? []));
  const others = fields.filter((field) => !named.has(field));
  return packed
    .filter(([, connection]) => connection !== nobody)
    .map(([run, connection, at, given]) => [run, connection, at, given ?? others]);
}

export function unpackProvenance(text: string, fields: readonly string[]): Record<string, Provenance> {
  const provenance: Record<string, Provenance> = {};
  for (const [run, connection, at, given] of sourcesOf(text, fields)) {
    for (const field of given) provenance[field] = { run, connection, at };
  }
  return provenance;
}
