// Short words in which the catalogue of record types is written.
import { type FieldKind, type FieldShape, type FieldTraits, isCustom, type TypeShape, withFields } from './shape.ts';

const noSize = { length: 0, precision: 0, scale: 0, values: [], referenceTo: null };

function field(name: string, label: string, kind: FieldKind, size: Partial<FieldShape>, traits: FieldTraits) {
  return { ...noSize, ...size, ...traits, key: name, name, label, kind };
}

export const text = (name: string, label: string, length: number, traits: FieldTraits = {}): FieldShape =>
  field(name, label, 'string', { length }, traits);
export const area = (name: string, label: string, length: number, traits: FieldTraits = {}): FieldShape =>
  field(name, label, 'textarea', { length }, traits);
export const email = (name: string, label: string): FieldShape => field(name, label, 'email', { length: 80 }, {});
export const phone = (name: string, label: string): FieldShape => field(name, label, 'phone', { length: 40 }, {});
export const url = (name: string, label: string): FieldShape => field(name, label, 'url', { length: 255 }, {});
export const flag = (name: string, label: string, traits: FieldTraits = {}): FieldShape =>
  field(name, label, 'boolean', {}, { defaultValue: false, ...traits });
export const whole = (name: string, label: string, traits: FieldTraits = {}): FieldShape =>
  field(name, label, 'int', { precision: 9 }, traits);
export const decimal = (name: string, label: string, precision: number, scale: number, traits: FieldTraits = {}) =>
  field(name, label, 'double', { precision, scale }, traits);
export const percent = (name: string, label: string, traits: FieldTraits = {}): FieldShape =>
  field(name, label, 'percent', { precision: 3 }, traits);
export const money = (name: string, label: string, traits: FieldTraits = {}): FieldShape =>
  field(name, label, 'currency', { precision: 18, scale: 2 }, traits);
export const date = (name: string, label: string, traits: FieldTraits = {}): FieldShape =>
  field(name, label, 'date', {}, traits);
export const moment = (name: string, label: string, traits: FieldTraits = {}): FieldShape =>
  field(name, label, 'datetime', {}, traits);
export const pick = (name: string, label: string, values: readonly string[], traits: FieldTraits = {}): FieldShape =>
  field(name, label, 'picklist', { length: 255, values }, { isRestricted: true, ...traits });
export const link = (name: string, label: string, referenceTo: string, traits: FieldTraits = {}): FieldShape => {
  const relationship = isCustom(name) ? name.replace(/__c$/, '__r') : name.replace(/Id$/, '');
  return field(name, label, 'reference', { length: 18, referenceTo }, { relationship, ...traits });
};

export const currencies = ['EUR', 'USD', 'GBP', 'CHF', 'JPY'] as const;

const calculated = { isCalculated: true };

/** The fields that every record type of a multi-currency org carries. */
function systemFields(hasOwner: boolean, hasCurrency: boolean): { first: FieldShape[]; last: FieldShape[] } {
  return {
    first: [
      field('Id', 'Record ID', 'id', { length: 18 }, calculated),
      flag('IsDeleted', 'Deleted', calculated),
      ...(hasOwner ? [link('OwnerId', 'Owner ID', 'User')] : []),
    ],
    last: [
      ...(hasCurrency ? [pick('CurrencyIsoCode', 'Currency ISO Code', currencies)] : []),
      moment('CreatedDate', 'Created Date', calculated),
      link('CreatedById', 'Created By ID', 'User', calculated),
      moment('LastModifiedDate', 'Last Modified Date', calculated),
      link('LastModifiedById', 'Last Modified By ID', 'User', calculated),
      moment('SystemModstamp', 'System Modstamp', calculated),
    ],
  };
}

export interface TypeTraits {
  readonly prefix: string;
  readonly plural?: string;
  readonly hasNoOwner?: boolean;
  readonly hasNoCurrency?: boolean;
  readonly isEvent?: boolean;
  readonly isReadOnly?: boolean;
}

export function type(name: string, label: string, traits: TypeTraits, fields: readonly FieldShape[]): TypeShape {
  const system = systemFields(!traits.hasNoOwner, !traits.hasNoCurrency);
  const all = [...system.first, ...fields, ...system.last];
  const bare: TypeShape = {
    name,
    label,
    plural: traits.plural ?? `${label}s`,
    prefix: traits.prefix,
    isEvent: traits.isEvent ?? false,
    isReadOnly: traits.isReadOnly ?? false,
    fields: [],
    byName: new Map(),
    byRelationship: new Map(),
  };
  return withFields(bare, all, null);
}
