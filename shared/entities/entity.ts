// What a canonical entity is. One file per entity in this folder; nothing else lists them by hand.
import { z } from 'zod';
import type { Decimal } from '../decimal.ts';
import type { Money } from '../money.ts';

/** The four seats at the table. Fields are owned by a role, never by a vendor. */
export const roles = ['crm', 'psa', 'erp', 'billing'] as const;
export type Role = (typeof roles)[number];

/**
 * An initial record that one entity gives rise to in another kind. The new entity takes the giver's ULID under its
 * own prefix.
 */
export interface Derivation<Giver> {
  /** The kind that arises. */
  readonly to: string;
  /**
   * Whether it arises now. Asked at every change of the giver; an entity of which some system holds a record is left
   * alone but for `promotes`.
   */
  readonly when: (giver: Giver) => boolean;
  /**
   * Initial values only. Once its owner's system holds the record, the owner's record rules. `idOf(kind)` names the
   * sibling entity of that kind.
   */
  readonly initial: (giver: Giver, idOf: (kind: string) => string) => Readonly<Record<string, unknown>>;
}

/** Fields set on a referenced entity when the giver reaches a state, e.g. a won deal makes its account a customer. */
export interface Promotion<Giver> {
  /** The reference field of the giver that names the entity to change. */
  readonly reference: keyof Giver & string;
  readonly when: (giver: Giver) => boolean;
  /** Asked at every change of the giver, whose id is `own`: the same giver must lead to the same fields every time. */
  readonly set: (
    giver: Giver,
    target: Readonly<Record<string, unknown>>,
    own: string,
  ) => Readonly<Record<string, unknown>>;
}

/** What people see summed up on the pages of a deal and its project. In the order of their story. */
export const figures = ['sold', 'delivered', 'unbilled', 'billed', 'paid', 'outstanding'] as const;
export type Figure = (typeof figures)[number];

/** What something costs the firm itself: money that was spent, or hours of a person, if it is told whose. */
export type Cost = { readonly spent: Money } | { readonly hours: Decimal; readonly by: string | null };

/** Hours that a customer is charged for: whose, and on which day; null where it is not known who worked them. */
export interface Charge {
  readonly hours: Decimal;
  readonly by: string | null;
  readonly on: string;
}

/** What becomes of a source that somebody bills, in the systems that do not bill it. */
export interface Billing<Source> {
  /** The day that says which arrangement it falls under; null while it has none. */
  readonly dayOf: (source: Source) => string | null;
  /** By the role that is told: what it is told instead, or that it has no place there. Others are told all of it. */
  readonly unlessBilledBy: Readonly<Partial<Record<Role, Readonly<Partial<Source>> | 'nothing'>>>;
}

/**
 * How a field tells that two records may be the same thing, where no business key says so. `name`: written alike ·
 * `identifier`: the same signs · `domain`: of one address on the Internet · `place`, `reference`, `day`, `amount`: the
 * same value · `division`: what differs in it is hardly the same.
 */
export type Likeness = 'name' | 'identifier' | 'domain' | 'place' | 'reference' | 'day' | 'amount' | 'division';

/** `withdraw`: taken back elsewhere · `ask`: its owner decides · `keep`: it goes on without that record. */
export interface Deletion {
  readonly means: 'withdraw' | 'ask' | 'keep';
  /** Who is asked. */
  readonly owner: 'finance' | 'delivery' | 'sales' | 'integration';
}

