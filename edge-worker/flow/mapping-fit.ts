// Which codecs can carry a field of ours, and why a field of theirs would not take a value. Pure.
import { z } from 'zod';
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import { type Role, refersTo, stewardOf, titleOf } from '../../shared/entities/entity.ts';
import { type Codec, CodecError, writePath } from '../connectors/codecs.ts';
import type { Connector, FieldMap, SchemaField } from '../connectors/connector.ts';
import { codecsOf } from './mapping.ts';
import { isSame } from './translate.ts';

export const ourTypes = [
  'text',
  'decimal',
  'money',
  'day',
  'instant',
  'yes-no',
  'choice',
  'reference',
  'list',
] as const;
export type OurType = (typeof ourTypes)[number];

/** A field of ours as the mapping page shows it. */
export interface OurField {
  readonly field: string;
  readonly title: string;
  readonly type: OurType;
  /** It is never empty. */
  readonly isRequired: boolean;
  readonly choices: readonly string[] | null;
  readonly refersTo: string | null;
  /** Who owns it unless a mapping moves it. */
  readonly owner: Role;
}

const someMoney = { amountMinor: '1234', currency: 'EUR', exponent: 2 };
/** Stands for words of any kind. */
export const openText = 'abc';
const someDay = '2026-02-28';
/** A value of each type that a field of another type does not take. The first that fits decides. */
const telling: readonly (readonly [OurType, unknown])[] = [
  ['yes-no', true],
  ['list', []],
  ['money', someMoney],
  ['text', 'abc'],
  ['decimal', '2.5'],
  ['day', someDay],
];

export function schemaOf(kind: EntityName, field: string): z.ZodType | undefined {
  return (entities[kind].schema.shape as Readonly<Record<string, z.ZodType>>)[field];
}

export function ourFields(kind: EntityName): readonly OurField[] {
  return Object.entries(entities[kind].schema.shape as Readonly<Record<string, z.ZodType>>).map(([field, schema]) => ({
    field,
    title: titleOf(schema) || field,
    type: typeOf(schema),
    isRequired: !takes(schema, null),
    choices: choicesOf(schema),
    refersTo: refersTo(schema) ?? null,
    owner: stewardOf(schema) ?? 'crm',
  }));
}

const takes = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;

function typeOf(schema: z.ZodType): OurType {
  if (refersTo(schema)) return 'reference';
  if (choicesOf(schema)) return 'choice';
  return telling.find(([, value]) => takes(schema, value))?.[0] ?? 'instant';
}

/** The only values the field may hold, where they are listed. */
export function choicesOf(schema: z.ZodType): readonly string[] | null {
  const inner = schema instanceof z.ZodNullable ? schema.unwrap() : schema;
  return inner instanceof z.ZodEnum ? inner.options.map(String) : null;
}

const known = {
  ...{ 'yes-no': [true, false], money: [someMoney], text: [openText], reference: [openText], decimal: ['2.5', '1'] },
  ...{ day: [someDay], instant: [`${someDay}T08:00:00Z`] },
};

/** Values the field is sure to hold some day. A list has none but its example: of an empty one every codec is right. */
export function someValues(kind: EntityName, field: string): readonly unknown[] {
  const schema = schemaOf(kind, field);
  if (!schema) return [];
  const choices = choicesOf(schema);
  if (choices) return choices;
  const example = (entities[kind].example as Readonly<Record<string, unknown>>)[field];
  if (Array.isArray(example)) return example.length > 0 ? [example] : [];
  const type = typeOf(schema);
  return type in known ? known[type as keyof typeof known] : [];
}

/** What some system might say. A codec either refuses it or makes a value of it that the field may hold. */
const strangers = ['abc', 'x y', 'EUR', 7, true, null, someDay, { id: 'a' }];

export function codecsFor(connector: Connector, kind: EntityName, field: string): readonly string[] {
  const schema = schemaOf(kind, field);
  if (!schema) return [];
  const own = (connector.maps[kind]?.fields as Readonly<Record<string, FieldMap<unknown>>> | undefined)?.[field]?.codec;
  const values = someValues(kind, field);
  const fitting = [...codecsOf(connector).values()].filter((codec) => carries(codec, schema, values));
  return [...new Set([...(own ? [own.name] : []), ...fitting.map(({ name }) => name)])];
}

/** What a row that only the target has can make, as its formula's type says, and the codecs for it. */
export function codecsForTyped(connector: Connector, type: string): readonly string[] {
  const [schema, values] = typedValues[type.replace('?', '')] ?? [z.never(), []];
  return [...codecsOf(connector).values()].filter((one) => carries(one, schema, values)).map(({ name }) => name);
}

