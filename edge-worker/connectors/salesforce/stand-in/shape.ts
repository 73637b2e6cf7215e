// What a record type and a field are, and the schema of one org: names, relationships, renames.
export type FieldKind =
  | 'id'
  | 'string'
  | 'textarea'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime'
  | 'picklist'
  | 'reference'
  | 'email'
  | 'phone'
  | 'url';

/** What may be said of a field in the catalogue; everything absent takes the usual value. */
export interface FieldTraits {
  readonly isRequired?: boolean;
  /** Set by the platform alone. */
  readonly isCalculated?: boolean;
  readonly isImmutable?: boolean;
  readonly isExternalId?: boolean;
  readonly isUnique?: boolean;
  readonly isCaseSensitive?: boolean;
  /** Kept in a lookup of its own, so that a filter on it does not read the whole type. */
  readonly isIndexed?: boolean;
  /** What stands before the nine digits of an auto number. */
  readonly autoNumber?: string;
  readonly isRestricted?: boolean;
  readonly defaultValue?: string | number | boolean;
  readonly relationship?: string;
  /** The name under which the parent lists this type in a child subquery. */
  readonly children?: string;
  readonly onParentDelete?: 'cascade' | 'clear';
}

export interface FieldShape extends FieldTraits {
  /** Where rows keep the value; survives a rename. */
  readonly key: string;
  name: string;
  readonly label: string;
  readonly kind: FieldKind;
  readonly length: number;
  readonly precision: number;
  readonly scale: number;
  readonly values: readonly string[];
  readonly referenceTo: string | null;
}

/** What may be done with records of a type; absent where the type is open to everybody. */
export interface TypeAccess {
  readonly canCreate: boolean;
  readonly canEdit: boolean;
  readonly canDelete: boolean;
}

export interface TypeShape {
  readonly name: string;
  readonly label: string;
  readonly plural: string;
  readonly prefix: string;
  readonly isEvent: boolean;
  readonly isReadOnly: boolean;
  readonly fields: readonly FieldShape[];
  readonly byName: Map<string, FieldShape>;
  readonly byRelationship: Map<string, FieldShape>;
  readonly access?: TypeAccess;
}

/** A type as somebody sees it: some of its fields, some of what may be done with it. */
export function withFields(type: TypeShape, fields: readonly FieldShape[], access: TypeAccess | null): TypeShape {
  return {
    ...type,
    fields,
    byName: new Map(fields.map((one) => [one.name.toLowerCase(), one])),
    byRelationship: new Map(
      fields.flatMap((one) => (one.relationship ? [[one.relationship.toLowerCase(), one] as const] : [])),
    ),
    ...(access ? { access } : {}),
  };
}

/** What an org without multiple currencies has of it. */
export function withoutCurrencies(types: readonly TypeShape[]): readonly TypeShape[] {
  return types.flatMap((type) => {
    if (type.name === 'CurrencyType') return [];
    const fields = type.fields.filter(({ name }) => name !== 'CurrencyIsoCode');
    return [withFields(type, fields, type.access ?? null)];
  });
}

export interface ChildLink {
  readonly type: TypeShape;
  readonly field: FieldShape;
}

export const isCustom = (name: string): boolean => /__[ce]$/.test(name);

/** The record types of one org. Names are looked up without regard to case, as the API does. */
export class Schema {
  readonly namespace: string;
  changedMs: number;
  readonly #types = new Map<string, TypeShape>();
  readonly #prefixes = new Map<string, TypeShape>();
  readonly #children = new Map<string, Map<string, ChildLink>>();

  constructor(namespace: string, types: readonly TypeShape[], changedMs: number) {
    this.namespace = namespace;
    this.changedMs = changedMs;
    for (const type of types) {
      this.#types.set(type.name.toLowerCase(), type);
      this.#prefixes.set(type.prefix, type);
    }
    for (const type of types) for (const field of type.fields) this.#addChild(type, field);
  }

  #addChild(type: TypeShape, field: FieldShape): void {
    if (!field.children || !field.referenceTo) return;
    const parent = field.referenceTo.toLowerCase();
    const links = this.#children.get(parent) ?? new Map<string, ChildLink>();
    links.set(field.children.toLowerCase(), { type, field });
    this.#children.set(parent, links);
  }

  all(): readonly TypeShape[] {
    return [...this.#types.values()];
  }

  type(name: string): TypeShape | null {
    return this.#types.get(name.toLowerCase()) ?? null;
  }

  typeOfId(id: string): TypeShape | null {
    return this.#prefixes.get(id.slice(0, 3)) ?? null;
  }

  /** A type by its name with or without the package's namespace, for people who drive the stand-in by hand. */
  typeLeniently(name: string): TypeShape {
    const found = this.type(name) ?? this.type(this.namespace + name);
    if (!found) throw new Error(`sObject type '${name}' is not supported.`);
    return found;
  }

  /** The package's own name for a field or type in this org. */
  own(name: string): string {
    return this.namespace + name;
  }

  children(type: TypeShape): ReadonlyMap<string, ChildLink> {
    return this.#children.get(type.name.toLowerCase()) ?? new Map();
  }

  /** Renames a field, as an admin may; its values stay. Names may come without the namespace. */
  rename(typeName: string, from: string, to: string, nowMs: number): boolean {
    const type = this.type(typeName) ?? this.type(this.own(typeName));
    const exact = type?.byName.get(from.toLowerCase());
    const field = exact ?? type?.byName.get(this.own(from).toLowerCase());
    if (!type || !field) return false;
    type.byName.delete(field.name.toLowerCase());
    field.name = exact ? to : this.own(to);
    type.byName.set(field.name.toLowerCase(), field);
    this.changedMs = nowMs;
    return true;
  }
}
