// Snapshot <-> canonical record, through a compiled map; ids are made ours and theirs on the way. Pure.
import { hashOf } from '../../shared/canonical-json.ts';
import { entities } from '../../shared/entities/_registry.ts';
import { confidentialIn } from '../../shared/entities/entity.ts';
import { CodecError, readPath, writePath } from '../connectors/codecs.ts';
import type { WireRecord } from '../connectors/connector.ts';
import type { CompiledMap, CompiledRow } from './mapping.ts';
import { referencePaths } from './mapping.ts';
import type { CanonicalRecord } from './nouns.ts';
import { insteadOf, type PutBack } from './put-back.ts';

/** A value that could not be carried: a code of the catalogue and its parameters. */
export interface Problem {
  readonly field: string;
  readonly code: 'unreadable-value' | 'unmatched-value';
  readonly params: Readonly<Record<string, string>>;
}

/** A reference in their spelling, found in a snapshot. */
export interface ForeignReference {
  readonly kind: string;
  readonly recordId: string;
}

export interface Decoded {
  readonly values: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
}

/** Our field values as a snapshot shows them; references are still in their spelling. */
export function decode(map: CompiledMap, wire: WireRecord): Decoded {
  let known = decodings.get(wire);
  if (!known) {
    known = new Map();
    decodings.set(wire, known);
  }
  let decoded = known.get(map);
  if (!decoded) {
    decoded = decodeAnew(map, wire);
    known.set(map, decoded);
  }
  return decoded;
}

/**
 * One snapshot is decoded for its references, to be absorbed, and when the write that gave it is settled: once will
 * do.
 */
const decodings = new WeakMap<WireRecord, Map<CompiledMap, Decoded>>();

function decodeAnew(map: CompiledMap, wire: WireRecord): Decoded {
  const values: Record<string, unknown> = {};
  const problems: Problem[] = [];
  const { mayBeUntold = [] } = entities[map.kind] as { mayBeUntold?: readonly string[] };
  for (const row of map.rows) {
    if (row.direction === 'out') continue;
    if (mayBeUntold.includes(row.field) && readPath(wire, row.at) === undefined) continue;
    try {
      values[row.field] = decodeValue(row, wire);
    } catch (error) {
      problems.push(
        confidentialIn(entities[map.kind]).has(row.field) ? unsaid(row) : problemAt(error, row.field, row.at),
      );
    }
  }
  return { values, problems };
}

function decodeValue(row: CompiledRow, wire: WireRecord): unknown {
  const theirs = readPath(wire, row.at);
  if (row.lookup && theirs !== null && theirs !== undefined && theirs !== '') {
    const ours = row.lookup.ours.get(String(theirs));
    if (ours === undefined) throw new CodecError(`"${String(theirs)}" is not in the lookup table ${row.lookup.name}`);
    return ours;
  }
  return row.codec.decode(theirs, wire);
}

/** Every reference a decoded snapshot makes. */
export function foreignReferences(map: CompiledMap, values: CanonicalRecord): ForeignReference[] {
  const found: ForeignReference[] = [];
  eachReference(map, values, (kind, id) => {
    found.push({ kind, recordId: id });
    return id;
  });
  return found;
}

/** Decoded values with every reference replaced; `toOurs` answers null for what is unknown. */
export function globalise(
  map: CompiledMap,
  values: CanonicalRecord,
  toOurs: (kind: string, recordId: string) => string | null,
): CanonicalRecord {
  return eachReference(map, values, toOurs);
}

function eachReference(
  map: CompiledMap,
  values: CanonicalRecord,
  replace: (kind: string, id: string) => string | null,
): CanonicalRecord {
  const paths = referencePaths(map.kind);
  if (paths.length === 0) return values;
  const result: Record<string, unknown> = { ...values };
  for (const path of paths) {
    const value = result[path.field];
    if (value === null || value === undefined) continue;
    if (path.inner === null) result[path.field] = replace(path.kind, value as string);
    else {
      const inner = path.inner;
      result[path.field] = (value as readonly Record<string, unknown>[]).map((element) => {
        const id = element[inner];
        return typeof id === 'string' ? { ...element, [inner]: replace(path.kind, id) } : element;
      });
    }
  }
  return result;
}

export interface Encoded {
  /** What the record should hold: fields the target does not own. Sent with every write. */
  readonly wire: WireRecord;
  /** Initial values of fields that the target owns; sent with the create only. */
  readonly initial: WireRecord;
  /** Of `wire`; equal hashes mean nothing needs to be sent. */
  readonly hash: string;
  /**
   * Of the same content in our own spelling: it stays when a reference gets its record there. Answers of people hold
   * for it.
   */
  readonly content: string;
  /** Canonical values sent with every write, by field: those that can be read back. */
  readonly carried: CanonicalRecord;
  /** Entities referred to that have no record in the target yet, by field. */
  readonly missing: readonly { readonly field: string; readonly entity: string }[];
  readonly problems: readonly Problem[];
}

/** The hash of what a record is given that is theirs as a whole. */
export const hashOfNothing = hashOf({});

/** Half of all that is encoded is theirs as a whole: its hash is known. */
const hashIn = (record: WireRecord) => (Object.keys(record).length === 0 ? hashOfNothing : hashOf(record));