const number = z.string().regex(/^-?\d+(\.\d+)?$/);
const amount = z.object({ amountMinor: z.string(), currency: z.string(), exponent: z.number() });
const typedValues: Readonly<Record<string, readonly [z.ZodType, readonly unknown[]]>> = {
  string: [z.string(), ['abc']],
  bool: [z.boolean(), [true, false]],
  int: [number, ['1']],
  Decimal: [number, ['1', '2.5']],
  Money: [amount, [someMoney]],
};

/** There and back without loss, and nothing made of what it cannot mean. */
function carries(codec: Codec<unknown>, schema: z.ZodType, values: readonly unknown[]): boolean {
  const mayBeEmpty = takes(schema, null);
  const beside: Record<string, unknown> = {};
  const currencyAt = currencyPath(codec.name);
  if (currencyAt !== null) writePath(beside, currencyAt, someMoney.currency);
  const returns = (value: unknown) => {
    try {
      return isSame(codec.decode(codec.encode(value), beside), value);
    } catch {
      return false;
    }
  };
  const isSafe = (wire: unknown) => {
    try {
      return takes(schema, codec.decode(wire, beside));
    } catch {
      return true;
    }
  };
  if (values.length === 0 || !values.every(returns)) return false;
  return strangers.every(isSafe) && (!mayBeEmpty || returns(null));
}

/** Where the currency of an amount stands, of a codec that needs it. */
export function currencyPath(codec: string): string | null {
  return /@(.+?)\??$/.exec(codec)?.[1] ?? null;
}

type Shape = Exclude<SchemaField['type'], 'choice'>;

const numeral = (wire: unknown) => /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(String(wire));
const shapes: Readonly<Record<Shape, readonly [(wire: unknown) => boolean, string]>> = {
  text: [(wire) => typeof wire !== 'object', 'takes text'],
  reference: [(wire) => typeof wire === 'string' || typeof wire === 'number', 'takes the id of a record'],
  decimal: [numeral, 'takes a number'],
  money: [numeral, 'takes an amount'],
  integer: [(wire) => /^-?\d+$/.test(String(wire)), 'takes whole numbers'],
  date: [(wire) => typeof wire === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(wire), 'takes a day'],
  instant: [(wire) => typeof wire === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(wire), 'takes a moment'],
  boolean: [(wire) => typeof wire === 'boolean' || /^(T|F|true|false)$/.test(String(wire)), 'takes yes or no'],
  list: [(wire) => Array.isArray(wire), 'takes a list'],
};

/** Why a field of theirs would not take a value that is written there; null where it would. */
export function refusedThere(field: SchemaField, wire: unknown): string | null {
  const { label, type, choices, lengthMax, isRequired } = field;
  if (wire === null || wire === undefined || wire === '')
    return isRequired ? `${label} must not be empty there, and would be for some records.` : null;
  if (choices !== null && choices.length > 0) {
    const isOffered = [wire].flat().every((one) => choices.some(({ value }) => value === String(one)));
    const some = choices.slice(0, 6).map(({ value }) => value);
    return isOffered
      ? null
      : `${label} has no choice ${shown(wire)}. It has ${some.join(', ')}${choices.length > 6 ? ' …' : ''}.`;
  }
  const [isTaken, says] = shapes[type === 'choice' ? 'text' : type];
  if (!isTaken(wire)) return `${label} ${says}, and would be given ${shown(wire)}.`;
  if (lengthMax === null || typeof wire !== 'string' || wire.length <= lengthMax) return null;
  return `${label} takes ${lengthMax} characters, and ${shown(wire)} has ${wire.length}.`;
}

function shown(wire: unknown): string {
  const text = typeof wire === 'string' ? wire : JSON.stringify(wire);
  return text.length > 40 ? `“${text.slice(0, 40)}…”` : `“${text}”`;
}

/** Nothing where the codec will not write the value: it is held for that reason, before and after. */
export function encoded(codec: Codec<unknown>, value: unknown): readonly unknown[] {
  try {
    return [codec.encode(value)];
  } catch (error) {
    if (error instanceof CodecError) return [];
    throw error;
  }
}

/** Whether the codec writes the value, and reads something again. */
export function isCarried(codec: Codec<unknown>, value: unknown): boolean {
  try {
    return codec.encode(value) !== undefined && codec.decode(codec.encode(value), {}) !== undefined;
  } catch {
    return false;
  }
}
