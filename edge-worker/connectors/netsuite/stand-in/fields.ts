// What a record type is made of: its fields, its sublists, and the numbering and permissions it takes part in.

export type FieldKind = 'text' | 'number' | 'amount' | 'hours' | 'flag' | 'date' | 'instant' | 'choice' | 'reference';

export interface Choice {
  readonly id: string;
  readonly label: string;
}

export interface Field {
  /** As the REST API writes it. */
  readonly name: string;
  /** As SuiteScript and SuiteQL write it. */
  readonly id: string;
  /** Where the books keep it; it stays when an administrator renames the field. */
  readonly key: string;
  readonly label: string;
  readonly kind: FieldKind;
  readonly isMandatory: boolean;
  readonly isReadOnly: boolean;
  /** Whether anybody but administrators may change it. */
  readonly isViewOnly: boolean;
  /** On pages: shown, shown but not to be typed into, or kept there unseen. */
  readonly display: 'normal' | 'locked' | 'hidden';
  readonly maxLength: number | null;
  readonly choices: readonly Choice[];
  /** The record types a reference may point at. Empty: a list that the stand-in does not keep, any id is taken. */
  readonly targets: readonly string[];
  /** The subrecord that holds it in REST bodies, e.g. `addressBookAddress`. */
  readonly within: string | null;
}

export interface FieldOptions {
  readonly label?: string;
  readonly isMandatory?: boolean;
  readonly isReadOnly?: boolean;
  readonly isViewOnly?: boolean;
  readonly display?: Field['display'];
  readonly maxLength?: number;
  readonly within?: string;
}

export interface Sublist {
  readonly name: string;
  readonly id: string;
  readonly fields: Map<string, Field>;
}

/** How dear a record is to a script: the three columns of the vendor's governance table. */
export type CostClass = 'custom' | 'other' | 'transaction';

export interface RecordType {
  readonly name: string;
  readonly id: string;
  readonly label: string;
  readonly sequence: string;
  readonly cost: CostClass;
  readonly permission: string | null;
  readonly createdName: string;
  readonly modifiedName: string;
  /** The table SuiteQL reads it from, and its code in `transaction.type`. */
  readonly table: string;
  readonly transactionCode: string | null;
  readonly nameKeys: readonly string[];
  readonly indexed: readonly string[];
  readonly fields: Map<string, Field>;
  readonly sublists: Map<string, Sublist>;
}

/** `addressBook` is Address Book. */
export const labelOf = (name: string) => {
  const spaced = name.replace(/([a-z])([A-Z])/g, '$1 $2');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
};

function field(kind: FieldKind, name: string, options: FieldOptions, more: Partial<Field> = {}): Field {
  return {
    name,
    id: name.toLowerCase(),
    key: name.toLowerCase(),
    label: options.label ?? labelOf(name),
    kind,
    isMandatory: options.isMandatory ?? false,
    isReadOnly: options.isReadOnly ?? false,
    isViewOnly: options.isViewOnly ?? false,
    display: options.display ?? 'normal',
    maxLength: options.maxLength ?? (kind === 'text' ? 300 : null),
    choices: [],
    targets: [],
    within: options.within ?? null,
    ...more,
  };
}

export const text = (name: string, options: FieldOptions = {}) => field('text', name, options);
export const longText = (name: string, options: FieldOptions = {}) =>
  field('text', name, { maxLength: 1_000_000, ...options });
export const number = (name: string, options: FieldOptions = {}) => field('number', name, options);
export const amount = (name: string, options: FieldOptions = {}) => field('amount', name, options);
export const hours = (name: string, options: FieldOptions = {}) => field('hours', name, options);
export const flag = (name: string, options: FieldOptions = {}) => field('flag', name, options);
export const date = (name: string, options: FieldOptions = {}) => field('date', name, options);
export const instant = (name: string, options: FieldOptions = {}) => field('instant', name, options);
export const choice = (name: string, labels: Readonly<Record<string, string>>, options: FieldOptions = {}) =>
  field('choice', name, options, { choices: Object.entries(labels).map(([id, label]) => ({ id, label })) });
export const reference = (name: string, targets: string, options: FieldOptions = {}) =>
  field('reference', name, options, { targets: targets === '' ? [] : targets.split(' ') });

export const byName = (fields: readonly Field[]) => new Map(fields.map((each) => [each.id, each]));

export const sublist = (name: string, fields: readonly Field[]): Sublist => ({
  name,
  id: name.toLowerCase(),
  fields: byName([text('line'), ...fields]),
});

type TypeOptions = Partial<Omit<RecordType, 'fields' | 'sublists' | 'name'>> & {
  readonly sublists?: readonly Sublist[];
};

export function recordType(name: string, fields: readonly Field[], options: TypeOptions = {}): RecordType {
  const id = name.toLowerCase();
  return {
    name,
    id,
    label: labelOf(name),
    sequence: id,
    cost: 'other',
    permission: null,
    createdName: 'dateCreated',
    modifiedName: 'lastModifiedDate',
    table: id,
    transactionCode: null,
    nameKeys: ['name'],
    indexed: [],
    ...options,
    fields: byName(fields),
    sublists: new Map((options.sublists ?? []).map((each) => [each.id, each])),
  };
}