/**
 * What one target should hold of a canonical record. `ownedThere` says which fields the target's role owns,
 * `isLeftAlone` which ones keep what the record held when it was matched, `putBack` what a path holds instead of a
 * value that was undone.
 */
export function encode(
  map: CompiledMap,
  record: CanonicalRecord,
  ownedThere: (field: string) => boolean,
  toTheirs: (kind: string, entity: string) => string | null,
  isLeftAlone: (field: string) => boolean = () => false,
  putBack: PutBack = {},
): Encoded {
  const missing: { field: string; entity: string }[] = [];
  const problems: Problem[] = [];
  const local = eachReference(map, record, (kind, entity) => toTheirs(kind, entity));
  for (const path of referencePaths(map.kind)) {
    const ours = record[path.field];
    if (path.inner === null && typeof ours === 'string' && local[path.field] === null)
      missing.push({ field: path.field, entity: ours });
  }
  const wire: Record<string, unknown> = {};
  const initial: Record<string, unknown> = {};
  const carried: Record<string, unknown> = {};
  const formulas = workOut(map, record, ownedThere);
  const content: Record<string, unknown> = { ...formulas.values };
  for (const row of map.rows) {
    if (row.direction === 'in' || !(row.field in record)) continue;
    const isTheirs = ownedThere(row.field);
    if (!isTheirs) content[row.field] = record[row.field];
    if (row.refersTo && local[row.field] === null && record[row.field] !== null) continue;
    if (isLeftAlone(row.field)) continue;
    try {
      const value = encodeValue(row, local[row.field]);
      const instead = isTheirs ? null : insteadOf(putBack, row.at, value);
      writePath(isTheirs ? initial : wire, row.at, instead ? instead.put : value);
      if (instead) content[row.at] = instead.put;
      if (!isTheirs && row.direction !== 'out' && (!instead || 'reads' in instead))
        carried[row.field] = instead ? instead.reads : record[row.field];
    } catch (error) {
      problems.push(problemAt(error, row.field, row.at));
    }
  }
  for (const [at, value] of formulas.written) {
    const instead = insteadOf(putBack, at, value);
    writePath(wire, at, instead ? instead.put : value);
    if (instead) content[at] = instead.put;
  }
  problems.push(...formulas.problems);
  return { wire, initial, hash: hashIn(wire), content: hashIn(content), carried, missing, problems };
}

/** A record whose every field is its owner's own is not ours to add to: nothing goes back to where it came from. */
export function isTheirsWhole(map: CompiledMap, ownedThere: (field: string) => boolean): boolean {
  const outward = map.rows.filter((row) => row.direction !== 'in');
  return outward.length > 0 && outward.every((row) => ownedThere(row.field));
}

/** What the formulas and constants of a map say of a record, in our spelling and in theirs. */
function workOut(map: CompiledMap, record: CanonicalRecord, ownedThere: (field: string) => boolean) {
  const values: Record<string, unknown> = {};
  const written: [at: string, value: unknown][] = [];
  const problems: Problem[] = [];
  for (const { at, name, codec, value: workOutFor } of isTheirsWhole(map, ownedThere) ? [] : map.extra) {
    try {
      const value = workOutFor(record);
      // A formula that has nothing to say clears the field.
      written.push([at, value === null ? null : codec.encode(value)]);
      values[name] = value;
    } catch (error) {
      problems.push(problemAt(error, at, at));
    }
  }
  return { values, written, problems };
}

function problemAt(error: unknown, field: string, at: string): Problem {
  if (!(error instanceof CodecError)) throw error;
  return { field, code: 'unreadable-value', params: { field, at, problem: error.message } };
}

/** What is held is shown to everybody, and its reason would tell the value. */
function unsaid({ field, at, codec }: CompiledRow): Problem {
  return { field, code: 'unreadable-value', params: { field, at, problem: `${codec.name} cannot carry it` } };
}

function encodeValue(row: CompiledRow, value: unknown): unknown {
  if (row.lookup && typeof value === 'string') {
    const theirs = row.lookup.theirs.get(value);
    if (theirs === undefined) throw new CodecError(`"${value}" is not in the lookup table ${row.lookup.name}`);
    return theirs;
  }
  return row.codec.encode(value);
}

/** A deep union of two wire records; the second wins where both have a plain value. */
export function mergeWire(first: WireRecord, second: WireRecord): WireRecord {
  const merged: Record<string, unknown> = { ...first };
  for (const [key, value] of Object.entries(second)) {
    const there = merged[key];
    merged[key] = isRecord(there) && isRecord(value) ? mergeWire(there, value) : value;
  }
  return merged;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Whether two canonical values are the same. Codecs have already trimmed, rounded and defaulted. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return (a ?? null) === (b ?? null);
  return isEqual(a, b);
}

/** As their canonical JSON would say, without writing it: a key without a value is no key. */
function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, at) => isEqual(one, b[at]));
  }
  const [left, right] = [a as CanonicalRecord, b as CanonicalRecord];
  for (const key in left) if (!isEqual(left[key], right[key])) return false;
  for (const key in right) if (right[key] !== undefined && left[key] === undefined) return false;
  return true;
}
