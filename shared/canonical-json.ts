// One spelling per value (that of RFC 8785) and its hash: echo detection, write keys and the audit chain rest on it.
import { createHash } from 'node:crypto';

const depthMax = 100;
/** 128 bits: enough that two different contents never meet, and half the bytes in every row that keeps one. */
const hashCharacters = 32;
/** A binary float holds every decimal of this many digits, and not all of those with one more. */
const floatDigitsMax = 15;
/** Below this a float loses digits one by one before it becomes zero. */
const smallestNormal = 2.2250738585072014e-308;

/** Keys sorted by UTF-16 code unit, undefined fields dropped (null in an array); what JSON cannot carry is refused. */
export function canonicalJson(value: unknown): string {
  // The runtime writes several times faster than we do. What it is given must be in order, and nothing but JSON.
  return isInOrder(value, 0) ? JSON.stringify(value) : write(value, 0);
}

export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, hashCharacters);
}

/** A number that a float would change (more than 15 significant digits, too large, too small) stays its source text. */
export function parseExactJson(text: string): unknown {
  // Few texts hold such a number, and a reviver makes parsing several times slower.
  if (!longOrScaled.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) => {
    if (typeof value !== 'number') return value;
    if (context?.source === undefined)
      throw new Error('this JavaScript runtime does not give the source text of numbers');
    return isExact(context.source, value) ? value : context.source;
  });
}

/**
 * A number of sixteen characters or with an exponent, where a number can stand;
 * an id inside a text hardly ever looks so.
 */
const longOrScaled = /(?:^|[:,[\s])-?(?:[\d.]{16}|[\d.]+[eE])/;

function isExact(source: string, value: number): boolean {
  const digits = source
    .replace(/[eE].*/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '');
  if (digits === '') return true;
  const magnitude = Math.abs(value);
  return digits.length <= floatDigitsMax && magnitude >= smallestNormal && magnitude <= Number.MAX_VALUE;
}

function isInOrder(value: unknown, depth: number): boolean {
  if (typeof value === 'string' || value === null || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth >= depthMax) return false;
  if (Array.isArray(value)) return value.every((one) => one === undefined || isInOrder(one, depth + 1));
  if (!isPlain(value)) return false;
  let before = '';
  for (const key in value) {
    const one = value[key];
    if (key < before || !(one === undefined || isInOrder(one, depth + 1))) return false;
    before = key;
  }
  return true;
}

function write(value: unknown, depth: number): string {
  if (typeof value === 'string') return quote(value);
  if (value === null) return 'null';
  if (typeof value === 'object') {
    // A cycle ends here too.
    if (depth >= depthMax) throw new TypeError(`canonical JSON is at most ${depthMax} levels deep`);
    return Array.isArray(value) ? writeArray(value, depth) : writeRecord(value, depth);
  }
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  throw new TypeError(
    `canonical JSON cannot carry ${typeof value === 'number' ? value : `a value of type ${typeof value}`}`,
  );
}

function writeArray(list: readonly unknown[], depth: number): string {
  let text = '[';
  for (let index = 0; index < list.length; index++) {
    if (index > 0) text += ',';
    const value = list[index];
    text += value === undefined ? 'null' : write(value, depth + 1);
  }
  return `${text}]`;
}

function writeRecord(record: object, depth: number): string {
  if (!isPlain(record)) throw new TypeError('canonical JSON carries plain records and arrays only');
  let text = '{';
  for (const key of sortedKeys(record)) {
    const value = record[key];
    if (value === undefined) continue;
    if (text !== '{') text += ',';
    text += `${quote(key)}:${write(value, depth + 1)}`;
  }
  return `${text}}`;
}

/** A date, a map or bytes would be written as `{}` and all be the same; plain records of another realm pass. */
function isPlain(record: object): record is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(record);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

/** What was read back from our own rows is in order already, and looking is cheaper than sorting. */
function sortedKeys(record: object): string[] {
  const keys = Object.keys(record);
  for (let index = 1; index < keys.length; index++) {
    if (keys[index - 1]! > keys[index]!) return keys.sort();
  }
  return keys;
}

/** Most text needs no escaping, and calling JSON.stringify for each string is the dearest part of the whole. */
function quote(text: string): string {
  return /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/.test(text) ? `"${text}"` : JSON.stringify(text);
}
