// What the stand-in knows of one collection (fields, associations, filters, orders), and builders for such tables.
import type { Books } from './books.ts';
import { ids, type Kind, numeric, type Row, text, type Value } from './rows.ts';
import type { SortKey } from './table.ts';

/** Something `include=` can name. Its id field shows up in an answer only when it was included. */
export interface Association {
  readonly field: string;
  /** The collection that is side-loaded; empty where it depends on the record. */
  readonly key: string;
  readonly isSingle: boolean;
  idsOf(row: Row, books: Books): readonly string[];
}

export type Test = (row: Row) => boolean;
/** null: this value does not restrict anything. */
export type Filter = (value: string, books: Books) => Test | null;
/** A filter that can name its rows straight away, without looking at all of them. */
export type Finder = (value: string, books: Books) => readonly Row[];

export interface Shape {
  readonly key: string;
  readonly singular: string;
  readonly firstId: number;
  /** As `subject_type` of an external reference names it. */
  readonly subject?: string;
  /** As the change feed names it: `time_entry:created`, subject type `TimeEntry`. */
  readonly event?: { readonly name: string; readonly subject: string; readonly hasDeleted: boolean };
  readonly kinds: Readonly<Record<string, Kind>>;
  /** The fields PUT may change; the others of `kinds` are for POST alone. */
  readonly updatable: readonly string[];
  readonly required: readonly string[];
  readonly bulkMax: number;
  readonly verbs: readonly ('create' | 'show' | 'update' | 'delete')[];
  readonly associations: Readonly<Record<string, Association>>;
  /** Shown only when `optional_fields` asks. */
  readonly optional: readonly string[];
  /** Kept for filters and orders, never shown. */
  readonly concealed: readonly string[];
  readonly orders: Readonly<Record<string, SortKey>>;
  readonly defaultOrder: string;
  readonly ranges: readonly ('created' | 'updated')[];
  readonly filters: Readonly<Record<string, Filter>>;
  readonly finders: Readonly<Record<string, Finder>>;
  /** Filters that apply although nobody asked, with the value they then have. */
  readonly defaults: Readonly<Record<string, string>>;
  /** Those of `defaults` that also hide a record from `GET /x/{id}`. */
  readonly showDefaults: readonly string[];
  readonly requiredQuery: readonly string[];
}

type Optional = Partial<Omit<Shape, 'key' | 'singular' | 'firstId'>>;

export function shape(key: string, singular: string, firstId: number, more: Optional): Shape {
  return {
    kinds: {},
    updatable: Object.keys(more.kinds ?? {}),
    required: [],
    bulkMax: 0,
    verbs: ['create', 'show', 'update', 'delete'],
    associations: {},
    optional: [],
    concealed: [],
    orders: stampOrders,
    defaultOrder: 'created_at:desc',
    ranges: ['created', 'updated'],
    filters: {},
    finders: {},
    defaults: {},
    showDefaults: [],
    requiredQuery: [],
    ...more,
    key,
    singular,
    firstId,
  };
}

export const byText =
  (field: string): SortKey =>
  (row) =>
    text(row, field);
export const byNumber =
  (field: string): SortKey =>
  (row) =>
    numeric(row, field);
export const byName =
  (field: string): SortKey =>
  (row) =>
    text(row, field).toLowerCase();

export const createdOrder = { created_at: byText('created_at') };
export const stampOrders = { ...createdOrder, updated_at: byText('updated_at') };

export function one(field: string, key: string): Association {
  return { field, key, isSingle: true, idsOf: (row) => (text(row, field) === '' ? [] : [text(row, field)]) };
}

export function many(field: string, key: string): Association {
  return { field, key, isSingle: false, idsOf: (row) => ids(row, field) };
}

/** The rows of another collection that point here. */
export function back(field: string, key: string, via: string): Association {
  return {
    field,
    key,
    isSingle: false,
    idsOf: (row, books) =>
      books
        .table(key)
        .by(via, row.id)
        .map((other) => other.id),
  };
}

export const references = (subject: string): Association => ({
  field: 'external_reference_ids',
  key: 'external_references',
  isSingle: false,
  idsOf: (row, books) => books.referencesOf(subject, row.id).map((reference) => reference.id),
});

export const customValues = (subject: string): Association => ({
  field: 'custom_field_value_ids',
  key: 'custom_field_values',
  isSingle: false,
  idsOf: (row, books) => books.customValuesOf(subject, row.id).map((value) => value.id),
});

/** Blank and unreadable flags restrict nothing. */
export function readFlag(value: string): boolean | null {
  if (value === 'true' || value === 'TRUE') return true;
  return value === 'false' || value === 'FALSE' ? false : null;
}

export const csv = (value: string): ReadonlySet<string> => new Set(value.split(',').map((part) => part.trim()));

export const whether =
  (field: string): Filter =>
  (value) => {
    const wanted = readFlag(value);
    return wanted === null ? null : (row) => (row[field] === true) === wanted;
  };

export const when =
  (holds: (row: Row, books: Books) => boolean): Filter =>
  (value, books) => {
    const wanted = readFlag(value);
    return wanted === null ? null : (row) => holds(row, books) === wanted;
  };

/** Restricts only when the flag is true. */
export const onlyWhen =
  (holds: (row: Row, books: Books) => boolean): Filter =>
  (value, books) =>
    readFlag(value) === true ? (row) => holds(row, books) : null;

/** The value sent does not matter: `approved=false` filters for approved too. FACTS.md#filters */
export const whateverSent =
  (holds: (row: Row, books: Books) => boolean): Filter =>
  (_value, books) =>
  (row) =>
    holds(row, books);

export const among =
  (field: string): Filter =>
  (value) => {
    const wanted = csv(value);
    return (row) => {
      const own: Value | undefined = row[field];
      return Array.isArray(own) ? own.some((id) => wanted.has(String(id))) : wanted.has(String(own ?? ''));
    };
  };

/** `2026-01-01:2026-01-31`, both ends counted; an empty end is open. */
export const between =
  (field: string): Filter =>
  (value) => {
    const [from = '', until = ''] = value.split(':');
    return (row) => {
      const day = text(row, field).slice(0, 10);
      return day >= from && (until === '' || day <= until);
    };
  };

export const containing =
  (field: string): Filter =>
  (value) => {
    const wanted = value.toLowerCase();
    return (row) => text(row, field).toLowerCase().includes(wanted);
  };

export const pointing =
  (key: string, field: string): Finder =>
  (value, books) =>
    [...csv(value)].flatMap((id) => books.table(key).by(field, id));

export const workspaceOf = (row: Row, books: Books) => books.table('workspaces').get(text(row, 'workspace_id'));

/** Archived projects' rows are left out unless asked for; with nothing archived there is nothing to test. */
export const fromArchived: Filter = (value, books) =>
  value === 'true' || !books.hasArchived() ? null : (row) => workspaceOf(row, books)?.['archived'] !== true;

export const participationsIn = (workspaceId: string, books: Books) =>
  books.table('participations').by('workspace_id', workspaceId);