export interface Entity<Name extends string = string, Shape extends z.ZodObject = z.ZodObject> {
  readonly name: Name;
  /** Three letters before the ULID in this entity's ids. Stored in outside systems, so it never changes. */
  readonly prefix: string;
  readonly title: string;
  /** Raised when a stored version of an older shape needs `upcast` to be read again. */
  readonly version: number;
  readonly schema: Shape;
  readonly upcast: Readonly<Record<number, (older: unknown) => unknown>>;
  /**
   * Business keys, strongest first: two records that agree on all fields of one key are the same thing. For first-day
   * matching and the duplicate control.
   */
  readonly matchKeys: readonly (readonly (keyof z.infer<Shape> & string)[])[];
  /** What else is compared on the first day, for a person to decide on. Absent = only business keys are. */
  readonly likeness?: Readonly<Partial<Record<keyof z.infer<Shape> & string, Likeness>>>;
  /**
   * The roles whose new records become new entities. A record elsewhere that matches nothing stays a stray until a
   * person decides.
   */
  readonly bornIn: readonly Role[];
  /** Where several roles may bear it: the field that keeps in which role's system it was born. */
  readonly bornAs?: keyof z.infer<Shape> & string;
  /** Values at birth of fields that the first record does not tell. */
  readonly defaults: Partial<z.infer<Shape>>;
  /** Fields that no system has to tell: a record that leaves one out says nothing of it. */
  readonly mayBeUntold?: readonly (keyof z.infer<Shape> & string)[];
  /** Fields the hub sets itself from the rest. `idOf(kind)` names the sibling entity of that kind. */
  readonly computes?: (record: z.infer<Shape>, idOf: (kind: string) => string) => Partial<z.infer<Shape>>;
  /** Until this holds the entity is known but not written anywhere. Absent = always. */
  readonly isReady?: (record: z.infer<Shape>) => boolean;
  /**
   * The sources this record bills, with its line for each. The table of billed lines lets each source be billed once.
   */
  readonly bills?: (record: z.infer<Shape>) => readonly { readonly source: string; readonly line: string }[];
  /** For what is billed to the customer under the contract of its `project`. */
  readonly billing?: Billing<z.infer<Shape>>;
  /** A short list that controls look at as a whole: read in full as soon as a system that has it is connected. */
  readonly isList?: true;
  /** What follows elsewhere when its record was deleted where it is born; unless said otherwise a person is asked. */
  readonly deletion?: Deletion;
  /** What it costs the customer, whatever its state; null for what is not charged. Held, it is worth that much. */
  readonly worth?: (record: z.infer<Shape>) => Money | null;
  /** What it adds to the figures of its `project`; rounded once per record, as a line of an invoice is. */
  readonly counts?: (record: z.infer<Shape>) => Readonly<Partial<Record<Figure, Money | null>>>;
  /** What it costs the firm for its `project`, once it counts. */
  readonly costs?: (record: z.infer<Shape>) => Cost | null;
  /** What it adds to the hours that its person is charged for, once it counts. */
  readonly charges?: (record: z.infer<Shape>) => Charge | null;
  /**
   * What its worth is where somebody rounds at another place. With what it counts for, this explains a difference of
   * a cent between two ledgers that are both right.
   */
  readonly worthElsewhere?: (record: z.infer<Shape>) => Money | null;
  /**
   * The calendar day a source transaction belongs to, for the cut-over; absent for entities that are not
   * transactions.
   */
  readonly dayOf?: keyof z.infer<Shape> & string;
  readonly derives?: readonly Derivation<z.infer<Shape>>[];
  readonly promotes?: readonly Promotion<z.infer<Shape>>[];
  readonly example: z.infer<Shape>;
}

export function defineEntity<const Name extends string, Shape extends z.ZodObject>(
  entity: Entity<Name, Shape>,
): Entity<Name, Shape> {
  if (!/^[a-z]{3}$/.test(entity.prefix)) throw new Error(`${entity.name}: the prefix is three lower-case letters`);
  for (const [field, schema] of Object.entries(entity.schema.shape)) {
    if (stewardOf(schema as z.ZodType) === undefined) throw new Error(`${entity.name}.${field} has no steward`);
  }
  for (let version = 1; version < entity.version; version++) {
    if (entity.upcast[version] === undefined) throw new Error(`${entity.name}: no upcast from version ${version}`);
  }
  return entity;
}

/** Marks who may change a field, and how people call it. Must be the outermost call on the schema. */
export function owned<Schema extends z.ZodType>(steward: Role, title: string, schema: Schema): Schema {
  return schema.meta({ steward, title }) as Schema;
}

/**
 * A field that holds the id of another entity, or null. The hub translates ids at the border; maps never look them
 * up.
 */
export function reference(steward: Role, title: string, to: string): z.ZodNullable<z.ZodString> {
  return z.string().nullable().meta({ steward, title, refersTo: to }) as z.ZodNullable<z.ZodString>;
}

export function stewardOf(schema: z.ZodType): Role | undefined {
  return schema.meta()?.['steward'] as Role | undefined;
}

/**
 * Marks a field that belongs to whoever bore the record, its steward only where that is not known: the outermost call
 * of all.
 */
export function ofBearer<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.meta({ isOfBearer: true }) as Schema;
}

export function isOfBearer(schema: z.ZodType): boolean {
  return schema.meta()?.['isOfBearer'] === true;
}

/**
 * Marks a field that only some are shown, as what a person costs: it is read from its owner and never written to any
 * other system. The outermost call of all.
 */
export function confidential<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.meta({ isConfidential: true }) as Schema;
}

/** The fields of an entity that only some are shown. */
export function confidentialIn({ schema }: Pick<Entity, 'schema'>): ReadonlySet<string> {
  const known = confidentialFields.get(schema);
  if (known) return known;
  const marked = Object.entries(schema.shape as Readonly<Record<string, z.ZodType>>).filter(
    ([, field]) => field.meta()?.['isConfidential'] === true,
  );
  const found = new Set(marked.map(([field]) => field));
  confidentialFields.set(schema, found);
  return found;
}

/** Asked for with every value that is decoded. */
const confidentialFields = new WeakMap<z.ZodObject, ReadonlySet<string>>();

export function titleOf(schema: z.ZodType): string {
  return (schema.meta()?.['title'] as string | undefined) ?? '';
}

/** The kind a reference field points to; undefined for every other field. */
export function refersTo(schema: z.ZodType): string | undefined {
  return schema.meta()?.['refersTo'] as string | undefined;
}
