// What a formula sees of a canonical record: amounts and decimals as types of their own; and the way back.
import { z } from 'zod';
import { type Decimal, decimal } from '../../shared/decimal.ts';
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import { confidentialIn } from '../../shared/entities/entity.ts';
import { type Money, money } from '../../shared/money.ts';
import { FormulaError } from './formula-error.ts';

type PlainRecord = Readonly<Record<string, unknown>>;

export class DecimalValue {
  readonly decimal: Decimal;

  constructor(text: Decimal) {
    this.decimal = text;
  }
}

export class MoneyValue {
  readonly money: Money;

  constructor(amount: Money) {
    this.money = amount;
  }
}

const plain = Symbol('plain');

/** A canonical record, or one element of its lists, whose fields are made readable as they are asked for. */
export class RecordView {
  readonly [plain]: PlainRecord;

  constructor(record: PlainRecord) {
    this[plain] = record;
  }
}

interface FieldType {
  /** The type as formulas know it; `dyn<…>` around it where the field may be empty. */
  readonly type: string;
  readonly read: (value: unknown) => unknown;
  /** The only values it can have, where they are listed. */
  readonly choices: readonly string[] | null;
}

export interface RecordType {
  readonly name: string;
  readonly fields: ReadonlyMap<string, FieldType>;
  readonly view: new (record: PlainRecord) => RecordView;
}

/** The record type of a kind comes last, after those of the elements of its lists. */
export function recordTypesOf(kind: EntityName): readonly RecordType[] {
  const found: RecordType[] = [];
  const entity = entities[kind];
  const hidden = confidentialIn(entity);
  // What a formula makes is written somewhere.
  const open = Object.entries(entity.schema.shape as Shape).filter(([field]) => !hidden.has(field));
  defineRecordType(kind, Object.fromEntries(open), found);
  return found;
}

type Shape = Readonly<Record<string, z.ZodType>>;

function defineRecordType(name: string, shape: Shape, found: RecordType[]): RecordType {
  const fields = new Map<string, FieldType>();
  class View extends RecordView {}
  for (const [field, schema] of Object.entries(shape)) {
    const type = fieldTypeOf(`${name}.${field}`, schema, found);
    if (type === null) continue;
    fields.set(field, type);
    Object.defineProperty(View.prototype, field, {
      get(this: RecordView): unknown {
        return type.read(this[plain][field]);
      },
    });
  }
  const made = { name, fields, view: View };
  found.push(made);
  return made;
}

/** Null for a type that formulas cannot read, e.g. a number that is not whole: such a field is unknown to them. */
function fieldTypeOf(name: string, schema: z.ZodType, found: RecordType[]): FieldType | null {
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    const inner = fieldTypeOf(name, schema.unwrap() as z.ZodType, found);
    if (inner === null) return null;
    const type = inner.type.startsWith('dyn<') ? inner.type : `dyn<${inner.type}>`;
    return { ...inner, type, read: (value) => (value === null || value === undefined ? null : inner.read(value)) };
  }
  if (schema instanceof z.ZodArray) return listType(name, schema.element as z.ZodType, found);
  if (schema instanceof z.ZodObject && schema.def !== money.def) {
    const { view: View } = defineRecordType(name, schema.shape as Shape, found);
    return { type: name, read: (value) => new View(given(name, value, isRecord)), choices: null };
  }
  return scalarType(name, schema);
}

function listType(name: string, schema: z.ZodType, found: RecordType[]): FieldType | null {
  const element = fieldTypeOf(name, schema, found);
  if (element === null) return null;
  return {
    type: `list<${element.type}>`,
    read: (value) => given(name, value, isList).map(element.read),
    choices: null,
  };
}

/** Schemas are told apart by their definition: marking one with an owner and a title copies the schema around it. */
function scalarType(name: string, schema: z.ZodType): FieldType | null {
  const choices = null;
  if (schema.def === decimal.def) {
    return { type: 'Decimal', read: (value) => new DecimalValue(given(name, value, isText)), choices };
  }
  if (schema.def === money.def) {
    return { type: 'Money', read: (value) => new MoneyValue(given(name, value, isMoney)), choices };
  }
  if (schema instanceof z.ZodEnum) {
    return { type: 'string', read: (value) => given(name, value, isText), choices: schema.options.map(String) };
  }
  if (schema instanceof z.ZodString || schema instanceof z.ZodStringFormat) {
    return { type: 'string', read: (value) => given(name, value, isText), choices };
  }
  if (schema instanceof z.ZodBoolean) return { type: 'bool', read: (value) => given(name, value, isFlag), choices };
  if (schema instanceof z.ZodNumber && schema.format === 'safeint') {
    return { type: 'int', read: (value) => BigInt(given(name, value, isWhole)), choices };
  }
  return null;
}

/** A value the schema promises. A record that breaks the promise is held, whatever the formula makes of it. */
function given<Value>(name: string, value: unknown, isExpected: (value: unknown) => value is Value): Value {
  if (isExpected(value)) return value;
  if (value === null || value === undefined) throw new FormulaError('empty-value', `${name} is empty`);
  throw new FormulaError('wrong-type', `${name} holds ${JSON.stringify(value)?.slice(0, 60)}, which it cannot`);
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const isRecord = (value: unknown): value is PlainRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isMoney = (value: unknown): value is Money =>
  isRecord(value) && isText(value['amountMinor']) && isText(value['currency']) && isWhole(value['exponent']);

/** A formula's result as mappings and codecs know values. */
export function plainOf(value: unknown): unknown {
  if (value instanceof DecimalValue) return value.decimal;
  if (value instanceof MoneyValue) return value.money;
  if (value instanceof RecordView) return value[plain];
  if (Array.isArray(value)) return value.map(plainOf);
  if (typeof value !== 'bigint') return value;
  const whole = Number(value);
  if (!Number.isSafeInteger(whole)) throw new FormulaError('out-of-range', `${value} is too large a number`);
  return whole;
}
